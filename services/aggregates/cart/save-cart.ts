import { isDeepStrictEqual } from "node:util";
import { type ClientSession, trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  CartItem,
  type CartItemDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { CartStatus } from "../../../utils/constants.js";
import { ConflictError } from "../../../utils/errors.js";
import { cartMachine } from "../../../utils/state-machines.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { assertNotPaying, supersedeOpenPayment } from "../checkout-session/step-back.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import {
  boughtLines,
  type CartDraft,
  type CartState,
  compareLines,
  findReservationsToRelease,
  findStoredLine,
  type LineChanges,
} from "./cart-draft.js";
import { nextCartExpiry } from "./cart-reads.js";

/** Somebody else has written the cart since its lease was taken: nothing of the draft is in the database. */
export class CartMovedOn extends Error {}

/**
 * Writes a draft: one transaction for the cart (compare-and-set on lease, version and status), its lines,
 * the reservations to release and the payment that this change supersedes.
 *
 * A change of nothing but reservations is no change of the cart: its version stays, and so does a payment
 * that is open for it.
 * @throws CartMovedOn; ConflictError PLACEMENT_IN_PROGRESS from superseding; OutcomeUnknownError
 */
export async function saveCart(draft: CartDraft, totals: Totals): Promise<CartState> {
  const lineChanges = compareLines(draft);
  const set = {
    ...contentOf(draft, totals),
    notices: draft.notices,
    contact: draft.contact,
    expiresAt: draft.isHousekeeping ? draft.cart.expiresAt : await nextCartExpiry(draft.cart),
    promotionsCheckedAt: hasPromotions(draft) ? now() : null,
    ...appliedWith(draft),
  };
  const isNew = changesContent(draft, lineChanges, set);
  if (draft.isHousekeeping && !isNew) return stillHolds(draft, set);
  if (!isNew && isOnlyHeldLonger(draft, lineChanges)) return holdLonger(draft, set, lineChanges.updated);
  const cart = await inTransaction(async (tx) => {
    const written = await writeCart(draft, { ...set, version: draft.cart.version + (isNew ? 1 : 0) }, tx);
    for (const write of draft.alongside) await write(tx);
    await writeLines(lineChanges, tx);
    await enqueueOutbox(releasesOf(draft), tx);
    if (isNew && hasHeldAnything(draft))
      await (draft.isHousekeeping ? assertNotPaying : supersedeOpenPayment)(draft.cart._id, tx);
    return written;
  });
  return { cart, lines: draft.lines };
}

/** Nobody can have begun to pay for a cart that was empty since it was made. */
const hasHeldAnything = ({ cart }: CartDraft): boolean => cart.version > 0;

/** A client repeats its last request or two, not an older one. */
const REQUESTS_KEPT = 20;

function appliedWith({ cart, requestKey }: CartDraft): Pick<CartDoc, "appliedRequests"> {
  if (requestKey === null) return {};
  return { appliedRequests: [...(cart.appliedRequests ?? []), requestKey].slice(-REQUESTS_KEPT) };
}

/** What a promotion gave, it may take back: `promotion-refresh` looks again. */
const hasPromotions = ({ appliedCoupons, appliedDiscounts, lines }: CartDraft): boolean =>
  appliedCoupons.length > 0 || appliedDiscounts.length > 0 || lines.some((line) => line.isFreeGift);

/** Nothing has changed: only that it was looked at is kept, and the cart does not look touched. */
async function stillHolds(draft: CartDraft, { promotionsCheckedAt }: CartSet): Promise<CartState> {
  await Cart.updateOne(
    { _id: draft.cart._id, version: draft.cart.version, "lease.token": draft.token },
    { $set: { promotionsCheckedAt, lease: null } },
    { timestamps: false },
  );
  return { cart: draft.cart, lines: [...draft.storedLines] };
}

/** The content is what it was, and so are the reservations: all that changed live until one new moment. */
function isOnlyHeldLonger(draft: CartDraft, { updated }: LineChanges): boolean {
  const isSame = (line: CartItemDoc) => findStoredLine(draft, line)?.reservationId === line.reservationId;
  const moments = new Set(updated.map(({ reservationExpiresAt }) => reservationExpiresAt?.getTime()));
  return draft.alongside.length === 0 && moments.size <= 1 && updated.every(isSame);
}

/** The usual end of a checkout's look at the cart. Each write is true by itself, so that it needs no transaction. */
async function holdLonger(
  draft: CartDraft,
  set: CartSet,
  updated: readonly CartItemDoc[],
): Promise<CartState> {
  const cart = await writeCart(draft, set);
  const [first] = updated;
  if (first) {
    // The lease has ended with the write of the cart: the next writer may have reserved a line anew.
    const reservations = trusted({ $in: updated.map(({ reservationId }) => reservationId) });
    const { reservationExpiresAt } = first;
    await CartItem.updateMany(
      { cartId: cart._id, reservationId: reservations },
      { $set: { reservationExpiresAt } },
    );
  }
  return { cart, lines: draft.lines };
}

/** What of a cart a customer pays for, or sees. */
function contentOf(draft: CartDraft, totals: Totals) {
  const { lines, appliedCoupons, appliedDiscounts } = draft;
  const { subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, taxEstimated } = totals;
  return {
    ...{ subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, taxEstimated },
    itemCount: lines.length,
    totalQuantity: lines.reduce((units, line) => units + line.quantity, 0),
    appliedCoupons,
    appliedDiscounts,
  };
}

/** Totals follow from these; what a checkout adds to them (address, shipping) it answers for itself. */
function changesContent(
  draft: CartDraft,
  { inserted, updated, deleted }: LineChanges,
  set: Pick<CartDoc, "appliedCoupons" | "appliedDiscounts">,
): boolean {
  if (inserted.length > 0 || deleted.length > 0) return true;
  const stored = new Map(draft.storedLines.map((line) => [line._id.toHexString(), withoutReservation(line)]));
  const changed = (line: CartItemDoc) =>
    !isDeepStrictEqual(stored.get(line._id.toHexString()), withoutReservation(line));
  const { appliedCoupons, appliedDiscounts } = draft.cart;
  return (
    updated.some(changed) ||
    !isDeepStrictEqual(appliedCoupons, set.appliedCoupons) ||
    !isDeepStrictEqual(appliedDiscounts, set.appliedDiscounts)
  );
}

const withoutReservation = (line: CartItemDoc) => ({
  ...line,
  reservationId: null,
  reservationExpiresAt: null,
});

type CartSet = Partial<CartDoc>;

/** A cart whose last line went is abandoned, as the plan says. */
async function writeCart(draft: CartDraft, set: CartSet, tx?: ClientSession): Promise<CartDoc> {
  const { cart, token } = draft;
  const guard = { version: cart.version, "lease.token": token, placing: null };
  const status: CartStatus = boughtLines(draft.lines).length === 0 ? "abandoned" : "active";
  if (status === "abandoned") return abandonCart(draft, set, guard, tx);
  const written = await Cart.findOneAndUpdate(
    { _id: cart._id, status, ...guard },
    { $set: { ...set, lease: null } },
    { ...SKIP_VALIDATORS_RETURN_NEW, session: tx },
  ).lean<CartDoc>();
  if (!written) throw new CartMovedOn();
  return written;
}

async function abandonCart(
  { cart }: CartDraft,
  set: CartSet,
  guard: Record<string, unknown>,
  tx: ClientSession | undefined,
): Promise<CartDoc> {
  const abandoned = await tryTransition({
    machine: cartMachine,
    model: Cart,
    id: cart._id,
    from: "active",
    to: "abandoned",
    guard,
    set: { ...set, lease: null, abandonedAt: now() },
    by: { type: "customer" },
    ...(tx ? { tx } : {}),
  });
  if (!abandoned.changed) throw new CartMovedOn();
  return abandoned.document;
}

async function writeLines({ inserted, updated, deleted }: LineChanges, tx: ClientSession): Promise<void> {
  const at = now();
  for (const line of updated) line.updatedAt = at;
  const operations = [
    ...deleted.map(({ _id }) => ({ deleteOne: { filter: { _id } } })),
    ...updated.map((line) => ({ replaceOne: { filter: { _id: line._id }, replacement: line } })),
    ...inserted.map((document) => ({ insertOne: { document } })),
  ];
  // By the driver: whole lines of our own making, which Mongoose would cast and check field by field once more.
  if (operations.length > 0) await CartItem.collection.bulkWrite(operations, { session: tx });
}

function releasesOf(draft: CartDraft): OutboxDraft[] {
  const cartId = draft.cart._id.toHexString();
  return findReservationsToRelease(draft).map((reservationId) => ({
    type: "reservation.release",
    dedupeKey: `release:${reservationId}`,
    payload: { reservationId, cartId },
  }));
}

/** The error for a caller whose draft could not be written. */
export async function explainMovedOn({ cart }: CartDraft): Promise<ConflictError> {
  const current = await Cart.findById(cart._id).lean<CartDoc>();
  if (current?.placing) return placementInProgress();
  return new ConflictError("VERSION_CONFLICT", "The cart was changed at the same time; look again", {
    current: current?.version ?? null,
  });
}
