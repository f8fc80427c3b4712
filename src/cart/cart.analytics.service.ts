import { type Types, trusted } from "mongoose";
import { ABANDONED_CARTS_INDEX, CART_ANALYTICS_INDEX, Cart, CartItem } from "../../models/index.js";
import type { CartStatus } from "../../utils/constants.js";
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { dayNumberExpression, listPeriods, type Period, periodStart } from "../../utils/periods.js";

/**
 * What became of the carts that were begun in a range of dates. Counted are carts with something in them: not
 * those that were emptied, and not guest carts that merged into a customer's, who would count twice.
 */

export interface CartCounts {
  carts: number;
  abandoned: number;
  converted: number;
  /** Of all carts. */
  value: Paise;
  abandonedValue: Paise;
}

export interface AbandonedProduct {
  productId: string;
  name: string;
  /** Units, without gifts. */
  quantity: number;
  value: Paise;
}

export interface CartAnalytics {
  total: CartCounts;
  /** Every period of the range, also those without carts. */
  series: (CartCounts & { period: string })[];
  topAbandonedProducts: AbandonedProduct[];
}

export interface CartAnalyticsQuery {
  dateFrom: Date;
  dateTo: Date;
  groupBy: Period;
}

const TOP_PRODUCTS = 10;

export async function analyseCarts(query: CartAnalyticsQuery): Promise<CartAnalytics> {
  const [days, topAbandonedProducts] = await Promise.all([countByDay(query), findTopProducts(query)]);
  const series = new Map(
    listPeriods(query.dateFrom, query.dateTo, query.groupBy).map((period) => [period, noCarts()]),
  );
  const total = noCarts();
  for (const day of days) {
    const period = series.get(periodStart(day.day, query.groupBy));
    if (period) addDay(period, day);
    addDay(total, day);
  }
  return {
    total,
    series: [...series].map(([period, counts]) => ({ period, ...counts })),
    topAbandonedProducts,
  };
}

interface DayCount {
  day: number;
  status: CartStatus;
  count: number;
  value: number;
}

const noCarts = (): CartCounts => ({
  carts: 0,
  abandoned: 0,
  converted: 0,
  value: ZERO_PAISE,
  abandonedValue: ZERO_PAISE,
});

function addDay(counts: CartCounts, { status, count, value }: DayCount): void {
  counts.carts += count;
  counts.value = paise(counts.value + value);
  if (status === "converted") counts.converted += count;
  if (status !== "abandoned") return;
  counts.abandoned += count;
  counts.abandonedValue = paise(counts.abandonedValue + value);
}

/**
 * Answered from the index alone. What does not count is sorted out after grouping, not by the filter: a filter
 * on null would fetch every document, and one on a later key would jump about in the index.
 */
async function countByDay({ dateFrom, dateTo }: CartAnalyticsQuery): Promise<DayCount[]> {
  const groups = await Cart.aggregate<{ _id: DayGroup; count: number; value: number }>(
    [
      { $match: { createdAt: { $gte: dateFrom, $lte: dateTo } } },
      {
        $group: {
          _id: {
            day: dayNumberExpression("$createdAt"),
            status: "$status",
            isFilled: { $gt: ["$itemCount", 0] },
            isMerged: { $gt: ["$mergedIntoCartId", null] },
          },
          count: { $sum: 1 },
          value: { $sum: "$grandTotal" },
        },
      },
    ],
    { hint: CART_ANALYTICS_INDEX },
  );
  return groups
    .filter(({ _id: { isFilled, isMerged } }) => isFilled && !isMerged)
    .map(({ _id: { day, status }, count, value }) => ({ day, status, count, value }));
}

interface DayGroup {
  day: number;
  status: CartStatus;
  isFilled: boolean;
  isMerged: boolean;
}

type ProductGroup = Omit<AbandonedProduct, "name"> & { cartId: Types.ObjectId };

/** The carts' ids come from one index, their lines by another: a `$lookup` takes ten times as long here. */
async function findTopProducts({ dateFrom, dateTo }: CartAnalyticsQuery): Promise<AbandonedProduct[]> {
  const begun = trusted({ $gte: dateFrom, $lte: dateTo });
  const carts = await Cart.find({ status: "abandoned", createdAt: begun }, { _id: 1 })
    .hint(ABANDONED_CARTS_INDEX)
    .lean<{ _id: Types.ObjectId }[]>();
  if (carts.length === 0) return [];
  const top = await CartItem.aggregate<ProductGroup>([
    { $match: { cartId: { $in: carts.map(({ _id }) => _id) }, isFreeGift: false } },
    {
      $group: {
        _id: "$productId",
        quantity: { $sum: "$quantity" },
        value: { $sum: "$lineTotal" },
        cartId: { $first: "$cartId" },
      },
    },
    { $sort: { quantity: -1, value: -1, _id: 1 } },
    { $limit: TOP_PRODUCTS },
    { $project: { _id: 0, productId: "$_id", quantity: 1, value: 1, cartId: 1 } },
  ]);
  return Promise.all(top.map(withName));
}

async function withName({ cartId, productId, ...sums }: ProductGroup): Promise<AbandonedProduct> {
  const line = await CartItem.findOne({ cartId, productId }, { name: 1 }).lean<{ name: string }>();
  return { ...sums, productId, name: line?.name ?? productId, value: paise(sums.value) };
}
