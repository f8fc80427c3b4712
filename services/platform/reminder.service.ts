import { domainToASCII } from "node:url";
import type { ClientSession } from "mongoose";
import { Reminder, type ReminderDoc } from "../../models/index.js";
import { DAY_MS, databaseTime, isPast } from "../../utils/clock.js";
import { sha256Hex } from "../../utils/helpers.js";

/**
 * The key of an address. Both spellings of an internationalised domain and all `+tag`s of a mailbox have the same key,
 * so that a tag does not bypass the limit.
 */
export function addressKeyOf(email: string): string {
  const lower = email.trim().normalize("NFC").toLowerCase();
  const at = lower.lastIndexOf("@");
  const mailbox = lower.slice(0, at).replace(/\+.*$/, "");
  const domain = lower.slice(at + 1);
  return sha256Hex(`${mailbox}@${domainToASCII(domain) || domain}`);
}

export interface ReminderRequest {
  email: string;
  /**
   * Whether the Auth service knows the address as the user's own. Anyone can type any address: without a limit, a
   * stranger could have us fill a mailbox.
   */
  isConfirmed: boolean;
  /** The cart's or the checkout's id. */
  subject: string;
}

/**
 * Records a reminder of any kind in the transaction that queues it. An unconfirmed address gets at most one per 24
 * hours, by the database clock.
 * @returns whether the reminder may be sent
 */
export async function claimReminder(
  { email, isConfirmed, subject }: ReminderRequest,
  tx: ClientSession,
): Promise<boolean> {
  const isNew = { $eq: [{ $type: "$sentAt" }, "missing"] };
  const isFree = isConfirmed ? true : { $or: [isNew, isPast("sentAt", DAY_MS)] };
  const ifFree = (value: unknown, current: string) => ({ $cond: [isFree, value, current] });
  const claimed = await Reminder.findOneAndUpdate(
    { _id: addressKeyOf(email) },
    [{ $set: { subject: ifFree(subject, "$subject"), sentAt: ifFree(databaseTime(), "$sentAt") } }],
    { upsert: true, returnDocument: "after", updatePipeline: true, session: tx },
  ).lean<ReminderDoc>();
  return claimed?.subject === subject;
}
