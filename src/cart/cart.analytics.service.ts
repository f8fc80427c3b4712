import type { ClientSession } from "mongoose";
import { type AbandonedProduct, type CartCounts, CartDay, sumByProduct } from "../../models/index.js";
import { type DayReading, readDays } from "../../services/platform/day-tally.service.js";
import { PeriodCounts } from "../../utils/period-counts.js";
import type { AnalyticsQuery } from "../../utils/request-schemas.js";
import { addCounts, cartTally, countCarts, noCarts, sumAbandonedProducts } from "./cart.tally.service.js";

/**
 * What became of the carts that were created in a range of dates. Only carts with lines count: not emptied ones, and
 * not guest carts that were merged into a customer's cart, which would count twice.
 */

export interface CartAnalytics {
  total: CartCounts;
  /** Every period of the range, also those without carts. */
  series: (CartCounts & { period: string })[];
  topAbandonedProducts: AbandonedProduct[];
}

const TOP_PRODUCTS = 10;

export async function analyseCarts(query: AnalyticsQuery): Promise<CartAnalytics> {
  const carts = new PeriodCounts(query, noCarts);
  const span = { from: query.dateFrom, to: query.dateTo };
  const { days, products } = await readDays(cartTally, span, readCarts);
  for (const [day, counts] of days) carts.add(day, (to) => addCounts(to, counts));
  return {
    total: carts.total,
    series: carts.series.map(({ period, counts }) => ({ period, ...counts })),
    topAbandonedProducts: products.sort(byQuantity).slice(0, TOP_PRODUCTS),
  };
}

function byQuantity(one: AbandonedProduct, other: AbandonedProduct): number {
  const order = other.quantity - one.quantity || other.value - one.value;
  return order || (one.productId < other.productId ? -1 : 1);
}

/** One query after another, because a transaction runs one operation at a time. */
async function readCarts({ days, rest, tx }: DayReading) {
  const tallied = await readCounts(days, tx);
  const counted = await countCarts(rest, tx);
  const products = await readProducts(days, tx);
  return {
    days: [...tallied, ...counted],
    products: sumByProduct([...products, ...(await sumAbandonedProducts(rest, tx))]),
  };
}

async function readCounts(days: number[], tx: ClientSession): Promise<(readonly [number, CartCounts])[]> {
  const rows = await CartDay.aggregate<CartCounts & { _id: number }>([
    { $match: { _id: { $in: days } } },
    { $project: { carts: 1, abandoned: 1, converted: 1, value: 1, abandonedValue: 1 } },
  ]).session(tx);
  return rows.map(({ _id, ...counts }) => [_id, counts] as const);
}

const readProducts = (days: number[], tx: ClientSession): Promise<AbandonedProduct[]> =>
  CartDay.aggregate<AbandonedProduct>([
    { $match: { _id: { $in: days } } },
    { $project: { abandonedProducts: 1 } },
    { $unwind: "$abandonedProducts" },
    {
      $group: {
        _id: "$abandonedProducts.productId",
        name: { $last: "$abandonedProducts.name" },
        quantity: { $sum: "$abandonedProducts.quantity" },
        value: { $sum: "$abandonedProducts.value" },
      },
    },
    { $project: { _id: 0, productId: "$_id", name: 1, quantity: 1, value: 1 } },
  ])
    .session(tx)
    .exec();
