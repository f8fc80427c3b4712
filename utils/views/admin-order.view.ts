import Joi from "joi";
import type {
  OrderEdit,
  OrderStatusHistoryDoc,
  PaymentDoc,
  RefundDoc,
  SellerOrder,
} from "../../models/index.js";
import { ORDER_STATUSES } from "../constants.js";
import { moment } from "../view-schemas.js";
import {
  DisputeView,
  PaymentWithHistoryView,
  toDisputeView,
  toPaymentWithHistoryView,
} from "./admin-payment.view.js";
import {
  OrderView,
  type OrderViewSource,
  StatusChangeView,
  toOrderView,
  toStatusChangeView,
} from "./order.view.js";
import { StaffShipmentView, toShipmentView } from "./order-parts.view.js";
import { count, id, text, textOrNull } from "./parts.view.js";
import { AdminRefundView, toAdminRefundView } from "./refund.view.js";
import { StaffNoteView, toStaffNoteView } from "./staff-note.view.js";
import { viewOf } from "./view-of.js";

/** An order as administrators see it: what its customer sees, and what belongs to the shop. */

const toSellerOrderView = (part: SellerOrder) => ({
  sellerId: part.sellerId,
  status: part.status,
  itemIds: part.itemIds.map((itemId) => itemId.toHexString()),
  notes: part.notes.map(toStaffNoteView),
  trackingNumber: part.trackingNumber ?? undefined,
  estimatedDelivery: part.estimatedDelivery ?? undefined,
});

const SellerOrderView = viewOf<ReturnType<typeof toSellerOrderView>>(
  "SellerOrder",
  {
    sellerId: text,
    status: Joi.string().valid(...ORDER_STATUSES),
    itemIds: Joi.array().items(id),
    notes: Joi.array().items(StaffNoteView),
  },
  { trackingNumber: text, estimatedDelivery: moment },
);

const toStaffStatusChangeView = (row: OrderStatusHistoryDoc) => ({
  ...toStatusChangeView(row),
  changedById: row.changedById ?? undefined,
});

const StaffStatusChangeView = StatusChangeView.keys({ changedById: text }).meta({
  className: "StaffStatusChange",
});

const toEditView = ({ at, by, before, after }: OrderEdit) => ({ at, by, before, after });

/** Only the fields that changed, so without a schema. */
const fields = Joi.object().unknown(true).allow(null);

const EditView = viewOf<ReturnType<typeof toEditView>>(
  "OrderEdit",
  { at: moment, by: text },
  { before: fields, after: fields },
);

/** In lists. */
export const toListedOrderView = (source: OrderViewSource) => ({
  ...toOrderView(source),
  shipments: source.shipments.map(toShipmentView),
  userId: source.order.userId ?? null,
  checkoutSessionId: source.order.checkoutSessionId?.toHexString() ?? null,
  customerName: source.order.customerName,
  paymentMethod: source.order.paymentMethod,
  invoiceNumber: source.order.invoiceNumber,
  version: source.order.version,
  tags: source.order.tags,
});

export const ListedOrderView = OrderView.keys({
  userId: textOrNull.required().description("Null: a guest"),
  checkoutSessionId: id.allow(null).required().description("Null: an admin entered the order"),
  customerName: textOrNull.required(),
  paymentMethod: textOrNull.required(),
  invoiceNumber: textOrNull.required(),
  version: count.required().description("For `PUT /api/admin/orders/:orderId`"),
  tags: Joi.array().items(text).required(),
  shipments: Joi.array().items(StaffShipmentView).required(),
}).meta({ className: "ListedOrder" });

export interface AdminOrderSource extends OrderViewSource {
  /** Oldest first. */
  history: readonly OrderStatusHistoryDoc[];
  /** Every attempt to pay for the order, oldest first. */
  payments: readonly PaymentDoc[];
  /** Oldest first. */
  refunds: readonly RefundDoc[];
}

export function toAdminOrderView({ history, payments, refunds, ...overview }: AdminOrderSource) {
  const { order } = overview;
  return {
    ...toListedOrderView(overview),
    internalNotes: order.internalNotes.map(toStaffNoteView),
    statusHistory: history.map(toStaffStatusChangeView),
    sellerOrders: order.sellerOrders.map(toSellerOrderView),
    payments: payments.map(toPaymentWithHistoryView),
    refunds: refunds.map(toAdminRefundView),
    disputes: order.disputes.map(toDisputeView),
    edits: order.editHistory.map(toEditView),
  };
}

export const AdminOrderView = ListedOrderView.keys({
  internalNotes: Joi.array().items(StaffNoteView).required(),
  statusHistory: Joi.array().items(StaffStatusChangeView).required(),
  sellerOrders: Joi.array().items(SellerOrderView).required(),
  payments: Joi.array().items(PaymentWithHistoryView).required(),
  refunds: Joi.array().items(AdminRefundView).required(),
  disputes: Joi.array().items(DisputeView).required(),
  edits: Joi.array().items(EditView).required().description("What admins changed, oldest first"),
}).meta({ className: "AdminOrder" });
