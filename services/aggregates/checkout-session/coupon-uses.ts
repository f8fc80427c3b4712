import { type Types, trusted } from "mongoose";
import { type AppliedCoupon, CheckoutSession, type CheckoutSessionDoc } from "../../../models/index.js";
import { CHECKOUT_STATUS, type CheckoutStatus } from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { isRefused, type Result, unwrap } from "../../../utils/result.js";
import {
  type CouponCheck,
  recordCouponUsage,
  reverseCouponUsage,
} from "../../integrations/pricing-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import { CHECKOUT_LEASE } from "./session-access.js";

/**
 * A coupon use is claimed at the pricing service for a session, and released by it. Claims are idempotent by code and
 * by the session's id, which becomes the order's.
 */

type Holder = Pick<
  CheckoutSessionDoc,
  "_id" | "userId" | "email" | "phone" | "status" | "frozen" | "couponClaims"
>;
type ClaimedCoupon = Pick<AppliedCoupon, "code" | "discountAmount">;

/** One use of a coupon by a session. */
export const claimCouponUse = (
  { _id, userId, email, phone }: Pick<Holder, "_id" | "userId" | "email" | "phone">,
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
 * @throws the typed upstream errors
 */
export async function claimCoupons(
  checkout: CheckoutSessionDoc,
  coupons: readonly ClaimedCoupon[],
): Promise<RefusedCoupon | null> {
  const codes = coupons.map(({ code }) => code);
  if (codes.length === 0) return null;
  await CheckoutSession.updateOne({ _id: checkout._id }, { $addToSet: { couponClaims: { $each: codes } } });
  for (const coupon of coupons) {
    const result = await claimCouponUse(checkout, coupon);
    if (isRefused(result)) return { code: coupon.code, reason: result.code };
    unwrap(result);
  }
  return null;
}

/** What is frozen is being paid for, or was sold. A late capture of a failed session claims its coupons again. */
const FREEZING: readonly CheckoutStatus[] = [CHECKOUT_STATUS.PAYMENT_PENDING, CHECKOUT_STATUS.COMPLETED];

/**
 * Releases coupon uses that a session claimed and no longer needs. Holds the session's lease, because the same
 * coupon may be claimed again at the same moment: by the next payment method, or by the placement of an expired
 * session after a late capture. Coupons that are frozen in an open payment or in an order are kept.
 * @throws ConflictError PLACEMENT_IN_PROGRESS while an order is being placed: whether it needs the coupon is not
 *   known before that ends
 */
export async function releaseCoupons(
  checkoutSessionId: Types.ObjectId,
  codes: readonly string[],
): Promise<void> {
  const lease = { model: CheckoutSession, id: checkoutSessionId, ...CHECKOUT_LEASE };
  await withDocumentLease(lease, async (checkout) => {
    if (!checkout) return;
    if (checkout.placement) throw placementInProgress();
    const frozen = FREEZING.includes(checkout.status) ? checkout.frozen : null;
    const inUse = new Set(frozen?.coupons.map((coupon) => coupon.code));
    for (const code of codes.filter((candidate) => !inUse.has(candidate))) {
      unwrap(await reverseCouponUsage({ code, orderId: checkoutSessionId.toHexString() }));
      await CheckoutSession.updateOne({ _id: checkoutSessionId }, { $pull: { couponClaims: code } });
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
const findHolders = (cartIds: readonly Types.ObjectId[], codes: readonly string[]): Promise<Holder[]> =>
  CheckoutSession.find({
    cartId: trusted({ $in: [...cartIds] }),
    couponClaims: trusted({ $in: [...codes] }),
    status: trusted({ $ne: CHECKOUT_STATUS.COMPLETED }),
    placement: null,
  }).lean<Holder[]>();

async function askWithoutClaims(code: string, holders: readonly Holder[], ask: Ask): Promise<CouponCheck> {
  for (const { _id, status } of holders) {
    // A late capture may be placing this expired session right now: only its lease excludes that.
    if (status === CHECKOUT_STATUS.FAILED) await releaseCoupons(_id, [code]);
    else unwrap(await reverseCouponUsage({ code, orderId: _id.toHexString() }));
  }
  try {
    return await ask(code);
  } finally {
    // Also after a failure: a payment that stays open keeps its use.
    await Promise.all(
      holders
        .filter(({ status }) => status === CHECKOUT_STATUS.PAYMENT_PENDING)
        .map((holder) => claimAgain(code, holder)),
    );
  }
}

/** If another order has just claimed the last use, the next choice of a method or the placement finds out. */
const claimAgain = (code: string, holder: Holder): Promise<Result<unknown>> =>
  claimCouponUse(
    holder,
    holder.frozen?.coupons.find((coupon) => coupon.code === code) ?? { code, discountAmount: ZERO_PAISE },
  );
