import { trusted } from "mongoose";
import { Cart, type CartDoc, CheckoutSession } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { CART_STATUS, CHECKOUT_STATUS } from "../../utils/constants.js";
import { ConflictError, NotFoundError } from "../../utils/errors.js";
import { changeCart } from "../aggregates/cart/change-cart.js";

/** Carts with coupons, discounts or gifts that were last checked before `since`, oldest check first. */
export function findPromotedCarts(since: Date, limit: number): Promise<CartDoc[]> {
  return Cart.find({
    status: CART_STATUS.ACTIVE,
    promotionsCheckedAt: trusted({ $gt: new Date(0), $lt: since }),
  })
    .sort({ promotionsCheckedAt: 1 })
    .limit(limit)
    .lean<CartDoc[]>();
}

/**
 * Asks the pricing service again what a cart has earned, and writes what changed: coupons that ended are dropped
 * (notice COUPON_DROPPED), discounts and gifts are updated. Carts that are being paid for or placed are skipped:
 * their amount is frozen, and the next payment step checks the promotions. The cart's expiry does not change.
 * @returns whether anything has changed
 * @throws the typed upstream errors
 */
export async function refreshPromotions({ _id, version, placing }: CartDoc): Promise<boolean> {
  const paying = await CheckoutSession.exists({ cartId: _id, status: CHECKOUT_STATUS.PAYMENT_PENDING });
  if (placing || paying) return skip(_id);
  try {
    const { cart } = await changeCart(_id, (draft) => {
      draft.isHousekeeping = true;
    });
    return cart.version !== version;
  } catch (error) {
    // The cart is being changed or is gone. The customer's next change asks the pricing service too.
    if (error instanceof ConflictError || error instanceof NotFoundError) return skip(_id);
    throw error;
  }
}

/** Counts as checked, so that the next batch does not find the same cart again. */
async function skip(_id: CartDoc["_id"]): Promise<false> {
  await Cart.updateOne({ _id }, { $set: { promotionsCheckedAt: now() } }, { timestamps: false });
  return false;
}
