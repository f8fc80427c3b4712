import type { Response } from "express";
import type { AdminInput } from "../../middlewares/described-router.js";
import { toObjectId } from "../../utils/helpers.js";
import { HTTP_STATUS, sendFile, sendResponse } from "../../utils/http.js";
import { indianDayOf } from "../../utils/periods.js";
import { toAdminOrderView, toListedOrderView } from "../../utils/views/admin-order.view.js";
import { toListView } from "../../utils/views/list.view.js";
import * as ordersAdminService from "./orders.admin.service.js";
import type * as schemas from "./orders.admin.validation.js";
import { analyseOrders } from "./orders.analytics.service.js";
import { toOrderAnalyticsView } from "./orders.analytics.view.js";
import * as exportService from "./orders.export.service.js";

export async function listOrders(
  { query }: AdminInput<typeof schemas.listOrdersSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await ordersAdminService.listOrders(query);
  sendResponse(res, HTTP_STATUS.OK, "Orders", toListView(items.map(toListedOrderView), { ...query, total }));
}

export async function searchOrders(
  { query }: AdminInput<typeof schemas.searchOrdersSchema>,
  res: Response,
): Promise<void> {
  const { items, total } = await ordersAdminService.searchOrders(query);
  const list = toListView(items.map(toListedOrderView), { ...query, total });
  sendResponse(res, HTTP_STATUS.OK, "The orders that were found", list);
}

export async function exportOrders(
  { query, principal }: AdminInput<typeof schemas.exportOrdersSchema>,
  res: Response,
): Promise<void> {
  const { dateFrom, dateTo } = query;
  const days = [dateFrom, dateTo].flatMap((day) => (day ? [indianDayOf(day)] : []));
  await sendFile(res, {
    name: `${["orders", ...days].join("_")}.csv`,
    contentType: "text/csv; charset=utf-8",
    body: () => exportService.exportOrders(query, principal),
  });
}

export async function getAnalytics(
  { query }: AdminInput<typeof schemas.getAnalyticsSchema>,
  res: Response,
): Promise<void> {
  const view = toOrderAnalyticsView(await analyseOrders(query));
  sendResponse(res, HTTP_STATUS.OK, "The analysis of orders", view);
}

/** The response of every admin route about one order. */
async function sendOrder(res: Response, orderId: string, message: string): Promise<void> {
  const order = await ordersAdminService.getAdminOrder(toObjectId(orderId));
  sendResponse(res, HTTP_STATUS.OK, message, toAdminOrderView(order));
}

export function getOrder(
  { params }: AdminInput<typeof schemas.getOrderSchema>,
  res: Response,
): Promise<void> {
  return sendOrder(res, params.orderId, "The order");
}

export async function addNote(
  { params, body, principal, requestKey }: AdminInput<typeof schemas.addNoteSchema>,
  res: Response,
): Promise<void> {
  const orderId = toObjectId(params.orderId);
  await ordersAdminService.addNote({
    orderId,
    note: body.note,
    by: principal,
    requestKey: requestKey ?? null,
  });
  await sendOrder(res, params.orderId, "The note is added");
}

export async function addTags(
  { params, body, principal }: AdminInput<typeof schemas.addTagsSchema>,
  res: Response,
): Promise<void> {
  const orderId = toObjectId(params.orderId);
  await ordersAdminService.addTags({ orderId, tags: body.tags, by: principal });
  await sendOrder(res, params.orderId, "The order has these tags");
}

export async function removeTags(
  { params, body, principal }: AdminInput<typeof schemas.removeTagsSchema>,
  res: Response,
): Promise<void> {
  const orderId = toObjectId(params.orderId);
  await ordersAdminService.removeTags({ orderId, tags: body.tags, by: principal });
  await sendOrder(res, params.orderId, "The order no longer has these tags");
}

export async function editOrder(
  { params, body, principal }: AdminInput<typeof schemas.editOrderSchema>,
  res: Response,
): Promise<void> {
  await ordersAdminService.editOrder({ ...body, orderId: toObjectId(params.orderId), by: principal });
  await sendOrder(res, params.orderId, "The order is changed");
}
