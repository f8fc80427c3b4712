import { model } from "mongoose";
import type { Paise } from "../utils/money.js";
import { type AbandonedProduct, abandonedProductPart } from "./cartDay.model.js";
import { count, listOf, money } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/**
 * What the analyses still need of abandoned guest carts that were deleted: counts and sums, by the half hour in
 * which the carts were made. Days begin on the half hour both in India and in UTC.
 */
export interface PrunedCartsDoc {
  /** When the half hour begins. */
  _id: Date;
  carts: number;
  value: Paise;
  abandonedProducts: AbandonedProduct[];
}

const schema = defineSchema<PrunedCartsDoc>(
  "prunedCarts",
  {
    _id: { type: Date, required: true },
    carts: count,
    value: money,
    abandonedProducts: listOf(abandonedProductPart),
  },
  "none",
);

export const PrunedCarts = model<PrunedCartsDoc>("PrunedCarts", schema);
