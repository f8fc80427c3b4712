import { Types } from "mongoose";
import type { CartItemDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { NotFoundError, RuleError } from "../../../utils/errors.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { getProducts } from "../../integrations/catalog-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { boughtLines, type CartDraft, dropLine, findStoredLine, priceLine } from "./cart-draft.js";
import { priceChangedNotice, productUnavailableNotice, quantityReducedNotice } from "./notices.js";
import { isReserved, reserveLine } from "./reserve-lines.js";
import { createLineSnapshot, findSellable, getSellable, type SellableVariant } from "./snapshot.service.js";

/** What may happen to a bought line of a draft. Gifts follow their rules (`gift-lines.ts`). */

export interface LineToAdd {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId: string | null;
}

export const cartItemNotFound = () => new NotFoundError("CART_ITEM_NOT_FOUND", "The cart has no such item");

const freeGiftLocked = () => new RuleError("FREE_GIFT_LOCKED", "A gift cannot be changed or removed");

/**
 * As `addLine`, once for each request key: a repeat, after a crash or a lost response, returns the line and
 * changes nothing.
 */
export async function addLineOnce(
  draft: CartDraft,
  wanted: LineToAdd,
  requestKey: string | null,
): Promise<CartItemDoc> {
  const isRepeat = requestKey !== null && draft.cart.appliedRequests?.includes(requestKey);
  const line = isRepeat ? findBoughtLine(draft, wanted) : undefined;
  if (line) {
    draft.isUnchanged = true;
    return line;
  }
  draft.requestKey = requestKey;
  return addLine(draft, wanted);
}

/**
 * Adds units of a variant at today's price, to a new line or to the one that exists, and reserves them.
 * @throws NotFoundError PRODUCT_NOT_FOUND; RuleError CART_LIMIT, OUT_OF_STOCK with `available`
 */
export async function addLine(draft: CartDraft, wanted: LineToAdd): Promise<CartItemDoc> {
  const sellable = await getSellable(wanted.productId, wanted.variantId);
  const existing = findBoughtLine(draft, wanted);
  const line = existing ?? (await newLine(draft, sellable));
  const quantity = (existing?.quantity ?? 0) + wanted.quantity;
  if (!existing) await assertRoomForLine(draft);
  else await refreshLine(draft, existing, sellable);
  await assertWithinLimit(line, quantity);
  line.bundleId = wanted.bundleId ?? line.bundleId;
  await changeQuantity(draft, line, quantity);
  if (!existing) draft.lines.push(line);
  return line;
}

/** @throws NotFoundError CART_ITEM_NOT_FOUND; RuleError FREE_GIFT_LOCKED, CART_LIMIT, OUT_OF_STOCK */
export async function setLineQuantity(
  draft: CartDraft,
  itemId: Types.ObjectId,
  quantity: number,
): Promise<void> {
  const line = getChangeableLine(draft, itemId);
  if (quantity > line.quantity) await assertWithinLimit(line, quantity);
  await changeQuantity(draft, line, quantity);
}

/** Removes a line; its reservation is released after the commit. @throws as `setLineQuantity` */
export function removeLine(draft: CartDraft, itemId: Types.ObjectId): void {
  dropLine(draft, getChangeableLine(draft, itemId));
}

export function clearLines(draft: CartDraft): void {
  draft.lines = [];
}

/** @throws NotFoundError CART_ITEM_NOT_FOUND; RuleError FREE_GIFT_LOCKED */
export function getChangeableLine(draft: CartDraft, itemId: Types.ObjectId): CartItemDoc {
  const line = draft.lines.find((candidate) => candidate._id.equals(itemId));
  if (!line) throw cartItemNotFound();
  if (line.isFreeGift) throw freeGiftLocked();
  return line;
}

/** Whether the line has this quantity and a live reservation, so that there is nothing to change. */
export const hasQuantity = (line: CartItemDoc, quantity: number): boolean =>
  line.quantity === quantity && isReserved(line);

async function changeQuantity(draft: CartDraft, line: CartItemDoc, quantity: number): Promise<void> {
  const { reservationTtlMinutes } = await getSettings("cart");
  line.quantity = quantity;
  priceLine(line);
  await reserveLine(draft, line, reservationTtlMinutes);
}

export const findBoughtLine = (
  { lines }: CartDraft,
  { productId, variantId }: LineToAdd,
): CartItemDoc | undefined =>
  boughtLines(lines).find((line) => line.productId === productId && line.variantId === variantId);

/** Updates a line from the catalog; a changed price adds the notice PRICE_CHANGED. */
export async function refreshLine(
  draft: CartDraft,
  line: CartItemDoc,
  sellable: SellableVariant,
): Promise<void> {
  const before = findStoredLine(draft, line)?.unitPrice ?? line.unitPrice;
  Object.assign(line, await createLineSnapshot(sellable));
  priceLine(line);
  if (line.unitPrice !== before) draft.notices.push(priceChangedNotice(line, before));
}

/** A line without a reservation. The caller sets its quantity and prices it. */
export async function newLine(draft: CartDraft, sellable: SellableVariant): Promise<CartItemDoc> {
  const at = now();
  return {
    _id: new Types.ObjectId(),
    cartId: draft.cart._id,
    ...(await createLineSnapshot(sellable)),
    bundleId: null,
    quantity: 1,
    lineDiscount: ZERO_PAISE,
    lineTotal: ZERO_PAISE,
    isFreeGift: false,
    giftRuleId: null,
    reservationId: null,
    reservationExpiresAt: null,
    addedAt: at,
    createdAt: at,
    updatedAt: at,
  };
}

/**
 * Compares every line with the catalog in one call that bypasses the cache, and writes the differences into the
 * draft: a new price (notice PRICE_CHANGED), a limit below the quantity (QUANTITY_REDUCED), a product that is
 * no longer sold (PRODUCT_UNAVAILABLE, the line is removed). `reserveLines` checks the stock afterwards.
 * @throws the typed upstream errors
 */
export async function refreshPrices(draft: CartDraft): Promise<void> {
  const bought = boughtLines(draft.lines);
  if (bought.length === 0) return;
  const productIds = bought.map((line) => line.productId);
  const products = unwrap(await getProducts(productIds, { fresh: true }));
  for (const line of bought) {
    const sellable = findSellable(products.get(line.productId), line.variantId);
    if (!sellable) {
      dropLine(draft, line);
      draft.notices.push(productUnavailableNotice(line));
      continue;
    }
    await refreshLine(draft, line, sellable);
    const before = line.quantity;
    line.quantity = Math.min(before, await unitLimitOf(line));
    if (line.quantity === before) continue;
    priceLine(line);
    draft.notices.push(quantityReducedNotice(line, before));
  }
}

/** The most units of this variant that one cart may hold: the catalog's limit, or else the setting. */
export async function unitLimitOf({ maxPerOrder }: Pick<CartItemDoc, "maxPerOrder">): Promise<number> {
  return maxPerOrder ?? (await getSettings("cart")).maxPerVariant;
}

async function assertRoomForLine(draft: CartDraft): Promise<void> {
  const { maxLines } = await getSettings("cart");
  if (boughtLines(draft.lines).length < maxLines) return;
  throw new RuleError("CART_LIMIT", `A cart can hold at most ${maxLines} different items`, {
    limit: "maxLines",
    maximum: maxLines,
  });
}

async function assertWithinLimit(line: CartItemDoc, quantity: number): Promise<void> {
  const maximum = await unitLimitOf(line);
  if (quantity <= maximum) return;
  throw new RuleError("CART_LIMIT", `At most ${maximum} of ${line.name} can be bought in one order`, {
    limit: "maxPerVariant",
    maximum,
    requested: quantity,
  });
}
