import type { OrderDoc, RefundDoc, RefundPart } from "../../models/index.js";
import { paidFor } from "../../services/calculations/sold-rows.js";
import { type Check, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** What refunds may take: of requests, sources and lines. All amounts in paise. */

/** Approved, or decided by the service; on its way or returned. */
const isTaking = ({ status }: RefundDoc): boolean => status === "processing" || status === "completed";
const isCompleted = ({ status }: RefundDoc): boolean => status === "completed";
const isOfSystem = ({ initiatedByType }: RefundDoc): boolean => initiatedByType === "system";

const report = (refund: RefundDoc, problems: readonly string[]): Finding[] =>
  problems.map((problem) => finding(problem, refund.refundNumber));

/** `pending` waits for a person's approval and nothing else. */
const refundApprovals: Check = ({ refunds }) =>
  refunds.flatMap((refund) => {
    const { status, parts, amount, approvedById, rejectionReason } = refund;
    const problems: string[] = [];
    if (status === "pending") {
      if (isOfSystem(refund)) problems.push("it waits for approval, but was not requested");
      const planned = sumOf(parts, (part) => part.amount);
      if (planned !== amount) problems.push(`its parts add up to ${planned}, its amount is ${amount}`);
    } else if (parts.length > 0) problems.push(`it is ${status} and still has planned parts`);
    if (isTaking(refund) && !isOfSystem(refund) && approvedById === null)
      problems.push(`it is ${status} without an approval`);
    if (status === "rejected" && !rejectionReason) problems.push("it was rejected without a reason");
    return report(refund, problems);
  });

const ROUTES: Readonly<Record<RefundPart["source"], readonly RefundPart["destination"][]>> = {
  payment: ["original", "store_credit", "bank_transfer"],
  store_credit: ["store_credit"],
  points: ["original"],
};

/** No source of an order's money gives back more than it received, and each goes only where it may. */
const refundSources: Check = ({ orders, payments, refunds }) => {
  const wrongRoutes = refunds.flatMap((refund) => {
    const own = { source: refund.source, destination: refund.destination };
    const routes = refund.status === "pending" ? refund.parts : [own];
    const wrong = routes.filter(({ source, destination }) => !ROUTES[source].includes(destination));
    return report(
      refund,
      wrong.map(({ source, destination }) => `it moves ${source} to ${destination}`),
    );
  });
  // What was taken back elsewhere is a fact that no limit here can prevent.
  const decided = refunds.filter((refund) => isTaking(refund) && !isMadeElsewhere(refund));
  const ofPayments = groupBy(
    decided.filter(({ source }) => source === "payment"),
    ({ paymentId }) => paymentId,
  );
  const tooMuch = payments.flatMap((payment) => {
    const taken = sumOf(ofPayments.get(payment._id.toHexString()) ?? [], ({ amount }) => amount);
    if (taken <= payment.capturedAmount) return [];
    return [finding(`captured ${payment.capturedAmount}, refunds take ${taken}`, payment._id)];
  });
  const ofOrders = groupBy(decided, ({ orderId }) => orderId);
  const others = orders.flatMap((order) =>
    creditProblems(order, ofOrders.get(order._id.toHexString()) ?? []).map((problem) =>
      finding(problem, order.orderNumber),
    ),
  );
  return [...wrongRoutes, ...tooMuch, ...others];
};

const isMadeElsewhere = ({ systemReason }: RefundDoc): boolean =>
  systemReason === "dashboard" || systemReason === "gateway" || systemReason === "dispute_lost";

function creditProblems(order: OrderDoc, refunds: readonly RefundDoc[]): string[] {
  const taken = (source: RefundDoc["source"], measure: (refund: RefundDoc) => number) =>
    sumOf(
      refunds.filter((refund) => refund.source === source),
      measure,
    );
  const limits = [
    ["store credit", taken("store_credit", ({ amount }) => amount), order.storeCreditAmount],
    ["the discount of points", taken("points", ({ amount }) => amount), order.loyaltyDiscount],
    ["points", taken("points", ({ points }) => points ?? 0), order.loyaltyPoints],
  ] as const;
  return limits
    .filter(([, refunded, received]) => refunded > received)
    .map(([what, refunded, received]) => `${refunded} of ${what} goes back, ${received} was used`);
}

/** The most that a round-off takes off. */
const ROUND_OFF = 49;

/** A line never gives back more units or money than it has, and counts the units that have been refunded. */
const refundUnits: Check = ({ orderItems, refunds }) => {
  const rows = refunds.flatMap((refund) => refund.items.map((item) => ({ ...item, refund })));
  const rowsOf = groupBy(rows, ({ orderItemId }) => orderItemId);
  const lines = orderItems.flatMap((item) => {
    const own = rowsOf.get(item._id.toHexString()) ?? [];
    const taking = own.filter(({ refund }) => isTaking(refund));
    const completed = own.filter(({ refund }) => isCompleted(refund));
    const units = sumOf(taking, ({ quantity }) => quantity);
    const done = sumOf(completed, ({ quantity }) => quantity);
    const amount = sumOf(taking, (row) => row.amount);
    const problems: string[] = [];
    if (units > item.quantity) problems.push(`refunds take ${units} of ${item.quantity} units`);
    if (item.quantityRefunded !== done)
      problems.push(`quantityRefunded is ${item.quantityRefunded}, completed refunds have ${done}`);
    if (amount > paidFor(item)) problems.push(`refunds take ${amount} of a line of ${paidFor(item)}`);
    return problems.map((problem) => finding(problem, item._id, item.orderId));
  });
  const known = new Map(orderItems.map(({ _id, orderId }) => [_id.toHexString(), orderId]));
  const content = refunds.flatMap((refund) => {
    const { items, shippingAmount, amount, orderId } = refund;
    const problems: string[] = [];
    const named = sumOf(items, (item) => item.amount) + shippingAmount;
    if (named > amount + ROUND_OFF)
      problems.push(`its lines and charges are ${named}, its amount is ${amount}`);
    if (items.some(({ orderItemId }) => !known.get(orderItemId.toHexString())?.equals(orderId ?? "")))
      problems.push("it names a line that its order does not have");
    return report(refund, problems);
  });
  return [...lines, ...content];
};

export const refundChecks = { refundApprovals, refundSources, refundUnits };
