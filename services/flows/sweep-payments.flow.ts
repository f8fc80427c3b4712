import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { countContractFault } from "../../config/metrics.config.js";
import { CheckoutSession, Payment, type PaymentDoc } from "../../models/index.js";
import { MINUTE_MS } from "../../utils/clock.js";
import { CHECKOUT_STATUS, PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import { isRefused, unwrap } from "../../utils/result.js";
import { paymentMachine } from "../../utils/state-machines.js";
import type { GatewayPayment } from "../integrations/payment-gateway.js";
import { paymentGateway } from "../integrations/payment-gateway.service.js";
import { reopenWebhooksAbout } from "../platform/stored-webhooks.service.js";
import { tryTransition } from "../platform/transition.service.js";

/** When the gateway is asked about an unsettled payment, in minutes after its creation, or after it was chosen again. */
export const SWEEP_AT_MINUTES = [1, 5, 10, 15, 20, 25, 30, 40, 180, 720] as const;
/** After a crash in the middle of a question, or without an answer, the payment is due again after this. */
const CLAIM_MS = 2 * 60_000;
/** An answer that never comes is asked for less and less often: after a month, once in a day and a half. */
const LEAST_SHARE_OF_AGE = 20;

/** Due by the database clock, because the clocks of instances differ. */
const DUE = { $lte: ["$sweep.nextAt", "$$NOW"] };

/** Its order is placed or its refund is written, so the gateway need not be asked again. */
const SETTLED = {
  $or: [
    { $ne: ["$orderId", null] },
    { $eq: ["$status", PAYMENT_GATEWAY_STATUS.REFUNDED] },
    { $and: [{ $eq: ["$status", PAYMENT_GATEWAY_STATUS.CAPTURED] }, "$surplus"] },
  ],
};

/** The first condition lets the query use the partial index of payments that have a due time. */
const where = (condition: object) => ({
  "sweep.nextAt": trusted({ $exists: true }),
  $expr: trusted(condition),
});

/**
 * Removes the due time of all due payments that are settled, in one write.
 * @returns how many
 */
export async function dismissSettledPayments(): Promise<number> {
  const dismissed = await Payment.updateMany(
    where({ $and: [DUE, SETTLED] }),
    { $set: { sweep: null } },
    { timestamps: false },
  );
  return dismissed.modifiedCount;
}

/** Payments that the gateway must be asked about now, the longest overdue first. */
export function findDueForSweep(limit: number): Promise<PaymentDoc[]> {
  return Payment.find(where(DUE)).sort({ "sweep.nextAt": 1 }).limit(limit).lean<PaymentDoc[]>();
}

const shareOfAge = { $divide: [{ $subtract: ["$$NOW", "$createdAt"] }, LEAST_SHARE_OF_AGE] };
const CLAIMED_UNTIL = { $add: ["$$NOW", { $max: [CLAIM_MS, shareOfAge] }] };

/** Claims a payment by moving its due time; the compare-and-set lets only one instance ask. */
export async function claimSweep(payment: PaymentDoc): Promise<boolean> {
  if (!payment.sweep) return false;
  const claimed = await Payment.updateOne(
    { _id: payment._id, "sweep.nextAt": payment.sweep.nextAt },
    [{ $set: { "sweep.nextAt": CLAIMED_UNTIL } }],
    { updatePipeline: true, timestamps: false },
  );
  return claimed.modifiedCount === 1;
}

/**
 * Asks the gateway about a payment: it reports every attempt on its gateway order. A gateway order that the gateway does
 * not know has none; it belongs to other keys, and an operator is alerted.
 * @throws the typed upstream errors; the payment then stays due
 */
export async function askGatewayAbout(payment: PaymentDoc): Promise<GatewayPayment[]> {
  const gatewayOrderId = payment.gatewayOrderId ?? (await findLostGatewayOrder(payment));
  if (!gatewayOrderId) return [];
  const listed = await paymentGateway.listPaymentsOfOrder(gatewayOrderId);
  if (!isRefused(listed)) return unwrap(listed);
  const { service, statusCode: status, code } = listed;
  countContractFault({ service, status });
  logger.error(
    { paymentId: payment._id.toHexString(), gatewayOrderId, code },
    "> The gateway does not know one of our gateway orders; an operator must check its keys",
  );
  return [];
}

/** The response to its creation may have been lost; the receipt finds the gateway order. */
async function findLostGatewayOrder(payment: PaymentDoc): Promise<string | null> {
  const order = unwrap(await paymentGateway.findGatewayOrderByReceipt(payment._id.toHexString()));
  if (!order) return null;
  await Payment.updateOne({ _id: payment._id, gatewayOrderId: null }, { $set: { gatewayOrderId: order.id } });
  await reopenWebhooksAbout([order.id]);
  return order.id;
}

const SINCE = { $ifNull: ["$sweep.since", "$createdAt"] };

/** The next scheduled time by the database clock; missing when all have passed. */
const NEXT_TIME = {
  $first: {
    $filter: {
      input: SWEEP_AT_MINUTES.map((minutes) => ({ $add: [SINCE, minutes * MINUTE_MS] })),
      cond: { $gt: ["$$this", "$$NOW"] },
    },
  },
};

/** After a response: sets the next scheduled time, or none when the payment is settled or no time is left. */
export async function scheduleNextSweep(paymentId: Types.ObjectId): Promise<void> {
  const attempts = { $add: [{ $ifNull: ["$sweep.attempts", 0] }, 1] };
  const sweep = {
    $let: {
      vars: { nextAt: { $cond: [SETTLED, null, { $ifNull: [NEXT_TIME, null] }] } },
      in: {
        $cond: [{ $eq: ["$$nextAt", null] }, null, { nextAt: "$$nextAt", attempts, since: "$sweep.since" }],
      },
    },
  };
  const payment = await Payment.findOneAndUpdate(
    { _id: paymentId },
    [{ $set: { sweep, reconciledAt: "$$NOW" } }],
    { updatePipeline: true, timestamps: false, returnDocument: "after" },
  ).lean<PaymentDoc>();
  if (payment && !payment.sweep) await closeIfNeverPaid(payment);
}

/** The last question found the payment still open, and its checkout has ended: it will not be paid. */
async function closeIfNeverPaid(payment: PaymentDoc): Promise<void> {
  if (payment.status !== PAYMENT_GATEWAY_STATUS.PENDING) return;
  const checkout = payment.checkoutSessionId
    ? await CheckoutSession.findById(payment.checkoutSessionId).lean()
    : null;
  if (checkout?.status === CHECKOUT_STATUS.PAYMENT_PENDING) return;
  await tryTransition({
    machine: paymentMachine,
    model: Payment,
    id: payment._id,
    from: PAYMENT_GATEWAY_STATUS.PENDING,
    to: PAYMENT_GATEWAY_STATUS.FAILED,
    set: { errorCode: "never_paid", errorMessage: "The customer did not pay" },
    by: { type: "system" },
    note: "sweep",
  });
}
