import { type Types, trusted } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc } from "../../../models/index.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { type Result, unwrap } from "../../../utils/result.js";
import {
  type CouponCheck,
  recordCouponUsage,
  reverseCouponUsage,
} from "../../integrations/pricing-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import { CHECKOUT_LEASE } from "./session-access.js";

/**
 * Releases coupon uses that a session claimed and no longer needs. Holds the session's lease, because the same
 * coupon may be claimed again at the same moment: by the next payment method, or by an order that a late capture
 * makes of an expired session. What the session pays with now, or its order was made with, is left alone.
 * @throws ConflictError PLACEMENT_IN_PROGRESS while an order is being placed; whether it needs the coupon is known
 *   once that has ended
 */
export async function releaseCoupons(
  checkoutSessionId: Types.ObjectId,
  codes: readonly string[],
): Promise<void> {
  const lease = { model: CheckoutSession, id: checkoutSessionId, ...CHECKOUT_LEASE };
  await withDocumentLease(lease, async (checkout) => {
    if (!checkout || checkout.status === "completed") return;
    if (checkout.placement) throw placementInProgress();
    const frozen = checkout.status === "payment_pending" ? checkout.frozen : null;
    const inUse = new Set(frozen?.coupons.map((coupon) => coupon.code));
    for (const code of codes.filter((candidate) => !inUse.has(candidate))) {
      unwrap(await reverseCouponUsage({ code, orderId: checkoutSessionId.toHexString() }));
      await CheckoutSession.updateOne({ _id: checkoutSessionId }, { $pull: { couponClaims: code } });
    }
  });
}

type Holder = Pick<
  CheckoutSessionDoc,
  "_id" | "userId" | "email" | "phone" | "status" | "frozen" | "couponClaims"
>;
type Ask = (code: string) => Promise<CouponCheck>;

export interface CouponReview {
  /** The cart, and one that is being merged into it. */
  cartIds: readonly Types.ObjectId[];
  checks: readonly CouponCheck[];
  ask: Ask;
  /** Another person buys than the one the uses were claimed for: each use is claimed again. */
  isContactNew: boolean;
}

/**
 * A use that a checkout of this very cart has claimed must not count against the cart: otherwise a coupon of
 * one use would be refused to the customer who holds it, when they choose another method, retry a failed
 * payment or change the cart. The validation call cannot say whose use to leave out; so the use is
 * released, the coupon validated once more, and the use claimed again where a payment is open.
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

/** A session that is being placed has been paid for: its uses stay as they are. */
const findHolders = (cartIds: readonly Types.ObjectId[], codes: readonly string[]): Promise<Holder[]> =>
  CheckoutSession.find({
    cartId: trusted({ $in: [...cartIds] }),
    couponClaims: trusted({ $in: [...codes] }),
    status: trusted({ $ne: "completed" }),
    placement: null,
  }).lean<Holder[]>();

async function askWithoutClaims(code: string, holders: readonly Holder[], ask: Ask): Promise<CouponCheck> {
  for (const { _id, status } of holders) {
    // A late capture may make an order of an expired session at this moment: only its lease keeps the two apart.
    if (status === "failed") await releaseCoupons(_id, [code]);
    else unwrap(await reverseCouponUsage({ code, orderId: _id.toHexString() }));
  }
  try {
    return await ask(code);
  } finally {
    // Also when this change fails: a payment that stays open keeps its use.
    await Promise.all(
      holders.filter(({ status }) => status === "payment_pending").map((holder) => claimAgain(code, holder)),
    );
  }
}

/** If another order has just taken the last use, the next choice of a method or the placement finds out. */
const claimAgain = (code: string, { _id, userId, email, phone, frozen }: Holder): Promise<Result<unknown>> =>
  recordCouponUsage({
    code,
    ...(userId ? { userId } : {}),
    email,
    phone,
    orderId: _id.toHexString(),
    discountAmount: frozen?.coupons.find((coupon) => coupon.code === code)?.discountAmount ?? ZERO_PAISE,
  });
