import { type ClientSession, type Types, trusted } from "mongoose";
import { Payment, type PaymentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { ConflictError } from "../../../utils/errors.js";
import { paymentMachine } from "../../../utils/state-machines.js";
import { applyTransition } from "../../platform/transition.service.js";

const { PENDING, AUTHORIZED, FAILED } = PAYMENT_GATEWAY_STATUS;

/** `errorCode` of a payment that was superseded; a capture that still arrives is refunded. */
const SUPERSEDED = "superseded";

export const placementInProgress = () =>
  new ConflictError("PLACEMENT_IN_PROGRESS", "An order is being placed from this cart", undefined, 2);

/**
 * In the caller's transaction: marks every attempt of the session as superseded and fails the open ones. Failed
 * attempts are marked too: their gateway order can still be paid, up to days later.
 * @throws ConflictError PLACEMENT_IN_PROGRESS when a payment has been accepted
 */
export async function supersedePayments(checkoutSessionId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const payments = await Payment.find({ checkoutSessionId, supersededAt: null })
    .session(tx)
    .lean<PaymentDoc[]>();
  if (payments.some((payment) => payment.accepted)) throw placementInProgress();
  const at = now();
  for (const payment of payments) {
    if (payment.status !== PENDING && payment.status !== AUTHORIZED) continue;
    await applyTransition({
      machine: paymentMachine,
      model: Payment,
      id: payment._id,
      from: payment.status,
      to: FAILED,
      guard: { accepted: trusted({ $ne: true }) },
      set: { supersededAt: at, errorCode: SUPERSEDED, errorMessage: "The cart or the checkout changed" },
      by: { type: "system" },
      note: SUPERSEDED,
      tx,
    });
  }
  await Payment.updateMany(
    { checkoutSessionId, supersededAt: null, accepted: trusted({ $ne: true }) },
    { $set: { supersededAt: at } },
  ).session(tx);
}
