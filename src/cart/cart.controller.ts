import type { Response } from "express";
import type { OwnCartItem } from "../../middlewares/cart-ownership.middleware.js";
import type { CustomerWithSessionInput, Input, VisitorInput } from "../../middlewares/described-router.js";
import { getSettings } from "../../services/platform/settings.service.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toRupees, ZERO_PAISE } from "../../utils/money.js";
import type { Owner } from "../../utils/principal.js";
import { profileOf } from "../../utils/principal.js";
import * as cartService from "./cart.service.js";
import type * as schemas from "./cart.validation.js";
import { toCartItemView, toCartView, toEmptyCartView, toMiniCartView, toNoticeView } from "./cart.view.js";
import { mergeCarts } from "./merge.service.js";
import { toRecommendationView } from "./recommendation.view.js";
import { recommend } from "./recommendations.service.js";

/** The cart, or an empty one for somebody who has none. */
async function viewOf(current: cartService.CurrentCart | null, owner: Owner | null) {
  if (current) return toCartView(current);
  const { pricesIncludeTax } = await getSettings("tax");
  return toEmptyCartView({ pricesIncludeTax, ...(owner && "sessionId" in owner ? owner : {}) });
}

const availabilityIn = ({ line, availability }: cartService.ChangedLine) =>
  availability.get(line._id.toHexString()) ?? null;

export async function getCart({ owner }: VisitorInput, res: Response): Promise<void> {
  const current = owner && (await cartService.findCart(owner));
  sendResponse(res, HTTP_STATUS.OK, "Your cart", await viewOf(current, owner));
}

export async function getMiniCart({ owner }: VisitorInput, res: Response): Promise<void> {
  const cart = owner && (await cartService.findMiniCart(owner));
  sendResponse(res, HTTP_STATUS.OK, "Your cart in short", toMiniCartView(cart));
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
  sendResponse(res, HTTP_STATUS.OK, "The quantity is changed", data);
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
  sendResponse(res, HTTP_STATUS.OK, "The cart is empty", { cart: await viewOf(current, owner) });
}

export async function applyCoupon(
  { body, owner, principal }: Input<typeof schemas.applyCouponSchema>,
  res: Response,
): Promise<void> {
  const profile = profileOf(principal);
  const { code, ...current } = await cartService.applyCoupon(owner, body.couponCode, profile);
  const applied = current.cart.appliedCoupons.find((coupon) => coupon.code === code);
  const discount = { code, discountAmount: toRupees(applied?.discountAmount ?? ZERO_PAISE) };
  sendResponse(res, HTTP_STATUS.OK, "The coupon is applied", { cart: toCartView(current), discount });
}

export async function removeCoupon(
  { params, owner }: Input<typeof schemas.removeCouponSchema>,
  res: Response,
): Promise<void> {
  const current = await cartService.removeCoupon(owner, params.code);
  sendResponse(res, HTTP_STATUS.OK, "The coupon is removed", { cart: await viewOf(current, owner) });
}

export async function merge(
  { owner, sessionId, source, principal }: CustomerWithSessionInput,
  res: Response,
): Promise<void> {
  const { current, merged } = await mergeCarts({
    ...owner,
    sessionId,
    source,
    profile: profileOf(principal),
  });
  const notices = (current?.notices ?? []).map(toNoticeView);
  const message = merged ? "The carts are merged" : "There was nothing to merge";
  sendResponse(res, HTTP_STATUS.OK, message, { cart: await viewOf(current, owner), merged, notices });
}

export async function getRecommendations(
  { query, owner }: VisitorInput<typeof schemas.getRecommendationsSchema>,
  res: Response,
): Promise<void> {
  const products = owner ? await recommend(owner, query.limit) : [];
  sendResponse(res, HTTP_STATUS.OK, "Goes well with your cart", {
    products: products.map(toRecommendationView),
  });
}
