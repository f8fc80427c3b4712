import type { Types } from "mongoose";
import type { CartItemDoc } from "../../../models/index.js";
import { toUpstreamError } from "../../../utils/result.js";
import { type CartDraft, dropLine } from "../../aggregates/cart/cart-draft.js";
import {
  isReserved,
  reserveAvailable,
  undoChange,
  undoUnknown,
} from "../../aggregates/cart/reserve-lines.js";
import {
  type TransferredReservation,
  transferReservations,
} from "../../integrations/inventory-integration.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { getSettings } from "../../platform/settings.service.js";
import type { MergedLines } from "./merge-lines.step.js";

/**
 * Transfers the guest cart's reservations to the draft's cart in one call, and then reserves for each merged line
 * its quantity, or what is available of it (notice QUANTITY_REDUCED). The call is idempotent and returns the same
 * result after a crash, so a merge can restart at any point.
 * @throws the typed upstream errors; the customer's own reservations are restored to their quantities
 */
export async function moveReservations(
  draft: CartDraft,
  guest: { cartId: Types.ObjectId; lines: readonly CartItemDoc[] },
  merged: MergedLines,
): Promise<void> {
  const moved = guest.lines.some((line) => line.reservationId) ? await transfer(draft, guest) : [];
  for (const reservation of moved) assignReservation(draft, reservation, merged);
  const { reservationTtlMinutes } = await getSettings("cart");
  for (const line of merged.touched) {
    if (line.isFreeGift && !isHeld(draft, line)) dropLine(draft, line);
    else if (!isExact(draft, line)) await reserveAvailable(draft, line, reservationTtlMinutes);
  }
  releaseLeftOver(draft, merged.leftOver);
}

async function transfer(
  draft: CartDraft,
  guest: { cartId: Types.ObjectId; lines: readonly CartItemDoc[] },
): Promise<TransferredReservation[]> {
  const from = guest.cartId.toHexString();
  const key = `${from}:transfer:${draft.token}`;
  const result = await transferReservations(from, draft.cart._id.toHexString(), key);
  if (!result.success) {
    const variants = new Set(guest.lines.map((line) => line.variantId));
    for (const { reservationId, variantId } of draft.storedLines) {
      if (reservationId && variants.has(variantId) && result.outcome === "unknown")
        draft.undo.push(undoUnknown({ reservationId }));
    }
    throw toUpstreamError(result);
  }
  return result.data.transferred;
}

/** Assigns a transferred reservation to the line it is for, and records how many units it holds. */
function assignReservation(draft: CartDraft, reservation: TransferredReservation, merged: MergedLines): void {
  const { reservationId, variantId, quantity } = reservation;
  const before = draft.storedLines.find((line) => line.reservationId === reservationId);
  if (before && before.quantity !== quantity) draft.undo.push(undoChange(reservationId, before.quantity));
  draft.held.set(reservationId, quantity);
  const ofVariant = draft.lines.filter((line) => line.variantId === variantId);
  const holder =
    ofVariant.find((line) => line.reservationId === reservationId) ??
    ofVariant.find((line) => !line.isFreeGift && !isLiveOwn(draft, line));
  if (!holder) {
    merged.leftOver.push(reservationId);
    return;
  }
  holder.reservationId = reservationId;
  if (!merged.touched.includes(holder)) merged.touched.push(holder);
}

/** Whether the line has a live reservation from before the merge, so that it needs no other. */
const isLiveOwn = (draft: CartDraft, line: CartItemDoc): boolean =>
  isReserved(line) && draft.storedLines.some((stored) => stored.reservationId === line.reservationId);

const isHeld = (draft: CartDraft, line: CartItemDoc): boolean =>
  line.reservationId !== null && (draft.held.has(line.reservationId) || isLiveOwn(draft, line));

const isExact = (draft: CartDraft, line: CartItemDoc): boolean =>
  isReserved(line) && line.reservationId !== null && draft.held.get(line.reservationId) === line.quantity;

/** Releases the left-over reservations with the commit, unless a line uses them. */
function releaseLeftOver(draft: CartDraft, reservationIds: readonly string[]): void {
  const cartId = draft.cart._id.toHexString();
  draft.alongside.push((tx) => {
    const used = new Set(draft.lines.map((line) => line.reservationId));
    const free = [...new Set(reservationIds)].filter((reservationId) => !used.has(reservationId));
    const drafts = free.map((reservationId) => ({
      type: "reservation.release",
      dedupeKey: `release:${reservationId}:merge:${draft.token}`,
      payload: { reservationId, cartId },
    }));
    return enqueueOutbox(drafts, tx);
  });
}
