import type { Response } from "express";
import type { CustomerInput, Input } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import type * as schemas from "./cart.validation.js";
import { toCartView, toSavedItemView } from "./cart.view.js";
import * as savedItemsService from "./saved-items.service.js";

export async function saveForLater(
  { params, owner }: Input<typeof schemas.saveForLaterSchema>,
  res: Response,
): Promise<void> {
  const { savedItem, ...current } = await savedItemsService.saveForLater(owner, params.itemId);
  const data = { cart: toCartView(current), savedItem: toSavedItemView(savedItem) };
  sendResponse(res, HTTP_STATUS.OK, "Saved for later", data);
}

export async function listSavedItems(
  { query, owner }: Input<typeof schemas.listSavedItemsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await savedItemsService.listSavedItems(owner, query);
  const data = toListView(items.map(toSavedItemView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Saved for later", data);
}

export async function moveToCart(
  { params, owner, source }: Input<typeof schemas.moveToCartSchema>,
  res: Response,
): Promise<void> {
  const current = await savedItemsService.moveToCart({ owner, source }, params.savedItemId);
  sendResponse(res, HTTP_STATUS.OK, "Moved to the cart", { cart: toCartView(current) });
}

export async function deleteSavedItem(
  { params, owner }: Input<typeof schemas.deleteSavedItemSchema>,
  res: Response,
): Promise<void> {
  await savedItemsService.deleteSavedItem(owner, params.savedItemId);
  sendResponse(res, HTTP_STATUS.OK, "No longer saved");
}

export async function moveToWishlist(
  { params, owner }: CustomerInput<typeof schemas.moveToWishlistSchema>,
  res: Response,
): Promise<void> {
  const current = await savedItemsService.moveToWishlist(owner, params.itemId);
  sendResponse(res, HTTP_STATUS.OK, "Moved to the wishlist", { cart: toCartView(current) });
}
