import { model } from "mongoose";
import { type DayTallyDoc, dayTallyFields } from "./parts/day-tally.js";
import { count } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const FUNNEL_STEPS = ["initiated", "address_entered", "payment_pending", "completed"] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

/** How many checkouts have reached each step, wherever they ended. */
export type FunnelCounts = Record<FunnelStep, number>;

/** How far the checkouts that began on one day have come. */
export interface CheckoutDayDoc extends DayTallyDoc, FunnelCounts {}

const schema = defineSchema<CheckoutDayDoc>(
  "checkoutDays",
  { ...dayTallyFields, initiated: count, address_entered: count, payment_pending: count, completed: count },
  "none",
);

export const CheckoutDay = model<CheckoutDayDoc>("CheckoutDay", schema);
