import { isDeepStrictEqual } from "node:util";
import type { ClientSession, Types } from "mongoose";
import type {
  AppliedCoupon,
  AppliedDiscount,
  BuyerContact,
  CartDoc,
  CartItemDoc,
} from "../../../models/index.js";
import type { Notice } from "../../../utils/constants.js";
import { multiplyPaise, ZERO_PAISE } from "../../../utils/money.js";
import type { Result } from "../../../utils/result.js";
import type { NewReservation } from "../../integrations/inventory-integration.service.js";

/** A cart as it is in the database. Lines are in the order in which they were added. */
export interface CartState {
  cart: CartDoc;
  lines: CartItemDoc[];
}

/** A write that belongs to the change: a saved item, the other cart of a merge. */
type WriteAlongside = (tx: ClientSession) => Promise<void>;

/** A request for a reservation that got no answer. Repeated with the same key, it returns the reservation's id. */
export type UnansweredReservation = NewReservation & { idempotencyKey: string };

/** A reservation that must be brought in line with the cart. */
export type ReservationToSync = { reservationId: string } | { unansweredReservation: UnansweredReservation };

/** How to undo one call to the inventory service. */
export interface UndoEntry {
  subject: ReservationToSync;
  /** Null when the outcome of the call is unknown: it may still take effect, so only a later check can tell. */
  run: (() => Promise<Result<unknown>>) | null;
}

/**
 * A cart while it is being changed. The change writes into it and reserves stock, with an undo entry for
 * each reservation. `changeCart` then writes all of it in one transaction, or undoes the reservations.
 */
export interface CartDraft {
  /** The cart as it was when its lease was taken; never written to. */
  readonly cart: CartDoc;
  readonly storedLines: readonly CartItemDoc[];
  /** The cart is not stored yet: it is inserted with its first lines. */
  readonly isNewCart: boolean;
  /** The token of the lease; the write compares it. Null: without a lease, nothing may be reserved. */
  readonly token: string | null;
  lines: CartItemDoc[];
  /** In the order in which they were applied. Repricing drops those that no longer apply. */
  couponCodes: string[];
  /** The coupon that this change applies: its refusal is an error, not a notice. */
  requiredCoupon: string | null;
  /** The buyer, for coupons that count uses per person; stored with the cart. */
  contact: BuyerContact | null;
  /** Carts whose checkouts may hold uses of these coupons: this one, and one that is merged into it. */
  readonly claimsOf: Types.ObjectId[];
  appliedCoupons: AppliedCoupon[];
  appliedDiscounts: AppliedDiscount[];
  /** Set by a change that has nothing to do: no service is called and nothing is written. */
  isUnchanged: boolean;
  /** A change by a job, not by the owner: it does not extend the cart's life and never supersedes a payment. */
  isHousekeeping: boolean;
  /** A change by the cart's checkout. */
  isOfCheckout: boolean;
  /** The key of the request that makes this change; stored with the cart, so that a repeat is recognised. */
  requestKey: string | null;
  /** What this change tells the customer. */
  notices: Notice[];
  /** Written in the draft's own transaction. */
  readonly alongside: WriteAlongside[];
  /** Units that a reservation holds, where they differ from those of its stored line: after a transfer. */
  readonly held: Map<string, number>;
  readonly undo: UndoEntry[];
}

/** Thrown when a draft without a lease has to reserve something. */
export class LeaseNeeded extends Error {}

export function startDraft(
  { cart, lines }: CartState,
  token: string | null,
  { isNewCart = false } = {},
): CartDraft {
  return {
    cart,
    storedLines: lines,
    isNewCart,
    token,
    lines: lines.map((line) => ({ ...line })),
    couponCodes: cart.appliedCoupons.map((coupon) => coupon.code),
    requiredCoupon: null,
    contact: cart.contact ?? null,
    claimsOf: [cart._id],
    appliedCoupons: cart.appliedCoupons,
    appliedDiscounts: cart.appliedDiscounts,
    isUnchanged: false,
    isHousekeeping: false,
    isOfCheckout: false,
    requestKey: null,
    notices: [],
    alongside: [],
    held: new Map(),
    undo: [],
  };
}

export const boughtLines = (lines: readonly CartItemDoc[]): CartItemDoc[] =>
  lines.filter((line) => !line.isFreeGift);

export const idOf = (line: { _id: Types.ObjectId }): string => line._id.toHexString();

/** Sets the line total from price and quantity. */
export function priceLine(line: CartItemDoc): void {
  line.lineTotal = line.isFreeGift ? ZERO_PAISE : multiplyPaise(line.unitPrice, line.quantity);
}

export function findStoredLine(draft: CartDraft, line: CartItemDoc): CartItemDoc | undefined {
  return draft.storedLines.find((stored) => stored._id.equals(line._id));
}

export function dropLine(draft: CartDraft, line: CartItemDoc): void {
  draft.lines = draft.lines.filter((other) => other !== line);
}

/** How the lines of a draft differ from those that are stored. */
export interface LineChanges {
  inserted: CartItemDoc[];
  updated: CartItemDoc[];
  deleted: CartItemDoc[];
}

export function compareLines(draft: CartDraft): LineChanges {
  const kept = new Set(draft.lines.map(idOf));
  const changes: LineChanges = {
    inserted: [],
    updated: [],
    deleted: draft.storedLines.filter((stored) => !kept.has(idOf(stored))),
  };
  for (const line of draft.lines) {
    const stored = findStoredLine(draft, line);
    if (!stored) changes.inserted.push(line);
    else if (!isDeepStrictEqual(stored, line)) changes.updated.push(line);
  }
  return changes;
}

/** Whether anything differs that a customer pays for or sees; a new reservation alone does not. */
export function changesContent(draft: CartDraft, { inserted, updated, deleted }: LineChanges): boolean {
  const isChanged = (line: CartItemDoc): boolean => {
    const stored = findStoredLine(draft, line);
    return !stored || !isDeepStrictEqual(withoutReservation(stored), withoutReservation(line));
  };
  return (
    inserted.length > 0 ||
    deleted.length > 0 ||
    updated.some(isChanged) ||
    !isDeepStrictEqual(draft.cart.appliedCoupons, draft.appliedCoupons) ||
    !isDeepStrictEqual(draft.cart.appliedDiscounts, draft.appliedDiscounts)
  );
}

const withoutReservation = (line: CartItemDoc): CartItemDoc => ({
  ...line,
  reservationId: null,
  reservationExpiresAt: null,
});

/** Reservations of stored lines that no line of the draft uses; they are released after the commit. */
export function findReservationsToRelease(draft: CartDraft): string[] {
  const held = new Set(draft.lines.map((line) => line.reservationId));
  return draft.storedLines.flatMap(({ reservationId }) =>
    reservationId && !held.has(reservationId) ? [reservationId] : [],
  );
}
