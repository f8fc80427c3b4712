import type { Response } from "express";
import type { OwnCartItem } from "../../middlewares/cart-ownership.middleware.js";
import type {
  CustomerInput,
  CustomerWithGuestIdInput,
  Input,
  VisitorInput,
} from "../../middlewares/described-router.js";
import { getSettings } from "../../services/platform/settings.service.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toRupees, ZERO_PAISE } from "../../utils/money.js";
import { type Owner, profileOf } from "../../utils/principal.js";
import { toCartItemView, toCartView, toEmptyCartView, toNoticeView } from "../../utils/views/cart.view.js";
import { toListView } from "../../utils/views/list.view.js";
import * as cartService from "./cart.service.js";
import type * as schemas from "./cart.validation.js";
import { toMiniCartView, toRecommendationView, toSavedItemView } from "./cart.view.js";
import { type CurrentCart, findCart } from "./current-cart.service.js";
import * as savedItemsService from "./saved-items.service.js";

/** The cart, or an empty one for a caller without a cart. */
async function viewCurrent(current: CurrentCart | null, owner: Owner | null) {
  if (current) return toCartView(current);
  const { pricesIncludeTax } = await getSettings("tax");
  return toEmptyCartView({ pricesIncludeTax, ...(owner && "sessionId" in owner ? owner : {}) });
}

const availabilityIn = ({ line, availability }: cartService.ChangedLine) =>
  availability.get(line._id.toHexString()) ?? null;

export async function getCart({ owner }: VisitorInput, res: Response): Promise<void> {
  const current = owner && (await findCart(owner));
  sendResponse(res, HTTP_STATUS.OK, "Your cart", await viewCurrent(current, owner));
}

export async function getMiniCart({ owner }: VisitorInput, res: Response): Promise<void> {
  const cart = owner && (await cartService.findMiniCart(owner));
  sendResponse(res, HTTP_STATUS.OK, "Cart summary", toMiniCartView(cart));
}

export async function addItem(
  { body, owner, source, requestKey }: Input<typeof schemas.addItemSchema>,
  res: Response,
): Promise<void> {
  const changed = await cartService.addItem(owner, { ...body, source, requestKey });
  const data = { cart: toCartView(changed), cartItem: toCartItemView(changed.line, availabilityIn(changed)) };
  sendResponse(res, HTTP_STATUS.OK, "Added to the cart", data);
}

export async function updateItem(
  { body, ...own }: Input<typeof schemas.updateItemSchema, OwnCartItem>,
  res: Response,
): Promise<void> {
  const changed = await cartService.updateItem(own, body.quantity);
  const data = { cart: toCartView(changed), cartItem: toCartItemView(changed.line, availabilityIn(changed)) };
  sendResponse(res, HTTP_STATUS.OK, "Quantity updated", data);
}

export async function removeItem(
  own: Input<typeof schemas.removeItemSchema, OwnCartItem>,
  res: Response,
): Promise<void> {
  const current = await cartService.removeItem(own);
  sendResponse(res, HTTP_STATUS.OK, "Removed from the cart", { cart: toCartView(current) });
}

export async function clearCart({ owner }: Input, res: Response): Promise<void> {
  const current = await cartService.clearCart(owner);
  sendResponse(res, HTTP_STATUS.OK, "Cart emptied", { cart: await viewCurrent(current, owner) });
}

export async function applyCoupon(
  { body, owner, principal }: Input<typeof schemas.applyCouponSchema>,
  res: Response,
): Promise<void> {
  const profile = profileOf(principal);
  const { code, ...current } = await cartService.applyCoupon(owner, body.couponCode, profile);
  const applied = current.cart.appliedCoupons.find((coupon) => coupon.code === code);
  const discount = { code, discountAmount: toRupees(applied?.discountAmount ?? ZERO_PAISE) };
  sendResponse(res, HTTP_STATUS.OK, "Coupon applied", { cart: toCartView(current), discount });
}

export async function removeCoupon(
  { params, owner }: Input<typeof schemas.removeCouponSchema>,
  res: Response,
): Promise<void> {
  const current = await cartService.removeCoupon(owner, params.code);
  sendResponse(res, HTTP_STATUS.OK, "Coupon removed", { cart: await viewCurrent(current, owner) });
}

export async function merge(
  { owner, sessionId, source, principal }: CustomerWithGuestIdInput,
  res: Response,
): Promise<void> {
  const { current, merged } = await cartService.mergeCarts({
    ...owner,
    sessionId,
    source,
    profile: profileOf(principal),
  });
  const notices = (current?.notices ?? []).map(toNoticeView);
  const message = merged ? "Carts merged" : "Nothing to merge";
  sendResponse(res, HTTP_STATUS.OK, message, { cart: await viewCurrent(current, owner), merged, notices });
}

export async function getRecommendations(
  { query, owner }: VisitorInput<typeof schemas.getRecommendationsSchema>,
  res: Response,
): Promise<void> {
  const products = owner ? await cartService.recommend(owner, query.limit) : [];
  sendResponse(res, HTTP_STATUS.OK, "Recommended products", {
    products: products.map(toRecommendationView),
  });
}

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
  sendResponse(res, HTTP_STATUS.OK, "Saved items", data);
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
  sendResponse(res, HTTP_STATUS.OK, "Saved item deleted");
}

export async function moveToWishlist(
  own: CustomerInput<typeof schemas.moveToWishlistSchema, OwnCartItem>,
  res: Response,
): Promise<void> {
  const current = await savedItemsService.moveToWishlist(own);
  sendResponse(res, HTTP_STATUS.OK, "Moved to the wishlist", { cart: toCartView(current) });
}
