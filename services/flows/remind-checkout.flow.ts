import { type Types, trusted } from "mongoose";
import { config } from "../../config/env.config.js";
import { Cart, CheckoutSession, type CheckoutSessionDoc, customerNameOf } from "../../models/index.js";
import { databaseTime, isPast, MINUTE_MS } from "../../utils/clock.js";
import {
  CART_STATUS,
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  REMINDED_CHECKOUT_STATUSES,
} from "../../utils/constants.js";
import { toRupees, ZERO_PAISE } from "../../utils/money.js";
import { unwrap } from "../../utils/result.js";
import { getUser } from "../integrations/auth-integration.service.js";
import { sendNotification } from "../integrations/engagement-integration.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { addressKeyOf, claimReminder } from "../platform/reminder.service.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/** Older checkouts get no reminder, which matters after an outage of this service. */
const TOO_LATE_MS = 24 * 60 * MINUTE_MS;

/**
 * Unfinished checkouts that are due for a reminder, each found once, oldest first. Most have expired by then;
 * `expiresAt` is a fixed time after the last write.
 */
export async function unfinishedCheckouts(): Promise<(limit: number) => Promise<CheckoutSessionDoc[]>> {
  const { expiryMinutes, reminderAfterMinutes } = await getSettings("checkout");
  const dueMs = (reminderAfterMinutes - expiryMinutes) * MINUTE_MS;
  let after = new Date(0);
  return async (limit) => {
    const isDue = [isPast("expiresAt", dueMs), { $not: [isPast("expiresAt", dueMs + TOO_LATE_MS)] }];
    const found = await CheckoutSession.find({
      status: trusted({ $in: [...REMINDED_CHECKOUT_STATUSES] }),
      failureReason: trusted({ $in: [null, CHECKOUT_FAILURE.EXPIRED] }),
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
 * @returns whether this call queued it; false also when the cart was bought or is in a newer checkout, or when an
 *   unconfirmed address had a reminder within a day
 */
export async function remindOfCheckout(checkout: CheckoutSessionDoc): Promise<boolean> {
  const { _id, cartId, version, expiresAt, email } = checkout;
  if (!email) return false;
  const isConfirmed = await isOwnAddress(checkout);
  return inTransaction(async (tx) => {
    const isOpen = await Cart.exists({
      _id: cartId,
      status: trusted({ $ne: CART_STATUS.CONVERTED }),
    }).session(tx);
    const newer = await CheckoutSession.exists({ cartId, _id: trusted({ $gt: _id }) }).session(tx);
    if (!isOpen || newer) return false;
    const isUnreminded = await CheckoutSession.exists({
      ...{ _id, version, expiresAt, email, reminderSentAt: null, placement: null },
      status: trusted({ $ne: CHECKOUT_STATUS.COMPLETED }),
    }).session(tx);
    // Checked before the claim: a claim without a reminder would block the address for a day.
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

/** Whether the Auth service confirms the address as this customer's. Without an answer it counts as unconfirmed. */
async function isOwnAddress({ userId, email }: CheckoutSessionDoc): Promise<boolean> {
  if (!userId || !email) return false;
  const user = await getUser(userId);
  const known = user.success && user.data.status === "active" ? user.data.email : null;
  return known !== null && addressKeyOf(known) === addressKeyOf(email);
}

/** With the key of the address: an address that was entered after the claim gets no reminder. */
const reminderOf = (id: Types.ObjectId, email: string) => ({
  type: "checkout.reminder",
  dedupeKey: `checkout.reminder:${id.toHexString()}`,
  payload: { checkoutSessionId: id.toHexString(), addressKey: addressKeyOf(email) },
});

/**
 * Template `checkout_abandoned`: with `checkoutSessionId` in place of an order number, and `itemCount`.
 * @param addressKey of the address that the reminder was claimed for; a changed address gets none
 */
export async function notifyUnfinishedCheckout(
  checkoutSessionId: Types.ObjectId,
  addressKey: string,
): Promise<void> {
  const checkout = await CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>();
  // Bought in the meantime.
  if (!checkout?.email || checkout.status === CHECKOUT_STATUS.COMPLETED) return;
  if (addressKeyOf(checkout.email) !== addressKey) return;
  const cart = await Cart.findById(checkout.cartId).lean<{ status: string; itemCount: number }>();
  if (!cart || cart.status === CART_STATUS.CONVERTED) return;
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
