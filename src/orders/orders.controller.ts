import type { Response } from "express";
import type { Input, VisitorInput } from "../../middlewares/described-router.js";
import type { OwnOrder } from "../../middlewares/order-ownership.middleware.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendResponse } from "../../utils/http.js";
import { toListView } from "../../utils/views/list.view.js";
import * as ordersService from "./orders.service.js";
import type * as schemas from "./orders.validation.js";
import {
  toInvoiceLinkView,
  toOrderView,
  toOrderWithTimelineView,
  toReorderView,
  toTimelineView,
  toTrackingView,
} from "./orders.view.js";

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

export async function getOrder(
  { order }: VisitorInput<typeof schemas.getOrderSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const overview = await ordersService.loadOrder(order);
  const history = await ordersService.listHistory(order._id);
  sendResponse(res, HTTP_STATUS.OK, "Your order", toOrderWithTimelineView(overview, history));
}

export async function reorder(
  { order, owner, source, requestKey }: Input<typeof schemas.reorderSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const reordered = await ordersService.reorder({ order, owner, source, requestKey: requestKey ?? null });
  sendResponse(res, HTTP_STATUS.OK, "Your cart", toReorderView(reordered));
}

export async function getConfirmation(
  { order }: Input<typeof schemas.getConfirmationSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const overview = await ordersService.loadOrder(order);
  sendResponse(res, HTTP_STATUS.OK, "Thank you for your order", toOrderView(overview));
}

export async function getTracking(
  { order }: VisitorInput<typeof schemas.getTrackingSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const overview = await ordersService.loadOrder(order);
  const history = await ordersService.listHistory(order._id);
  sendResponse(res, HTTP_STATUS.OK, "The tracking of your order", toTrackingView(overview, history));
}

export async function getTimeline(
  { order }: VisitorInput<typeof schemas.getTimelineSchema, OwnOrder>,
  res: Response,
): Promise<void> {
  const history = await ordersService.listHistory(order._id);
  sendResponse(res, HTTP_STATUS.OK, "The timeline of your order", toTimelineView(history));
}

export function getInvoice(
  { order }: VisitorInput<typeof schemas.getInvoiceSchema, OwnOrder>,
  res: Response,
): void {
  const invoiceNumber = ordersService.getInvoiceNumber(order);
  sendResponse(res, HTTP_STATUS.OK, "The invoice of your order", toInvoiceLinkView({ invoiceNumber }));
}
