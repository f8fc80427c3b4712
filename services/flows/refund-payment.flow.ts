import { type Types, trusted } from "mongoose";
import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../models/index.js";
import { REFUND_DESTINATION, REFUND_STATUS } from "../../utils/constants.js";
import { type Failure, type Result, toUpstreamError, unwrap } from "../../utils/result.js";
import { hasOpenDispute } from "../aggregates/payment/dispute.js";
import { BLOCKED_BY_DISPUTE, parkRefund } from "../aggregates/refund/disputed-refunds.js";
import { recordGatewayRefunds, type UnrecordedRefund } from "../aggregates/refund/gateway-refunds.js";
import { attemptOf, beginAttempt, lastAttempt, mismatchOf } from "../aggregates/refund/refund-attempt.js";
import { failRefund, settleRefund } from "../aggregates/refund/settle-refund.js";
import type { GatewayRefund } from "../integrations/payment-gateway.js";
import { paymentGateway } from "../integrations/payment-gateway.service.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/**
 * Sends a refund to its original method. The row and the attempt exist before the gateway is called; key and
 * receipt make the call repeatable. A refund with an unknown outcome stays `processing` and is looked up by
 * its id at the gateway, or by its receipt, before anything is sent again.
 *
 * While the payment is disputed nothing is sent: the refund waits with `attention`, and the end of the dispute sends it.
 * @throws the typed upstream error when the outcome is unknown: the outbox and the sweep call again.
 */
export async function sendRefund(refundId: Types.ObjectId): Promise<void> {
  const found = await Refund.findById(refundId).lean<RefundDoc>();
  if (found?.destination !== REFUND_DESTINATION.ORIGINAL || !found.paymentId) return;
  if (found.status !== REFUND_STATUS.PENDING && found.status !== REFUND_STATUS.PROCESSING) return;
  const payment = await Payment.findById(found.paymentId).lean<PaymentDoc>();
  if (!payment?.gatewayPaymentId) return;
  const isInFlight = found.status === REFUND_STATUS.PROCESSING;
  const isBlocked = hasOpenDispute(payment);
  if (isBlocked && !isInFlight) return parkRefund(found);
  // Null: rejected, or begun by another call, in the meantime.
  const refund = isInFlight ? found : await beginAttempt(found);
  if (!refund) return;
  const sending: Sending = { refund, payment, gatewayPaymentId: payment.gatewayPaymentId };
  const sent = isInFlight ? await findSent(sending) : null;
  if (isBlocked && !sent) return parkRefund(refund);
  const result = sent ?? (await send(sending));
  if (!result.success) {
    if (result.outcome !== "refused") throw toUpstreamError(result);
    return refusedByGateway(sending, result);
  }
  const mismatch = mismatchOf(refund, payment, result.data);
  if (mismatch) return failRefund(refund, `A refund at the gateway has this receipt, but ${mismatch}`);
  return settleRefund(refund, result.data);
}

interface Sending {
  refund: RefundDoc;
  payment: PaymentDoc;
  gatewayPaymentId: string;
}

/**
 * Asks the gateway about a refund that may have been sent. One whose id is known is never looked up by receipt:
 * it may have another receipt, or none, and would then be sent a second time.
 * @returns null when the gateway has no such refund
 */
async function findSent({ refund, gatewayPaymentId }: Sending): Promise<Result<GatewayRefund> | null> {
  if (refund.gatewayRefundId) return paymentGateway.getRefund(refund.gatewayRefundId);
  const { receipt } = lastAttempt(refund);
  const found = await paymentGateway.findRefundByReceipt(gatewayPaymentId, receipt);
  if (!found.success) return found;
  return found.data && { success: true, data: found.data };
}

function send({ refund, gatewayPaymentId }: Sending): Promise<Result<GatewayRefund>> {
  const { receipt, key } = lastAttempt(refund);
  return paymentGateway.createRefund({
    paymentId: gatewayPaymentId,
    amount: refund.amount,
    receipt,
    idempotencyKey: key,
    notes: { refundNumber: refund.refundNumber },
  });
}

async function refusedByGateway(sending: Sending, failure: Failure): Promise<void> {
  const { refund } = sending;
  const others = failure.code === "FULLY_REFUNDED" ? await findOtherRefunds(sending) : [];
  const instead = others.find(({ amount }) => amount === refund.amount);
  // It may still be pending there, and may still fail.
  if (instead) return settleRefund(refund, instead);
  await failRefund(refund, failure.code === "PAYMENT_DISPUTED" ? BLOCKED_BY_DISPUTE : failure.error);
  await recordOtherRefunds(sending.payment, others);
}

/**
 * The gateway may have returned a second or late payment on its own, or a person in its dashboard. Refunds at the gateway
 * that belong to other refunds of this service do not count.
 */
async function findOtherRefunds({ refund, gatewayPaymentId }: Sending): Promise<GatewayRefund[]> {
  const listed = unwrap(await paymentGateway.listRefunds(gatewayPaymentId));
  const others = await Refund.find({
    paymentId: refund.paymentId,
    _id: trusted({ $ne: refund._id }),
  }).lean<RefundDoc[]>();
  const isTaken = (row: GatewayRefund) => others.some((other) => attemptOf(other, row) !== "unknown");
  return listed.filter((row) => row.status !== "failed" && !isTaken(row));
}

/** Several refunds that together are instead of one of ours get rows of their own. */
async function recordOtherRefunds({ _id }: PaymentDoc, others: readonly GatewayRefund[]): Promise<void> {
  if (others.length === 0) return;
  const rows: UnrecordedRefund[] = [];
  for (const refund of others) rows.push({ refund, refundNumber: await generateUniqueRefundNumber() });
  await inTransaction(async (tx) => {
    const payment = await Payment.findById(_id).session(tx).orFail().lean<PaymentDoc>();
    await recordGatewayRefunds(payment, rows, tx);
  });
}

const LOOK_AGAIN = { leastMs: 60_000, mostMs: 3_600_000 };

/** Refunds whose outcome is not known yet and that are due to be looked up. */
export function findUnfinishedRefunds(limit: number): Promise<Pick<RefundDoc, "_id" | "dueAt">[]> {
  return Refund.find(
    {
      status: REFUND_STATUS.PROCESSING,
      destination: REFUND_DESTINATION.ORIGINAL,
      // A refund without a due time counts as due: null sorts before every date.
      $expr: trusted({ $lte: ["$dueAt", "$$NOW"] }),
    },
    { _id: 1, dueAt: 1 },
  )
    .sort({ dueAt: 1 })
    .limit(limit)
    .lean<Pick<RefundDoc, "_id" | "dueAt">[]>();
}

/**
 * Looks up one unfinished refund, and sends it if the gateway does not know it. The next look-up comes after
 * a quarter of its age (a minute to an hour), so that refunds that take a bank days leave room for new ones.
 * @returns whether this call looked it up; false when another instance did
 * @throws as `sendRefund`
 */
export async function lookUpRefund({ _id, dueAt }: Pick<RefundDoc, "_id" | "dueAt">): Promise<boolean> {
  const quarterOfAge = { $divide: [{ $subtract: ["$$NOW", "$createdAt"] }, 4] };
  const waitMs = { $min: [{ $max: [quarterOfAge, LOOK_AGAIN.leastMs] }, LOOK_AGAIN.mostMs] };
  const claimed = await Refund.updateOne(
    { _id, status: REFUND_STATUS.PROCESSING, dueAt },
    [{ $set: { dueAt: { $add: ["$$NOW", waitMs] } } }],
    { updatePipeline: true, timestamps: false },
  );
  if (claimed.modifiedCount === 0) return false;
  await sendRefund(_id);
  return true;
}
