import Joi from "joi";
import { ORDER_STATUSES, PAYMENT_STATUSES, WEBHOOK_STATES } from "../../utils/constants.js";
import { listView, moment, momentOrNull, nullable } from "../../utils/view-schemas.js";
import {
  DisputeView,
  ListedPaymentView,
  PaymentWithHistoryView,
  toDisputeView,
  toListedPaymentView,
  toPaymentWithHistoryView,
} from "../../utils/views/admin-payment.view.js";
import { id, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { GatewayRecord, PaymentFile, StoredEvent } from "./payments.admin.service.js";

export { toListedPaymentView };

/** Payments as administrators see them: what customers see, and what belongs to the shop and the gateway. */

export const PaymentListView = listView(ListedPaymentView);

const toOrderOfPaymentView = (order: NonNullable<PaymentFile["order"]>) => ({
  id: order._id.toHexString(),
  orderNumber: order.orderNumber,
  status: order.status,
  paymentStatus: order.paymentStatus,
});

const OrderOfPaymentView = viewOf<ReturnType<typeof toOrderOfPaymentView>>("OrderOfPayment", {
  id,
  orderNumber: text,
  status: Joi.string().valid(...ORDER_STATUSES),
  paymentStatus: Joi.string().valid(...PAYMENT_STATUSES),
});

export function toAdminPaymentView({ payment, attempts, order }: PaymentFile) {
  return {
    ...toPaymentWithHistoryView(payment),
    order: order && toOrderOfPaymentView(order),
    attempts: attempts.map(toListedPaymentView),
    disputes: payment.disputes.map(toDisputeView),
  };
}

export const AdminPaymentView = PaymentWithHistoryView.keys({
  order: nullable(OrderOfPaymentView).required(),
  attempts: Joi.array()
    .items(ListedPaymentView)
    .required()
    .description("The other attempts to pay for the same checkout, oldest first"),
  disputes: Joi.array().items(DisputeView).required(),
}).meta({ className: "AdminPayment" });

const toStoredEventView = ({ stored, content }: StoredEvent) => ({
  id: stored._id.toHexString(),
  eventId: stored.eventId,
  event: stored.event,
  state: stored.state,
  reason: stored.reason,
  receivedAt: stored.receivedAt,
  processedAt: stored.processedAt,
  content,
});

/** In the gateway's own words, so without a schema. The adapter lets only allowed fields through. */
const entity = Joi.object().unknown(true);

const StoredEventView = viewOf<ReturnType<typeof toStoredEventView>>("PaymentEvent", {
  id: id.description("For `GET /api/admin/webhooks/:eventId`"),
  eventId: text,
  event: text,
  state: Joi.string().valid(...WEBHOOK_STATES),
  reason: textOrNull,
  receivedAt: moment,
  processedAt: momentOrNull,
  content: Joi.object()
    .pattern(Joi.string(), entity)
    .allow(null)
    .description("Its entities by name; null once the body has been removed"),
});

export const toGatewayRecordView = ({ payment, events }: GatewayRecord) => ({
  paymentId: payment._id.toHexString(),
  gateway: payment.gateway,
  gatewayOrderId: payment.gatewayOrderId,
  gatewayPaymentId: payment.gatewayPaymentId,
  response: payment.gatewayResponse ?? null,
  events: events.map(toStoredEventView),
});

export const GatewayRecordView = viewOf<ReturnType<typeof toGatewayRecordView>>("GatewayRecord", {
  paymentId: id,
  gateway: text,
  gatewayOrderId: textOrNull,
  gatewayPaymentId: textOrNull,
  response: entity
    .allow(null)
    .description("The latest report: allowed fields only, amounts in paise, card and VPA masked"),
  events: Joi.array().items(StoredEventView).description("The last 50 about this payment, newest first"),
});
