import { model } from "mongoose";
import { date, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

/** The last reminder to an e-mail address. */
export interface ReminderDoc {
  /** A hash of the address: the address itself is not kept here. */
  _id: string;
  /** What it was about: the cart's or the checkout's id. */
  subject: string;
  /** By the database clock. */
  sentAt: Date;
}

const schema = defineSchema<ReminderDoc>("reminders", { _id: text, subject: text, sentAt: date }, "none");

/** Longer than the limit of a day; the limit itself is checked by the write, not by this expiry. */
const KEPT_SECONDS = 2 * 86_400;
schema.index({ sentAt: 1 }, { expireAfterSeconds: KEPT_SECONDS });

export const Reminder = model<ReminderDoc>("Reminder", schema);
