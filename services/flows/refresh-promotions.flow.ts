import { trusted } from "mongoose";
import { Cart, type CartDoc, CheckoutSession } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { ConflictError, NotFoundError } from "../../utils/errors.js";
import { changeCart } from "../aggregates/cart/change-cart.js";

/** Carts with coupons, discounts or gifts that were not looked at since, those that waited longest first. */
export function findPromotedCarts(since: Date, limit: number): Promise<CartDoc[]> {
  return Cart.find({
    status: "active",
    promotionsCheckedAt: trusted({ $gt: new Date(0), $lt: since }),
  })
    .sort({ promotionsCheckedAt: 1 })
    .limit(limit)
    .lean<CartDoc[]>();
}

/**
 * Asks the pricing service again what a cart has earned, and writes it where that has changed: coupons that
 * ended are dropped (notice COUPON_DROPPED), discounts follow, gifts come and go. What is being paid for or
 * placed is left alone: its amount is frozen, and whether it still holds is asked at the payment. The cart's
 * time does not begin anew.
 * @returns whether anything has changed
 * @throws the typed upstream errors
 */
export async function refreshPromotions({ _id, version, placing }: CartDoc): Promise<boolean> {
  const paying = await CheckoutSession.exists({ cartId: _id, status: "payment_pending" });
  if (placing || paying) return lookLater(_id);
  try {
    const { cart } = await changeCart(_id, (draft) => {
      draft.isHousekeeping = true;
    });
    return cart.version !== version;
  } catch (error) {
    // The customer is at work on it, or gone: whatever he does asks the pricing service too.
    if (error instanceof ConflictError || error instanceof NotFoundError) return lookLater(_id);
    throw error;
  }
}

async function lookLater(_id: CartDoc["_id"]): Promise<false> {
  await Cart.updateOne({ _id }, { $set: { promotionsCheckedAt: now() } }, { timestamps: false });
  return false;
}
