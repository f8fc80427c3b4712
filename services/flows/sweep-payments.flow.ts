import { type Types, trusted } from "mongoose";
import { CheckoutSession, Payment, type PaymentDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { unwrap } from "../../utils/result.js";
import { paymentMachine } from "../../utils/state-machines.js";
import type { GatewayPayment } from "../integrations/payment-gateway.js";
import { paymentGateway } from "../integrations/payment-gateway.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** When the gateway is asked about a payment, in minutes after its creation (D30). */
export const SWEEP_AT_MINUTES = [5, 10, 15, 20, 25, 30, 40, 180, 720] as const;
/** A sweep that crashed is taken up again after so long. */
const CLAIM_MS = 2 * 60_000;
const MINUTE_MS = 60_000;

/** Payments that are due to be asked about. */
export function findDueForSweep(limit: number): Promise<PaymentDoc[]> {
  return Payment.find({ "sweep.nextAt": trusted({ $lte: now() }) })
    .sort({ "sweep.nextAt": 1 })
    .limit(limit)
    .lean<PaymentDoc[]>();
}

/** Moves the due time ahead; the compare-and-set makes one instance the asker. */
export async function claimSweep(payment: PaymentDoc): Promise<boolean> {
  if (!payment.sweep) return false;
  const claimed = await Payment.updateOne(
    { _id: payment._id, "sweep.nextAt": payment.sweep.nextAt },
    { $set: { "sweep.nextAt": new Date(now().getTime() + CLAIM_MS) } },
  );
  return claimed.modifiedCount === 1;
}

/**
 * What the gateway knows about a payment of ours: every attempt on its gateway order.
 * @throws the upstream errors of D14; the payment then stays due.
 */
export async function askGatewayAbout(payment: PaymentDoc): Promise<GatewayPayment[]> {
  const gatewayOrderId = payment.gatewayOrderId ?? (await findLostGatewayOrder(payment));
  return gatewayOrderId ? unwrap(await paymentGateway.listPaymentsOfOrder(gatewayOrderId)) : [];
}

/** The answer of the creation may have been lost (F30): the receipt tells. */
async function findLostGatewayOrder(payment: PaymentDoc): Promise<string | null> {
  const order = unwrap(await paymentGateway.findGatewayOrderByReceipt(payment._id.toHexString()));
  if (!order) return null;
  await Payment.updateOne({ _id: payment._id, gatewayOrderId: null }, { $set: { gatewayOrderId: order.id } });
  return order.id;
}

/** After an answer: the next time of the ladder, or none when nothing is left to ask. */
export async function scheduleNextSweep(paymentId: Types.ObjectId): Promise<void> {
  const payment = await Payment.findById(paymentId).lean<PaymentDoc>();
  if (!payment) return;
  const settled =
    payment.status === "refunded" || (payment.status === "captured" && payment.orderId !== null);
  const age = now().getTime() - payment.createdAt.getTime();
  const nextMinutes = settled ? undefined : SWEEP_AT_MINUTES.find((minutes) => minutes * MINUTE_MS > age);
  const nextAt =
    nextMinutes === undefined ? null : new Date(payment.createdAt.getTime() + nextMinutes * MINUTE_MS);
  await Payment.updateOne(
    { _id: paymentId },
    {
      $set: {
        sweep: nextAt && { nextAt, attempts: (payment.sweep?.attempts ?? 0) + 1 },
        reconciledAt: now(),
      },
    },
  );
  if (!nextAt) await closeIfNeverPaid(payment);
}

/** Asked for the last time and still open, while its checkout is over: nobody will pay it any more. */
async function closeIfNeverPaid(payment: PaymentDoc): Promise<void> {
  if (payment.status !== "pending") return;
  const checkout = payment.checkoutSessionId
    ? await CheckoutSession.findById(payment.checkoutSessionId).lean()
    : null;
  if (checkout?.status === "payment_pending") return;
  await tryTransition({
    machine: paymentMachine,
    model: Payment,
    id: payment._id,
    from: "pending",
    to: "failed",
    set: { errorCode: "never_paid", errorMessage: "The customer did not pay" },
    by: { type: "system" },
    note: "sweep",
  });
}
