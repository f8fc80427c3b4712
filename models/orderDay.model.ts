import { model } from "mongoose";
import type { Paise } from "../utils/money.js";
import { type DayTallyDoc, dayTallyFields } from "./parts/day-tally.js";
import { count, moneyFromZero } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** What became of orders. Sums, from which the averages are made. */
export interface OrderCounts {
  orders: number;
  cancelled: number;
  /** Came back, as a whole: from the customer or from the carrier. */
  returned: number;
  /** Value of the orders that are neither cancelled nor returned, less what was cancelled of them before it was paid. */
  revenue: Paise;
  /** Of the revenue, what has been refunded: without what a transfer brought beyond the value. */
  refunded: Paise;
  shipped: number;
  /** From confirmed to shipped, of those that were shipped. */
  processingMs: number;
  delivered: number;
  /** From shipped to delivered, of those that were delivered. */
  deliveryMs: number;
}

/** What became of the orders that were placed on one day. */
export interface OrderDayDoc extends DayTallyDoc, OrderCounts {}

const schema = defineSchema<OrderDayDoc>(
  "orderDays",
  {
    ...dayTallyFields,
    ...{ orders: count, cancelled: count, returned: count, revenue: moneyFromZero, refunded: moneyFromZero },
    ...{ shipped: count, processingMs: count, delivered: count, deliveryMs: count },
  },
  "none",
);

export const OrderDay = model<OrderDayDoc>("OrderDay", schema);
