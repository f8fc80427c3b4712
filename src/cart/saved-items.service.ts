import { Types, trusted } from "mongoose";
import { SavedItem, type SavedItemDoc } from "../../models/index.js";
import { addLine, getChangeableLine, removeLine } from "../../services/aggregates/cart/cart-lines.js";
import { priceChangedNotice } from "../../services/aggregates/cart/notices.js";
import {
  findSavedItem,
  savedItemNotFound,
  saveLine,
  takeSavedItem,
} from "../../services/aggregates/cart/saved-items.js";
import { type Availability, readStockLevels } from "../../services/aggregates/cart/stock-levels.js";
import { addToWishlist } from "../../services/integrations/engagement-integration.service.js";
import type { CartSource } from "../../utils/constants.js";
import { type Owner, ownerFilter } from "../../utils/principal.js";
import { type ListQuery, MAX_DEPTH_OF_PAGES } from "../../utils/request-schemas.js";
import { unwrap } from "../../utils/result.js";
import { type CurrentCart, changeLineOf, changeOpenCart, type OwnLine } from "./current-cart.service.js";

/** What a customer keeps besides the cart: saved for later, and on the wishlist. Neither holds stock. */

export interface SavedItemNow {
  saved: SavedItemDoc;
  /** Null: inventory cannot be asked. */
  availability: Availability | null;
}

/**
 * Moves a line from the cart to the saved items, in one transaction; its stock is given back.
 * @throws NotFoundError CART_ITEM_NOT_FOUND when it is gone by now; RuleError FREE_GIFT_LOCKED
 */
export async function saveForLater(own: OwnLine): Promise<CurrentCart & { savedItem: SavedItemNow }> {
  const { owner, cartItem } = own;
  const kept: SavedItemDoc[] = [];
  const current = await changeLineOf(own, (draft) => {
    const line = getChangeableLine(draft, cartItem._id);
    removeLine(draft, cartItem._id);
    draft.alongside.push(async (session) => {
      kept.push(await saveLine(owner, line, session));
    });
  });
  // A transaction that was repeated has saved it more than once; the last one counts.
  const saved = kept.at(-1);
  if (!saved) throw savedItemNotFound();
  const [savedItem = { saved, availability: null }] = await withAvailability([saved]);
  return { ...current, savedItem };
}

async function withAvailability(items: readonly SavedItemDoc[]): Promise<SavedItemNow[]> {
  const stock = items.length === 0 ? null : await readStockLevels(items);
  return items.map((saved) => {
    const available = stock?.get(saved.variantId) ?? 0;
    return { saved, availability: stock && { isAvailable: available >= saved.quantity, available } };
  });
}

export type SavedItemsQuery = ListQuery<"savedAt">;

/** The owner's saved items, the last one first. */
export async function listSavedItems(
  owner: Owner,
  query: SavedItemsQuery,
): Promise<{ items: SavedItemNow[]; total: number }> {
  const { page, limit, sortOrder, dateFrom, dateTo } = query;
  const savedAt = { ...(dateFrom && { $gte: dateFrom }), ...(dateTo && { $lte: dateTo }) };
  const filter = { ...ownerFilter(owner), ...(dateFrom || dateTo ? { savedAt: trusted(savedAt) } : {}) };
  const total = await SavedItem.countDocuments(filter).limit(MAX_DEPTH_OF_PAGES);
  const items = await SavedItem.find(filter)
    .sort({ savedAt: sortOrder })
    .skip((page - 1) * limit)
    .limit(limit)
    .lean<SavedItemDoc[]>();
  return { items: await withAvailability(items), total };
}

/**
 * Moves a saved item back into the cart as if it were added now, at today's price (a notice tells when it
 * has changed); it leaves the saved items in the same transaction.
 * @throws NotFoundError SAVED_ITEM_NOT_FOUND, PRODUCT_NOT_FOUND; RuleError OUT_OF_STOCK, CART_LIMIT
 */
export async function moveToCart(
  { owner, source }: { owner: Owner; source: CartSource },
  savedItemId: string,
): Promise<CurrentCart> {
  const id = new Types.ObjectId(savedItemId);
  if (!(await findSavedItem(owner, id))) throw savedItemNotFound();
  return changeOpenCart({ owner, source }, async (draft) => {
    // Again, in the cart's line: of two calls at once the second one finds it gone.
    const saved = await findSavedItem(owner, id);
    if (!saved) throw savedItemNotFound();
    const line = await addLine(draft, saved);
    const isNew = !draft.storedLines.some((stored) => stored._id.equals(line._id));
    if (isNew && line.unitPrice !== saved.unitPrice)
      draft.notices.push(priceChangedNotice(line, saved.unitPrice));
    draft.alongside.push((session) => takeSavedItem(saved, session));
  });
}

/** @throws NotFoundError SAVED_ITEM_NOT_FOUND */
export async function deleteSavedItem(owner: Owner, savedItemId: string): Promise<void> {
  const { deletedCount } = await SavedItem.deleteOne({
    ...ownerFilter(owner),
    _id: new Types.ObjectId(savedItemId),
  });
  if (deletedCount !== 1) throw savedItemNotFound();
}

/**
 * Moves a line to the customer's wishlist: the Engagement service first, and only when it has it, the cart.
 * What it has already it takes again, so that a call which failed half-way is simply repeated.
 * @throws as `saveForLater`; the typed upstream errors
 */
export async function moveToWishlist(own: OwnLine & { owner: { userId: string } }): Promise<CurrentCart> {
  const { _id, productId, variantId } = own.cartItem;
  return changeLineOf(own, async (draft) => {
    getChangeableLine(draft, _id);
    unwrap(await addToWishlist({ ...own.owner, productId, variantId, cartItemId: _id.toHexString() }));
    removeLine(draft, _id);
  });
}
