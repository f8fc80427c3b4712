import type { ClientSession, Types } from "mongoose";
import { Cart, type CartDoc, CartItem, Payment } from "../../../models/index.js";
import { CART_STATUS } from "../../../utils/constants.js";
import { ConflictError } from "../../../utils/errors.js";
import { cartMachine } from "../../../utils/state-machines.js";
import { findLiveCheckout } from "../../aggregates/checkout-session/session-access.js";
import { endCheckout } from "../../aggregates/checkout-session/session-status.js";
import { placementInProgress } from "../../aggregates/payment/supersede-payment.js";
import { tryTransition } from "../../platform/transition.service.js";

/** A guest's cart whose lease is held. */
export interface HeldCart {
  cart: CartDoc;
  token: string;
}

/**
 * Refuses to merge a cart that is being bought, before anything is moved. The transaction checks again.
 * @throws ConflictError PLACEMENT_IN_PROGRESS while its order is being placed, or once its payment is accepted
 */
export async function assertNotBought(cart: CartDoc): Promise<void> {
  if (cart.placing) throw placementInProgress();
  const checkout = await findLiveCheckout(cart._id);
  if (!checkout) return;
  if (checkout.placement) throw placementInProgress();
  if (await Payment.exists({ checkoutSessionId: checkout._id, accepted: true })) throw placementInProgress();
}

/**
 * In the merge's transaction: converts the guest's cart, deletes its lines (the customer's cart has them now) and
 * ends its checkout. An open payment is superseded; a capture that still arrives is refunded (docs/decisions/006).
 * @throws ConflictError PLACEMENT_IN_PROGRESS, VERSION_CONFLICT
 */
export async function closeMergedCart(
  { cart, token }: HeldCart,
  intoCartId: Types.ObjectId,
  tx: ClientSession,
): Promise<void> {
  const { changed } = await tryTransition({
    machine: cartMachine,
    model: Cart,
    id: cart._id,
    from: CART_STATUS.ACTIVE,
    to: CART_STATUS.CONVERTED,
    guard: { placing: null, version: cart.version, "lease.token": token },
    set: { mergedIntoCartId: intoCartId, itemCount: 0, totalQuantity: 0, lease: null },
    raiseVersion: true,
    by: { type: "customer" },
    tx,
  });
  if (!changed) throw await explainNotClosed(cart, tx);
  await CartItem.deleteMany({ cartId: cart._id }).session(tx);
  // Its lines are in another cart now, so it can be neither continued nor paid for.
  const checkout = await findLiveCheckout(cart._id, tx);
  if (checkout && !(await endCheckout(checkout, "cart_gone", tx))) throw placementInProgress();
}

async function explainNotClosed({ _id, version }: CartDoc, tx: ClientSession): Promise<ConflictError> {
  const current = await Cart.findById(_id).session(tx).lean<CartDoc>();
  if (current?.placing) return placementInProgress();
  return new ConflictError("VERSION_CONFLICT", "The guest's cart was changed at the same time", {
    current: current?.version ?? version,
  });
}
