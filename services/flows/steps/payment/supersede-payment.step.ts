import { type ClientSession, type Types, trusted } from "mongoose";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  Payment,
  type PaymentDoc,
} from "../../../../models/index.js";
import { now } from "../../../../utils/clock.js";
import { ConflictError } from "../../../../utils/errors.js";
import { checkoutMachine, paymentMachine } from "../../../../utils/state-machines.js";
import { enqueueOutbox } from "../../../platform/outbox.service.js";
import { applyTransition } from "../../../platform/transition.service.js";

/** `errorCode` of a payment that was voided; a capture that still arrives is refunded. */
export const SUPERSEDED = "superseded";

export const placementInProgress = () =>
  new ConflictError("PLACEMENT_IN_PROGRESS", "An order is being placed from this cart", undefined, 2);

/**
 * In the caller's transaction: takes the cart's live session back from `payment_pending` and voids its
 * open payment, because the amount it was made for is about to change. No-op when the cart has no session
 * that is being paid.
 * @throws ConflictError PLACEMENT_IN_PROGRESS when an order is being placed or the money has already arrived.
 */
export async function supersedeOpenPayment(cartId: Types.ObjectId, session: ClientSession): Promise<void> {
  const checkout = await CheckoutSession.findOne({ cartId, status: "payment_pending" })
    .session(session)
    .lean<CheckoutSessionDoc>();
  if (checkout) await stepBackFromPayment(checkout, session);
}

/** For a change that must not void a customer's payment. @throws ConflictError PLACEMENT_IN_PROGRESS */
export async function assertNotPaying(cartId: Types.ObjectId, session: ClientSession): Promise<void> {
  const paying = await CheckoutSession.exists({ cartId, status: "payment_pending" }).session(session);
  if (paying) throw placementInProgress();
}

/**
 * As `supersedeOpenPayment`, for a session that is already loaded.
 *
 * Two documents arbitrate the races. The session: claiming a placement compares its version, which this raises.
 * The payment: accepting a capture needs `supersededAt: null`, which this sets. The second writer loses.
 */
export async function stepBackFromPayment(
  checkout: CheckoutSessionDoc,
  session: ClientSession,
): Promise<void> {
  if (checkout.placement) throw placementInProgress();
  const { changed } = await applyTransition({
    machine: checkoutMachine,
    model: CheckoutSession,
    id: checkout._id,
    from: "payment_pending",
    to: "address_entered",
    guard: { placement: null },
    set: { paymentMethod: null, frozen: null, paymentId: null, cartVersion: null },
    inc: { version: 1 },
    by: { type: "system" },
    session,
  });
  if (!changed) throw placementInProgress();
  await voidPaymentsOf(checkout._id, session);
  await releaseCoupons(checkout, session);
}

/**
 * Marks every attempt of the session as superseded and fails the open ones. Failed attempts are marked
 * too: their gateway order can still be paid, up to days later.
 */
export async function voidPaymentsOf(
  checkoutSessionId: Types.ObjectId,
  session: ClientSession,
): Promise<void> {
  const payments = await Payment.find({ checkoutSessionId, supersededAt: null })
    .session(session)
    .lean<PaymentDoc[]>();
  if (payments.some((payment) => payment.accepted)) throw placementInProgress();
  const at = now();
  for (const payment of payments) {
    if (payment.status !== "pending" && payment.status !== "authorized") continue;
    await applyTransition({
      machine: paymentMachine,
      model: Payment,
      id: payment._id,
      from: payment.status,
      to: "failed",
      guard: { accepted: trusted({ $ne: true }) },
      set: { supersededAt: at, errorCode: SUPERSEDED, errorMessage: "The cart or the checkout changed" },
      by: { type: "system" },
      note: SUPERSEDED,
      session,
    });
  }
  await Payment.updateMany(
    { checkoutSessionId, supersededAt: null, accepted: trusted({ $ne: true }) },
    { $set: { supersededAt: at } },
  ).session(session);
}

/** A coupon use claimed with the method is released; it can be claimed again with the next one. */
async function releaseCoupons(checkout: CheckoutSessionDoc, session: ClientSession): Promise<void> {
  if (checkout.couponClaims.length === 0) return;
  const id = checkout._id.toHexString();
  await enqueueOutbox(
    [
      {
        type: "coupon.release",
        dedupeKey: `coupon.release:${id}:${checkout.version}`,
        payload: { checkoutSessionId: id, codes: checkout.couponClaims },
      },
    ],
    session,
  );
}
