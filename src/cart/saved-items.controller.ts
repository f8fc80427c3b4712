import type { Response } from "express";
import type { OwnCartItem } from "../../middlewares/cart-ownership.middleware.js";
import type { CustomerInput, Input } from "../../middlewares/described-router.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import type * as schemas from "./cart.validation.js";
import { toCartView, toSavedItemView } from "./cart.view.js";
import * as savedItemsService from "./saved-items.service.js";

export async function saveForLater(
  own: Input<typeof schemas.saveForLaterSchema, OwnCartItem>,
  res: Response,
): Promise<void> {
  const { savedItem, ...current } = await savedItemsService.saveForLater(own);
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
  own: CustomerInput<typeof schemas.moveToWishlistSchema, OwnCartItem>,
  res: Response,
): Promise<void> {
  const current = await savedItemsService.moveToWishlist(own);
  sendResponse(res, HTTP_STATUS.OK, "Moved to the wishlist", { cart: toCartView(current) });
}
