import type { Types } from "mongoose";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  type FrozenCheckout,
  Order,
} from "../../../models/index.js";
import { isRefused, unwrap } from "../../../utils/result.js";
import * as engagement from "../../integrations/engagement-integration.service.js";
import * as inventory from "../../integrations/inventory-integration.service.js";
import * as pricing from "../../integrations/pricing-integration.service.js";
import { pointsUsed } from "../steps/order/placement-effects.step.js";

/**
 * Gives back what a refused placement may have taken: stock, coupon uses, points, credit. Each reversal is
 * idempotent by the order's id, and none of them needs to know whether the effect was done at all, so that
 * a process that was frozen in the middle leaves nothing behind (`domain.md` §5.2).
 */
export async function reverseStock(checkoutSessionId: Types.ObjectId): Promise<void> {
  const undone = await findUndone(checkoutSessionId);
  if (undone) unwrap(await inventory.voidConversion(undone.orderId));
}

export async function reverseCoupons(checkoutSessionId: Types.ObjectId): Promise<void> {
  const undone = await findUndone(checkoutSessionId);
  if (!undone) return;
  for (const code of undone.checkout.couponClaims) {
    unwrap(await pricing.reverseCouponUsage({ code, orderId: undone.orderId }));
  }
}

/** The reversal at once, and the one after every lease has surely ended. */
export type ReversalRun = "first" | "second";

/**
 * Giving back points that were not taken gives nothing. Each run has a reference of its own: what a frozen
 * process took after the first is given back by the second. They must not be taken here to make sure:
 * that taking is idempotent by order says nothing about points that were given back in between.
 */
export async function reversePoints(checkoutSessionId: Types.ObjectId, run: ReversalRun): Promise<void> {
  const undone = await findUndone(checkoutSessionId);
  if (!undone) return;
  const { checkout, frozen, orderId } = undone;
  const { userId } = checkout;
  const points = pointsUsed({ checkout, frozen });
  if (!userId || points === 0) return;
  const reference = `${orderId}:undo:${run}`;
  const given = await engagement.reverseLoyalty({ userId, orderId, points, reference });
  // Refused: the order has redeemed nothing.
  if (!isRefused(given)) unwrap(given);
}

/**
 * Credit is issued whether or not it was deducted. Deducting is idempotent by the order's id, for ever: so it
 * is deducted for certain first, then given back. A refusal means that nothing was taken.
 */
export async function reverseCredit(checkoutSessionId: Types.ObjectId): Promise<void> {
  const undone = await findUndone(checkoutSessionId);
  if (!undone) return;
  const { checkout, frozen, orderId } = undone;
  const { userId } = checkout;
  const amount = frozen.totals.storeCredit;
  if (!userId || amount === 0) return;
  const taken = await engagement.deductStoreCredit({ userId, amount, reference: orderId });
  if (!taken.success && taken.outcome === "refused") return;
  unwrap(taken);
  unwrap(
    await engagement.issueStoreCredit({
      userId,
      amount,
      reason: "order_not_placed",
      reference: `${orderId}:undo`,
    }),
  );
}

interface Undone {
  checkout: CheckoutSessionDoc;
  frozen: FrozenCheckout;
  orderId: string;
}

/** Null when there is an order after all: a reversal must never touch a placed one. */
async function findUndone(checkoutSessionId: Types.ObjectId): Promise<Undone | null> {
  const [checkout, order] = await Promise.all([
    CheckoutSession.findById(checkoutSessionId).lean<CheckoutSessionDoc>(),
    Order.exists({ _id: checkoutSessionId }),
  ]);
  if (order || checkout?.status !== "failed" || !checkout.frozen) return null;
  return { checkout, frozen: checkout.frozen, orderId: checkoutSessionId.toHexString() };
}
