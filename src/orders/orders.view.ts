import Joi from "joi";
import { invoiceLink } from "../../services/platform/links.service.js";
import {
  OrderView,
  StatusChangeView,
  TrackingView,
  toOrderView,
  toStatusChangeView,
  toTrackingView,
} from "../../utils/views/order.view.js";
import { text } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type * as ordersService from "./orders.service.js";

export { OrderView, TrackingView, toOrderView, toTrackingView };

type History = Awaited<ReturnType<typeof ordersService.listHistory>>;

/** An order with every change of its statuses, oldest first. */
export const toOrderWithTimelineView = (overview: ordersService.OrderOverview, history: History) => ({
  ...toOrderView(overview),
  timeline: history.map(toStatusChangeView),
});

export const OrderWithTimelineView = OrderView.keys({
  timeline: Joi.array().items(StatusChangeView).required(),
}).meta({ className: "OrderWithTimeline" });

export const toTimelineView = (history: History) => ({ events: history.map(toStatusChangeView) });

export const TimelineView = Joi.object({ events: Joi.array().items(StatusChangeView).required() }).required();

/** The link opens the PDF without signing in, for 15 minutes. */
export const toInvoiceLinkView = ({ invoiceNumber }: { invoiceNumber: string }) => ({
  invoiceNumber,
  pdfUrl: invoiceLink({ invoiceNumber }),
});

export const InvoiceLinkView = viewOf<ReturnType<typeof toInvoiceLinkView>>("InvoiceLink", {
  invoiceNumber: text,
  pdfUrl: text,
}).required();
