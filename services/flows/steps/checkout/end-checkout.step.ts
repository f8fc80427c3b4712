import { type ClientSession, type Types, trusted } from "mongoose";
import { CheckoutSession, type CheckoutSessionDoc } from "../../../../models/index.js";
import { now } from "../../../../utils/clock.js";
import { type CheckoutFailure, LIVE_CHECKOUT_STATUSES } from "../../../../utils/constants.js";
import { checkoutMachine } from "../../../../utils/state-machines.js";
import { applyTransition } from "../../../platform/transition.service.js";
import { stepBackFromPayment } from "../payment/supersede-payment.step.js";

/** A cart has at most one: the unique index of live sessions. */
export const findLiveCheckout = (
  cartId: Types.ObjectId,
  session?: ClientSession,
): Promise<CheckoutSessionDoc | null> =>
  CheckoutSession.findOne({ cartId, status: trusted({ $in: [...LIVE_CHECKOUT_STATUSES] }) })
    .session(session ?? null)
    .lean<CheckoutSessionDoc>();

/**
 * In the caller's transaction: fails a live session that cannot be continued. Its open payment is voided first, so
 * that a late capture is refunded; money that has already arrived stops this instead.
 * @returns false when the session is being placed, or has changed since it was read
 * @throws ConflictError PLACEMENT_IN_PROGRESS as `stepBackFromPayment`
 */
export async function endCheckout(
  checkout: CheckoutSessionDoc,
  { reason, by }: { reason: CheckoutFailure; by: "customer" | "system" },
  session: ClientSession,
): Promise<boolean> {
  const isPaying = checkout.status === "payment_pending";
  if (isPaying) await stepBackFromPayment(checkout, session);
  const { changed } = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: isPaying ? "address_entered" : checkout.status,
    to: "failed",
    // A session that was read outside the transaction may have been renewed since.
    guard: { placement: null, expiresAt: checkout.expiresAt },
    set: { failureReason: reason, failedAt: now(), "steps.failedAt": now() },
    by: { type: by },
    session,
  });
  return changed;
}
