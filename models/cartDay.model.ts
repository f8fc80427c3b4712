import { model } from "mongoose";
import { type Paise, paise } from "../utils/money.js";
import { type DayTallyDoc, dayTallyFields } from "./parts/day-tally.js";
import { count, listOf, money, text } from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

/** What abandoned carts hold of one product; gifts do not count. */
export interface AbandonedProduct {
  productId: string;
  name: string;
  /** Units. */
  quantity: number;
  value: Paise;
}

/** Carts with something in them, without those that merged into another. */
export interface CartCounts {
  carts: number;
  abandoned: number;
  converted: number;
  /** Of all carts. */
  value: Paise;
  abandonedValue: Paise;
}

/** What became of the carts that were begun on one day. */
export interface CartDayDoc extends DayTallyDoc, CartCounts {
  abandonedProducts: AbandonedProduct[];
}

export const abandonedProductPart = definePart<AbandonedProduct>({
  productId: text,
  name: text,
  quantity: count,
  value: money,
});

/** One row per product. */
export function sumByProduct(rows: readonly AbandonedProduct[]): AbandonedProduct[] {
  const sums = new Map<string, AbandonedProduct>();
  for (const row of rows) {
    const sum = sums.get(row.productId);
    sums.set(row.productId, {
      ...row,
      quantity: (sum?.quantity ?? 0) + row.quantity,
      value: paise((sum?.value ?? 0) + row.value),
    });
  }
  return [...sums.values()];
}

const schema = defineSchema<CartDayDoc>(
  "cartDays",
  {
    ...dayTallyFields,
    carts: count,
    abandoned: count,
    converted: count,
    value: money,
    abandonedValue: money,
    abandonedProducts: listOf(abandonedProductPart),
  },
  "none",
);

export const CartDay = model<CartDayDoc>("CartDay", schema);
