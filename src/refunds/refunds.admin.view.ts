import Joi from "joi";
import type { OrderDoc, RefundDoc } from "../../models/index.js";
import {
  ORDER_STATUSES,
  PAYMENT_STATUSES,
  REFUND_DESTINATIONS,
  REFUND_SOURCES,
  REFUND_STATUSES,
} from "../../utils/constants.js";
import { toRupees, ZERO_PAISE } from "../../utils/money.js";
import { listView, moment, nullable, rupees } from "../../utils/view-schemas.js";
import { id, text, textOrNull } from "../../utils/views/parts.view.js";
import { AdminRefundView, toAdminRefundView } from "../../utils/views/refund.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { RefundFile } from "./refunds.admin.service.js";

export { AdminRefundView, toAdminRefundView };

export const AdminRefundListView = listView(AdminRefundView);

const toOrderOfRefundView = (order: OrderDoc) => ({
  id: order._id.toHexString(),
  orderNumber: order.orderNumber,
  status: order.status,
  paymentStatus: order.paymentStatus,
  paidAmount: toRupees(order.paidAmount),
  refundedAmount: toRupees(order.refundedAmount),
  refundsUnderWay: toRupees(order.refundReserved),
  refundsRequested: toRupees(order.refundRequested ?? ZERO_PAISE),
});

const OrderOfRefundView = viewOf<ReturnType<typeof toOrderOfRefundView>>("OrderOfRefund", {
  id,
  orderNumber: text,
  status: Joi.string().valid(...ORDER_STATUSES),
  paymentStatus: Joi.string().valid(...PAYMENT_STATUSES),
  paidAmount: rupees,
  refundedAmount: rupees,
  refundsUnderWay: rupees.description("Approved and not completed"),
  refundsRequested: rupees.description("Waiting for approval"),
});

const toOtherRefundView = (refund: RefundDoc) => {
  const { id, refundNumber, status, source, destination, amount, createdAt } = toAdminRefundView(refund);
  return { id, refundNumber, status, source, destination, amount, createdAt };
};

const OtherRefundView = viewOf<ReturnType<typeof toOtherRefundView>>("OtherRefund", {
  id,
  refundNumber: text,
  status: Joi.string().valid(...REFUND_STATUSES),
  source: Joi.string().valid(...REFUND_SOURCES),
  destination: Joi.string().valid(...REFUND_DESTINATIONS),
  amount: rupees,
  createdAt: moment,
});

export const toRefundFileView = ({ refund, order, others }: RefundFile) => ({
  ...toAdminRefundView(refund),
  order: order && toOrderOfRefundView(order),
  otherRefunds: others.map(toOtherRefundView),
});

export const RefundFileView = AdminRefundView.keys({
  order: nullable(OrderOfRefundView).required().description("Null for money that became no order"),
  otherRefunds: Joi.array().items(OtherRefundView).required().description("Of the order, newest first"),
}).meta({ className: "RefundFile" });

const toStatusEventView = ({ from, to, at, note, by }: RefundDoc["history"][number]) => ({
  kind: "status" as const,
  at,
  ...{ from, to, note },
  changedByType: by.type,
  changedById: by.id ?? null,
});

const toAttemptEventView = ({ at, receipt, outcome, error }: RefundDoc["attempts"][number]) => ({
  kind: "attempt" as const,
  at,
  ...{ receipt, outcome, error },
});

/** Every change of the status and every attempt, in order of time. */
export const toHistoryView = ({ history, attempts }: RefundDoc) => ({
  // The sort is stable: a change comes before the attempt that it caused in the same millisecond.
  events: [...history.map(toStatusEventView), ...attempts.map(toAttemptEventView)].sort(
    (left, right) => left.at.getTime() - right.at.getTime(),
  ),
});

const StatusEventView = viewOf<ReturnType<typeof toStatusEventView>>("RefundStatusEvent", {
  kind: Joi.string().valid("status"),
  at: moment,
  from: textOrNull,
  to: text,
  note: textOrNull,
  changedByType: text,
  changedById: textOrNull,
});

const AttemptEventView = viewOf<ReturnType<typeof toAttemptEventView>>("RefundAttemptEvent", {
  kind: Joi.string().valid("attempt"),
  at: moment,
  receipt: text,
  outcome: text.description("`unknown` while it is not known whether the gateway has refunded"),
  error: textOrNull,
});

export const HistoryView = Joi.object({
  events: Joi.array().items(Joi.alternatives().try(StatusEventView, AttemptEventView)).required(),
}).required();
