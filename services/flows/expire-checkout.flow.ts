import { type ClientSession, type Types, trusted } from "mongoose";
import { Cart, type CartDoc, CheckoutSession, type CheckoutSessionDoc, Payment } from "../../models/index.js";
import { isPast, now } from "../../utils/clock.js";
import { checkoutMachine, codPaymentMachine } from "../../utils/state-machines.js";
import type { OutboxDraft } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { applyTransition, tryTransition } from "../platform/transition.service.js";

/** A session with an open payment gets this much longer: the bank page may still be open. */
export const PAYING_GRACE_MS = 15 * 60_000;

/** Sessions whose time has passed, oldest first; those being paid only after the grace. */
export async function findExpiredCheckouts(limit: number): Promise<CheckoutSessionDoc[]> {
  const idle = await CheckoutSession.find({
    status: trusted({ $in: ["initiated", "address_entered"] }),
    $expr: trusted(isPast("expiresAt")),
    placement: null,
  })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .lean<CheckoutSessionDoc[]>();
  const paying = await CheckoutSession.find({
    status: "payment_pending",
    $expr: trusted(isPast("expiresAt", PAYING_GRACE_MS)),
    placement: null,
  })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .lean<CheckoutSessionDoc[]>();
  return [...idle, ...paying];
}

/**
 * Fails a session whose time has passed. Compare-and-set on status and time, so that a customer who acted at
 * the last moment wins. Coupon uses and stock are released; what was frozen stays, because a late capture
 * may still place the order from it. The caller has queried the gateway about open payments before.
 * @returns whether this call failed it.
 */
export async function expireCheckout(checkout: CheckoutSessionDoc): Promise<boolean> {
  return inTransaction(async (tx) => {
    if (await isPaid(checkout._id, tx)) return false;
    const { changed } = await tryTransition({
      machine: checkoutMachine,
      model: CheckoutSession,
      id: checkout._id,
      from: checkout.status,
      to: "failed",
      guard: {
        placement: null,
        expiresAt: checkout.expiresAt,
        $expr: trusted(isPast("expiresAt", checkout.status === "payment_pending" ? PAYING_GRACE_MS : 0)),
      },
      set: { failureReason: "expired", failedAt: now(), "steps.failedAt": now() },
      messages: await debtsOf(checkout, tx),
      by: { type: "system" },
      tx,
    });
    if (!changed) return false;
    await failCodPayments(checkout._id, tx);
    return true;
  });
}

async function isPaid(checkoutSessionId: Types.ObjectId, tx: ClientSession): Promise<boolean> {
  return (await Payment.exists({ checkoutSessionId, accepted: true }).session(tx)) !== null;
}

/** A COD payment has no gateway that could still capture it: it ends with its session. */
async function failCodPayments(checkoutSessionId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const payment = await Payment.findOne({ checkoutSessionId, gateway: "cod", status: "pending" })
    .session(tx)
    .lean();
  if (!payment) return;
  await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: "pending",
    to: "failed",
    set: { supersededAt: now(), errorCode: "expired", errorMessage: "The checkout expired" },
    by: { type: "system" },
    tx,
  });
}

async function debtsOf(checkout: CheckoutSessionDoc, tx: ClientSession): Promise<OutboxDraft[]> {
  const id = checkout._id.toHexString();
  const debts: OutboxDraft[] = [];
  const cart = await Cart.findById(checkout.cartId).session(tx).lean<CartDoc>();
  if (cart?.status === "active") {
    const payload = { cartId: cart._id.toHexString(), version: cart.version, status: cart.status };
    debts.push({ type: "cart.release", dedupeKey: `cart.release:checkout:${id}`, payload });
  }
  if (checkout.couponClaims.length > 0) {
    const payload = { checkoutSessionId: id, codes: checkout.couponClaims };
    debts.push({ type: "coupon.release", dedupeKey: `coupon.release:${id}:expired`, payload });
  }
  return debts;
}
