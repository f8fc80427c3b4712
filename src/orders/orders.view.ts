import Joi from "joi";
import { invoiceLink } from "../../services/platform/links.service.js";
import { CartView, toCartView } from "../../utils/views/cart.view.js";
import {
  OrderView,
  StatusChangeView,
  TrackingView,
  toCustomerHistory,
  toOrderView,
  toTrackingView,
} from "../../utils/views/order.view.js";
import { count, text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type * as ordersService from "./orders.service.js";

export { OrderView, TrackingView, toOrderView, toTrackingView };

type History = Awaited<ReturnType<typeof ordersService.listHistory>>;

/** An order with every change of its statuses, oldest first. */
export const toOrderWithTimelineView = (overview: ordersService.OrderOverview, history: History) => ({
  ...toOrderView(overview),
  timeline: toCustomerHistory(history),
});

export const OrderWithTimelineView = OrderView.keys({
  timeline: Joi.array().items(StatusChangeView).required(),
}).meta({ className: "OrderWithTimeline" });

export const toTimelineView = (history: History) => ({ events: toCustomerHistory(history) });

export const TimelineView = Joi.object({ events: Joi.array().items(StatusChangeView).required() }).required();

/** The cart after the order's lines were added, and what could not be had. */
export const toReorderView = ({ cart, skipped }: ordersService.Reordered) => ({
  cart: toCartView(cart),
  skipped: skipped.map(({ productId, variantId, name, quantity, reason }) => ({
    ...{ productId, variantId, name, quantity, reason },
  })),
});

export const ReorderView = viewOf<ReturnType<typeof toReorderView>>("Reorder", {
  cart: CartView,
  skipped: Joi.array().items(
    Joi.object({
      ...{ productId: text.required(), variantId: text.required(), name: text.required() },
      quantity: count.min(1).required().description("Units that were not added"),
      reason: text.required().description("`PRODUCT_NOT_FOUND`, `OUT_OF_STOCK` or `CART_LIMIT`"),
    }),
  ),
});

/** The link opens the PDF without signing in, for 15 minutes. */
export const toInvoiceLinkView = ({ invoiceNumber }: { invoiceNumber: string }) => ({
  invoiceNumber,
  pdfUrl: invoiceLink({ invoiceNumber }),
});

export const InvoiceLinkView = viewOf<ReturnType<typeof toInvoiceLinkView>>("InvoiceLink", {
  invoiceNumber: text,
  pdfUrl: text,
}).required();
