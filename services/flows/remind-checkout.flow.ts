import { type Types, trusted } from "mongoose";
import { Cart, CheckoutSession, type CheckoutSessionDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { REMINDED_CHECKOUT_STATUSES } from "../../utils/constants.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

const MINUTE_MS = 60_000;
/** Nobody wants to hear of last week's checkout, least of all from a service that was down for a week. */
const TOO_LATE_MS = 24 * 60 * MINUTE_MS;

/**
 * Checkouts whose owner stopped long enough ago to be reminded, each found once, oldest first. As a rule they
 * have expired by then; `expiresAt` tells when the last write was.
 */
export async function unfinishedCheckouts(): Promise<(limit: number) => Promise<CheckoutSessionDoc[]>> {
  const { expiryMinutes, reminderAfterMinutes } = await getSettings("checkout");
  const latest = new Date(now().getTime() + (expiryMinutes - reminderAfterMinutes) * MINUTE_MS);
  let after = new Date(latest.getTime() - TOO_LATE_MS);
  return async (limit) => {
    const found = await CheckoutSession.find({
      status: trusted({ $in: [...REMINDED_CHECKOUT_STATUSES] }),
      failureReason: trusted({ $in: [null, "expired"] }),
      expiresAt: trusted({ $gt: after, $lte: latest }),
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
 * Owes its owner one reminder of an unfinished checkout: compare-and-set on `reminderSentAt`.
 * @returns whether this call did; false also when the cart was bought meanwhile, or is in another checkout.
 */
export async function remindOfCheckout({ _id, cartId, version }: CheckoutSessionDoc): Promise<boolean> {
  return inTransaction(async (session) => {
    const isOpen = await Cart.exists({ _id: cartId, status: trusted({ $ne: "converted" }) }).session(session);
    const newer = await CheckoutSession.exists({ cartId, _id: trusted({ $gt: _id }) }).session(session);
    if (!isOpen || newer) return false;
    const marked = await CheckoutSession.updateOne(
      { _id, version, reminderSentAt: null, placement: null, status: trusted({ $ne: "completed" }) },
      { $set: { reminderSentAt: now() } },
    ).session(session);
    if (marked.modifiedCount !== 1) return false;
    await enqueueOutbox([reminderOf(_id)], session);
    return true;
  });
}

const reminderOf = (id: Types.ObjectId) => ({
  type: "checkout.reminder",
  dedupeKey: `checkout.reminder:${id.toHexString()}`,
  payload: { checkoutSessionId: id.toHexString() },
});
