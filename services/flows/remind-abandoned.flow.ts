import { trusted } from "mongoose";
import { Cart, type CartDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { isRefused, unwrap } from "../../utils/result.js";
import { getUser } from "../integrations/auth-integration.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

const HOUR_MS = 3_600_000;
/** Nobody is reminded of what he left so long ago, also when the job did not run for a while. */
const TOO_OLD_MS = 14 * 24 * HOUR_MS;

/** Customers' carts that were abandoned with something in them, and of which nobody was reminded yet. */
export async function findCartsToRemind(after: Date | null, limit: number): Promise<CartDoc[]> {
  const { reminderAfterHours } = await getSettings("cart");
  const at = now().getTime();
  const from = new Date(Math.max(at - TOO_OLD_MS - reminderAfterHours * HOUR_MS, after?.getTime() ?? 0));
  return Cart.find({
    status: "abandoned",
    reminderSentAt: null,
    abandonedAt: trusted({ $gte: from, $lte: new Date(at - reminderAfterHours * HOUR_MS) }),
    userId: trusted({ $gt: "" }),
    itemCount: trusted({ $gt: 0 }),
  })
    .sort({ abandonedAt: 1 })
    .limit(limit)
    .lean<CartDoc[]>();
}

/**
 * Owes the owner of an abandoned cart one reminder: compare-and-set on `reminderSentAt`, and the message in
 * the same transaction. Left out: whom the Auth service does not know, has no e-mail of or has disabled, and
 * who has begun another cart.
 * @returns whether a reminder is owed by this call
 * @throws the typed upstream errors
 */
export async function remindOf({ _id, userId, abandonedAt }: CartDoc): Promise<boolean> {
  if (!userId || !abandonedAt) return false;
  if (await Cart.exists({ userId, status: "active" })) return false;
  if (!(await findEmail(userId))) return false;
  return inTransaction(async (session) => {
    const { modifiedCount } = await Cart.updateOne(
      { _id, status: "abandoned", reminderSentAt: null, abandonedAt },
      { $set: { reminderSentAt: now() } },
      { session, timestamps: false },
    );
    if (modifiedCount === 0) return false;
    const cartId = _id.toHexString();
    const dedupeKey = `cart.abandoned:${cartId}:${abandonedAt.getTime()}`;
    await enqueueOutbox([{ type: "cart.abandoned", dedupeKey, payload: { cartId } }], session);
    return true;
  });
}

async function findEmail(userId: string): Promise<string | null> {
  const user = await getUser(userId);
  if (isRefused(user)) return null;
  const { status, email } = unwrap(user);
  return status === "active" ? email : null;
}
