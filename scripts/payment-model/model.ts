import type { OrderDoc, PaymentDoc, RefundDoc, WebhookEventDoc } from "../../models/index.js";
import { isInFlight } from "../../services/aggregates/refund/refund-attempt.js";
import type { DisputeEntity, PaymentEntity, RefundEntity } from "../sandbox/razorpay/types.js";
import { isOpen } from "./gateway-side.js";

/** One payment as the gateway's books have it. */
export interface GatewayFacts {
  payment: PaymentEntity;
  refunds: readonly RefundEntity[];
  disputes: readonly DisputeEntity[];
  /** What was to be paid on its gateway order. */
  expected: number;
  /** The customer stepped back from its gateway order. */
  isAbandoned: boolean;
}

/** What we have stored about the checkout. */
export interface OurRecords {
  payments: readonly PaymentDoc[];
  refunds: readonly RefundDoc[];
  order: OrderDoc | null;
  events: readonly WebhookEventDoc[];
}

const sumOf = (rows: readonly { amount: number }[]): number =>
  rows.reduce((sum, { amount }) => sum + amount, 0);
const having = <T extends { status: string }>(rows: readonly T[], status: string): T[] =>
  rows.filter((row) => row.status === status);

/** Of the amounts: what the gateway returned, what a dispute took, what is on its way. */
const returnedOf = ({ payment, refunds, disputes }: GatewayFacts): number =>
  Math.min(payment.amount, sumOf(having(refunds, "processed")) + sumOf(having(disputes, "lost")));

/** It can pay for the order: captured, as asked for, and for what the customer wants now. */
const canPay = ({ payment, expected, isAbandoned }: GatewayFacts): boolean =>
  payment.captured && payment.amount === expected && !isAbandoned;

/** It can end the checkout or its gateway order: another amount, or money that left before there was an order. */
const isSpoiled = ({ payment, expected, refunds, disputes }: GatewayFacts): boolean =>
  payment.captured &&
  (payment.amount !== expected ||
    refunds.some(({ receipt }) => receipt === null) ||
    having(disputes, "lost").length > 0);

/** What must finally be true, from the facts at the gateway alone. @returns the differences, in plain words */
export function findDifferences(
  facts: readonly GatewayFacts[],
  ours: OurRecords,
  inStock: boolean,
): string[] {
  const able = facts.filter(canPay);
  const paying = ours.payments.find(({ orderId }) => orderId !== null);
  const differences = facts.flatMap((fact) => ofPayment(fact, ours));
  if (paying && !(inStock && able.some(({ payment }) => payment.id === paying.gatewayPaymentId)))
    differences.push("there is an order that nothing can have paid for");
  if (!paying && inStock && able.length > 0 && !facts.some(isSpoiled))
    differences.push("there is no order, although it was paid for");
  return [...differences, ...ofOrder(ours), ...ours.events.flatMap((event) => ofEvent(event, facts))];
}

function ofPayment(fact: GatewayFacts, { payments, refunds, order }: OurRecords): string[] {
  const { payment, disputes } = fact;
  const records = payments.filter(({ gatewayPaymentId }) => gatewayPaymentId === payment.id);
  const [record] = records;
  if (records.length > 1) return [`${payment.id} has ${records.length} records`];
  if (!payment.captured) {
    const isTaken = record && (record.capturedAmount > 0 || record.refundedAmount > 0 || record.orderId);
    return isTaken ? [`${payment.id} counts as captured and never was`] : [];
  }
  if (!record) return [`${payment.id} is captured and has no record`];
  const mine = refunds.filter(({ paymentId }) => paymentId?.equals(record._id));
  const found = amountsOf(fact, record, mine).concat(ofDisputes(disputes, record.disputes));
  if (record.orderId && order) found.push(...ofDisputes(disputes, order.disputes));
  return found.map((difference) => `${payment.id}: ${difference}`);
}

function amountsOf(fact: GatewayFacts, record: PaymentDoc, mine: readonly RefundDoc[]): string[] {
  const { payment, refunds, disputes } = fact;
  const { capturedAmount, refundedAmount, refundReserved } = record;
  const found: string[] = [];
  const expect = (what: string, is: number, should: number) => {
    if (is !== should) found.push(`${what} is ${is} and should be ${should}`);
  };
  const isBlocked = disputes.some(isOpen);
  expect("capturedAmount", capturedAmount, payment.amount);
  // A refund of ours that may have been sent holds its amount; what was refunded elsewhere waits for its end.
  const isInDoubt = isBlocked && having(mine, "processing").some(isInFlight);
  if (!isInDoubt) expect("refundedAmount", refundedAmount, returnedOf(fact));
  const onItsWay = sumOf(having(refunds, "pending"));
  if (!isBlocked) expect("refundReserved", refundReserved, onItsWay);
  if (record.orderId) return found;
  // Money that pays for nothing goes back, except where a person must look: a refund failed, or a dispute is open.
  const left = capturedAmount - refundedAmount - refundReserved;
  const hasFailed =
    refunds.some(({ status }) => status === "failed") || (isBlocked && having(mine, "failed").length > 0);
  if (left > 0 && !hasFailed) found.push(`${left} is kept without an order or a refund`);
  if (left > 0 && !mine.some(({ attention }) => attention)) found.push(`${left} is kept and nobody is told`);
  return found;
}

function ofDisputes(atGateway: readonly DisputeEntity[], here: PaymentDoc["disputes"]): string[] {
  const known = (rows: readonly (string | number)[][]): string => rows.map(String).sort().join("; ");
  const theirs = known(
    atGateway.map(({ id, status, phase, amount_deducted }) => [id, status, phase, amount_deducted]),
  );
  const mine = known(
    here.map(({ id, status, phase, amountDeducted }) => [id, status, phase ?? "", amountDeducted]),
  );
  return theirs === mine ? [] : [`disputes are [${mine}] and should be [${theirs}]`];
}

function ofOrder({ order }: OurRecords): string[] {
  if (!order) return [];
  const isRefunded = order.refundedAmount === order.paidAmount;
  const should = isRefunded ? "refunded" : "paid";
  return order.paymentStatus === should
    ? []
    : [`the order is ${order.paymentStatus} and should be ${should}`];
}

/** A person looks at these, or will once they have waited; everything else must be applied. */
const FLAGS_ON_PURPOSE = /another merchant's account|more was deducted than is left/;

function ofEvent(
  { event, eventId, state, reason, lastError, awaits }: WebhookEventDoc,
  facts: readonly GatewayFacts[],
): string[] {
  const awaited = facts.find(({ payment }) => awaits?.includes(payment.id));
  if (/exceeds/.test(reason ?? lastError ?? "") && awaited?.disputes.some(isOpen)) return [];
  if (state === "processed" || FLAGS_ON_PURPOSE.test(reason ?? lastError ?? "")) return [];
  return [`the event ${event} (${eventId}) is ${state}: ${reason ?? lastError}`];
}
