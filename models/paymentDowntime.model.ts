import { model } from "mongoose";
import { PAYMENT_METHODS, type PaymentMethod } from "../utils/constants.js";
import { date, oneOf, optionalOneOf, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const DOWNTIME_STATUSES = ["started", "updated", "resolved"] as const;
export type DowntimeStatus = (typeof DOWNTIME_STATUSES)[number];

/**
 * A downtime as an event has reported it. It corrects the gateway's own list, which every instance caches and which
 * may lag, until it expires; by then the list contains the change.
 */
export interface PaymentDowntimeDoc {
  /** The gateway's id. */
  _id: string;
  method: PaymentMethod | null;
  status: DowntimeStatus;
  severity: "low" | "medium" | "high";
  begin: Date;
  /** The gateway's time of the event. */
  reportedAt: Date;
  expiresAt: Date;
}

const schema = defineSchema<PaymentDowntimeDoc>(
  "paymentDowntimes",
  {
    _id: text,
    method: optionalOneOf(PAYMENT_METHODS),
    status: oneOf(DOWNTIME_STATUSES),
    severity: oneOf(["low", "medium", "high"]),
    begin: date,
    reportedAt: date,
    expiresAt: date,
  },
  "none",
);

schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const PaymentDowntime = model<PaymentDowntimeDoc>("PaymentDowntime", schema);
