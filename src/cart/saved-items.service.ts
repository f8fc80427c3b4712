import { Types } from "mongoose";
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
import { dateRange, type Page, paginate } from "../../services/platform/paginate.service.js";
import type { CartSource } from "../../utils/constants.js";
import { type Owner, ownerFilter } from "../../utils/principal.js";
import type { ListQuery } from "../../utils/request-schemas.js";
import { unwrap } from "../../utils/result.js";
import { type CurrentCart, changeLineOf, changeOpenCart, type OwnLine } from "./current-cart.service.js";

/** Items that are saved for later or on the wishlist. Neither reserves stock. */

export interface AvailableSavedItem {
  saved: SavedItemDoc;
  /** Null while the inventory service is unavailable. */
  availability: Availability | null;
}

/**
 * Moves a line from the cart to the saved items, in one transaction, and releases its reservation.
 * @throws NotFoundError CART_ITEM_NOT_FOUND when it is gone; RuleError FREE_GIFT_LOCKED
 */
export async function saveForLater(own: OwnLine): Promise<CurrentCart & { savedItem: AvailableSavedItem }> {
  const { owner, cartItem } = own;
  const kept: SavedItemDoc[] = [];
  const current = await changeLineOf(own, (draft) => {
    const line = getChangeableLine(draft, cartItem._id);
    removeLine(draft, cartItem._id);
    draft.alongside.push(async (tx) => {
      kept.push(await saveLine(owner, line, tx));
    });
  });
  // A transaction that was retried has run this more than once; the last run is the one that was committed.
  const saved = kept.at(-1);
  if (!saved) throw savedItemNotFound();
  const [savedItem = { saved, availability: null }] = await withAvailability([saved]);
  return { ...current, savedItem };
}

async function withAvailability(items: readonly SavedItemDoc[]): Promise<AvailableSavedItem[]> {
  const stock = items.length === 0 ? null : await readStockLevels(items);
  return items.map((saved) => {
    const available = stock?.get(saved.variantId) ?? 0;
    return { saved, availability: stock && { isAvailable: available >= saved.quantity, available } };
  });
}

export type SavedItemsQuery = ListQuery<"savedAt">;

/** The owner's saved items, newest first by default. */
export async function listSavedItems(
  owner: Owner,
  query: SavedItemsQuery,
): Promise<Page<AvailableSavedItem>> {
  const filter = () => {
    const savedAt = dateRange(query);
    return { ...ownerFilter(owner), ...(savedAt ? { savedAt } : {}) };
  };
  const { items, total } = await paginate({ model: SavedItem, filter, sortBy: "savedAt" }, query);
  return { items: await withAvailability(items), total };
}

/**
 * Moves a saved item to the cart as if it were added now, at today's price (a changed price adds a notice), and
 * deletes it in the same transaction.
 * @throws NotFoundError SAVED_ITEM_NOT_FOUND, PRODUCT_NOT_FOUND; RuleError OUT_OF_STOCK, CART_LIMIT
 */
export async function moveToCart(
  { owner, source }: { owner: Owner; source: CartSource },
  savedItemId: string,
): Promise<CurrentCart> {
  const id = new Types.ObjectId(savedItemId);
  if (!(await findSavedItem(owner, id))) throw savedItemNotFound();
  return changeOpenCart({ owner, source }, async (draft) => {
    // Read again under the cart's lease: the second of two concurrent calls finds it gone.
    const saved = await findSavedItem(owner, id);
    if (!saved) throw savedItemNotFound();
    const line = await addLine(draft, saved);
    const isNew = !draft.storedLines.some((stored) => stored._id.equals(line._id));
    if (isNew && line.unitPrice !== saved.unitPrice)
      draft.notices.push(priceChangedNotice(line, saved.unitPrice));
    draft.alongside.push((tx) => takeSavedItem(saved, tx));
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
 * Moves a line to the customer's wishlist: adds it at the Engagement service first, then removes it from the cart.
 * Adding it twice has no effect, so a call that failed between the two can be repeated.
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
