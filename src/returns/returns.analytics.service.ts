import type { PipelineStage } from "mongoose";
import { Return } from "../../models/index.js";
import { countPlacedOrders } from "../../services/aggregates/order/placed-orders.js";
import { RETURN_STATUS, type ReturnStatus } from "../../utils/constants.js";
import { addPaise, type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { PeriodCounts } from "../../utils/period-counts.js";
import { dayNumberExpression, dayNumberOf, periodExpression } from "../../utils/periods.js";
import type { AnalyticsQuery } from "../../utils/request-schemas.js";

/**
 * Returns that were asked for in a range of dates, and what became of them; and how many orders were placed in it. Parcels
 * that came back undelivered are counted apart: no customer asked for them.
 */

export interface ReturnTotals {
  ordersPlaced: number;
  /** Orders with a return, each counted once. */
  ordersReturned: number;
  returns: number;
  /** Refunded with completed returns. */
  refunded: Paise;
  byStatus: ReadonlyMap<ReturnStatus, number>;
  byReason: ReadonlyMap<string, number>;
  returnedToOrigin: number;
}

export interface ReturnedProduct {
  productId: string;
  sku: string;
  name: string;
  returns: number;
  units: number;
}

export interface ReturnAnalytics extends ReturnTotals {
  /** Those with most units first. */
  products: ReturnedProduct[];
  /** Every period of the range, also those without returns. */
  series: (ReturnTotals & { period: string })[];
}

class Totals implements ReturnTotals {
  ordersPlaced = 0;
  ordersReturned = 0;
  returns = 0;
  refunded: Paise = ZERO_PAISE;
  readonly byStatus = new Map<ReturnStatus, number>();
  readonly byReason = new Map<string, number>();
  returnedToOrigin = 0;

  add({ isReturnToOrigin, status, reason, returns, refunded }: DayRow): void {
    if (isReturnToOrigin) {
      this.returnedToOrigin += returns;
      return;
    }
    this.returns += returns;
    this.refunded = addPaise(this.refunded, refunded);
    this.byStatus.set(status, (this.byStatus.get(status) ?? 0) + returns);
    this.byReason.set(reason, (this.byReason.get(reason) ?? 0) + returns);
  }

  addPlaced(orders: number): void {
    this.ordersPlaced += orders;
  }
}

export async function analyseReturns(query: AnalyticsQuery): Promise<ReturnAnalytics> {
  const returns = new PeriodCounts(query, () => new Totals());
  const [rows, returned, products, placed] = await Promise.all([
    sumByDay(query),
    countReturnedOrders(query),
    findProducts(query),
    countPlacedOrders(query),
  ]);
  for (const row of rows) returns.add(row.day, (totals) => totals.add(row));
  for (const { day, orders } of placed) returns.add(day, (totals) => totals.addPlaced(orders));
  returns.total.ordersReturned = returned.length;
  for (const start of returned.flatMap(({ starts }) => starts)) {
    const totals = returns.findPeriod(dayNumberOf(start));
    if (totals) totals.ordersReturned += 1;
  }
  const series = returns.series.map(({ period, counts }) => Object.assign(counts, { period }));
  return Object.assign(returns.total, { products, series });
}

const requestedIn = ({ dateFrom, dateTo }: AnalyticsQuery): PipelineStage.Match => ({
  $match: { createdAt: { $gte: dateFrom, $lte: dateTo } },
});

const byCustomersIn = (query: AnalyticsQuery): PipelineStage.Match => ({
  $match: { ...requestedIn(query).$match, isReturnToOrigin: false },
});

interface DayRow {
  day: number;
  isReturnToOrigin: boolean;
  status: ReturnStatus;
  reason: string;
  returns: number;
  refunded: Paise;
}

async function sumByDay(query: AnalyticsQuery): Promise<DayRow[]> {
  const isCompleted = { $eq: ["$status", RETURN_STATUS.COMPLETED] };
  const groups = await Return.aggregate<{
    _id: Pick<DayRow, "day" | "isReturnToOrigin" | "status" | "reason">;
    returns: number;
    refunded: number;
  }>([
    requestedIn(query),
    {
      $group: {
        _id: {
          day: dayNumberExpression("$createdAt"),
          ...{ isReturnToOrigin: "$isReturnToOrigin", status: "$status", reason: "$reason" },
        },
        returns: { $sum: 1 },
        refunded: { $sum: { $cond: [isCompleted, "$refundBreakdown.total", 0] } },
      },
    },
  ]);
  return groups.map(({ _id, returns, refunded }) => ({ ..._id, returns, refunded: paise(refunded) }));
}

/** @returns for each order the beginnings of the periods in which it had a return */
function countReturnedOrders(query: AnalyticsQuery): Promise<{ starts: Date[] }[]> {
  const start = periodExpression("$createdAt", query.groupBy);
  return Return.aggregate<{ starts: Date[] }>([
    byCustomersIn(query),
    { $group: { _id: "$orderId", starts: { $addToSet: start } } },
  ]);
}

const MOST_PRODUCTS = 20;

async function findProducts(query: AnalyticsQuery): Promise<ReturnedProduct[]> {
  const found = await Return.aggregate<Omit<ReturnedProduct, "sku"> & { _id: string }>([
    byCustomersIn(query),
    { $unwind: "$items" },
    {
      $group: {
        _id: "$items.sku",
        productId: { $last: "$items.productId" },
        name: { $last: "$items.name" },
        returns: { $sum: 1 },
        units: { $sum: "$items.quantity" },
      },
    },
    { $sort: { units: -1, _id: 1 } },
    { $limit: MOST_PRODUCTS },
  ]);
  return found.map(({ _id: sku, ...product }) => ({ ...product, sku }));
}
