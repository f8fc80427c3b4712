import { Types } from "mongoose";
import type { CartItemDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { NotFoundError, RuleError } from "../../../utils/errors.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { getSettings } from "../../platform/settings.service.js";
import { boughtLines, type CartDraft, findStoredLine, priceLine } from "./cart-draft.js";
import { priceChangedNotice } from "./notices.js";
import { isReserved, reserveLine } from "./reserve-lines.js";
import { getSellable, type SellableVariant, toSnapshot } from "./snapshot.service.js";

export interface LineToAdd {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId: string | null;
}

export const cartItemNotFound = () =>
  new NotFoundError("CART_ITEM_NOT_FOUND", "There is no such line in the cart");

const freeGiftLocked = () =>
  new RuleError("FREE_GIFT_LOCKED", "A gift comes and goes with its rule and cannot be changed");

/**
 * As `addLine`, once for each request: a repetition, after a crash or an answer that was lost, finds the line
 * as it is and changes nothing.
 */
export async function addLineOnce(
  draft: CartDraft,
  wanted: LineToAdd,
  requestKey: string | null,
): Promise<CartItemDoc> {
  const isRepeated = requestKey !== null && draft.cart.appliedRequests?.includes(requestKey);
  const line = isRepeated ? findBoughtLine(draft, wanted) : undefined;
  if (line) {
    draft.isUnchanged = true;
    return line;
  }
  draft.requestKey = requestKey;
  return addLine(draft, wanted);
}

/**
 * Adds units of a variant: a new line, or more of the one there is, at today's price. Stock is reserved.
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

/** Its reservation is released after the commit. @throws as `setLineQuantity` */
export function removeLine(draft: CartDraft, itemId: Types.ObjectId): void {
  const line = getChangeableLine(draft, itemId);
  draft.lines = draft.lines.filter((other) => other !== line);
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

/** Whether the line holds exactly this already, so that there is nothing to do. */
export const holdsAlready = (line: CartItemDoc, quantity: number): boolean =>
  line.quantity === quantity && isReserved(line);

async function changeQuantity(draft: CartDraft, line: CartItemDoc, quantity: number): Promise<void> {
  const { reservationTtlMinutes } = await getSettings("cart");
  line.quantity = quantity;
  priceLine(line);
  await reserveLine(draft, line, reservationTtlMinutes);
}

const findBoughtLine = ({ lines }: CartDraft, { productId, variantId }: LineToAdd): CartItemDoc | undefined =>
  boughtLines(lines).find((line) => line.productId === productId && line.variantId === variantId);

/** A line has one price: with more units it takes today's, and the customer is told. */
export async function refreshLine(
  draft: CartDraft,
  line: CartItemDoc,
  sellable: SellableVariant,
): Promise<void> {
  const before = findStoredLine(draft, line)?.unitPrice ?? line.unitPrice;
  Object.assign(line, await toSnapshot(sellable));
  priceLine(line);
  if (line.unitPrice !== before) draft.notices.push(priceChangedNotice(line, before));
}

/** A line without a reservation; `quantity` and what follows from it are the caller's to set. */
export async function newLine(draft: CartDraft, sellable: SellableVariant): Promise<CartItemDoc> {
  const at = now();
  return {
    _id: new Types.ObjectId(),
    cartId: draft.cart._id,
    ...(await toSnapshot(sellable)),
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

async function assertRoomForLine(draft: CartDraft): Promise<void> {
  const { maxLines } = await getSettings("cart");
  if (boughtLines(draft.lines).length < maxLines) return;
  throw new RuleError("CART_LIMIT", `A cart holds at most ${maxLines} lines`, {
    limit: "maxLines",
    maximum: maxLines,
  });
}

async function assertWithinLimit(line: CartItemDoc, quantity: number): Promise<void> {
  const maximum = line.maxPerOrder ?? (await getSettings("cart")).maxPerVariant;
  if (quantity <= maximum) return;
  throw new RuleError("CART_LIMIT", `At most ${maximum} of ${line.name} can be bought at once`, {
    limit: "maxPerVariant",
    maximum,
    requested: quantity,
  });
}
