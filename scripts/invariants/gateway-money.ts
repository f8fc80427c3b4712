import type { PaymentDoc, RefundDoc } from "../../models/index.js";
import { type Facts, isCashPayment, returnedAtGateway } from "./facts.js";
import { type Check, duplicatesOf, finding, groupBy, sumOf } from "./invariants.js";

/** Compares the gateway's own books with ours. All amounts in paise. */

/** Money of a payment that became no order, which did not go back to where it came from: the gateway keeps it. */
const returnedElsewhere = ({ refunds }: Facts, payment: PaymentDoc): number =>
  sumOf(
    refunds.filter(
      ({ paymentId, orderId, destination, status }) =>
        orderId === null &&
        destination !== "original" &&
        status === "completed" &&
        paymentId?.equals(payment._id),
    ),
    ({ amount }) => amount,
  );

/** Per gateway order: captured minus returned is what its orders were paid with and not refunded. */
const gatewayBalance: Check = (facts) => {
  const { captures } = facts.books.gateway;
  const online = facts.payments.filter((payment) => !isCashPayment(payment));
  const gatewayOrderIds = new Set([
    ...captures.map((row) => row.orderId),
    ...online.map((payment) => payment.gatewayOrderId).filter((id) => id !== null),
  ]);
  return [...gatewayOrderIds].flatMap((gatewayOrderId) => {
    const captured = captures.filter((row) => row.orderId === gatewayOrderId);
    const kept = sumOf(captured, (row) => row.amount - returnedAtGateway(facts, row.paymentId));
    const payments = online.filter((payment) => payment.gatewayOrderId === gatewayOrderId);
    const onOrders = payments.filter((payment) => payment.orderId !== null);
    const paid = sumOf(onOrders, (payment) => payment.capturedAmount - payment.refundedAmount);
    const elsewhere = sumOf(payments, (payment) => returnedElsewhere(facts, payment));
    if (kept === paid + elsewhere) return [];
    const problem = `the gateway keeps ${kept}, orders are paid with ${paid}, ${elsewhere} was returned elsewhere`;
    return [finding(problem, gatewayOrderId, ...payments.map(({ _id }) => _id))];
  });
};

/** Of an order, a payment counts what its gateway returns; of money that became no order, whatever is returned. */
const isOnPayment = ({ source, destination, orderId }: RefundDoc): boolean =>
  source === "payment" && (destination === "original" || orderId === null);

/** Completed refunds are `refundedAmount`, those in flight are `refundReserved`. */
const paymentRefunds: Check = (facts) => {
  const refundsOf = groupBy(facts.refunds.filter(isOnPayment), ({ paymentId }) => paymentId);
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
    const inFlight = amountIn("processing");
    if (payment.refundReserved !== inFlight)
      problems.push(`refundReserved is ${payment.refundReserved}, refunds in flight are ${inFlight}`);
    return problems.map((problem) => finding(problem, ...ids));
  });
};

const refundedAtGateway: Check = (facts) =>
  facts.payments
    .filter((payment) => !isCashPayment(payment))
    .flatMap((payment) => {
      const { _id, refundedAmount, gatewayPaymentId } = payment;
      const atGateway = returnedAtGateway(facts, gatewayPaymentId);
      const elsewhere = returnedElsewhere(facts, payment);
      if (refundedAmount === atGateway + elsewhere) return [];
      const returned = `the gateway refunded ${atGateway}, others ${elsewhere}`;
      return [finding(`refundedAmount is ${refundedAmount}, ${returned}`, _id)];
    });

/** An order whose capture was also refunded in full must be cancelled or returned, or an admin approved the refunds. */
const noOrphanMoney: Check = (facts) => {
  const paymentOf = new Map(facts.payments.map((payment) => [payment.gatewayPaymentId, payment]));
  const orderIds = new Set(facts.orders.map(({ _id }) => _id.toHexString()));
  const old = facts.books.gateway.captures.filter(
    (row) => row.at <= facts.at.getTime() - facts.captureGraceMs,
  );
  return old.flatMap((capture) => {
    const payment = paymentOf.get(capture.paymentId);
    const refunded =
      returnedAtGateway(facts, capture.paymentId) + (payment ? returnedElsewhere(facts, payment) : 0);
    const hasOrder = orderIds.has(payment?.orderId?.toHexString() ?? "");
    const isRefunded = refunded === capture.amount;
    if (hasOrder !== isRefunded) return [];
    if (!hasOrder) {
      return [finding(`captured ${capture.amount}, no order, refunded ${refunded}`, capture.paymentId)];
    }
    if (payment && isRefundLegal(facts, payment)) return [];
    return [finding("the capture pays for an order but was refunded", capture.paymentId, payment?.orderId)];
  });
};

function isRefundLegal(facts: Facts, payment: PaymentDoc): boolean {
  const order = facts.orders.find(({ _id }) => _id.equals(payment.orderId ?? ""));
  if (order?.status === "cancelled" || order?.status === "returned") return true;
  return facts.refunds
    .filter(({ paymentId, status }) => paymentId?.equals(payment._id) && status === "completed")
    .every(({ approvedById, systemReason }) => approvedById !== null || isMadeElsewhere(systemReason));
}

/** Nobody here decides about these. */
const isMadeElsewhere = (reason: RefundDoc["systemReason"]): boolean =>
  reason === "dashboard" || reason === "dispute_lost";

const oneAcceptedPayment: Check = ({ payments }) => {
  const known = payments.filter(({ gatewayPaymentId }) => gatewayPaymentId !== null);
  const twice = duplicatesOf(known, ({ gateway, gatewayPaymentId }) => `${gateway}:${gatewayPaymentId}`).map(
    ([key, rows]) =>
      finding(`${rows.length} records of gateway payment ${key}`, ...rows.map(({ _id }) => _id)),
  );
  const ofSessions = payments.filter(({ checkoutSessionId }) => checkoutSessionId !== null);
  const accepted = ofSessions.filter((payment) => payment.accepted);
  const tooMany = duplicatesOf(accepted, ({ checkoutSessionId }) => checkoutSessionId).map(([id, rows]) =>
    finding(`${rows.length} accepted payments of one session`, id, ...rows.map(({ _id }) => _id)),
  );
  return [...twice, ...tooMany];
};

const othersRefunded: Check = ({ payments }) =>
  payments
    .filter(({ checkoutSessionId, accepted }) => checkoutSessionId !== null && !accepted)
    .filter((payment) => !isCashPayment(payment) && payment.capturedAmount !== payment.refundedAmount)
    .map(({ _id }) => finding("captured, but neither accepted nor refunded in full", _id));

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
    .map((row) => finding("the gateway's refund has no record here", row.refundId, row.paymentId));
  const alive = rows.filter((row) => row.status !== "failed" && refundOf(row));
  const unequal = alive
    .filter((row) => row.amount !== refundOf(row)?.amount || !isForGateway(refundOf(row)))
    .map((row) =>
      finding(`the gateway returned ${row.amount} for it`, refundOf(row)?.refundNumber, row.refundId),
    );
  const twice = duplicatesOf(alive, (row) => refundOf(row)?.refundNumber).map(([refundNumber, sent]) =>
    finding(
      `the gateway has ${sent.length} refunds for it`,
      refundNumber,
      ...sent.map((row) => row.refundId),
    ),
  );
  return [...unknown, ...unequal, ...twice];
};

/** The gateway returns money of its payments, and nothing that a person has not approved. */
const isForGateway = (refund: RefundDoc | undefined): boolean =>
  refund?.source === "payment" &&
  refund.destination === "original" &&
  refund.status !== "pending" &&
  refund.status !== "rejected";

export const gatewayMoneyChecks = {
  gatewayBalance,
  paymentRefunds,
  refundedAtGateway,
  noOrphanMoney,
  oneAcceptedPayment,
  othersRefunded,
  refundsMatch,
};
