import { type Types, trusted } from "mongoose";
import { CheckoutSession, Payment, type PaymentDoc } from "../../models/index.js";
import { unwrap } from "../../utils/result.js";
import { paymentMachine } from "../../utils/state-machines.js";
import type { GatewayPayment } from "../integrations/payment-gateway.js";
import { paymentGateway } from "../integrations/payment-gateway.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** When the gateway is asked about an unsettled payment, in minutes after its creation. */
export const SWEEP_AT_MINUTES = [1, 5, 10, 15, 20, 25, 30, 40, 180, 720] as const;
/** A payment whose asker crashed is taken up again after so long. */
const CLAIM_MS = 2 * 60_000;
const MINUTE_MS = 60_000;

/** Due by the database's clock, so that instances whose clocks disagree agree on it. */
const DUE = { $lte: ["$sweep.nextAt", "$$NOW"] };

/** Its order is placed, or its refund is written: there is nothing left to ask. */
const SETTLED = {
  $or: [
    { $ne: ["$orderId", null] },
    { $eq: ["$status", "refunded"] },
    { $and: [{ $eq: ["$status", "captured"] }, "$surplus"] },
  ],
};

/** The first condition lets the query use the index, which holds only payments that have a due time. */
const where = (condition: object) => ({
  "sweep.nextAt": trusted({ $exists: true }),
  $expr: trusted(condition),
});

/**
 * Takes settled payments off the sweep: all that are due, in one write.
 * @returns how many they were
 */
export async function dismissSettledPayments(): Promise<number> {
  const dismissed = await Payment.updateMany(
    where({ $and: [DUE, SETTLED] }),
    { $set: { sweep: null } },
    { timestamps: false },
  );
  return dismissed.modifiedCount;
}

/** Payments that are due to be asked about, those that have waited longest first. */
export function findDueForSweep(limit: number): Promise<PaymentDoc[]> {
  return Payment.find(where(DUE)).sort({ "sweep.nextAt": 1 }).limit(limit).lean<PaymentDoc[]>();
}

/** Moves the due time ahead; the compare-and-set lets one instance ask. */
export async function claimSweep(payment: PaymentDoc): Promise<boolean> {
  if (!payment.sweep) return false;
  const claimed = await Payment.updateOne(
    { _id: payment._id, "sweep.nextAt": payment.sweep.nextAt },
    [{ $set: { "sweep.nextAt": { $add: ["$$NOW", CLAIM_MS] } } }],
    { updatePipeline: true, timestamps: false },
  );
  return claimed.modifiedCount === 1;
}

/**
 * What the gateway knows about a payment of ours: every attempt on its gateway order.
 * @throws the typed upstream errors; the payment then stays due.
 */
export async function askGatewayAbout(payment: PaymentDoc): Promise<GatewayPayment[]> {
  const gatewayOrderId = payment.gatewayOrderId ?? (await findLostGatewayOrder(payment));
  return gatewayOrderId ? unwrap(await paymentGateway.listPaymentsOfOrder(gatewayOrderId)) : [];
}

/** The answer of the creation may have been lost: the receipt finds the gateway order. */
async function findLostGatewayOrder(payment: PaymentDoc): Promise<string | null> {
  const order = unwrap(await paymentGateway.findGatewayOrderByReceipt(payment._id.toHexString()));
  if (!order) return null;
  await Payment.updateOne({ _id: payment._id, gatewayOrderId: null }, { $set: { gatewayOrderId: order.id } });
  return order.id;
}

/** The first time of the ladder that lies ahead by the database's clock; missing when none does. */
const NEXT_TIME = {
  $first: {
    $filter: {
      input: SWEEP_AT_MINUTES.map((minutes) => ({ $add: ["$createdAt", minutes * MINUTE_MS] })),
      cond: { $gt: ["$$this", "$$NOW"] },
    },
  },
};

/** After an answer: the next time of the ladder, or none when the payment is settled or the ladder at its end. */
export async function scheduleNextSweep(paymentId: Types.ObjectId): Promise<void> {
  const attempts = { $add: [{ $ifNull: ["$sweep.attempts", 0] }, 1] };
  const sweep = {
    $let: {
      vars: { nextAt: { $cond: [SETTLED, null, { $ifNull: [NEXT_TIME, null] }] } },
      in: { $cond: [{ $eq: ["$$nextAt", null] }, null, { nextAt: "$$nextAt", attempts }] },
    },
  };
  const payment = await Payment.findOneAndUpdate(
    { _id: paymentId },
    [{ $set: { sweep, reconciledAt: "$$NOW" } }],
    { updatePipeline: true, timestamps: false, returnDocument: "after" },
  ).lean<PaymentDoc>();
  if (payment && !payment.sweep) await closeIfNeverPaid(payment);
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
