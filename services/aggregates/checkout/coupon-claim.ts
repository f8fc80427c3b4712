import type { Types } from "mongoose";
import { CheckoutSession } from "../../../models/index.js";
import { RuleError } from "../../../utils/errors.js";
import { unwrap } from "../../../utils/result.js";
import * as pricing from "../../integrations/pricing-integration.service.js";
import { changeCart } from "../cart/change-cart.js";
import { couponDroppedNotice } from "../cart/notices.js";
import type { CheckoutState } from "./checkout-state.js";

/**
 * Claims one use of every coupon of the cart for this session, before the customer pays a discounted amount.
 * Idempotent by code and order id. The claim is recorded before the call, so that it is released when the
 * session fails, whatever its outcome.
 * @throws RuleError COUPON_INVALID when the last use has just gone; the coupon is then removed from the cart.
 */
export async function claimCoupons({ checkout, cart }: CheckoutState): Promise<void> {
  const codes = cart.appliedCoupons.map((coupon) => coupon.code);
  if (codes.length === 0) return;
  await CheckoutSession.updateOne({ _id: checkout._id }, { $addToSet: { couponClaims: { $each: codes } } });
  for (const coupon of cart.appliedCoupons) {
    const result = await pricing.recordCouponUsage({
      code: coupon.code,
      ...(checkout.userId ? { userId: checkout.userId } : {}),
      email: checkout.email,
      phone: checkout.phone,
      orderId: checkout._id.toHexString(),
      discountAmount: coupon.discountAmount,
    });
    if (!result.success && result.outcome === "refused") {
      await dropCoupon(cart._id, coupon.code, result.code);
      throw new RuleError("COUPON_INVALID", `The coupon ${coupon.code} can no longer be used`, {
        reason: result.code,
        couponCode: coupon.code,
      });
    }
    unwrap(result);
  }
}

/** The coupon leaves the cart with a notice; the customer sees the price without it and chooses again. */
async function dropCoupon(cartId: Types.ObjectId, code: string, reason: string): Promise<void> {
  await changeCart(cartId, (draft) => {
    draft.couponCodes = draft.couponCodes.filter((candidate) => candidate !== code);
    draft.notices.push(couponDroppedNotice(code, reason));
  });
}
