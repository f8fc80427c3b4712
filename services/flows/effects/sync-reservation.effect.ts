import Joi from "joi";
import { Types } from "mongoose";
import { Cart, CartItem, type CartItemDoc } from "../../../models/index.js";
import { isRefused, unwrap } from "../../../utils/result.js";
import {
  createReservation,
  releaseReservation,
  updateReservation,
} from "../../integrations/inventory-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { CART_LEASE } from "../steps/cart/change-cart.step.js";
import type { ReservationSyncPayload, UnansweredReservation } from "../steps/cart/reservation-undo.step.js";

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
