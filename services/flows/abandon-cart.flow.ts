import { type Types, trusted } from "mongoose";
import { Cart, type CartDoc, CheckoutSession } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { LIVE_CHECKOUT_STATUSES } from "../../utils/constants.js";
import { cartMachine } from "../../utils/state-machines.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** Active carts whose time has passed, oldest first. */
export function findExpiredCarts(limit: number): Promise<CartDoc[]> {
  return Cart.find({ status: "active", expiresAt: trusted({ $lt: now() }), placing: null })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .lean<CartDoc[]>();
}

/**
 * Marks a cart as abandoned and owes the release of its stock. Compare-and-set on time and version; a cart
 * that is being checked out or paid for is left alone (F48).
 * @returns whether it was abandoned by this call.
 */
export async function abandonCart(cart: CartDoc): Promise<boolean> {
  return inTransaction(async (session) => {
    const live = await CheckoutSession.exists({
      cartId: cart._id,
      status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }),
    }).session(session);
    if (live) return false;
    const { changed } = await tryTransition({
      machine: cartMachine,
      model: Cart,
      id: cart._id,
      from: "active",
      to: "abandoned",
      guard: { placing: null, expiresAt: cart.expiresAt, version: cart.version },
      set: { abandonedAt: now() },
      inc: { version: 1 },
      by: { type: "system" },
      session,
    });
    if (changed) await enqueueOutbox([releaseOf(cart._id, cart.version + 1)], session);
    return changed;
  });
}

const releaseOf = (cartId: Types.ObjectId, version: number) => ({
  type: "cart.release",
  dedupeKey: `cart.release:${cartId.toHexString()}:${version}`,
  payload: { cartId: cartId.toHexString(), version, status: "abandoned" },
});
