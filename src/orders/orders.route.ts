import { describedRouter, guest } from "../../middlewares/described-router.js";
import { orderOwnership } from "../../middlewares/order-ownership.middleware.js";
import { listView } from "../../utils/view-schemas.js";
import * as controller from "./orders.controller.js";
import * as schemas from "./orders.validation.js";
import {
  InvoiceLinkView,
  OrderView,
  OrderWithTimelineView,
  ReorderView,
  TimelineView,
  TrackingView,
} from "./orders.view.js";

const consumer = describedRouter({ base: "/api/orders", tag: "Orders" });

/**
 * @route POST /api/orders
 * @description Places the order of a checkout that is paid, COD or covered by credit; a repeat returns the same order
 * @access Guest or customer, owner
 */
consumer.post(
  "/",
  {
    summary: "Place the order",
    access: guest("reject"),
    schemas: schemas.placeOrderSchema,
    answers: { 200: OrderView, 201: OrderView },
    refuses: [
      "CHECKOUT_NOT_FOUND",
      "PAYMENT_NOT_FOUND",
      "TERMS_NOT_ACCEPTED",
      "PAYMENT_REQUIRED",
      "CHECKOUT_INCOMPLETE",
      "CHECKOUT_EXPIRED",
      "CART_EMPTY",
      "CART_CHANGED",
      "SHIPPING_METHOD_UNAVAILABLE",
      "PLACEMENT_IN_PROGRESS",
      "REQUEST_IN_PROGRESS",
      "OUT_OF_STOCK",
      "COUPON_INVALID",
      "INSUFFICIENT_POINTS",
      "INSUFFICIENT_CREDIT",
      "CHECKOUT_FAILED",
      "INVALID_STATUS_TRANSITION",
    ],
    idempotency: "optional",
    rateClass: "place",
  },
  controller.placeOrder,
);

/**
 * @route GET /api/orders
 * @description The caller's orders, newest first
 * @access Guest or customer
 */
consumer.get(
  "/",
  {
    summary: "The caller's orders",
    access: guest("reject"),
    schemas: schemas.listOrdersSchema,
    answers: { 200: listView(OrderView) },
  },
  controller.listOrders,
);

/**
 * @route GET /api/orders/:orderNumber
 * @description The order with its timeline; also with the signed `token` of the confirmation mail
 * @access Guest or customer, owner; or the signed link
 */
consumer.get(
  "/:orderNumber",
  {
    summary: "The order",
    access: guest("empty"),
    owner: orderOwnership,
    schemas: schemas.getOrderSchema,
    answers: { 200: OrderWithTimelineView },
  },
  controller.getOrder,
);

/**
 * @route POST /api/orders/:orderNumber/reorder
 * @description Adds the order's lines to the caller's cart, as far as they are available, and lists the rest
 * @access Guest or customer, owner
 */
consumer.post(
  "/:orderNumber/reorder",
  {
    summary: "Order the same again",
    description:
      "At today's prices, beside what the cart holds already. `skipped` lists the units that could not be added, and why.",
    access: guest("reject"),
    owner: orderOwnership,
    schemas: schemas.reorderSchema,
    answers: { 200: ReorderView },
    refuses: ["PLACEMENT_IN_PROGRESS", "REQUEST_IN_PROGRESS"],
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.reorder,
);

/**
 * @route GET /api/orders/:orderNumber/confirmation
 * @description What the storefront shows after the purchase
 * @access Guest or customer, owner
 */
consumer.get(
  "/:orderNumber/confirmation",
  {
    summary: "The confirmation of an order",
    access: guest("reject"),
    priority: "checkout",
    owner: orderOwnership,
    schemas: schemas.getConfirmationSchema,
    answers: { 200: OrderView },
  },
  controller.getConfirmation,
);

/**
 * @route GET /api/orders/:orderNumber/tracking
 * @description Where the parcels are; also with the signed `token` of the confirmation mail
 * @access Guest or customer, owner; or the signed link
 */
consumer.get(
  "/:orderNumber/tracking",
  {
    summary: "The tracking of an order",
    description: "What the shipping service reported last, also while it is down.",
    access: guest("empty"),
    owner: orderOwnership,
    schemas: schemas.getTrackingSchema,
    answers: { 200: TrackingView },
  },
  controller.getTracking,
);

/**
 * @route GET /api/orders/:orderNumber/timeline
 * @description Every change of the order's statuses, oldest first; also with the signed `token` of the confirmation mail
 * @access Guest or customer, owner; or the signed link
 */
consumer.get(
  "/:orderNumber/timeline",
  {
    summary: "The timeline of an order",
    access: guest("empty"),
    owner: orderOwnership,
    schemas: schemas.getTimelineSchema,
    answers: { 200: TimelineView },
  },
  controller.getTimeline,
);

/**
 * @route GET /api/orders/:orderNumber/invoice
 * @description The number and the PDF link of the sale invoice; also with the signed `token` of the confirmation mail
 * @access Guest or customer, owner; or the signed link
 */
consumer.get(
  "/:orderNumber/invoice",
  {
    summary: "The invoice of an order",
    access: guest("empty"),
    owner: orderOwnership,
    schemas: schemas.getInvoiceSchema,
    answers: { 200: InvoiceLinkView },
    refuses: ["INVOICE_NOT_READY"],
  },
  controller.getInvoice,
);

export { consumer };
