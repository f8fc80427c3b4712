import type { PaymentDoc, RefundDoc } from "../../models/index.js";
import { type Facts, isCashPayment, processedRefundsOf } from "./facts.js";
import { type Check, duplicatesOf, groupBy, sumOf, violation } from "./violation.js";

/** The gateway's own books against ours. Paise throughout. */

/** I1: what the gateway captured and did not give back is what orders were paid with and not refunded. */
const balance: Check = (facts) => {
  const { captures } = facts.books.gateway;
  const online = facts.payments.filter((payment) => !isCashPayment(payment));
  const gatewayOrderIds = new Set([
    ...captures.map((row) => row.orderId),
    ...online.map((payment) => payment.gatewayOrderId).filter((id) => id !== null),
  ]);
  return [...gatewayOrderIds].flatMap((gatewayOrderId) => {
    const captured = captures.filter((row) => row.orderId === gatewayOrderId);
    const refunded = facts.books.gateway.refunds.filter(
      (row) => row.ofCapture && row.status === "processed" && row.orderId === gatewayOrderId,
    );
    const kept = sumOf(captured, (row) => row.amount) - sumOf(refunded, (row) => row.amount);
    const payments = online.filter((payment) => payment.gatewayOrderId === gatewayOrderId);
    const onOrders = payments.filter((payment) => payment.orderId !== null);
    const paid = sumOf(onOrders, (payment) => payment.capturedAmount - payment.refundedAmount);
    if (kept === paid) return [];
    const problem = `the gateway keeps ${kept}, orders are paid with ${paid}`;
    return [violation("I1", problem, gatewayOrderId, ...payments.map(({ _id }) => _id))];
  });
};

/** I3: refunds of a payment, here and at the gateway, and those on their way. */
const refundsOfPayments: Check = (facts) => {
  const refundsOf = groupBy(
    facts.refunds.filter(({ destination }) => destination === "original"),
    ({ paymentId }) => paymentId,
  );
  return facts.payments.flatMap((payment) => {
    const refunds = refundsOf.get(payment._id.toHexString()) ?? [];
    const amountIn = (...wanted: RefundDoc["status"][]) =>
      sumOf(
        refunds.filter(({ status }) => wanted.includes(status)),
        ({ amount }) => amount,
      );
    const ids = [payment._id, ...refunds.map(({ refundNumber }) => refundNumber)];
    const problems: string[] = [];
    const completed = amountIn("completed");
    if (payment.refundedAmount !== completed)
      problems.push(`refundedAmount is ${payment.refundedAmount}, completed refunds are ${completed}`);
    const underWay = amountIn("processing") + pendingOfSystem(refunds);
    if (payment.refundReserved !== underWay)
      problems.push(`refundReserved is ${payment.refundReserved}, refunds under way are ${underWay}`);
    const atGateway = sumOf(processedRefundsOf(facts, payment.gatewayPaymentId), ({ amount }) => amount);
    if (!isCashPayment(payment) && payment.refundedAmount !== atGateway)
      problems.push(`refundedAmount is ${payment.refundedAmount}, the gateway refunded ${atGateway}`);
    return problems.map((problem) => violation("I3", problem, ...ids));
  });
};

/** The system reserves with the row; a person's request only when it is approved. */
const pendingOfSystem = (refunds: readonly RefundDoc[]): number =>
  sumOf(
    refunds.filter(({ status, initiatedByType }) => status === "pending" && initiatedByType === "system"),
    ({ amount }) => amount,
  );

/** I6: no orphan money. Every capture has an order or went back in full; both only when a person said so. */
const noOrphans: Check = (facts) => {
  const paymentOf = new Map(facts.payments.map((payment) => [payment.gatewayPaymentId, payment]));
  const old = facts.books.gateway.captures.filter(
    (row) => row.at <= facts.at.getTime() - facts.captureGraceMs,
  );
  return old.flatMap((capture) => {
    const payment = paymentOf.get(capture.paymentId);
    const back = sumOf(processedRefundsOf(facts, capture.paymentId), ({ amount }) => amount);
    const hasOrder = payment ? payment.orderId !== null : false;
    const isRefunded = back === capture.amount;
    if (hasOrder !== isRefunded) return [];
    if (!hasOrder) {
      return [violation("I6", `captured ${capture.amount}, no order, ${back} went back`, capture.paymentId)];
    }
    if (payment && isRefundLegal(facts, payment)) return [];
    return [violation("I6", "it pays for an order and was refunded", capture.paymentId, payment?.orderId)];
  });
};

function isRefundLegal(facts: Facts, payment: PaymentDoc): boolean {
  const order = facts.orders.find(({ _id }) => _id.equals(payment.orderId ?? ""));
  if (order?.status === "cancelled" || order?.status === "returned") return true;
  return facts.refunds
    .filter(({ paymentId }) => paymentId?.equals(payment._id))
    .every(({ approvedById }) => approvedById !== null);
}

/** I7: one record a gateway payment, one accepted payment a session, and every other capture of it refunded. */
const oneAccepted: Check = ({ payments }) => {
  const known = payments.filter(({ gatewayPaymentId }) => gatewayPaymentId !== null);
  const twice = duplicatesOf(known, ({ gateway, gatewayPaymentId }) => `${gateway}:${gatewayPaymentId}`).map(
    ([key, rows]) => violation("I7", `${rows.length} records of ${key}`, ...rows.map(({ _id }) => _id)),
  );
  const ofSessions = payments.filter(({ checkoutSessionId }) => checkoutSessionId !== null);
  const accepted = ofSessions.filter((payment) => payment.accepted);
  const tooMany = duplicatesOf(accepted, ({ checkoutSessionId }) => checkoutSessionId).map(([id, rows]) =>
    violation("I7", `${rows.length} accepted payments of one session`, id, ...rows.map(({ _id }) => _id)),
  );
  const others = ofSessions.filter((payment) => !payment.accepted && !isCashPayment(payment));
  const kept = others
    .filter(({ capturedAmount, refundedAmount }) => capturedAmount !== refundedAmount)
    .map((payment) => violation("I7", "captured, not accepted and not refunded in full", payment._id));
  return [...twice, ...tooMany, ...kept];
};

/** I8: each refund of ours is at most one at the gateway, and the gateway has none that we do not know. */
const refundsMatch: Check = ({ books, refunds }) => {
  const rows = books.gateway.refunds.filter(({ by, ofCapture }) => by === "merchant" || ofCapture);
  const refundOf = (row: (typeof rows)[number]): RefundDoc | undefined =>
    refunds.find(
      (refund) =>
        refund.gatewayRefundId === row.refundId ||
        refund.attempts.some(({ receipt }) => receipt === row.receipt),
    );
  const unknown = rows
    .filter((row) => !refundOf(row))
    .map((row) => violation("I8", "a refund at the gateway without a row here", row.refundId, row.paymentId));
  const alive = rows.filter((row) => row.status !== "failed" && refundOf(row));
  const twice = duplicatesOf(alive, (row) => refundOf(row)?.refundNumber).map(([refundNumber, sent]) =>
    violation(
      "I8",
      `${sent.length} refunds at the gateway`,
      refundNumber,
      ...sent.map((row) => row.refundId),
    ),
  );
  return [...unknown, ...twice];
};

export const gatewayMoneyChecks: readonly Check[] = [
  balance,
  refundsOfPayments,
  noOrphans,
  oneAccepted,
  refundsMatch,
];
