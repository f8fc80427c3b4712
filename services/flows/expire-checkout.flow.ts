import { type ClientSession, type Types, trusted } from "mongoose";
import { Cart, type CartDoc, CheckoutSession, type CheckoutSessionDoc, Payment } from "../../models/index.js";
import { isPast, now } from "../../utils/clock.js";
import {
  CART_STATUS,
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  PAYMENT_GATEWAY_STATUS,
} from "../../utils/constants.js";
import { checkoutMachine, codPaymentMachine } from "../../utils/state-machines.js";
import { couponReleaseOf } from "../aggregates/checkout-session/coupon-uses.js";
import type { OutboxDraft } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { applyTransition, tryTransition } from "../platform/transition.service.js";

const { INITIATED, ADDRESS_ENTERED, PAYMENT_PENDING } = CHECKOUT_STATUS;

/** A session with an open payment expires this much later: the customer may still be on the page of the bank. */
const PAYING_GRACE_MS = 15 * 60_000;

/** Expired sessions, oldest first; those that are being paid only after the grace period. */
export async function findExpiredCheckouts(limit: number): Promise<CheckoutSessionDoc[]> {
  const idle = await CheckoutSession.find({
    status: trusted({ $in: [INITIATED, ADDRESS_ENTERED] }),
    $expr: trusted(isPast("expiresAt")),
    placement: null,
  })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .lean<CheckoutSessionDoc[]>();
  const paying = await CheckoutSession.find({
    status: PAYMENT_PENDING,
    $expr: trusted(isPast("expiresAt", PAYING_GRACE_MS)),
    placement: null,
  })
    .sort({ expiresAt: 1 })
    .limit(limit)
    .lean<CheckoutSessionDoc[]>();
  return [...idle, ...paying];
}

/**
 * Fails an expired session: a compare-and-set on status and expiry, so that a customer who acts at the last moment
 * wins. Coupon uses and stock are released; the frozen lines stay, because a late capture may still place the order
 * from them. The caller has asked the gateway about open payments before.
 * @returns whether this call failed the session
 */
export async function expireCheckout(checkout: CheckoutSessionDoc): Promise<boolean> {
  return inTransaction(async (tx) => {
    if (await isPaid(checkout._id, tx)) return false;
    const stock = await stockReleaseOf(checkout, tx);
    const { changed } = await tryTransition({
      machine: checkoutMachine,
      model: CheckoutSession,
      id: checkout._id,
      from: checkout.status,
      to: CHECKOUT_STATUS.FAILED,
      guard: {
        placement: null,
        expiresAt: checkout.expiresAt,
        $expr: trusted(isPast("expiresAt", checkout.status === PAYMENT_PENDING ? PAYING_GRACE_MS : 0)),
      },
      set: { failureReason: CHECKOUT_FAILURE.EXPIRED, failedAt: now(), "steps.failedAt": now() },
      messages: (moved) => [...stock, ...couponReleaseOf(moved)],
      by: { type: "system" },
      tx,
    });
    if (!changed) return false;
    await failCodPayment(checkout._id, tx);
    return true;
  });
}

async function isPaid(checkoutSessionId: Types.ObjectId, tx: ClientSession): Promise<boolean> {
  return (await Payment.exists({ checkoutSessionId, accepted: true }).session(tx)) !== null;
}

/** A COD payment cannot be captured later, so it fails with its session. */
async function failCodPayment(checkoutSessionId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const payment = await Payment.findOne({
    checkoutSessionId,
    gateway: "cod",
    status: PAYMENT_GATEWAY_STATUS.PENDING,
  })
    .session(tx)
    .lean();
  if (!payment) return;
  await applyTransition({
    machine: codPaymentMachine,
    model: Payment,
    id: payment._id,
    from: PAYMENT_GATEWAY_STATUS.PENDING,
    to: PAYMENT_GATEWAY_STATUS.FAILED,
    set: { supersededAt: now(), errorCode: "expired", errorMessage: "The checkout expired" },
    by: { type: "system" },
    tx,
  });
}

async function stockReleaseOf(checkout: CheckoutSessionDoc, tx: ClientSession): Promise<OutboxDraft[]> {
  const cart = await Cart.findById(checkout.cartId).session(tx).lean<CartDoc>();
  if (cart?.status !== CART_STATUS.ACTIVE) return [];
  const dedupeKey = `cart.release:checkout:${checkout._id.toHexString()}`;
  const payload = { cartId: cart._id.toHexString(), version: cart.version, status: cart.status };
  return [{ type: "cart.release", dedupeKey, payload }];
}
