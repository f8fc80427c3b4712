import type { Types } from "mongoose";
import type { CartItemDoc } from "../../../models/index.js";
import { toUpstreamError } from "../../../utils/result.js";
import type { CartDraft } from "../../aggregates/cart/cart-draft.js";
import { undoChange, undoUnknown } from "../../aggregates/cart/reservation-undo.js";
import { isReserved, reserveWhatIsLeft } from "../../aggregates/cart/reserve-lines.js";
import {
  type TransferredReservation,
  transferReservations,
} from "../../integrations/inventory-integration.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { getSettings } from "../../platform/settings.service.js";
import type { MergedLines } from "./merge-lines.step.js";

/**
 * Has the inventory move what the guest's cart holds to the draft's cart, in one call, and then hold exactly
 * what each merged line wants, or what is left of it (notice QUANTITY_REDUCED). The call is idempotent and
 * answers the same after a crash, so that a merge may begin anew at any point.
 * @throws the typed upstream errors; what the customer's own reservations grew by is taken back
 */
export async function moveReservations(
  draft: CartDraft,
  guest: { cartId: Types.ObjectId; lines: readonly CartItemDoc[] },
  merged: MergedLines,
): Promise<void> {
  const moved = guest.lines.some((line) => line.reservationId) ? await transfer(draft, guest) : [];
  for (const reservation of moved) adopt(draft, reservation, merged);
  const { reservationTtlMinutes } = await getSettings("cart");
  for (const line of merged.touched) {
    if (line.isFreeGift && !isHeld(draft, line)) drop(draft, line);
    else if (!isExact(draft, line)) await reserveWhatIsLeft(draft, line, reservationTtlMinutes);
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

/** Gives a reservation that arrived to the line it is for, and notes what it holds. */
function adopt(draft: CartDraft, reservation: TransferredReservation, merged: MergedLines): void {
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

/** Its own reservation, from before the merge, lives: it does not need another one. */
const isLiveOwn = (draft: CartDraft, line: CartItemDoc): boolean =>
  isReserved(line) && draft.storedLines.some((stored) => stored.reservationId === line.reservationId);

const isHeld = (draft: CartDraft, line: CartItemDoc): boolean =>
  line.reservationId !== null && (draft.held.has(line.reservationId) || isLiveOwn(draft, line));

const isExact = (draft: CartDraft, line: CartItemDoc): boolean =>
  isReserved(line) && line.reservationId !== null && draft.held.get(line.reservationId) === line.quantity;

function drop(draft: CartDraft, line: CartItemDoc): void {
  draft.lines = draft.lines.filter((other) => other !== line);
}

/** Those for which there was no room are released with the commit, if no line took them up. */
function releaseLeftOver(draft: CartDraft, reservationIds: readonly string[]): void {
  const cartId = draft.cart._id.toHexString();
  draft.alongside.push((session) => {
    const taken = new Set(draft.lines.map((line) => line.reservationId));
    const free = [...new Set(reservationIds)].filter((reservationId) => !taken.has(reservationId));
    const drafts = free.map((reservationId) => ({
      type: "reservation.release",
      dedupeKey: `release:${reservationId}:merge:${cartId}`,
      payload: { reservationId, cartId },
    }));
    return enqueueOutbox(drafts, session);
  });
}
