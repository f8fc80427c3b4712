import type { CartItemDoc } from "../../../models/index.js";
import { tidyUp } from "../../../utils/async.js";
import { minutesFromNow, now } from "../../../utils/clock.js";
import { RuleError } from "../../../utils/errors.js";
import { type Failure, isRefused, toUpstreamError, unwrap } from "../../../utils/result.js";
import {
  availableOf,
  createReservation,
  extendCartReservations,
  type Reservation,
  releaseReservation,
  updateReservation,
} from "../../integrations/inventory-integration.service.js";
import {
  boughtLines,
  type CartDraft,
  findStoredLine,
  idOf,
  LeaseNeeded,
  priceLine,
  type ReservationToSync,
  type UndoEntry,
} from "./cart-draft.js";
import { outOfStockNotice, quantityReducedNotice, stockText } from "./notices.js";
import { oweReservationSync } from "./reservation-sync.js";

/**
 * Reserves stock for the lines of a draft. Every call to the inventory service leaves an undo entry in the draft:
 * `undoReservations` runs them when the change fails, and leaves to the outbox what it cannot undo.
 */

/** `available`: free units and those that the line holds already. */
type ReserveOutcome = { reserved: true } | { reserved: false; available: number };

/**
 * Reserves exactly `line.quantity` for this line, with a new lifetime. A reservation that has lapsed is replaced.
 * @throws LeaseNeeded; the typed upstream errors; a call with an unknown outcome is in the undo log
 */
export async function tryReserveLine(
  draft: CartDraft,
  line: CartItemDoc,
  ttlMinutes: number,
): Promise<ReserveOutcome> {
  if (draft.token === null) throw new LeaseNeeded();
  const changed = await changeReservation(draft, line, ttlMinutes);
  return changed ?? makeReservation(draft, line, ttlMinutes);
}

/** As `tryReserveLine`. @throws RuleError OUT_OF_STOCK with `available` */
export async function reserveLine(draft: CartDraft, line: CartItemDoc, ttlMinutes: number): Promise<void> {
  const outcome = await tryReserveLine(draft, line, ttlMinutes);
  if (outcome.reserved) return;
  const { available } = outcome;
  throw new RuleError("OUT_OF_STOCK", stockText(line.name, available), { available });
}

/** @returns null when the line has no reservation, or it has lapsed */
async function changeReservation(
  draft: CartDraft,
  line: CartItemDoc,
  ttlMinutes: number,
): Promise<ReserveOutcome | null> {
  const { reservationId } = line;
  if (!reservationId) return null;
  const before = draft.held.get(reservationId) ?? findStoredLine(draft, line)?.quantity ?? line.quantity;
  const result = await updateReservation(reservationId, { quantity: line.quantity, ttlMinutes });
  if (result.success) {
    draft.undo.push(undoChange(reservationId, before));
    setReservation(line, result.data);
    return { reserved: true };
  }
  if (result.outcome === "refused") {
    if (result.code === "RESERVATION_NOT_FOUND") return null;
    return { reserved: false, available: availableIn(result) + before };
  }
  if (result.outcome === "unknown") draft.undo.push(undoUnknown({ reservationId }));
  throw toUpstreamError(result);
}

async function makeReservation(
  draft: CartDraft,
  line: CartItemDoc,
  ttlMinutes: number,
): Promise<ReserveOutcome> {
  const request = {
    cartId: draft.cart._id.toHexString(),
    variantId: line.variantId,
    quantity: line.quantity,
    ttlMinutes,
    // The token makes the key that of this change: a later one must not get the answer of an earlier one.
    idempotencyKey: `${idOf(line)}:${line.quantity}:${draft.token}`,
  };
  const result = await createReservation(request);
  if (result.success) {
    draft.undo.push(undoCreation(result.data.reservationId));
    setReservation(line, result.data);
    return { reserved: true };
  }
  if (result.outcome === "refused") return { reserved: false, available: availableIn(result) };
  if (result.outcome === "unknown") draft.undo.push(undoUnknown({ unansweredReservation: request }));
  throw toUpstreamError(result);
}

/** A refusal without the available quantity breaks the contract between the services. */
function availableIn(failure: Failure): number {
  const available = availableOf(failure);
  if (available === null) throw toUpstreamError(failure);
  return available;
}

function setReservation(line: CartItemDoc, reservation: Reservation): void {
  line.reservationId = reservation.reservationId;
  line.reservationExpiresAt = reservation.expiresAt;
}

/** Whether the line's reservation is live, now or still then, as far as this service knows. */
export const isReserved = (line: CartItemDoc, then = now()): boolean =>
  line.reservationId !== null && line.reservationExpiresAt !== null && line.reservationExpiresAt > then;

/** Instances' clocks may differ by minutes, and a customer may pay in the last moment. */
const SPARE_MS = 5 * 60_000;

/** Whether the reservations outlive a checkout that expires then. If not, they are extended. */
export const areReservedFor = (lines: readonly CartItemDoc[], expiresAt: Date): boolean =>
  lines.every((line) => isReserved(line, new Date(expiresAt.getTime() + SPARE_MS)));

/**
 * Reserves every line for a checkout: one call extends all live reservations, lapsed ones are replaced. A line
 * is reduced to what is available (notice QUANTITY_REDUCED).
 * @throws RuleError OUT_OF_STOCK with `available: 0` and the notices, when nothing is available of a line; the
 *   line stays in the cart and the customer decides
 */
export async function reserveLines(draft: CartDraft, ttlMinutes: number): Promise<void> {
  const { extended } = unwrap(await extendCartReservations(draft.cart._id.toHexString(), ttlMinutes));
  const live = new Set(extended);
  const expiresAt = minutesFromNow(ttlMinutes);
  const missing: CartItemDoc[] = [];
  for (const line of draft.lines) {
    const isLive = line.reservationId !== null && live.has(line.reservationId);
    if (!isLive) line.reservationId = null;
    if (isLive && findStoredLine(draft, line)?.quantity === line.quantity) {
      line.reservationExpiresAt = expiresAt;
    } else if (!(await reserveAvailable(draft, line, ttlMinutes))) missing.push(line);
  }
  const bought = boughtLines(missing);
  if (bought.length > 0) {
    throw new RuleError("OUT_OF_STOCK", "Some items in the cart are out of stock", {
      available: 0,
      notices: bought.map((line) => outOfStockNotice(line, 0)),
    });
  }
  // Gifts that are out of stock are removed; reconciling the gifts adds the notice.
  draft.lines = draft.lines.filter((line) => !missing.includes(line));
}

/** Other customers reserve at the same time, so less may be available at the next attempt. */
const RESERVE_ATTEMPTS = 3;

/**
 * Reserves the line's quantity, or as much of it as is available (notice QUANTITY_REDUCED).
 * @returns false when nothing is available; the line then keeps its quantity and has no live reservation
 */
export async function reserveAvailable(
  draft: CartDraft,
  line: CartItemDoc,
  ttlMinutes: number,
): Promise<boolean> {
  const wanted = line.quantity;
  for (let attempt = 1; attempt <= RESERVE_ATTEMPTS; attempt += 1) {
    const outcome = await tryReserveLine(draft, line, ttlMinutes);
    if (outcome.reserved) {
      priceLine(line);
      if (line.quantity < wanted) draft.notices.push(quantityReducedNotice(line, wanted));
      return true;
    }
    if (outcome.available === 0) break;
    line.quantity = Math.min(line.quantity, outcome.available);
  }
  line.quantity = wanted;
  line.reservationExpiresAt = null;
  return false;
}

/** Undoes a changed quantity: restores the one before. */
export const undoChange = (reservationId: string, quantity: number): UndoEntry => ({
  subject: { reservationId },
  run: () => updateReservation(reservationId, { quantity }),
});

const undoCreation = (reservationId: string): UndoEntry => ({
  subject: { reservationId },
  run: () => releaseReservation(reservationId),
});

export const undoUnknown = (subject: ReservationToSync): UndoEntry => ({ subject, run: null });

/**
 * Undoes the draft's reservations, newest first. Those that cannot be undone are left to the outbox.
 * @param stored `unsure` when the change may have been written after all, or another writer may hold the lease:
 *   nothing is undone here then, and the outbox compares each reservation with the database
 */
export async function undoReservations(draft: CartDraft, stored: "unchanged" | "unsure"): Promise<void> {
  const left: ReservationToSync[] = [];
  for (const { subject, run } of draft.undo.splice(0).reverse()) {
    const result = run && stored === "unchanged" ? await run() : null;
    // A refusal is final too: the reservation has lapsed, and a lapsed one holds nothing.
    if (!result || !(result.success || isRefused(result))) left.push(subject);
  }
  await tidyUp(oweReservationSync(draft.cart._id, left));
}
