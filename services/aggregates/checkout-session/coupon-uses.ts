import { type Types, trusted } from "mongoose";
import {
  type AppliedCoupon,
  CheckoutSession,
  type CheckoutSessionDoc,
  Order,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CHECKOUT_STATUS, LIVE_CHECKOUT_STATUSES, ORDER_STATUS } from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { isRefused, type Result, unwrap } from "../../../utils/result.js";
import {
  type CouponCheck,
  recordCouponUsage,
  reverseCouponUsage,
} from "../../integrations/pricing-integration.service.js";
import { checkoutChanged } from "../../platform/changed-meanwhile.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import { CHECKOUT_LEASE } from "./session-access.js";

/**
 * A coupon use is claimed at the pricing service for a session, and released by it. Claims are idempotent by code and
 * by the session's id, which becomes the order's.
 */

type Holder = Pick<CheckoutSessionDoc, "_id" | "userId" | "email" | "phone">;
type ClaimedCoupon = Pick<AppliedCoupon, "code" | "discountAmount">;

/** One use of a coupon by a session. */
export const claimCouponUse = (
  { _id, userId, email, phone }: Holder,
  { code, discountAmount }: ClaimedCoupon,
): Promise<Result<unknown>> =>
  recordCouponUsage({
    code,
    ...(userId ? { userId } : {}),
    email,
    phone,
    orderId: _id.toHexString(),
    discountAmount,
  });

export interface RefusedCoupon {
  code: string;
  reason: string;
}

/**
 * Claims one use of each coupon before the customer pays a discounted amount. The claims are recorded before the
 * calls, so that they are released when the session fails, whatever the outcome of the calls.
 * @returns the first coupon that is refused, because its last use has just been claimed; null when all are claimed
 * @throws ConflictError VERSION_CONFLICT when the session has ended; the typed upstream errors
 */
export async function claimCoupons(
  checkout: CheckoutSessionDoc,
  coupons: readonly ClaimedCoupon[],
): Promise<RefusedCoupon | null> {
  const codes = coupons.map(({ code }) => code);
  if (codes.length === 0) return null;
  const { matchedCount } = await CheckoutSession.updateOne(
    { _id: checkout._id, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) },
    { $addToSet: { couponClaims: { $each: codes } } },
  );
  // What a session has claimed is released when it ends; nothing would release a later claim.
  if (matchedCount === 0) throw checkoutChanged(checkout._id);
  for (const coupon of coupons) {
    const result = await claimCouponUse(checkout, coupon);
    if (isRefused(result)) return { code: coupon.code, reason: result.code };
    unwrap(result);
  }
  return null;
}

/** The coupon, if it is frozen in the session's open payment or in its order. */
function findInUse({ status, frozen }: CheckoutSessionDoc, code: string): AppliedCoupon | undefined {
  const isNeeded = status === CHECKOUT_STATUS.PAYMENT_PENDING || status === CHECKOUT_STATUS.COMPLETED;
  return isNeeded ? frozen?.coupons.find((coupon) => coupon.code === code) : undefined;
}

/**
 * The message that releases the uses which a session has claimed and no longer needs. They can be claimed again.
 * @param moved the session after the move that makes them free
 */
export function couponReleaseOf(moved: CheckoutSessionDoc): OutboxDraft[] {
  const { _id, status, version, couponClaims } = moved;
  const codes = couponClaims.filter((code) => !findInUse(moved, code));
  if (codes.length === 0) return [];
  const id = _id.toHexString();
  const dedupeKey = `coupon.release:${id}:${status}:${version}`;
  return [{ type: "coupon.release", dedupeKey, payload: { checkoutSessionId: id, codes } }];
}

/**
 * Effect of `coupon.release`: releases coupon uses that a session claimed and no longer needs, and claims again those
 * that are frozen in an open payment or in an order, which usually changes nothing. Holds the session's lease, because
 * the same coupon may be claimed at the same moment: by the next payment method, or by the placement of an expired
 * session after a late capture.
 * @throws ConflictError PLACEMENT_IN_PROGRESS while an order is being placed: whether it needs the coupon is not
 *   known before that ends
 */
export async function releaseOrReclaimCoupons(
  checkoutSessionId: Types.ObjectId,
  codes: readonly string[],
): Promise<void> {
  const lease = { model: CheckoutSession, id: checkoutSessionId, ...CHECKOUT_LEASE };
  await withDocumentLease(lease, async (checkout) => {
    if (!checkout) return;
    if (checkout.placement) throw placementInProgress();
    const isCancelled = await Order.exists({ _id: checkoutSessionId, status: ORDER_STATUS.CANCELLED });
    for (const code of codes) {
      const coupon = isCancelled ? undefined : findInUse(checkout, code);
      if (coupon) {
        const result = await claimCouponUse(checkout, coupon);
        // Refused: another order has taken the last use. The next choice of a method or the placement finds out.
        if (!isRefused(result)) unwrap(result);
      } else {
        unwrap(await reverseCouponUsage({ code, orderId: checkoutSessionId.toHexString() }));
        await CheckoutSession.updateOne({ _id: checkoutSessionId }, { $pull: { couponClaims: code } });
      }
    }
  });
}

type Ask = (code: string) => Promise<CouponCheck>;

export interface CouponReview {
  /** The cart, and one that is being merged into it. */
  cartIds: readonly Types.ObjectId[];
  checks: readonly CouponCheck[];
  ask: Ask;
  /** The contact differs from the one that the uses were claimed for: each use is claimed again. */
  isContactNew: boolean;
}

/**
 * A use that a checkout of this cart has claimed must not count against the cart: otherwise a coupon with one use
 * would be refused to the customer who holds it, as soon as that customer chooses another method, retries a failed
 * payment or changes the cart. The validation call cannot exclude a use; so the use is released, the coupon is
 * validated again, and the use is claimed again where a payment is open.
 * @returns the checks, with a fresh one for each coupon that was validated again
 * @throws the typed upstream errors
 */
export async function reconsiderOwnCoupons(review: CouponReview): Promise<CouponCheck[]> {
  const { cartIds, checks, ask, isContactNew } = review;
  const mustAsk = (check: CouponCheck) => isContactNew || !check.valid;
  const codes = checks.filter(mustAsk).map(({ code }) => code);
  if (codes.length === 0) return [...checks];
  const holders = await findHolders(cartIds, codes);
  return Promise.all(
    checks.map((check) => {
      const own = holders.filter(({ couponClaims }) => couponClaims.includes(check.code));
      return mustAsk(check) && own.length > 0 ? askWithoutClaims(check.code, own, ask) : check;
    }),
  );
}

/** A session that is being placed has been paid for and keeps its uses. */
const findHolders = (
  cartIds: readonly Types.ObjectId[],
  codes: readonly string[],
): Promise<CheckoutSessionDoc[]> =>
  CheckoutSession.find({
    cartId: trusted({ $in: [...cartIds] }),
    couponClaims: trusted({ $in: [...codes] }),
    status: trusted({ $ne: CHECKOUT_STATUS.COMPLETED }),
    placement: null,
  }).lean<CheckoutSessionDoc[]>();

/** By then the change that has asked has ended. */
const SETTLE_AFTER_MS = 15_000;

/**
 * The use of a live session is released without that session's lease, which a choice of a method may hold while it asks
 * here. So a message goes ahead: whatever happens to these calls, or to the session meanwhile, it settles the use.
 */
async function askWithoutClaims(
  code: string,
  holders: readonly CheckoutSessionDoc[],
  ask: Ask,
): Promise<CouponCheck> {
  const isOver = ({ status }: CheckoutSessionDoc) => status === CHECKOUT_STATUS.FAILED;
  // A late capture may be placing an expired session right now: only its lease excludes that.
  for (const { _id } of holders.filter(isOver)) await releaseOrReclaimCoupons(_id, [code]);
  const live = holders.filter((holder) => !isOver(holder)).map(({ _id }) => _id);
  await enqueueOutbox(live.map((id) => delayedReleaseOf(id, code)));
  let discountAmount = ZERO_PAISE;
  try {
    for (const id of live) unwrap(await reverseCouponUsage({ code, orderId: id.toHexString() }));
    const check = await ask(code);
    if (check.valid) discountAmount = check.discountAmount;
    return check;
  } finally {
    // Also after a failure: a payment that stays open keeps its use. What this misses, the message makes good.
    await claimAgain({ code, discountAmount }, live).catch(() => undefined);
  }
}

function delayedReleaseOf(id: Types.ObjectId, code: string): OutboxDraft {
  const checkoutSessionId = id.toHexString();
  return {
    type: "coupon.release",
    dedupeKey: `coupon.release:${checkoutSessionId}:${code}:${now().getTime()}`,
    payload: { checkoutSessionId, codes: [code] },
    delayMs: SETTLE_AFTER_MS,
  };
}

/**
 * For the sessions as they are now: one may have been ordered meanwhile, and one with a lease may be about to freeze the
 * coupon. If another order has just claimed the last use, the next choice of a method or the placement finds out.
 */
async function claimAgain(coupon: ClaimedCoupon, ids: readonly Types.ObjectId[]): Promise<void> {
  const sessions = await CheckoutSession.find({ _id: trusted({ $in: [...ids] }) }).lean<
    CheckoutSessionDoc[]
  >();
  await Promise.all(
    sessions.map(async (session) => {
      const inUse = findInUse(session, coupon.code) ?? (session.lease ? coupon : undefined);
      if (inUse) await claimCouponUse(session, inUse);
    }),
  );
}
