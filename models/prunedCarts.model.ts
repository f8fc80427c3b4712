import { model } from "mongoose";
import type { Paise } from "../utils/money.js";
import { type AbandonedProduct, abandonedProductPart } from "./cartDay.model.js";
import { count, date, listOf, money } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/**
 * What the analyses still need of deleted abandoned guest carts: counts and sums, by the half hour in which the
 * carts were created. Days begin on the half hour both in India and in UTC.
 */
export interface PrunedCartsDoc {
  /** When the half hour begins. */
  _id: Date;
  carts: number;
  value: Paise;
  /** When carts were last added: the day is recounted, as after a change of a cart. */
  prunedAt: Date;
  abandonedProducts: AbandonedProduct[];
}

const schema = defineSchema<PrunedCartsDoc>(
  "prunedCarts",
  {
    _id: { type: Date, required: true },
    carts: count,
    value: money,
    prunedAt: date,
    abandonedProducts: listOf(abandonedProductPart),
  },
  "none",
);

export const PRUNED_DAYS_INDEX = "touched_days";
schema.index({ prunedAt: 1, _id: 1 }, { name: PRUNED_DAYS_INDEX });

export const PrunedCarts = model<PrunedCartsDoc>("PrunedCarts", schema);
