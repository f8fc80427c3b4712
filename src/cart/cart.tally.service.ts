import type { ClientSession, PipelineStage, Types } from "mongoose";
import {
  ABANDONED_CARTS_INDEX,
  type AbandonedProduct,
  CART_ANALYTICS_INDEX,
  Cart,
  type CartCounts,
  CartDay,
  type CartDayDoc,
  type CartDoc,
  CartItem,
  PRUNED_DAYS_INDEX,
  PrunedCarts,
  sumByProduct,
} from "../../models/index.js";
import { type DayTally, matchSpans } from "../../services/platform/day-tally.service.js";
import { CART_STATUS, type CartStatus } from "../../utils/constants.js";
import { type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { dayNumberExpression, type Span } from "../../utils/periods.js";

/** Counts carts by the day of their creation, including those that retention has deleted. */

export const cartTally: DayTally<CartDoc, CartDayDoc> = {
  documents: Cart,
  tallies: CartDay,
  async countDay(day, tx) {
    const counts = noCarts();
    for (const part of (await countCarts([day], tx)).values()) addCounts(counts, part);
    return { ...counts, abandonedProducts: await sumAbandonedProducts([day], tx) };
  },
  // A cart may be deleted before the job has seen its last change.
  async findMoreTouchedDays(since, tx) {
    const days = await PrunedCarts.aggregate<{ _id: number }>([
      { $match: { prunedAt: { $gte: since } } },
      { $group: { _id: dayNumberExpression("$_id") } },
    ])
      .hint(PRUNED_DAYS_INDEX)
      .session(tx);
    return days.map(({ _id }) => _id);
  },
};

export const noCarts = (): CartCounts => ({
  carts: 0,
  abandoned: 0,
  converted: 0,
  value: ZERO_PAISE,
  abandonedValue: ZERO_PAISE,
});

export function addCounts(to: CartCounts, counts: CartCounts): void {
  to.carts += counts.carts;
  to.abandoned += counts.abandoned;
  to.converted += counts.converted;
  to.value = paise(to.value + counts.value);
  to.abandonedValue = paise(to.abandonedValue + counts.abandonedValue);
}

interface CartGroup {
  _id: { day: number; status: CartStatus; isFilled: boolean; isMerged: boolean };
  count: number;
  value: number;
}

/**
 * By day. Answered from the index alone. Carts that do not count are dropped after grouping, not by the filter: a
 * filter on null would fetch every document, and one on a later key would seek back and forth in the index.
 */
export async function countCarts(
  spans: readonly Span[],
  tx: ClientSession,
): Promise<Map<number, CartCounts>> {
  const days = new Map<number, CartCounts>();
  if (spans.length === 0) return days;
  const groups = await Cart.aggregate<CartGroup>([
    matchSpans(spans),
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
  ])
    .hint(CART_ANALYTICS_INDEX)
    .session(tx);
  for (const { _id, count, value } of groups) {
    if (!_id.isFilled || _id.isMerged) continue;
    const counts = days.get(_id.day) ?? noCarts();
    addCounts(counts, toCounts(_id.status, count, paise(value)));
    days.set(_id.day, counts);
  }
  await addPruned(days, spans, tx);
  return days;
}

/** Deleted carts count as abandoned. */
async function addPruned(
  days: Map<number, CartCounts>,
  spans: readonly Span[],
  tx: ClientSession,
): Promise<void> {
  const pruned = await PrunedCarts.aggregate<{ _id: number; carts: number; value: number }>([
    matchHalfHours(spans),
    {
      $group: {
        _id: dayNumberExpression("$_id"),
        carts: { $sum: "$carts" },
        value: { $sum: "$value" },
      },
    },
  ]).session(tx);
  for (const { _id, carts, value } of pruned) {
    const counts = days.get(_id) ?? noCarts();
    addCounts(counts, toCounts(CART_STATUS.ABANDONED, carts, paise(value)));
    days.set(_id, counts);
  }
}

const matchHalfHours = (spans: readonly Span[]): PipelineStage.Match => ({
  $match: { $or: spans.map(({ from, to }) => ({ _id: { $gte: from, $lte: to } })) },
});

const toCounts = (status: CartStatus, carts: number, value: Paise): CartCounts => ({
  carts,
  abandoned: status === CART_STATUS.ABANDONED ? carts : 0,
  converted: status === CART_STATUS.CONVERTED ? carts : 0,
  value,
  abandonedValue: status === CART_STATUS.ABANDONED ? value : ZERO_PAISE,
});

/** What abandoned carts contain, including deleted ones: one row per product. */
export async function sumAbandonedProducts(
  spans: readonly Span[],
  tx: ClientSession,
): Promise<AbandonedProduct[]> {
  if (spans.length === 0) return [];
  const pruned = await PrunedCarts.aggregate<AbandonedProduct>([
    matchHalfHours(spans),
    { $unwind: "$abandonedProducts" },
    { $replaceWith: "$abandonedProducts" },
  ]).session(tx);
  return sumByProduct([...pruned, ...(await sumStoredProducts(spans, tx))]);
}

/** Two queries, each with its own index: a `$lookup` takes ten times as long here. */
async function sumStoredProducts(spans: readonly Span[], tx: ClientSession): Promise<AbandonedProduct[]> {
  const carts = await Cart.aggregate<{ _id: Types.ObjectId }>([
    matchSpans(spans, { status: CART_STATUS.ABANDONED }),
    { $project: { _id: 1 } },
  ])
    .hint(ABANDONED_CARTS_INDEX)
    .session(tx);
  if (carts.length === 0) return [];
  return CartItem.aggregate<AbandonedProduct>([
    { $match: { cartId: { $in: carts.map(({ _id }) => _id) }, isFreeGift: false } },
    {
      $group: {
        _id: "$productId",
        name: { $last: "$name" },
        quantity: { $sum: "$quantity" },
        value: { $sum: "$lineTotal" },
      },
    },
    { $project: { _id: 0, productId: "$_id", name: 1, quantity: 1, value: 1 } },
  ]).session(tx);
}
