import { trusted } from "mongoose";
import { Cart, type CartDoc, CheckoutSession } from "../../models/index.js";
import { isPast, now } from "../../utils/clock.js";
import { CART_STATUS, LIVE_CHECKOUT_STATUSES } from "../../utils/constants.js";
import { cartMachine } from "../../utils/state-machines.js";
import { inTransaction } from "../platform/transaction.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** Expired active carts, oldest first. */
export function findExpiredCarts(limit: number): Promise<CartDoc[]> {
  return Cart.find({ status: CART_STATUS.ACTIVE, $expr: trusted(isPast("expiresAt")), placing: null })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .lean<CartDoc[]>();
}

/**
 * Marks an expired cart as abandoned and queues the release of its stock. Compare-and-set on version and expiry, by
 * the database clock. A cart that is being checked out or paid for stays as it is. The version stays: a late payment
 * for exactly these lines may still convert the cart.
 * @returns whether this call abandoned it
 */
export async function abandonCart(cart: CartDoc): Promise<boolean> {
  const abandonedAt = now();
  return inTransaction(async (tx) => {
    const live = await CheckoutSession.exists({
      cartId: cart._id,
      status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }),
    }).session(tx);
    if (live) return false;
    const { changed } = await tryTransition({
      machine: cartMachine,
      model: Cart,
      id: cart._id,
      from: CART_STATUS.ACTIVE,
      to: CART_STATUS.ABANDONED,
      guard: {
        placing: null,
        version: cart.version,
        expiresAt: cart.expiresAt,
        $expr: trusted(isPast("expiresAt")),
      },
      set: { abandonedAt },
      messages: [releaseOf(cart, abandonedAt)],
      by: { type: "system" },
      tx,
    });
    return changed;
  });
}

const releaseOf = ({ _id, version }: CartDoc, abandonedAt: Date) => ({
  type: "cart.release",
  dedupeKey: `cart.release:${_id.toHexString()}:${abandonedAt.getTime()}`,
  payload: { cartId: _id.toHexString(), version, status: CART_STATUS.ABANDONED },
});
