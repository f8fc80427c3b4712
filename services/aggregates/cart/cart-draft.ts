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
import { createUndoLog, type UndoLog } from "./reservation-undo.js";

/** A cart as it is in the database. Lines are in the order in which they were added. */
export interface CartState {
  cart: CartDoc;
  lines: CartItemDoc[];
}

/** A write that belongs to the change: a saved item, the other cart of a merge. */
export type WriteAlongside = (tx: ClientSession) => Promise<void>;

/**
 * A cart while it is being changed: steps write into it (and reserve stock, with the undo beside it);
 * `save-cart.step.ts` writes all of it at once, or `undo` takes back what was reserved.
 */
export interface CartDraft {
  /** As it was when its lease was taken; never written to. */
  readonly cart: CartDoc;
  readonly storedLines: readonly CartItemDoc[];
  /** The lease's: the write compares it. */
  readonly token: string;
  lines: CartItemDoc[];
  /** In the order in which they were applied; those that no longer hold are dropped while repricing. */
  couponCodes: string[];
  /** The coupon that this change is about: a refusal of it is an error, not a notice. */
  requiredCoupon: string | null;
  /** Who buys, for coupons that count uses per person; kept with the cart. */
  contact: BuyerContact | null;
  /** Carts whose checkouts may hold uses of these coupons: this one, and one that is merged into it. */
  readonly claimsOf: Types.ObjectId[];
  appliedCoupons: AppliedCoupon[];
  appliedDiscounts: AppliedDiscount[];
  /** Set by a change that turns out to be none: nothing is asked and nothing written. */
  isUnchanged: boolean;
  /** A job's change, not the owner's: it prolongs nothing, and never touches what is being paid. */
  isHousekeeping: boolean;
  /** Of the request that this change is; kept with the cart, so that its repetition is known. */
  requestKey: string | null;
  /** What the customer should hear of this change. */
  notices: Notice[];
  /** Written in the draft's own transaction: all of it, or none. */
  readonly alongside: WriteAlongside[];
  /** Units that a reservation holds, where they are not those of its stored line: after a transfer. */
  readonly held: Map<string, number>;
  readonly undo: UndoLog;
}

export function startDraft({ cart, lines }: CartState, token: string): CartDraft {
  return {
    cart,
    storedLines: lines,
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
    requestKey: null,
    notices: [],
    alongside: [],
    held: new Map(),
    undo: createUndoLog(cart._id),
  };
}

export const boughtLines = (lines: readonly CartItemDoc[]): CartItemDoc[] =>
  lines.filter((line) => !line.isFreeGift);

export const idOf = (line: { _id: Types.ObjectId }): string => line._id.toHexString();

/** Sets what follows from price and quantity. */
export function priceLine(line: CartItemDoc): void {
  line.lineTotal = line.isFreeGift ? ZERO_PAISE : multiplyPaise(line.unitPrice, line.quantity);
}

export function findStoredLine(draft: CartDraft, line: CartItemDoc): CartItemDoc | undefined {
  return draft.storedLines.find((stored) => stored._id.equals(line._id));
}

/** How the lines differ from what is stored. */
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

/** Reservations that a stored line held and no line holds any more; they are released after the commit. */
export function findReservationsToRelease(draft: CartDraft): string[] {
  const held = new Set(draft.lines.map((line) => line.reservationId));
  return draft.storedLines.flatMap(({ reservationId }) =>
    reservationId && !held.has(reservationId) ? [reservationId] : [],
  );
}
