import { model, type Types } from "mongoose";
import { count, date, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/**
 * How often one caller has failed at one kind of request in the current window. `rate-limiter-flexible` writes these
 * documents (`services/platform/failed-attempts.service.ts`) and defines their field names.
 */
export interface FailedAttemptDoc {
  _id: Types.ObjectId;
  /** The kind of request and the SHA-256 of the caller: `coupon:9f86d0…`. */
  key: string;
  points: number;
  expire: Date;
}

const schema = defineSchema<FailedAttemptDoc>(
  "failedAttempts",
  { key: text, points: count, expire: date },
  "none",
);

schema.index({ key: 1 }, { unique: true });
schema.index({ expire: 1 }, { expireAfterSeconds: 0 });

export const FailedAttempt = model<FailedAttemptDoc>("FailedAttempt", schema);
