import { type ClientSession, type Types, trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  CartItem,
  CheckoutSession,
  type CheckoutSessionDoc,
  Payment,
} from "../../../../models/index.js";
import { now } from "../../../../utils/clock.js";
import { LIVE_CHECKOUT_STATUSES } from "../../../../utils/constants.js";
import { ConflictError } from "../../../../utils/errors.js";
import { cartMachine, checkoutMachine } from "../../../../utils/state-machines.js";
import { applyTransition, tryTransition } from "../../../platform/transition.service.js";
import { stepBackFromPayment } from "../payment/supersede-payment.step.js";
import { placementInProgress } from "./save-cart.step.js";

/** A guest's cart whose lease is held. */
export interface HeldCart {
  cart: CartDoc;
  token: string;
}

const findLiveCheckout = (cartId: Types.ObjectId, session?: ClientSession) =>
  CheckoutSession.findOne({ cartId, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) })
    .session(session ?? null)
    .lean<CheckoutSessionDoc>();

/**
 * Before anything is moved: a cart that is being bought stays as it is. The transaction decides it again.
 * @throws ConflictError PLACEMENT_IN_PROGRESS while its order is being placed, or its money is already here
 */
export async function assertNotBought(cart: CartDoc): Promise<void> {
  if (cart.placing) throw placementInProgress();
  const checkout = await findLiveCheckout(cart._id);
  if (!checkout) return;
  if (checkout.placement) throw placementInProgress();
  if (await Payment.exists({ checkoutSessionId: checkout._id, accepted: true })) throw placementInProgress();
}

/**
 * In the merge's transaction: ends the guest's cart, its lines (which live on in the other one) and its
 * checkout. An open payment is superseded; a capture that still arrives is refunded (docs/decisions/006).
 * @throws ConflictError PLACEMENT_IN_PROGRESS, VERSION_CONFLICT
 */
export async function closeMergedCart(
  { cart, token }: HeldCart,
  intoCartId: Types.ObjectId,
  session: ClientSession,
): Promise<void> {
  const { changed } = await tryTransition({
    machine: cartMachine,
    model: Cart,
    id: cart._id,
    from: "active",
    to: "converted",
    guard: { placing: null, version: cart.version, "lease.token": token },
    set: { mergedIntoCartId: intoCartId, itemCount: 0, totalQuantity: 0, lease: null },
    inc: { version: 1 },
    by: { type: "customer" },
    session,
  });
  if (!changed) throw await explain(cart, session);
  await CartItem.deleteMany({ cartId: cart._id }).session(session);
  await endCheckout(cart._id, session);
}

async function explain({ _id, version }: CartDoc, session: ClientSession): Promise<ConflictError> {
  const current = await Cart.findById(_id).session(session).lean<CartDoc>();
  if (current?.placing) return placementInProgress();
  return new ConflictError("VERSION_CONFLICT", "The guest's cart was changed at the same time", {
    current: current?.version ?? version,
  });
}

/** Its goods are in another cart now: nobody can go on with it, nor pay for it. */
async function endCheckout(cartId: Types.ObjectId, session: ClientSession): Promise<void> {
  const checkout = await findLiveCheckout(cartId, session);
  if (!checkout) return;
  if (checkout.status === "payment_pending") await stepBackFromPayment(checkout, session);
  const { changed } = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    to: "failed",
    guard: { placement: null },
    set: { failureReason: "cart_gone", failedAt: now(), "steps.failedAt": now() },
    by: { type: "customer" },
    session,
  });
  if (!changed) throw placementInProgress();
}
