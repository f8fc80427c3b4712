import Joi from "joi";
import { Types, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Cart, type CartDoc, CartItem, type CartItemDoc, CheckoutSession } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { LIVE_CHECKOUT_STATUSES } from "../../../utils/constants.js";
import { isRefused, unwrap } from "../../../utils/result.js";
import {
  createReservation,
  releaseCartReservations,
  releaseReservation,
  updateReservation,
} from "../../integrations/inventory-integration.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import type { ReservationToSync, UnansweredReservation } from "./cart-draft.js";
import { CART_LEASE } from "./cart-reads.js";

/** What the outbox does about reservations after a change of a cart, or after one that failed. */

/** Payload of the outbox message `reservation.sync`. */
type ReservationSyncPayload = ReservationToSync & { cartId: string };

/** By then a call that was in flight has taken effect, or never will. */
const SYNC_AFTER_MS = 5_000;

/** Queues `syncReservation` for reservations that may differ from the cart. Never throws. */
export async function oweReservationSync(
  cartId: Types.ObjectId,
  subjects: readonly ReservationToSync[],
): Promise<void> {
  const at = now().getTime();
  const drafts = subjects.map((subject): OutboxDraft => {
    const name =
      "reservationId" in subject ? subject.reservationId : subject.unansweredReservation.idempotencyKey;
    return {
      type: "reservation.sync",
      dedupeKey: `reservation.sync:${name}:${at}`,
      payload: { cartId: cartId.toHexString(), ...subject } satisfies ReservationSyncPayload,
      delayMs: SYNC_AFTER_MS,
    };
  });
  try {
    await enqueueOutbox(drafts);
  } catch (error) {
    // The database is down as well. No stock is lost: reservations lapse.
    logger.error(
      { err: error, cartId: cartId.toHexString() },
      "> Reservations could not be undone or queued; they will lapse",
    );
  }
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
 * Effect of `reservation.sync`: a change of the cart failed, and a reservation may differ from it. Holds the
 * cart's lease and gives the reservation the quantity of the line that refers to it, or releases it when
 * there is no such line. A line that was merged into another cart got its quantity there. May run any number of times.
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
    const line = await findLineOf(id, reservationId);
    if (!line) {
      unwrap(await releaseReservation(reservationId));
      return;
    }
    if (!line.cartId.equals(id)) return;
    const result = await updateReservation(reservationId, { quantity: line.quantity });
    // Refused: it has lapsed, or the stock is gone. The next change and the checkout start reserve the line again.
    if (!isRefused(result)) unwrap(result);
  });
}

/** The line that refers to a reservation of the cart. A merge takes reservations along into the customer's cart. */
async function findLineOf(cartId: Types.ObjectId, reservationId: string): Promise<CartItemDoc | null> {
  const cart = await Cart.findById(cartId, { mergedIntoCartId: 1 }).lean<Pick<CartDoc, "mergedIntoCartId">>();
  const cartIds = cart?.mergedIntoCartId ? [cartId, cart.mergedIntoCartId] : [cartId];
  return CartItem.findOne({ cartId: trusted({ $in: cartIds }), reservationId }).lean<CartItemDoc>();
}

/** @returns null when it was refused, so nothing is reserved */
async function findUnanswered(unanswered: UnansweredReservation): Promise<string | null> {
  const result = await createReservation(unanswered);
  return isRefused(result) ? null : unwrap(result).reservationId;
}

/**
 * Effect of `cart.release`: releases all reservations of a cart whose time, or whose checkout's time, has passed.
 * Checks again under the cart's lease: a cart that has another version or status, or a live checkout, keeps
 * its stock.
 * @param idle the cart's version and status when the release was queued
 */
export async function releaseIdleCart(
  cartId: Types.ObjectId,
  idle: { version: number; status: string },
): Promise<void> {
  await withDocumentLease({ model: Cart, id: cartId, ...CART_LEASE }, async (cart) => {
    if (!cart || cart.placing || cart.version !== idle.version || cart.status !== idle.status) return;
    if (await CheckoutSession.exists({ cartId, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) }))
      return;
    const held = await CartItem.distinct("reservationId", { cartId });
    unwrap(await releaseCartReservations(cartId.toHexString()));
    // Only what was read: after a pause longer than the lease, another change may have reserved anew.
    await CartItem.updateMany(
      { cartId, reservationId: trusted({ $in: held }) },
      { $set: { reservationId: null, reservationExpiresAt: null } },
    );
  });
}

/**
 * Effect of `reservation.release`: releases a reservation unless a line refers to it again. Releasing it twice
 * succeeds.
 */
export async function releaseUnusedReservation(cartId: Types.ObjectId, reservationId: string): Promise<void> {
  if (await findLineOf(cartId, reservationId)) return;
  unwrap(await releaseReservation(reservationId));
}
