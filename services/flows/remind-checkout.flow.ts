import { type Types, trusted } from "mongoose";
import { config } from "../../config/env.config.js";
import { Cart, CheckoutSession, type CheckoutSessionDoc, customerNameOf } from "../../models/index.js";
import { databaseTime, isPast } from "../../utils/clock.js";
import { REMINDED_CHECKOUT_STATUSES } from "../../utils/constants.js";
import { toRupees, ZERO_PAISE } from "../../utils/money.js";
import { unwrap } from "../../utils/result.js";
import { getUser } from "../integrations/auth-integration.service.js";
import { sendNotification } from "../integrations/engagement-integration.service.js";
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
  return inTransaction(async (tx) => {
    const isOpen = await Cart.exists({ _id: cartId, status: trusted({ $ne: "converted" }) }).session(tx);
    const newer = await CheckoutSession.exists({ cartId, _id: trusted({ $gt: _id }) }).session(tx);
    if (!isOpen || newer) return false;
    const isUnreminded = await CheckoutSession.exists({
      ...{ _id, version, expiresAt, email, reminderSentAt: null, placement: null },
      status: trusted({ $ne: "completed" }),
    }).session(tx);
    // Before the claim, because a claim without a reminder would use up the address's day.
    if (!isUnreminded) return false;
    if (!(await claimReminder({ email, isConfirmed, subject: _id.toHexString() }, tx))) return false;
    await CheckoutSession.updateOne({ _id }, [{ $set: { reminderSentAt: databaseTime() } }], {
      session: tx,
      updatePipeline: true,
    });
    await enqueueOutbox([reminderOf(_id, email)], tx);
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

/**
 * Template `checkout_abandoned`: with `checkoutSessionId` in place of an order number, and `itemCount`.
 * @param addressKey of the address that the reminder was claimed for; another address gets none
 */
export async function notifyUnfinishedCheckout(
  checkoutSessionId: Types.ObjectId,
  addressKey: string,
): Promise<void> {
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  // It was bought since: a reminder would confuse.
  if (!checkout?.email || checkout.status === "completed") return;
  if (addressKeyOf(checkout.email) !== addressKey) return;
  const cart = await Cart.findById(checkout.cartId).lean<{ status: string; itemCount: number }>();
  if (!cart || cart.status === "converted") return;
  const id = checkoutSessionId.toHexString();
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: {
        ...(checkout.userId ? { userId: checkout.userId } : {}),
        email: checkout.email,
        ...(checkout.phone ? { phone: checkout.phone } : {}),
      },
      template: "checkout_abandoned",
      data: {
        checkoutSessionId: id,
        customerName: customerNameOf(checkout) ?? "Customer",
        grandTotal: toRupees(checkout.totals?.grandTotal ?? ZERO_PAISE),
        itemCount: cart.itemCount,
        link: `${config.storefrontUrl}/checkout/${id}`,
      },
      dedupeKey: `checkout_abandoned:${id}`,
    }),
  );
}
