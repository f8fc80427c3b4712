import Joi from "joi";
import { type Dispute, findMainDispute, type PaymentDoc, type StatusEntry } from "../../models/index.js";
import {
  CHANGED_BY_TYPES,
  ORDER_STATUSES,
  PAYMENT_MISMATCH_REASONS,
  PAYMENT_STATUSES,
  WEBHOOK_STATES,
} from "../../utils/constants.js";
import { type Paise, toRupees } from "../../utils/money.js";
import { listView, moment, nullable, rupees } from "../../utils/view-schemas.js";
import { id, text, textOrNull } from "../../utils/views/parts.view.js";
import { PaymentView, toPaymentView } from "../../utils/views/payment.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { GatewayRecord, PaymentFile, StoredEvent } from "./payments.admin.service.js";

/** Payments as administrators see them: what customers see, and what belongs to the shop and the gateway. */

const momentOrNull = moment.allow(null);
const rupeesOrNull = rupees.allow(null);
const toRupeesOrNull = (amount: Paise | null) => amount && toRupees(amount);

const toSettlementView = ({ id, utr, settledAt }: NonNullable<PaymentDoc["settlement"]>) => ({
  ...{ id, utr, settledAt },
});

const SettlementView = viewOf<ReturnType<typeof toSettlementView>>("Settlement", {
  id: text,
  utr: textOrNull.description("The bank's reference of the payout; null until the bank has one"),
  settledAt: momentOrNull,
});

const toMismatchView = ({ reason, expectedAmount, offerId, at }: NonNullable<PaymentDoc["mismatch"]>) => ({
  ...{ reason, offerId, at },
  expectedAmount: toRupees(expectedAmount),
});

const MismatchView = viewOf<ReturnType<typeof toMismatchView>>("PaymentMismatch", {
  reason: Joi.string().valid(...PAYMENT_MISMATCH_REASONS),
  offerId: textOrNull,
  at: moment,
  expectedAmount: rupees,
});

const toReceiptView = ({
  reference,
  receivedAt,
  recordedAt,
  recordedById,
}: NonNullable<PaymentDoc["receipt"]>) => ({
  ...{ reference, receivedAt, recordedAt, recordedById },
});

const ReceiptView = viewOf<ReturnType<typeof toReceiptView>>("PaymentReceipt", {
  reference: text,
  receivedAt: moment,
  recordedAt: moment,
  recordedById: text,
});

/** In lists, attempts and the full view. */
export const toListedPaymentView = (payment: PaymentDoc) => ({
  ...toPaymentView(payment),
  gatewayOrderId: payment.gatewayOrderId,
  gatewayPaymentId: payment.gatewayPaymentId,
  fee: toRupeesOrNull(payment.fee),
  tax: toRupeesOrNull(payment.tax),
  settlement: payment.settlement && toSettlementView(payment.settlement),
  receipt: payment.receipt && toReceiptView(payment.receipt),
  errorCode: payment.errorCode,
  errorReason: payment.errorReason,
  accepted: payment.accepted,
  surplus: payment.surplus,
  supersededAt: payment.supersededAt,
  attention: payment.attention,
  mismatch: payment.mismatch && toMismatchView(payment.mismatch),
  updatedAt: payment.updatedAt,
});

export const ListedPaymentView = PaymentView.keys({
  gatewayOrderId: textOrNull.required(),
  gatewayPaymentId: textOrNull.required(),
  fee: rupeesOrNull.required().description("The gateway's, with `tax`; null until it is known"),
  tax: rupeesOrNull.required(),
  settlement: nullable(SettlementView).required(),
  receipt: nullable(ReceiptView)
    .required()
    .description("Recorded by an admin, for a payment without a gateway"),
  errorCode: textOrNull.required().description("The gateway's own"),
  errorReason: textOrNull.required(),
  accepted: Joi.boolean()
    .required()
    .description("It pays for the order; at most one payment of a checkout does"),
  surplus: Joi.boolean().required().description("The money goes back, because it pays for no order"),
  supersededAt: momentOrNull.required(),
  attention: Joi.boolean().required().description("A person has to look at it"),
  mismatch: nullable(MismatchView).required(),
  updatedAt: moment.required(),
}).meta({ className: "ListedPayment" });

export const PaymentListView = listView(ListedPaymentView);

const toTransitionView = ({ from, to, at, note, by }: StatusEntry) => ({
  ...{ from, to, at, note },
  changedByType: by.type,
  changedById: by.id ?? null,
});

const TransitionView = viewOf<ReturnType<typeof toTransitionView>>("PaymentTransition", {
  from: textOrNull,
  to: text,
  at: moment,
  note: textOrNull.description("Where the change came from, such as `webhook` or `callback`"),
  changedByType: Joi.string().valid(...CHANGED_BY_TYPES),
  changedById: textOrNull,
});

const toDisputeView = (dispute: Dispute) => ({
  id: dispute.id,
  status: dispute.status,
  phase: dispute.phase,
  reason: dispute.reason,
  amount: toRupees(dispute.amount),
  amountDeducted: toRupees(dispute.amountDeducted),
  respondBy: dispute.respondBy,
  openedAt: dispute.openedAt,
  closedAt: dispute.closedAt,
});

const DisputeView = viewOf<ReturnType<typeof toDisputeView>>("PaymentDispute", {
  id: text,
  status: text,
  phase: textOrNull,
  reason: textOrNull,
  amount: rupees,
  amountDeducted: rupees,
  respondBy: momentOrNull.description("Evidence must be sent by then"),
  openedAt: moment,
  closedAt: momentOrNull,
});

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
  const main = findMainDispute(payment.disputes);
  return {
    ...toListedPaymentView(payment),
    order: order && toOrderOfPaymentView(order),
    statusHistory: payment.statusHistory.map(toTransitionView),
    attempts: attempts.map(toListedPaymentView),
    dispute: main ? toDisputeView(main) : undefined,
    disputes: payment.disputes.map(toDisputeView),
  };
}

export const AdminPaymentView = ListedPaymentView.keys({
  order: nullable(OrderOfPaymentView).required(),
  statusHistory: Joi.array().items(TransitionView).required(),
  attempts: Joi.array()
    .items(ListedPaymentView)
    .required()
    .description("The other attempts to pay for the same checkout, oldest first"),
  dispute: DisputeView.description("An open one, otherwise the newest"),
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
