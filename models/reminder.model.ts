import { model } from "mongoose";
import { date, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** The last reminder to an e-mail address. */
export interface ReminderDoc {
  /** A hash of the address; the address itself is not stored. */
  _id: string;
  /** The id of the cart or the checkout. */
  subject: string;
  /** By the database clock. */
  sentAt: Date;
}

const schema = defineSchema<ReminderDoc>("reminders", { _id: text, subject: text, sentAt: date }, "none");

/** Longer than the limit of one day, which the write checks; this expiry only cleans up. */
const KEPT_SECONDS = 2 * 86_400;
schema.index({ sentAt: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const Reminder = model<ReminderDoc>("Reminder", schema);
