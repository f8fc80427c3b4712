import type { OrderDoc, OrderItemDoc, RefundDoc, ReturnDoc } from "../../models/index.js";
import { isAnyPassed, passedUnits } from "../../services/calculations/return-inspection.js";
import { paidFor } from "../../services/calculations/sold-rows.js";
import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** Returns: the units they hold, their inspection, and what they gave back. All amounts in paise. */

const idOf = ({ _id, returnNumber }: ReturnDoc) => [_id, returnNumber ?? "without a number"];
const report = (found: ReturnDoc, problems: readonly string[]): Finding[] =>
  problems.map((problem) => finding(problem, ...idOf(found)));

/** Units of a parcel that came back undelivered were never promised to a customer's return. */
const isOfCustomer = ({ isReturnToOrigin }: ReturnDoc): boolean => !isReturnToOrigin;
const isCompleted = ({ status }: ReturnDoc): boolean => status === "completed";

/** Each delivered unit is in one return at most. What passed the inspection of a completed return is returned. */
const returnUnits: Check = ({ orderItems, returns }) => {
  const rows = returns
    .filter((found) => isOfCustomer(found) && found.status !== "rejected")
    .flatMap((found) => found.items.map((item) => ({ ...item, found })));
  const rowsOf = groupBy(rows, ({ orderItemId }) => orderItemId);
  const ofLines = orderItems.flatMap((line) => {
    const own = rowsOf.get(line._id.toHexString()) ?? [];
    const inReturns = sumOf(own, ({ quantity }) => quantity);
    const passed = sumOf(own, ({ found }) => (isCompleted(found) ? passedOf(found, line) : 0));
    const { quantityReturned, quantityReturnPromised, quantityDelivered } = line;
    const problems: string[] = [];
    if (quantityReturned + quantityReturnPromised !== inReturns)
      problems.push(
        `${quantityReturned} returned and ${quantityReturnPromised} promised, its returns have ${inReturns}`,
      );
    if (quantityReturned !== passed) problems.push(`${quantityReturned} returned, ${passed} have passed`);
    if (inReturns > quantityDelivered)
      problems.push(`returns have ${inReturns} of ${quantityDelivered} delivered units`);
    return problems.map((problem) => finding(problem, line._id, line.orderId));
  });
  const known = new Map(orderItems.map(({ _id, orderId }) => [_id.toHexString(), orderId]));
  const strange = rows.filter(
    ({ orderItemId, found }) => !known.get(orderItemId.toHexString())?.equals(found.orderId),
  );
  return [
    ...ofLines,
    ...strange.flatMap(({ found }) => report(found, ["it names a line that its order does not have"])),
  ];
};

const passedOf = ({ inspection }: ReturnDoc, { _id }: OrderItemDoc): number =>
  inspection?.items.find(({ orderItemId }) => orderItemId.equals(_id))?.quantityPassed ?? 0;

const RMA = /^RET-\d{4}-\d{6,}$/;

/** A return has its number from its approval on, and is inspected before it is completed. */
const returnInspections: Check = ({ returns }) =>
  returns.flatMap((found) => report(found, [...approvalProblems(found), ...inspectionProblems(found)]));

function approvalProblems({ status, returnNumber, approvedAt }: ReturnDoc): string[] {
  const isApproved = status === "rejected" ? approvedAt !== null : status !== "requested";
  const problems: string[] = [];
  if (isApproved && !RMA.test(returnNumber ?? ""))
    problems.push(`it was approved, its number is ${returnNumber}`);
  if (!isApproved && returnNumber !== null) problems.push("it has a number before its approval");
  if (isApproved !== (approvedAt !== null)) problems.push(`it is ${status}, approved at ${approvedAt}`);
  return problems;
}

function inspectionProblems(found: ReturnDoc): string[] {
  const { status, inspection, items, rejectionReason } = found;
  const problems: string[] = [];
  if (status === "rejected" && !rejectionReason) problems.push("it was rejected without a reason");
  if (isCompleted(found) && !inspection) problems.push("it was completed without an inspection");
  if (!inspection) return problems;
  if (status === "requested" || status === "approved") problems.push("it was inspected before it arrived");
  const isPassed = isAnyPassed(inspection.items);
  if (isOfCustomer(found) && isPassed === (status === "rejected"))
    problems.push(`it is ${status}, although ${isPassed ? "some" : "none"} of it has passed`);
  const isSound = items.every(({ orderItemId, quantity }) => {
    const own = inspection.items.filter((item) => item.orderItemId.equals(orderItemId));
    return own.length === 1 && own.every((item) => isPossible(item, quantity));
  });
  if (!isSound || inspection.items.length !== items.length)
    problems.push("the inspection does not fit its lines");
  return problems;
}

type InspectedUnits = Record<"quantityReceived" | "quantityPassed" | "quantityRestockable", number>;

const isPossible = (item: InspectedUnits, quantity: number): boolean =>
  item.quantityReceived <= quantity &&
  item.quantityPassed <= item.quantityReceived &&
  item.quantityRestockable <= item.quantityPassed;

/** A customer's completed return has one set of refunds, of what passed less its deductions. The others have none. */
const returnRefunds: Check = (facts) => {
  const refundsOf = groupBy(
    facts.refunds.filter(({ returnId }) => returnId),
    ({ returnId }) => returnId,
  );
  const known = new Map(facts.returns.map((found) => [found._id.toHexString(), found]));
  const worthOf = priceList(facts);
  const stray = [...refundsOf].flatMap(([id, refunds]) =>
    refunds
      .filter(({ orderId }) => !orderId || !known.get(id)?.orderId.equals(orderId))
      .map(({ refundNumber }) => finding("it names a return that its order does not have", refundNumber)),
  );
  const ofReturns = facts.returns.flatMap((found) => {
    const refunds = refundsOf.get(found._id.toHexString()) ?? [];
    const problems = [...setProblems(found, refunds)];
    if (isOfCustomer(found) && isCompleted(found)) problems.push(...amountProblems(worthOf, found, refunds));
    if (isOfCustomer(found) && !isCompleted(found) && refunds.length > 0)
      problems.push(`it is ${found.status}, and was refunded`);
    return report(found, problems);
  });
  return [...stray, ...ofReturns];
};

/** One refund for each source of the money, and the return names the first. */
function setProblems({ refundId, refundNumber }: ReturnDoc, refunds: readonly RefundDoc[]): string[] {
  const twice = duplicatesOf(refunds, ({ source, paymentId }) => `${source} ${paymentId}`);
  const named = refunds.find(({ _id }) => refundId?.equals(_id));
  const isNamed = refunds.length === 0 ? refundId === null : named?.refundNumber === refundNumber;
  return [
    ...twice.map(([source, rows]) => `${rows.length} refunds take from ${source}`),
    ...(isNamed ? [] : ["it does not name its refund"]),
  ];
}

function amountProblems(worthOf: PriceList, found: ReturnDoc, refunds: readonly RefundDoc[]): string[] {
  const { refundBreakdown } = found;
  if (!refundBreakdown) return ["it was completed without a breakdown"];
  const { items, returnShipping, total } = refundBreakdown;
  const refunded = sumOf(refunds, ({ amount }) => amount);
  const { least, most } = worthOf(found);
  const problems: string[] = [];
  if (refunded !== total) problems.push(`its refunds are ${refunded}, its breakdown says ${total}`);
  if (total !== items - returnShipping || returnShipping < 0 || total < 0)
    problems.push(`${items} less ${returnShipping} is not ${total}`);
  if (items < least || items > most)
    problems.push(`its goods are ${items}, those that passed cost ${least} to ${most}`);
  return problems;
}

type PriceList = (found: ReturnDoc) => { least: number; most: number };

/**
 * What the units that passed did cost, within the paisa of each line that rounding leaves open, and the order's round-off.
 * Refunds beside its returns may have taken any part of it before.
 */
function priceList({ orders, orderItems, refunds }: Facts): PriceList {
  const orderOf = new Map(orders.map((order) => [order._id.toHexString(), order]));
  const lineOf = new Map(orderItems.map((line) => [line._id.toHexString(), line]));
  const others = new Set(refunds.filter(({ returnId }) => !returnId).map(({ orderId }) => String(orderId)));
  return ({ orderId, inspection }) => {
    const order = orderOf.get(orderId.toHexString());
    const prices = passedUnits(inspection?.items ?? []).map(({ orderItemId, quantity }) => {
      const line = lineOf.get(orderItemId.toHexString());
      return line ? (paidFor(line) * quantity) / line.quantity : 0;
    });
    const roundOff = order?.roundOff ?? 0;
    const isWhole = order && isPaidInFull(order) && !others.has(orderId.toHexString());
    return {
      least: isWhole ? sumOf(prices, Math.floor) + Math.min(0, roundOff) : 0,
      most: sumOf(prices, Math.ceil) + Math.max(0, roundOff),
    };
  };
}

const isPaidInFull = ({ paidAmount, grandTotal, cancellations = [] }: OrderDoc): boolean =>
  paidAmount === grandTotal && cancellations.length === 0;

/** What of a completed return can be sold again went back to stock, once; of any other return, nothing did. */
const restocks: Check = ({ books, orderItems, returns }) => {
  const variantOf = new Map(orderItems.map(({ _id, variantId }) => [_id.toHexString(), variantId]));
  const entries = groupBy(
    books.inventory.entries.filter(({ type }) => type === "returned"),
    ({ note = "" }) => note.split(":")[0],
  );
  return returns.flatMap((found) => {
    const own = entries.get(found.returnNumber ?? found._id.toHexString()) ?? [];
    const owed = isCompleted(found) ? (found.inspection?.items ?? []) : [];
    const variants = new Set([
      ...own.map(({ variantId }) => variantId),
      ...owed.map(({ orderItemId }) => variantOf.get(orderItemId.toHexString()) ?? ""),
    ]);
    const problems = [...variants].flatMap((variant) => {
      const restocked = sumOf(own, ({ variantId, quantity }) => (variantId === variant ? quantity : 0));
      const restockable = sumOf(owed, ({ orderItemId, quantityRestockable }) =>
        variantOf.get(orderItemId.toHexString()) === variant ? quantityRestockable : 0,
      );
      return restocked === restockable ? [] : [`${restocked} of ${variant} restocked, ${restockable} owed`];
    });
    return report(found, problems);
  });
};

export const returnChecks = { returnUnits, returnInspections, returnRefunds, restocks };
