import { model } from "mongoose";
import type { Paise } from "../utils/money.js";
import { count, listOf, money, text } from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type DayTallyDoc, dayTallyFields } from "./parts/tallied.js";

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

const abandonedProductPart = definePart<AbandonedProduct>({
  productId: text,
  name: text,
  quantity: count,
  value: money,
});

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
