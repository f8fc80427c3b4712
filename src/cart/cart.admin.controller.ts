import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { actorOf } from "../../utils/principal.js";
import { toListView } from "../../utils/views/list.view.js";
import * as cartAdminService from "./cart.admin.service.js";
import type * as schemas from "./cart.admin.validation.js";
import {
  toAbandonedCartView,
  toAdminCartView,
  toCartAnalyticsView,
  toCartSettingsView,
} from "./cart.admin.view.js";
import { analyseCarts } from "./cart.analytics.service.js";

export async function listAbandonedCarts(
  { query }: AdminInput<typeof schemas.listAbandonedCartsSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await cartAdminService.listAbandonedCarts(query);
  const list = toListView(items.map(toAbandonedCartView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "Abandoned carts", list);
}

export async function getAnalytics(
  { query }: AdminInput<typeof schemas.getAnalyticsSchema>,
  res: Response,
): Promise<void> {
  const analytics = await analyseCarts(query);
  sendResponse(res, HTTP_STATUS.OK, "Cart analytics", toCartAnalyticsView(analytics));
}

export async function getCartSettings(_input: AdminInput, res: Response): Promise<void> {
  const settings = await cartAdminService.getCartSettings();
  sendResponse(res, HTTP_STATUS.OK, "Cart settings", toCartSettingsView(settings));
}

export async function putCartSettings(
  { body, principal }: AdminInput<typeof schemas.putCartSettingsSchema>,
  res: Response,
): Promise<void> {
  const { version, ...values } = body;
  const change = { values, version, by: actorOf(principal) };
  const settings = await cartAdminService.updateCartSettings(change);
  sendResponse(res, HTTP_STATUS.OK, "Cart settings updated", toCartSettingsView(settings));
}

export async function getCartById(
  { params }: AdminInput<typeof schemas.getCartByIdSchema>,
  res: Response,
): Promise<void> {
  const cart = await cartAdminService.getCartById(toObjectId(params.cartId));
  sendResponse(res, HTTP_STATUS.OK, "Cart", toAdminCartView(cart));
}
