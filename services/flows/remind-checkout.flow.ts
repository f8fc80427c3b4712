import { type Types, trusted } from "mongoose";
import { Cart, CheckoutSession, type CheckoutSessionDoc } from "../../models/index.js";
import { databaseTime, isPast } from "../../utils/clock.js";
import { REMINDED_CHECKOUT_STATUSES } from "../../utils/constants.js";
import { getUser } from "../integrations/auth-integration.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { addressKeyOf, claimReminder } from "../platform/reminder.service.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

const MINUTE_MS = 60_000;
/** Older checkouts are not worth a reminder, especially after an outage of the service. */
const TOO_LATE_MS = 24 * 60 * MINUTE_MS;

/**
 * Checkouts that were left alone long enough for a reminder, each found once, oldest first. Most have expired by
 * then; `expiresAt` shows when the last write was.
 */
export async function unfinishedCheckouts(): Promise<(limit: number) => Promise<CheckoutSessionDoc[]>> {
  const { expiryMinutes, reminderAfterMinutes } = await getSettings("checkout");
  const dueMs = (reminderAfterMinutes - expiryMinutes) * MINUTE_MS;
  let after = new Date(0);
  return async (limit) => {
    const isDue = [isPast("expiresAt", dueMs), { $not: [isPast("expiresAt", dueMs + TOO_LATE_MS)] }];
    const found = await CheckoutSession.find({
      status: trusted({ $in: [...REMINDED_CHECKOUT_STATUSES] }),
      failureReason: trusted({ $in: [null, "expired"] }),
      expiresAt: trusted({ $gt: after }),
      $expr: trusted({ $and: isDue }),
      reminderSentAt: null,
      placement: null,
      email: trusted({ $gt: "" }),
    })
      .sort({ expiresAt: 1 })
      .limit(limit)
      .lean<CheckoutSessionDoc[]>();
    after = found.at(-1)?.expiresAt ?? after;
    return found;
  };
}

/**
 * Queues one reminder of an unfinished checkout: compare-and-set on `version`, `expiresAt` and `reminderSentAt`.
 * @returns whether this call did. False also when the cart was bought, is in another checkout, or its typed address
 * has had a reminder within a day.
 */
export async function remindOfCheckout(checkout: CheckoutSessionDoc): Promise<boolean> {
  const { _id, cartId, version, expiresAt, email } = checkout;
  if (!email) return false;
  const isConfirmed = await isOwnAddress(checkout);
  return inTransaction(async (session) => {
    const isOpen = await Cart.exists({ _id: cartId, status: trusted({ $ne: "converted" }) }).session(session);
    const newer = await CheckoutSession.exists({ cartId, _id: trusted({ $gt: _id }) }).session(session);
    if (!isOpen || newer) return false;
    const isUnreminded = await CheckoutSession.exists({
      ...{ _id, version, expiresAt, email, reminderSentAt: null, placement: null },
      status: trusted({ $ne: "completed" }),
    }).session(session);
    // Before the claim, because a claim without a reminder would use up the address's day.
    if (!isUnreminded) return false;
    if (!(await claimReminder({ email, isConfirmed, subject: _id.toHexString() }, session))) return false;
    await CheckoutSession.updateOne({ _id }, [{ $set: { reminderSentAt: databaseTime() } }], {
      session,
      updatePipeline: true,
    });
    await enqueueOutbox([reminderOf(_id, email)], session);
    return true;
  });
}

/** Whether the Auth service knows the address as this customer's. Without an answer it counts as unconfirmed. */
async function isOwnAddress({ userId, email }: CheckoutSessionDoc): Promise<boolean> {
  if (!userId || !email) return false;
  const user = await getUser(userId);
  const known = user.success && user.data.status === "active" ? user.data.email : null;
  return known !== null && addressKeyOf(known) === addressKeyOf(email);
}

/** With the key of the address: one that is changed before the delivery has made no claim. */
const reminderOf = (id: Types.ObjectId, email: string) => ({
  type: "checkout.reminder",
  dedupeKey: `checkout.reminder:${id.toHexString()}`,
  payload: { checkoutSessionId: id.toHexString(), addressKey: addressKeyOf(email) },
});
