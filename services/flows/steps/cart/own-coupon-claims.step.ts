import { type Types, trusted } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc } from "../../../../models/index.js";
import { ZERO_PAISE } from "../../../../utils/money.js";
import { type Result, unwrap } from "../../../../utils/result.js";
import {
  type CouponCheck,
  recordCouponUsage,
  reverseCouponUsage,
} from "../../../integrations/pricing-integration.service.js";
import { releaseCoupons } from "../checkout/release-coupons.step.js";

type Holder = Pick<CheckoutSessionDoc, "_id" | "userId" | "status" | "frozen" | "couponClaims">;
type Ask = (code: string) => Promise<CouponCheck>;

/**
 * A use that a checkout of this very cart has claimed (D37) must not count against the cart: otherwise a
 * coupon of one use would be refused to the customer who holds it, when he chooses another method, tries a
 * failed payment again or changes the cart. The pricing service cannot be told whose use it is; so the use
 * is given back, the coupon asked about once more, and the use claimed again where a payment is open.
 * @returns the checks, with a fresh one for each coupon that was refused although the cart holds a use of it.
 * @throws the typed upstream errors
 */
export async function reconsiderOwnCoupons(
  cartId: Types.ObjectId,
  checks: readonly CouponCheck[],
  ask: Ask,
): Promise<CouponCheck[]> {
  const refused = checks.filter((check) => !check.valid).map((check) => check.code);
  if (refused.length === 0) return [...checks];
  const holders = await findHolders(cartId, refused);
  return Promise.all(
    checks.map((check) => {
      const own = check.valid ? [] : holders.filter((holder) => holder.couponClaims.includes(check.code));
      return own.length === 0 ? check : askWithoutClaims(check.code, own, ask);
    }),
  );
}

/** A session that is being placed is paid for: its uses are not touched any more. */
const findHolders = (cartId: Types.ObjectId, codes: readonly string[]): Promise<Holder[]> =>
  CheckoutSession.find({
    cartId,
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
    // Whatever becomes of this change: a payment that stays open keeps its use.
    await Promise.all(
      holders.filter(({ status }) => status === "payment_pending").map((holder) => claimAgain(code, holder)),
    );
  }
}

/** Somebody who took the last use at this very moment is heard of when the payment is chosen, or placed. */
const claimAgain = (code: string, { _id, userId, frozen }: Holder): Promise<Result<unknown>> =>
  recordCouponUsage({
    code,
    ...(userId ? { userId } : {}),
    orderId: _id.toHexString(),
    discountAmount: frozen?.coupons.find((coupon) => coupon.code === code)?.discountAmount ?? ZERO_PAISE,
  });
