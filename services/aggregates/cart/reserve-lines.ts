import type { CartItemDoc } from "../../../models/index.js";
import { minutesFromNow, now } from "../../../utils/clock.js";
import { RuleError } from "../../../utils/errors.js";
import { type Failure, toUpstreamError, unwrap } from "../../../utils/result.js";
import {
  availableOf,
  createReservation,
  extendCartReservations,
  type Reservation,
  updateReservation,
} from "../../integrations/inventory-integration.service.js";
import { boughtLines, type CartDraft, findStoredLine, idOf, priceLine } from "./cart-draft.js";
import { outOfStockNotice, quantityReducedNotice } from "./notices.js";
import { undoChange, undoCreation, undoUnknown } from "./reservation-undo.js";

/** What a line could get of a variant: everything that is free and what it holds already. */
export type Held = { reserved: true } | { reserved: false; available: number };

export const outOfStock = (name: string, available: number) =>
  new RuleError("OUT_OF_STOCK", `Only ${available} of ${name} can be had`, { available });

/**
 * Has the inventory hold exactly `line.quantity` for this line, with a new lifetime, and registers how to
 * take that back. A reservation that lapsed meanwhile is made anew.
 * @throws the typed upstream errors; what may have been done is then left to the undo log.
 */
export async function tryReserveLine(draft: CartDraft, line: CartItemDoc, ttlMinutes: number): Promise<Held> {
  if (line.reservationId) {
    const held = await changeReservation(draft, line, ttlMinutes);
    if (held) return held;
  }
  return makeReservation(draft, line, ttlMinutes);
}

/** As `tryReserveLine`. @throws RuleError OUT_OF_STOCK with `available` */
export async function reserveLine(draft: CartDraft, line: CartItemDoc, ttlMinutes: number): Promise<void> {
  const held = await tryReserveLine(draft, line, ttlMinutes);
  if (!held.reserved) throw outOfStock(line.name, held.available);
}

/** @returns null when the reservation is gone */
async function changeReservation(
  draft: CartDraft,
  line: CartItemDoc,
  ttlMinutes: number,
): Promise<Held | null> {
  const { reservationId } = line;
  if (!reservationId) return null;
  const before = draft.held.get(reservationId) ?? findStoredLine(draft, line)?.quantity ?? line.quantity;
  const result = await updateReservation(reservationId, { quantity: line.quantity, ttlMinutes });
  if (result.success) {
    draft.undo.push(undoChange(reservationId, before));
    hold(line, result.data);
    return { reserved: true };
  }
  if (result.outcome === "refused") {
    if (result.code === "RESERVATION_NOT_FOUND") return null;
    return { reserved: false, available: availableIn(result) + before };
  }
  if (result.outcome === "unknown") draft.undo.push(undoUnknown({ reservationId }));
  throw toUpstreamError(result);
}

async function makeReservation(draft: CartDraft, line: CartItemDoc, ttlMinutes: number): Promise<Held> {
  const request = {
    cartId: draft.cart._id.toHexString(),
    variantId: line.variantId,
    quantity: line.quantity,
    ttlMinutes,
    // Our row, and this very change: a later change that reserves anew must not be answered with the old one.
    idempotencyKey: `${idOf(line)}:${line.quantity}:${draft.token}`,
  };
  const result = await createReservation(request);
  if (result.success) {
    draft.undo.push(undoCreation(result.data.reservationId));
    hold(line, result.data);
    return { reserved: true };
  }
  if (result.outcome === "refused") return { reserved: false, available: availableIn(result) };
  if (result.outcome === "unknown") draft.undo.push(undoUnknown({ unansweredReservation: request }));
  throw toUpstreamError(result);
}

/** A refusal that does not say what is available is a fault between the services, not an answer for a customer. */
function availableIn(failure: Failure): number {
  const available = availableOf(failure);
  if (available === null) throw toUpstreamError(failure);
  return available;
}

function hold(line: CartItemDoc, reservation: Reservation): void {
  line.reservationId = reservation.reservationId;
  line.reservationExpiresAt = reservation.expiresAt;
}

/** Whether the inventory still holds the line's units, as far as we know. */
export const isReserved = (line: CartItemDoc): boolean =>
  line.reservationId !== null && line.reservationExpiresAt !== null && line.reservationExpiresAt > now();

/**
 * Holds every line for a checkout: all live reservations get a new lifetime in one call, lapsed ones are
 * made anew. A line of which less is left is reduced (notice QUANTITY_REDUCED).
 * @throws RuleError OUT_OF_STOCK with `available: 0` and the notices, when nothing is left of a line; the
 *   line stays in the cart, for the customer to decide.
 */
export async function reserveLines(draft: CartDraft, ttlMinutes: number): Promise<void> {
  const { extended } = unwrap(await extendCartReservations(draft.cart._id.toHexString(), ttlMinutes));
  const live = new Set(extended);
  const until = minutesFromNow(ttlMinutes);
  const missing: CartItemDoc[] = [];
  for (const line of draft.lines) {
    const isLive = line.reservationId !== null && live.has(line.reservationId);
    if (!isLive) line.reservationId = null;
    if (isLive && findStoredLine(draft, line)?.quantity === line.quantity) {
      line.reservationExpiresAt = until;
    } else if (!(await reserveWhatIsLeft(draft, line, ttlMinutes))) missing.push(line);
  }
  const bought = boughtLines(missing);
  if (bought.length > 0) {
    throw new RuleError("OUT_OF_STOCK", "Some of the cart is out of stock", {
      available: 0,
      notices: bought.map((line) => outOfStockNotice(line, 0)),
    });
  }
  // A gift of which nothing is left goes; reconciling the gifts adds the notice.
  draft.lines = draft.lines.filter((line) => !missing.includes(line));
}

/** Others buy too: what was free may be less at the next attempt. */
const ATTEMPTS = 3;

/**
 * Holds the line's quantity, or as much of it as is left (notice QUANTITY_REDUCED).
 * @returns false when nothing is left; the line is then as it was, without a reservation
 */
export async function reserveWhatIsLeft(
  draft: CartDraft,
  line: CartItemDoc,
  ttlMinutes: number,
): Promise<boolean> {
  const wanted = line.quantity;
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const held = await tryReserveLine(draft, line, ttlMinutes);
    if (held.reserved) {
      priceLine(line);
      if (line.quantity < wanted) draft.notices.push(quantityReducedNotice(line, wanted));
      return true;
    }
    if (held.available === 0) break;
    line.quantity = Math.min(line.quantity, held.available);
  }
  line.quantity = wanted;
  line.reservationExpiresAt = null;
  return false;
}
