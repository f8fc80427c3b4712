import { type OrderCounts, OrderDay, type OrderDayDoc } from "../../models/index.js";
import { type DayReading, readDays } from "../../services/platform/day-tally.service.js";
import { PeriodCounts } from "../../utils/period-counts.js";
import type { AnalyticsQuery } from "../../utils/request-schemas.js";
import { addOrders, countOrders, type DayCounts, noOrders, orderTally } from "./orders.tally.service.js";

/** What became of the orders that were placed in a range of dates. Always current, see docs/decisions/007. */

export interface OrderAnalytics {
  total: OrderCounts;
  /** Every period of the range, also those without orders. */
  series: { period: string; counts: OrderCounts }[];
}

export async function analyseOrders(query: AnalyticsQuery): Promise<OrderAnalytics> {
  const orders = new PeriodCounts(query, noOrders);
  const span = { from: query.dateFrom, to: query.dateTo };
  for (const { day, ...counts } of await readDays(orderTally, span, readOrders)) {
    orders.add(day, (to) => addOrders(to, counts));
  }
  return { total: orders.total, series: orders.series };
}

/** One query after another, because a transaction runs one operation at a time. */
async function readOrders({ days, rest, tx }: DayReading): Promise<DayCounts[]> {
  const tallied = await OrderDay.aggregate<OrderDayDoc>([{ $match: { _id: { $in: days } } }]).session(tx);
  const counted = await countOrders(rest, tx);
  return [
    ...tallied.map(({ _id: day, countedAt: _countedAt, ...counts }) => ({ day, ...counts })),
    ...counted,
  ];
}
