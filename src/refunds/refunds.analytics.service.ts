import type { PipelineStage, Types } from "mongoose";
import { COMPLETED_REFUNDS_INDEX, Refund } from "../../models/index.js";
import { countPlacedOrders } from "../../services/aggregates/order/placed-orders.js";
import { REFUND_STATUS, type RefundDestination } from "../../utils/constants.js";
import { addPaise, type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { PeriodCounts } from "../../utils/period-counts.js";
import { dayNumberExpression, dayNumberOf, periodExpression } from "../../utils/periods.js";
import type { AnalyticsQuery } from "../../utils/request-schemas.js";

/**
 * What was refunded in a range of dates, by the time of completion, and how many orders were placed in it. Every query is
 * answered from an index alone, and gives at most some rows for each day.
 */

export interface RefundSum {
  refunds: number;
  amount: Paise;
}

export interface RefundTotals extends RefundSum {
  ordersPlaced: number;
  /** Orders with a completed refund, each counted once. */
  ordersRefunded: number;
  byDestination: ReadonlyMap<RefundDestination, RefundSum>;
  byReason: ReadonlyMap<string, RefundSum>;
  /** Money that became no order, which is in none of the other figures. */
  withoutOrder: RefundSum;
}

export interface RefundAnalytics extends RefundTotals {
  /** Every period of the range, also those without refunds. */
  series: (RefundTotals & { period: string })[];
}

const nothing = (): RefundSum => ({ refunds: 0, amount: ZERO_PAISE });

function addTo(sum: RefundSum, { refunds, amount }: RefundSum): void {
  sum.refunds += refunds;
  sum.amount = addPaise(sum.amount, amount);
}

class Totals implements RefundTotals {
  refunds = 0;
  amount: Paise = ZERO_PAISE;
  ordersPlaced = 0;
  ordersRefunded = 0;
  readonly byDestination = new Map<RefundDestination, RefundSum>();
  readonly byReason = new Map<string, RefundSum>();
  readonly withoutOrder = nothing();

  add({ hasOrder, destination, reason, ...sum }: DayRow): void {
    if (!hasOrder) {
      addTo(this.withoutOrder, sum);
      return;
    }
    addTo(this, sum);
    addTo(entryOf(this.byDestination, destination), sum);
    addTo(entryOf(this.byReason, reason), sum);
  }

  addPlaced(orders: number): void {
    this.ordersPlaced += orders;
  }
}

function entryOf<K>(sums: Map<K, RefundSum>, key: K): RefundSum {
  const sum = sums.get(key) ?? nothing();
  sums.set(key, sum);
  return sum;
}

export async function analyseRefunds(query: AnalyticsQuery): Promise<RefundAnalytics> {
  const refunds = new PeriodCounts(query, () => new Totals());
  const [rows, refunded, placed] = await Promise.all([
    sumByDay(query),
    countRefundedOrders(query),
    countPlacedOrders(query),
  ]);
  for (const row of rows) refunds.add(row.day, (totals) => totals.add(row));
  for (const { day, orders } of placed) refunds.add(day, (totals) => totals.addPlaced(orders));
  refunds.total.ordersRefunded = refunded.total;
  for (const { start, orders } of refunded.periods) {
    const totals = refunds.findPeriod(dayNumberOf(start));
    if (totals) totals.ordersRefunded += orders;
  }
  const series = refunds.series.map(({ period, counts }) => Object.assign(counts, { period }));
  return Object.assign(refunds.total, { series });
}

const completedIn = ({ dateFrom, dateTo }: AnalyticsQuery): PipelineStage.Match => ({
  $match: { status: REFUND_STATUS.COMPLETED, processedAt: { $gte: dateFrom, $lte: dateTo } },
});

interface DayRow extends RefundSum {
  day: number;
  hasOrder: boolean;
  destination: RefundDestination;
  /** Of the customer or admin, or of the service. */
  reason: string;
}

async function sumByDay(query: AnalyticsQuery): Promise<DayRow[]> {
  const groups = await Refund.aggregate<
    { _id: Omit<DayRow, keyof RefundSum> } & { count: number; sum: number }
  >([
    completedIn(query),
    {
      $group: {
        _id: {
          day: dayNumberExpression("$processedAt"),
          hasOrder: { $gt: ["$orderId", null] },
          destination: "$destination",
          reason: { $ifNull: ["$systemReason", "$reason"] },
        },
        count: { $sum: 1 },
        sum: { $sum: "$amount" },
      },
    },
  ]).hint(COMPLETED_REFUNDS_INDEX);
  return groups.map(({ _id, count, sum }) => ({ ..._id, refunds: count, amount: paise(sum) }));
}

interface RefundedOrders {
  total: number;
  /** Without those that have no such order. */
  periods: { start: Date; orders: number }[];
}

/** An order with several refunds counts once in the whole and once in each period. */
async function countRefundedOrders(query: AnalyticsQuery): Promise<RefundedOrders> {
  const period = periodExpression("$processedAt", query.groupBy);
  const [found] = await Refund.aggregate<{
    total: { orders: number }[];
    periods: { _id: Date; orders: number }[];
  }>([
    completedIn(query),
    { $group: { _id: "$orderId", periods: { $addToSet: period } } },
    { $match: { _id: { $ne: null as Types.ObjectId | null } } },
    {
      $facet: {
        total: [{ $count: "orders" }],
        periods: [{ $unwind: "$periods" }, { $group: { _id: "$periods", orders: { $sum: 1 } } }],
      },
    },
  ]).hint(COMPLETED_REFUNDS_INDEX);
  return {
    total: found?.total[0]?.orders ?? 0,
    periods: (found?.periods ?? []).map(({ _id, orders }) => ({ start: _id, orders })),
  };
}
