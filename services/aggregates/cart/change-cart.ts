import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { type ClientSession, type Types, trusted } from "mongoose";
import {
  Cart,
  type CartDoc,
  CartItem,
  type CartItemDoc,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../../models/index.js";
import { HOUR_MS, now } from "../../../utils/clock.js";
import { CART_STATUS } from "../../../utils/constants.js";
import { ConflictError, OutcomeUnknownError } from "../../../utils/errors.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { cartMachine } from "../../../utils/state-machines.js";
import type { Totals } from "../../calculations/totals-calculator.service.js";
import { withDocumentLease } from "../../platform/document-lease.service.js";
import { enqueueOutbox, type OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { assertNotPaying, supersedeOpenPayment } from "../checkout-session/session-status.js";
import { placementInProgress } from "../payment/supersede-payment.js";
import {
  boughtLines,
  type CartDraft,
  type CartState,
  changesContent,
  compareLines,
  findReservationsToRelease,
  findStoredLine,
  LeaseNeeded,
  type LineChanges,
  startDraft,
} from "./cart-draft.js";
import { CART_LEASE, cartNotFound, linesOf, nextCartExpiry } from "./cart-reads.js";
import { totalDraft } from "./cart-totals.js";
import { reconcileGifts } from "./gift-lines.js";
import { applyPromotions } from "./promotions.js";
import { undoReservations } from "./reserve-lines.js";

/** Works on the draft; each reservation that it makes leaves its undo entry there. */
export type CartChange = (draft: CartDraft) => Promise<void> | void;

/** The cart was written by someone else since its lease was taken: nothing of the draft is stored. */
class CartMovedOn extends Error {}

/**
 * The single writer of a cart: for the customer's changes, the checkout and the jobs.
 *
 * Takes the cart's lease, lets `change` work on a draft, asks the pricing service again for coupons, discounts
 * and gifts, computes the totals, and writes everything in one transaction. On any error the reservations are
 * undone and the cart is unchanged. Other services are called before the transaction, never inside it.
 * @throws NotFoundError CART_NOT_FOUND when the cart is not active; ConflictError PLACEMENT_IN_PROGRESS,
 *   VERSION_CONFLICT, REQUEST_IN_PROGRESS; OutcomeUnknownError; the typed upstream errors; whatever `change`
 *   throws
 */
export function changeCart(cartId: Types.ObjectId, change: CartChange): Promise<CartState> {
  return withDocumentLease({ model: Cart, id: cartId, ...CART_LEASE }, async (cart, token, ended) => {
    if (cart?.status !== CART_STATUS.ACTIVE) throw cartNotFound();
    if (cart.placing) throw placementInProgress();
    const draft = startDraft({ cart, lines: await linesOf(cart) }, token);
    const saved = await applyChange(draft, change);
    if (saved) ended();
    return saved ?? { cart, lines: [...draft.storedLines] };
  });
}

/**
 * As `changeCart`, for a cart that is not stored yet. No other call knows it, so it needs no lease.
 * @throws NotFoundError CART_NOT_FOUND when another call has created the owner's cart: start again with that one
 */
export async function createCart(cart: CartDoc, change: CartChange): Promise<CartState> {
  const draft = startDraft({ cart, lines: [] }, randomUUID(), { isNewCart: true });
  const saved = await applyChange(draft, change);
  return saved ?? { cart: await insertCart(cart), lines: [] };
}

/** @returns null when there is nothing to change */
async function applyChange(draft: CartDraft, change: CartChange): Promise<CartState | null> {
  try {
    await change(draft);
    if (draft.isUnchanged) return null;
    await reconcileGifts(draft, await applyPromotions(draft));
    return await saveDraft(draft, await totalDraft(draft));
  } catch (error) {
    throw await failChange(draft, error);
  }
}

/** @throws NotFoundError CART_NOT_FOUND when the owner has another active cart by now */
export async function insertCart(cart: CartDoc, tx?: ClientSession): Promise<CartDoc> {
  try {
    await Cart.insertMany([cart], { lean: true, ...(tx ? { session: tx } : {}) });
    return cart;
  } catch (error) {
    throw isDuplicateKey(error) ? cartNotFound() : error;
  }
}

/**
 * For a check that usually finds everything as it should be, as that of a checkout: works without the lease, and
 * extends reservations at most. When there is more to do, or another change is under way, `changeCart` does it.
 * @throws as `changeCart`
 */
export async function confirmCart(stored: CartState, check: CartChange): Promise<CartState> {
  return (await tryToConfirm(stored, check)) ?? changeCart(stored.cart._id, check);
}

async function tryToConfirm(stored: CartState, check: CartChange): Promise<CartState | null> {
  const { cart } = stored;
  if (cart.status !== CART_STATUS.ACTIVE || cart.placing || cart.lease) return null;
  const draft = startDraft(stored, null);
  try {
    await check(draft);
    await reconcileGifts(draft, await applyPromotions(draft));
    const lineChanges = compareLines(draft);
    if (changesContent(draft, lineChanges) || !isOnlyExtended(draft, lineChanges)) return null;
    const set = await fieldsOf(draft, await totalDraft(draft));
    if (!isCurrent(cart, set)) return await saveExtension(draft, set, lineChanges.updated);
    return (await extendLines(draft, lineChanges.updated)) ? { cart, lines: draft.lines } : null;
  } catch (error) {
    if (error instanceof LeaseNeeded || error instanceof CartMovedOn) return null;
    throw error;
  }
}

/** A cart lives for days. Its life is not worth a write more than once an hour. */
const EXTEND_LIFE_AFTER_MS = HOUR_MS;

/** Whether the fields differ in nothing but times, and those by little. Only coupons need the contact. */
function isCurrent(cart: CartDoc, set: CartSet & Pick<CartDoc, "expiresAt">): boolean {
  const { expiresAt, promotionsCheckedAt } = cart;
  const contact = cart.appliedCoupons.length > 0 ? set.contact : cart.contact;
  return (
    set.expiresAt.getTime() - expiresAt.getTime() < EXTEND_LIFE_AFTER_MS &&
    isDeepStrictEqual({ ...cart, ...set, expiresAt, promotionsCheckedAt, contact }, cart)
  );
}

/** Undoes the reservations, if the lease is still held. @returns the error to throw */
async function failChange(draft: CartDraft, error: unknown): Promise<unknown> {
  const mayBeStored = error instanceof CartMovedOn || error instanceof OutcomeUnknownError;
  const isUnchanged = !mayBeStored && (await isStillAlone(draft).catch(() => false));
  await undoReservations(draft, isUnchanged ? "unchanged" : "unsure");
  return error instanceof CartMovedOn ? explainMovedOn(draft) : error;
}

/** A change that took longer than its lease may have been followed by another one, which relies on the reservations. */
async function isStillAlone({ cart, token, isNewCart, undo }: CartDraft): Promise<boolean> {
  if (isNewCart || undo.length === 0) return true;
  const isLive = trusted({ $gt: ["$lease.until", "$$NOW"] });
  return (await Cart.exists({ _id: cart._id, "lease.token": token, $expr: isLive })) !== null;
}

async function explainMovedOn({ cart }: CartDraft): Promise<ConflictError> {
  const current = await Cart.findById(cart._id).lean<CartDoc>();
  if (current?.placing) return placementInProgress();
  return new ConflictError("VERSION_CONFLICT", "The cart was changed at the same time; read it again", {
    current: current?.version ?? null,
  });
}

type CartSet = Partial<CartDoc>;

/**
 * Writes a draft in one transaction: the cart (compare-and-set on lease, version and status), its lines, the
 * outbox messages for reservations to release, and the payment that this change supersedes.
 *
 * A change of nothing but reservations keeps the cart's version, and with it an open payment.
 * @throws CartMovedOn; ConflictError PLACEMENT_IN_PROGRESS from superseding; OutcomeUnknownError
 */
async function saveDraft(draft: CartDraft, totals: Totals): Promise<CartState> {
  const lineChanges = compareLines(draft);
  const isContentChanged = changesContent(draft, lineChanges);
  if (draft.isHousekeeping && !isContentChanged) return recordPromotionCheck(draft);
  const set = await fieldsOf(draft, totals);
  const isExtension = !isContentChanged && isOnlyExtended(draft, lineChanges);
  const extended = isExtension ? await saveExtension(draft, set, lineChanges.updated) : null;
  if (extended) return extended;
  const cart = await inTransaction(async (tx) => {
    const written = await writeCart(
      draft,
      { ...set, version: draft.cart.version + (isContentChanged ? 1 : 0) },
      tx,
    );
    for (const write of draft.alongside) await write(tx);
    await writeLines(lineChanges, tx);
    await enqueueOutbox(releasesOf(draft), tx);
    // A cart of version 0 has never held a line, so no payment can exist for it.
    if (isContentChanged && draft.cart.version > 0)
      await (draft.isHousekeeping ? assertNotPaying : supersedeOpenPayment)(draft.cart._id, tx);
    return written;
  });
  return { cart, lines: draft.lines };
}

async function fieldsOf(draft: CartDraft, totals: Totals): Promise<CartSet & Pick<CartDoc, "expiresAt">> {
  const { cart, lines, appliedCoupons, appliedDiscounts, notices, contact } = draft;
  const { subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, taxEstimated } = totals;
  return {
    ...{ subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, taxEstimated },
    itemCount: lines.length,
    totalQuantity: lines.reduce((units, line) => units + line.quantity, 0),
    ...{ appliedCoupons, appliedDiscounts, notices, contact },
    expiresAt: draft.isHousekeeping ? cart.expiresAt : await nextCartExpiry(cart),
    promotionsCheckedAt: promotionsCheckedAt(draft),
    ...appliedRequests(draft),
  };
}

/** A client repeats its last request or two, not an older one. */
const REQUESTS_KEPT = 20;

function appliedRequests({ cart, requestKey }: CartDraft): CartSet {
  if (requestKey === null) return {};
  return { appliedRequests: [...(cart.appliedRequests ?? []), requestKey].slice(-REQUESTS_KEPT) };
}

/** Null without promotions: the job `promotion-refresh` then skips the cart. */
function promotionsCheckedAt({ appliedCoupons, appliedDiscounts, lines }: CartDraft): Date | null {
  const hasPromotions =
    appliedCoupons.length > 0 || appliedDiscounts.length > 0 || lines.some((line) => line.isFreeGift);
  return hasPromotions ? now() : null;
}

/** Stores only the time of the check; `updatedAt` stays. */
async function recordPromotionCheck(draft: CartDraft): Promise<CartState> {
  await Cart.updateOne(
    { _id: draft.cart._id, version: draft.cart.version, "lease.token": draft.token },
    { $set: { promotionsCheckedAt: promotionsCheckedAt(draft), lease: null } },
    { timestamps: false },
  );
  return { cart: draft.cart, lines: [...draft.storedLines] };
}

/** Whether nothing changed but the expiry of the reservations. */
function isOnlyExtended(draft: CartDraft, { updated }: LineChanges): boolean {
  const isSame = (line: CartItemDoc) => findStoredLine(draft, line)?.reservationId === line.reservationId;
  return draft.alongside.length === 0 && updated.every(isSame);
}

/**
 * Each of the two writes is valid by itself, so no transaction is needed. The second ends the lease.
 * @returns null as `extendLines` returns false; the cart is as it was then
 */
async function saveExtension(
  draft: CartDraft,
  set: CartSet,
  updated: readonly CartItemDoc[],
): Promise<CartState | null> {
  if (!(await extendLines(draft, updated))) return null;
  return { cart: await writeCart(draft, set), lines: draft.lines };
}

/**
 * Only lines whose reservation is as it was read: without the lease, another writer may have changed or released it.
 * @returns whether all of them were
 */
async function extendLines(draft: CartDraft, updated: readonly CartItemDoc[]): Promise<boolean> {
  if (updated.length === 0) return true;
  const writes = updated.map((line) => ({
    updateOne: {
      filter: {
        _id: line._id,
        reservationId: line.reservationId,
        reservationExpiresAt: findStoredLine(draft, line)?.reservationExpiresAt ?? null,
      },
      update: { $set: { reservationExpiresAt: line.reservationExpiresAt } },
    },
  }));
  const { matchedCount } = await CartItem.bulkWrite(writes);
  return matchedCount === updated.length;
}

/** Writes the cart's fields and ends the lease. A cart without bought lines is abandoned. */
async function writeCart(draft: CartDraft, fields: CartSet, tx?: ClientSession): Promise<CartDoc> {
  const { cart, token } = draft;
  const set = { ...fields, lease: null };
  if (draft.isNewCart) return insertCart({ ...cart, ...set }, tx);
  const guard = { version: cart.version, "lease.token": token, placing: null };
  const status = CART_STATUS.ACTIVE;
  if (boughtLines(draft.lines).length > 0) {
    const written = await Cart.findOneAndUpdate(
      { _id: cart._id, status, ...guard },
      { $set: set },
      { ...SKIP_VALIDATORS_RETURN_NEW, session: tx },
    ).lean<CartDoc>();
    if (!written) throw new CartMovedOn();
    return written;
  }
  const abandoned = await tryTransition({
    machine: cartMachine,
    model: Cart,
    id: cart._id,
    from: status,
    to: CART_STATUS.ABANDONED,
    guard,
    set: { ...set, abandonedAt: now() },
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
  // The driver's own call: these lines are typed and complete, so Mongoose need not cast and validate each field.
  if (operations.length > 0) await CartItem.collection.bulkWrite(operations, { session: tx });
}

function releasesOf(draft: CartDraft): OutboxDraft[] {
  const cartId = draft.cart._id.toHexString();
  return findReservationsToRelease(draft).map((reservationId) => ({
    type: "reservation.release",
    // The token makes the key that of this change: a merge can bring back a reservation that was to be released.
    dedupeKey: `release:${reservationId}:${draft.token}`,
    payload: { reservationId, cartId },
  }));
}
