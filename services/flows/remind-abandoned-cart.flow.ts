import { type Types, trusted } from "mongoose";
import { config } from "../../config/env.config.js";
import { Cart, type CartDoc } from "../../models/index.js";
import { databaseTime, HOUR_MS, isPast } from "../../utils/clock.js";
import { CART_STATUS } from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";
import { isRefused, unwrap } from "../../utils/result.js";
import { boughtLines } from "../aggregates/cart/cart-draft.js";
import { findCartLines } from "../aggregates/cart/cart-reads.js";
import { getUser } from "../integrations/auth-integration.service.js";
import { sendNotification } from "../integrations/engagement-integration.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { claimReminder } from "../platform/reminder.service.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/** Older carts are not worth a reminder, especially after an outage of the service. */
const TOO_OLD_MS = 14 * 24 * HOUR_MS;

/** Customers' abandoned carts with lines and without a reminder, oldest first, abandoned at `after` or later. */
export async function findCartsToRemind(after: Date | null, limit: number): Promise<CartDoc[]> {
  const { reminderAfterHours } = await getSettings("cart");
  const dueMs = reminderAfterHours * HOUR_MS;
  const isDue = [isPast("abandonedAt", dueMs), { $not: [isPast("abandonedAt", dueMs + TOO_OLD_MS)] }];
  return Cart.find({
    status: CART_STATUS.ABANDONED,
    reminderSentAt: null,
    abandonedAt: trusted({ $gte: after ?? new Date(0) }),
    $expr: trusted({ $and: isDue }),
    userId: trusted({ $gt: "" }),
    itemCount: trusted({ $gt: 0 }),
  })
    .sort({ abandonedAt: 1 })
    .limit(limit)
    .lean<CartDoc[]>();
}

/**
 * Queues one reminder of an abandoned cart: compare-and-set on `reminderSentAt`, with the message in the same
 * transaction. It goes to the customer's address at the Auth service. Customers who are unknown or disabled there,
 * or who have another active cart, get none.
 * @returns whether this call queued a reminder
 * @throws the typed upstream errors
 */
export async function remindOf({ _id, userId, abandonedAt }: CartDoc): Promise<boolean> {
  if (!userId || !abandonedAt) return false;
  if (await Cart.exists({ userId, status: CART_STATUS.ACTIVE })) return false;
  const email = await findEmail(userId);
  if (!email) return false;
  return inTransaction(async (tx) => {
    const { modifiedCount } = await Cart.updateOne(
      { _id, status: CART_STATUS.ABANDONED, reminderSentAt: null, abandonedAt },
      [{ $set: { reminderSentAt: databaseTime() } }],
      { session: tx, timestamps: false, updatePipeline: true },
    );
    if (modifiedCount === 0) return false;
    const cartId = _id.toHexString();
    // A confirmed address is never refused; the claim counts towards the limit on unconfirmed reminders to it.
    await claimReminder({ email, isConfirmed: true, subject: cartId }, tx);
    const dedupeKey = `cart.abandoned:${cartId}:${abandonedAt.getTime()}`;
    await enqueueOutbox([{ type: "cart.abandoned", dedupeKey, payload: { cartId } }], tx);
    return true;
  });
}

async function findEmail(userId: string): Promise<string | null> {
  const user = await getUser(userId);
  if (isRefused(user)) return null;
  const { status, email } = unwrap(user);
  return status === "active" ? email : null;
}

/**
 * Template `cart_abandoned`: `customerName`, `itemCount`, `grandTotal`, `items [{name, imageUrl, quantity,
 * unitPrice}]` and the `link`; there is no order number yet. Sent once per cart, by its `dedupeKey`, even if the
 * cart is abandoned again. A customer who has returned to the cart gets none.
 */
export async function notifyCartAbandoned(cartId: Types.ObjectId): Promise<void> {
  const cart = await Cart.findById(cartId).lean<CartDoc>();
  if (cart?.status !== CART_STATUS.ABANDONED || !cart.userId) return;
  const { name, email } = unwrap(await getUser(cart.userId));
  if (!email) return;
  const lines = boughtLines(await findCartLines(cartId));
  const id = cartId.toHexString();
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: { userId: cart.userId, email },
      template: "cart_abandoned",
      data: {
        customerName: name ?? "Customer",
        itemCount: lines.length,
        grandTotal: toRupees(cart.grandTotal),
        items: lines.map(({ name: item, imageUrl, quantity, unitPrice }) => ({
          ...{ name: item, imageUrl, quantity },
          unitPrice: toRupees(unitPrice),
        })),
        link: `${config.storefrontUrl}/cart`,
      },
      dedupeKey: `cart_abandoned:${id}`,
    }),
  );
}
