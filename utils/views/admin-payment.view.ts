import Joi from "joi";
import { type Dispute, findMainDispute, type PaymentDoc, type StatusEntry } from "../../models/index.js";
import { CHANGED_BY_TYPES, PAYMENT_MISMATCH_REASONS } from "../constants.js";
import { toRupees, toRupeesOrNull } from "../money.js";
import { moment, momentOrNull, nullable, rupees, rupeesOrNull } from "../view-schemas.js";
import { text, textOrNull } from "./parts.view.js";
import { PaymentView, toPaymentView } from "./payment.view.js";
import { viewOf } from "./view-of.js";

/** A payment as administrators see it in lists and in orders: with data of the shop and the gateway. */

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

export const toDisputeView = (dispute: Dispute) => ({
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

export const DisputeView = viewOf<ReturnType<typeof toDisputeView>>("PaymentDispute", {
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

/** In orders and checkouts. */
export function toPaymentWithHistoryView(payment: PaymentDoc) {
  const main = findMainDispute(payment.disputes);
  return {
    ...toListedPaymentView(payment),
    statusHistory: payment.statusHistory.map(toTransitionView),
    dispute: main ? toDisputeView(main) : undefined,
  };
}

export const PaymentWithHistoryView = ListedPaymentView.keys({
  statusHistory: Joi.array().items(TransitionView).required(),
  dispute: DisputeView.description("An open one, otherwise the newest"),
}).meta({ className: "PaymentWithHistory" });
