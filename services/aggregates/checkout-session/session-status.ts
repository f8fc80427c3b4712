import type { ClientSession, Types } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CHECKOUT_STATUS, type CheckoutFailure } from "../../../utils/constants.js";
import { checkoutMachine } from "../../../utils/state-machines.js";
import { applyTransition } from "../../platform/transition.service.js";
import { placementInProgress, supersedePayments } from "../payment/supersede-payment.js";
import { couponReleaseOf } from "./coupon-uses.js";

const { PAYMENT_PENDING, ADDRESS_ENTERED, FAILED } = CHECKOUT_STATUS;

/**
 * In the caller's transaction: moves the cart's live session back from `payment_pending` and supersedes
 * its payment, because the amount it was made for is about to change. No-op when the cart has no session that is
 * being paid.
 * @throws ConflictError PLACEMENT_IN_PROGRESS when an order is being placed or the money has already arrived
 */
export async function supersedeOpenPayment(cartId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const checkout = await CheckoutSession.findOne({ cartId, status: PAYMENT_PENDING })
    .session(tx)
    .lean<CheckoutSessionDoc>();
  if (checkout) await stepBackFromPayment(checkout, tx);
}

/** For a change that must not supersede a customer's payment. @throws ConflictError PLACEMENT_IN_PROGRESS */
export async function assertNotPaying(cartId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const paying = await CheckoutSession.exists({ cartId, status: PAYMENT_PENDING }).session(tx);
  if (paying) throw placementInProgress();
}

/**
 * As `supersedeOpenPayment`, for a session that is already loaded.
 *
 * Two documents arbitrate the races. The session: claiming a placement compares its version, which this raises.
 * The payment: accepting a capture needs `supersededAt: null`, which this sets. The second writer loses.
 */
export async function stepBackFromPayment(checkout: CheckoutSessionDoc, tx: ClientSession): Promise<void> {
  if (checkout.placement) throw placementInProgress();
  const { changed } = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: PAYMENT_PENDING,
    to: ADDRESS_ENTERED,
    guard: { placement: null },
    set: { paymentMethod: null, frozen: null, paymentId: null, cartVersion: null },
    raiseVersion: true,
    messages: couponReleaseOf,
    by: { type: "system" },
    tx,
  });
  if (!changed) throw placementInProgress();
  await supersedePayments(checkout._id, tx);
}

/**
 * In the caller's transaction: fails a live session that cannot be continued, and queues the release of its coupon
 * uses. Its open payment is superseded first, so
 * that a late capture is refunded; money that has already arrived prevents this.
 * @returns false when the session is being placed, or has changed since it was read
 * @throws ConflictError PLACEMENT_IN_PROGRESS as `stepBackFromPayment`
 */
export async function endCheckout(
  checkout: CheckoutSessionDoc,
  reason: CheckoutFailure,
  tx: ClientSession,
): Promise<boolean> {
  const isPaying = checkout.status === PAYMENT_PENDING;
  if (isPaying) await stepBackFromPayment(checkout, tx);
  const { changed } = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: isPaying ? ADDRESS_ENTERED : checkout.status,
    to: FAILED,
    // A session that was read outside the transaction may have been renewed since.
    guard: { placement: null, expiresAt: checkout.expiresAt },
    set: { failureReason: reason, failedAt: now(), "steps.failedAt": now() },
    // Stepping back has queued them.
    messages: isPaying ? [] : couponReleaseOf,
    by: { type: "system" },
    tx,
  });
  return changed;
}
