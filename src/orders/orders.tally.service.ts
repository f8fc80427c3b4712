import type { ClientSession } from "mongoose";
import {
  ORDERS_BY_CREATION_INDEX,
  Order,
  type OrderCounts,
  OrderDay,
  type OrderDayDoc,
  type OrderDoc,
} from "../../models/index.js";
import { type DayTally, matchSpans } from "../../services/platform/day-tally.service.js";
import { ORDER_STATUS } from "../../utils/constants.js";
import { addPaise, paise, ZERO_PAISE } from "../../utils/money.js";
import { dayNumberExpression, type Span } from "../../utils/periods.js";

/** Counts orders by the day on which they were placed. */

export const orderTally: DayTally<OrderDoc, OrderDayDoc> = {
  documents: Order,
  tallies: OrderDay,
  async countDay(day, tx) {
    const counts = noOrders();
    for (const { day: _same, ...part } of await countOrders([day], tx)) addOrders(counts, part);
    return counts;
  },
};

export const noOrders = (): OrderCounts => ({
  ...{ orders: 0, cancelled: 0, returned: 0, revenue: ZERO_PAISE, refunded: ZERO_PAISE },
  ...{ shipped: 0, processingMs: 0, delivered: 0, deliveryMs: 0 },
});

const COUNTED = [
  "orders",
  "cancelled",
  "returned",
  "shipped",
  "processingMs",
  "delivered",
  "deliveryMs",
] as const;
const SUMMED = ["revenue", "refunded"] as const;

export function addOrders(to: OrderCounts, counts: OrderCounts): void {
  for (const field of COUNTED) to[field] += counts[field];
  for (const field of SUMMED) to[field] = addPaise(to[field], counts[field]);
}

const { CANCELLED, RETURNED } = ORDER_STATUS;
const isStatus = (status: string) => ({ $eq: ["$status", status] });
const isSold = { $not: [{ $in: ["$status", [CANCELLED, RETURNED]] }] };
const sumIf = (condition: object, value: object | string | number) => ({
  $sum: { $cond: [condition, value, 0] },
});
const VALUE = { $subtract: ["$grandTotal", "$cancelledAmount"] };
/** What came beyond the value was never revenue, and is taken to go back first. */
const SURPLUS = { $max: [0, { $subtract: ["$paidAmount", VALUE] }] };
const REFUNDED = { $max: [0, { $subtract: ["$refundedAmount", SURPLUS] }] };
/** Both times are known, and in this order: clocks of two instances can differ. */
const isFromTo = (from: string, to: string) => ({
  $and: [{ $gt: [from, null] }, { $gt: [to, null] }, { $gte: [to, from] }],
});
const sumBetween = (from: string, to: string) => sumIf(isFromTo(from, to), { $subtract: [to, from] });

export interface DayCounts extends OrderCounts {
  day: number;
}

type Group = { _id: number } & { [Field in keyof OrderCounts]: number };

/** By day. Answered from the index alone. */
export async function countOrders(spans: readonly Span[], tx: ClientSession): Promise<DayCounts[]> {
  if (spans.length === 0) return [];
  const groups = await Order.aggregate<Group>([
    matchSpans(spans),
    {
      $group: {
        _id: dayNumberExpression("$createdAt"),
        orders: { $sum: 1 },
        cancelled: sumIf(isStatus(CANCELLED), 1),
        returned: sumIf(isStatus(RETURNED), 1),
        revenue: sumIf(isSold, VALUE),
        refunded: sumIf(isSold, REFUNDED),
        shipped: sumIf(isFromTo("$confirmedAt", "$shippedAt"), 1),
        processingMs: sumBetween("$confirmedAt", "$shippedAt"),
        delivered: sumIf(isFromTo("$shippedAt", "$deliveredAt"), 1),
        deliveryMs: sumBetween("$shippedAt", "$deliveredAt"),
      },
    },
  ])
    .hint(ORDERS_BY_CREATION_INDEX)
    .session(tx);
  return groups.map(({ _id: day, revenue, refunded, ...counts }) => ({
    ...counts,
    ...{ day, revenue: paise(revenue), refunded: paise(refunded) },
  }));
}
