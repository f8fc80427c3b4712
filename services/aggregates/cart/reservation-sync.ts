import Joi from "joi";
import { Types, trusted } from "mongoose";
import { Cart, CartItem, type CartItemDoc, CheckoutSession } from "../../../models/index.js";
import { LIVE_CHECKOUT_STATUSES } from "../../../utils/constants.js";
import { isRefused, unwrap } from "../../../utils/result.js";
import {
  createReservation,
  releaseCartReservations,
  releaseReservation,
  updateReservation,
} from "../../integrations/inventory-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { CART_LEASE } from "./change-cart.js";
import type { ReservationSyncPayload, UnansweredReservation } from "./reservation-undo.js";

/**
 * Releases everything a cart has reserved, once nobody is buying it: its time or its checkout's has passed.
 * Stands in the cart's line and looks again there: whoever came back meanwhile (another version, another
 * status, a new checkout) keeps his stock.
 * @param idle the cart's version and status when the release was owed
 */
export async function releaseIdleCart(
  cartId: Types.ObjectId,
  idle: { version: number; status: string },
): Promise<void> {
  await withDocumentLease({ model: Cart, id: cartId, ttlMs: 15_000, waitMs: 10_000 }, async (cart) => {
    if (!cart || cart.placing || cart.version !== idle.version || cart.status !== idle.status) return;
    if (await CheckoutSession.exists({ cartId, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) }))
      return;
    unwrap(await releaseCartReservations(cartId.toHexString()));
    await CartItem.updateMany({ cartId }, { $set: { reservationId: null, reservationExpiresAt: null } });
  });
}

/**
 * Releases a reservation that no line points at any more; one that a line took up again is left alone
 * (`domain.md` §4). Releasing twice is a success there.
 */
export async function releaseUnusedReservation(cartId: Types.ObjectId, reservationId: string): Promise<void> {
  if (await CartItem.exists({ cartId, reservationId })) return;
  unwrap(await releaseReservation(reservationId));
}

const text = Joi.string().required();
const payloadSchema = Joi.object({
  cartId: Joi.string().hex().length(24).required(),
  reservationId: Joi.string(),
  unansweredReservation: Joi.object({
    cartId: text,
    variantId: text,
    quantity: Joi.number().required(),
    ttlMinutes: Joi.number().required(),
    idempotencyKey: text,
  }),
}).xor("reservationId", "unansweredReservation");

/**
 * Effect of `reservation.sync`: a cart change failed so that we do not know, or could not take back, what
 * the inventory holds. Stands in the cart's line and makes the reservation what the database says: as much
 * as the line that points at it, or nothing. May run any number of times.
 */
export async function syncReservation(payload: Record<string, unknown>): Promise<void> {
  const { cartId, ...subject }: ReservationSyncPayload = Joi.attempt(payload, payloadSchema);
  const id = new Types.ObjectId(cartId);
  await withDocumentLease({ model: Cart, id, ...CART_LEASE }, async () => {
    const reservationId =
      "reservationId" in subject
        ? subject.reservationId
        : await findUnanswered(subject.unansweredReservation);
    if (!reservationId) return;
    const line = await CartItem.findOne({ cartId: id, reservationId }).lean<CartItemDoc>();
    if (!line) {
      unwrap(await releaseReservation(reservationId));
      return;
    }
    const result = await updateReservation(reservationId, { quantity: line.quantity });
    // Refused: it lapsed, or others were faster. The line is reserved again when it changes and at checkout.
    if (!isRefused(result)) unwrap(result);
  });
}

/** @returns null when it was refused: then nothing is held */
async function findUnanswered(unanswered: UnansweredReservation): Promise<string | null> {
  const result = await createReservation(unanswered);
  return isRefused(result) ? null : unwrap(result).reservationId;
}
