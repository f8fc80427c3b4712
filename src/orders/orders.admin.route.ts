import { admin as adminWith, describedRouter, file } from "../../middlewares/described-router.js";
import { listView } from "../../utils/view-schemas.js";
import { AdminOrderView, ListedOrderView } from "../../utils/views/admin-order.view.js";
import * as controller from "./orders.admin.controller.js";
import * as schemas from "./orders.admin.validation.js";
import { OrderAnalyticsView } from "./orders.analytics.view.js";

/** After every other router of this base: `:orderId` matches any name. */
const admin = describedRouter({ base: "/api/admin/orders", tag: "Orders" });

/**
 * @route GET /api/admin/orders
 * @description Orders with every filter; sorted by time, total or status
 * @access Admin (orders:read)
 */
admin.get(
  "/",
  {
    summary: "Orders",
    description:
      "`email` and `phone` are compared as a whole, in the usual spellings; `tag` exactly. `sellerId` lists the orders with a line of that seller. The total is exact up to 10,000.",
    access: adminWith("orders:read"),
    schemas: schemas.listOrdersSchema,
    answers: { 200: listView(ListedOrderView) },
  },
  controller.listOrders,
);

/**
 * @route GET /api/admin/orders/search
 * @description Orders by number, by the start of an e-mail address, or by the start or the last digits of a phone number
 * @access Admin (orders:read)
 */
admin.get(
  "/search",
  {
    summary: "Search orders",
    description:
      "`q` is an order number, the beginning of an e-mail address, or the beginning or the last digits of a phone number. Newest first; of more than 10,000 matches, 10,000 are found.",
    access: adminWith("orders:read"),
    schemas: schemas.searchOrdersSchema,
    answers: { 200: listView(ListedOrderView) },
    rateClass: "search",
  },
  controller.searchOrders,
);

/**
 * @route GET /api/admin/orders/export
 * @description The orders of the list's filters as CSV
 * @access Admin (orders:export)
 */
admin.get(
  "/export",
  {
    summary: "Export orders",
    description:
      "The orders of the list's filters, oldest first. Amounts are rupees with two decimals, times are UTC, days are days in India. A cell that a spreadsheet would run, and a phone number, begins with an apostrophe. Each export is in the audit log.",
    access: adminWith("orders:export"),
    schemas: schemas.exportOrdersSchema,
    answers: { 200: file("text/csv") },
    rateClass: "export",
  },
  controller.exportOrders,
);

/**
 * @route GET /api/admin/orders/analytics
 * @description Revenue, orders, average order value, cancellation rate, processing and delivery time by period
 * @access Admin (orders:read)
 */
admin.get(
  "/analytics",
  {
    summary: "The analysis of orders",
    description:
      "Counts the orders that were placed in the range, with what has become of them since. Without dates, the last 30 days.",
    access: adminWith("orders:read"),
    priority: "report",
    schemas: schemas.getAnalyticsSchema,
    answers: { 200: OrderAnalyticsView },
  },
  controller.getAnalytics,
);

/**
 * @route GET /api/admin/orders/:orderId
 * @description An order with its history, notes, seller orders, payments, refunds and disputes
 * @access Admin (orders:read)
 */
admin.get(
  "/:orderId",
  {
    summary: "An order",
    access: adminWith("orders:read"),
    schemas: schemas.getOrderSchema,
    answers: { 200: AdminOrderView },
    refuses: ["ORDER_NOT_FOUND"],
  },
  controller.getOrder,
);

/**
 * @route PUT /api/admin/orders/:orderId
 * @description Changes the shipping address and the customer's notes before shipment
 * @access Admin (orders:write)
 */
admin.put(
  "/:orderId",
  {
    summary: "Edit an order",
    description:
      "With the `version` that was read; after another change 409 `VERSION_CONFLICT` with `current`. The customer pays what was agreed: prices, discounts, shipping and the total stay, and the tax follows the address. 400 `ORDER_NOT_EDITABLE` has a `reason`: `status` (shipped, cancelled), `shipping` (a parcel is being shipped) or `invoiced` (the invoice states another place of supply).",
    access: adminWith("orders:write"),
    schemas: schemas.editOrderSchema,
    answers: { 200: AdminOrderView },
    refuses: [
      "ORDER_NOT_FOUND",
      "ORDER_NOT_EDITABLE",
      "PINCODE_NOT_SERVICEABLE",
      "COD_UNAVAILABLE",
      "VERSION_CONFLICT",
    ],
  },
  controller.editOrder,
);

/**
 * @route POST /api/admin/orders/:orderId/notes
 * @description Adds an internal note with its author and time
 * @access Admin (orders:notes)
 */
admin.post(
  "/:orderId/notes",
  {
    summary: "Add a note",
    access: adminWith("orders:notes"),
    schemas: schemas.addNoteSchema,
    answers: { 200: AdminOrderView },
    refuses: ["ORDER_NOT_FOUND"],
    idempotency: "optional",
  },
  controller.addNote,
);

/**
 * @route POST /api/admin/orders/:orderId/tags
 * @description Adds tags; those that the order has already stay once
 * @access Admin (orders:write)
 */
admin.post(
  "/:orderId/tags",
  {
    summary: "Add tags",
    access: adminWith("orders:write"),
    schemas: schemas.addTagsSchema,
    answers: { 200: AdminOrderView },
    refuses: ["ORDER_NOT_FOUND"],
    idempotency: "optional",
  },
  controller.addTags,
);

/**
 * @route DELETE /api/admin/orders/:orderId/tags
 * @description Removes tags; those that the order does not have are ignored
 * @access Admin (orders:write)
 */
admin.delete(
  "/:orderId/tags",
  {
    summary: "Remove tags",
    access: adminWith("orders:write"),
    schemas: schemas.removeTagsSchema,
    answers: { 200: AdminOrderView },
    refuses: ["ORDER_NOT_FOUND"],
  },
  controller.removeTags,
);

export { admin };
