import type { Response } from "express";
import type { Input, VisitorInput } from "../../middlewares/described-router.js";
import { UnauthenticatedError } from "../../utils/errors.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import * as ordersService from "./orders.service.js";
import type * as schemas from "./orders.validation.js";
import { toOrderView, toOrderWithTimelineView, toTimelineView } from "./orders.view.js";

export async function placeOrder(
  { body, owner }: Input<typeof schemas.placeOrderSchema>,
  res: Response,
): Promise<void> {
  const { created, ...order } = await ordersService.place({
    owner,
    checkoutSessionId: toObjectId(body.checkoutSessionId),
    termsAccepted: body.termsAccepted ?? body.terms_accepted ?? false,
    ...(body.paymentId ? { paymentId: toObjectId(body.paymentId) } : {}),
  });
  const status = created ? HTTP_STATUS.CREATED : HTTP_STATUS.OK;
  sendResponse(res, status, "The order is placed", toOrderView(order));
}

export async function listOrders(
  { query, owner }: Input<typeof schemas.listOrdersSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await ordersService.listOrders(owner, query);
  sendResponse(res, HTTP_STATUS.OK, "Your orders", toListView(items.map(toOrderView), { ...query, total }));
}

/** The signed link from the mail is enough to read the order; without it, the caller must be identified. */
export async function getOrder(
  { params, query, owner }: VisitorInput<typeof schemas.getOrderSchema>,
  res: Response,
): Promise<void> {
  if (!owner && !query.token)
    throw new UnauthenticatedError("Sign in, or open the link in the order confirmation mail");
  const order = await ordersService.getOrder(params.orderNumber, { owner, token: query.token ?? null });
  const history = await ordersService.listHistory(order.order._id);
  sendResponse(res, HTTP_STATUS.OK, "Your order", toOrderWithTimelineView(order, history));
}

export async function getConfirmation(
  { params, owner }: Input<typeof schemas.getConfirmationSchema>,
  res: Response,
): Promise<void> {
  const order = await ordersService.getOrder(params.orderNumber, { owner, token: null });
  sendResponse(res, HTTP_STATUS.OK, "Thank you for your order", toOrderView(order));
}

export async function getTimeline(
  { params, owner }: Input<typeof schemas.getTimelineSchema>,
  res: Response,
): Promise<void> {
  const { order } = await ordersService.getOrder(params.orderNumber, { owner, token: null });
  const history = await ordersService.listHistory(order._id);
  sendResponse(res, HTTP_STATUS.OK, "The timeline of your order", toTimelineView(history));
}
