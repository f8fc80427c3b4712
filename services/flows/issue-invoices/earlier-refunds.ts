import type { OrderDoc, OrderItemDoc, RefundDoc } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { groupBy } from "../../../utils/helpers.js";
import { isForGoods, wasCompleted } from "../../aggregates/refund/refund-facts.js";

/** Refunds that exist when an order is invoiced. */
export interface EarlierRefunds {
  /** Completed, and about what is invoiced now: they need a credit note. */
  toCredit: RefundDoc[];
  /** About units that were cancelled before and are not invoiced: they need none. */
  notInvoiced: RefundDoc[];
}

/** @param refunds of the order, oldest first */
export function sortEarlierRefunds(
  refunds: readonly RefundDoc[],
  sold: { order: OrderDoc; items: readonly OrderItemDoc[] },
): EarlierRefunds {
  const alive = refunds.filter((refund) => refund.status !== REFUND_STATUS.REJECTED && isForGoods(refund));
  const cancelled = refundableCancelledUnits(sold);
  const notInvoiced: RefundDoc[] = [];
  for (const refund of surestFirst(alive)) {
    const named = refund.items.map(({ orderItemId, quantity }) => ({
      id: orderItemId.toHexString(),
      quantity,
    }));
    const fits = named.every(({ id, quantity }) => (cancelled.get(id) ?? 0) >= quantity);
    if (named.length === 0 || refund.shippingAmount > 0 || !fits) continue;
    if (sharesUnits(refund) && !notInvoiced.some(({ _id }) => refund.splitFromId?.equals(_id))) continue;
    for (const { id, quantity } of named) cancelled.set(id, (cancelled.get(id) ?? 0) - quantity);
    notInvoiced.push(refund);
  }
  const toCredit = alive.filter(
    (refund) => refund.status === REFUND_STATUS.COMPLETED && !notInvoiced.includes(refund),
  );
  return { toCredit, notInvoiced };
}

/** By line. What was not paid for when it was cancelled needs no refund, so no refund is of these units. */
function refundableCancelledUnits({
  order,
  items,
}: {
  order: OrderDoc;
  items: readonly OrderItemDoc[];
}): Map<string, number> {
  const units = new Map(items.map(({ _id, quantityCancelled }) => [_id.toHexString(), quantityCancelled]));
  // Orders from before there were cancellations have no such field.
  for (const { orderItemId, quantity } of (order.cancellations ?? []).flatMap(({ unpaid }) => unpaid.items)) {
    const id = orderItemId.toHexString();
    units.set(id, (units.get(id) ?? 0) - quantity);
  }
  return units;
}

/**
 * The order in which refunds get the cancelled units: those that certainly return money before those that may never do so,
 * and then as they were approved. A cancellation refunds what the refunds before it left of the line, so one that came
 * first may be of these units. The parts of one refund stay together.
 */
function surestFirst(refunds: readonly RefundDoc[]): RefundDoc[] {
  const whole = groupBy(refunds, ({ _id, splitFromId }) => (splitFromId ?? _id).toHexString());
  return [...whole.values()].sort((a, b) => doubtOf(a) - doubtOf(b) || startOf(a) - startOf(b)).flat();
}

function doubtOf(parts: readonly RefundDoc[]): number {
  if (parts.some((part) => part.status === REFUND_STATUS.COMPLETED || wasCompleted(part))) return 0;
  if (!parts.some(({ status }) => status === REFUND_STATUS.PROCESSING)) return 2;
  return parts.some(({ systemReason }) => systemReason === "cancelled") ? 0 : 1;
}

/** One that is not approved comes last. */
const startOf = (parts: readonly RefundDoc[]): number =>
  parts[0]?.history.find(({ to }) => to === REFUND_STATUS.PROCESSING)?.at.getTime() ??
  Number.MAX_SAFE_INTEGER;

/** The units of a line that two sources pay for are in the first part; the other names none of them. */
const sharesUnits = ({ splitFromId, items }: RefundDoc): boolean =>
  splitFromId !== null && items.some(({ quantity }) => quantity === 0);
