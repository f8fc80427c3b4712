import { trusted } from "mongoose";
import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { type Failure, type Result, toUpstreamError, unwrap } from "../../../utils/result.js";
import { hasOpenDispute } from "../../aggregates/payment/dispute.js";
import { parkRefund, readUncountedLoss } from "../../aggregates/refund/disputed-refunds.js";
import { failRefund } from "../../aggregates/refund/fail-refund.js";
import {
  recordFailedRefunds,
  recordGatewayRefunds,
  sortGatewayRefunds,
} from "../../aggregates/refund/gateway-refunds.js";
import {
  attemptOf,
  beginAttempt,
  isInFlight,
  lastAttempt,
  markUnknown,
  mismatchOf,
} from "../../aggregates/refund/refund-attempt.js";
import { unwrapLookUp } from "../../aggregates/refund/refund-look-up.js";
import {
  REFUND_TROUBLE,
  troubleOfMismatch,
  troubleOfRefusal,
} from "../../aggregates/refund/refund-trouble.js";
import { settleRefund } from "../../aggregates/refund/settle-refund.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { inTransaction } from "../../platform/transaction.service.js";

interface Sending {
  refund: RefundDoc;
  payment: PaymentDoc;
  gatewayPaymentId: string;
}

/**
 * Sends a refund to its original method. The row and the attempt exist before the gateway is called; key and
 * receipt make the call repeatable. A refund with an unknown outcome stays `processing` and is looked up by
 * its id at the gateway, or by its receipt, before anything is sent again.
 *
 * While the payment is disputed nothing is sent: the refund waits with `attention`, and the end of the dispute sends it.
 * One that never reached the gateway fails where a lost dispute has taken its money.
 * @throws the typed upstream error when the outcome is unknown
 */
export async function refundAtGateway(refund: RefundDoc): Promise<void> {
  const payment = await Payment.findById(refund.paymentId).lean<PaymentDoc>();
  if (!payment?.gatewayPaymentId) return failRefund(refund, REFUND_TROUBLE.NO_GATEWAY);
  const sending: Sending = { refund, payment, gatewayPaymentId: payment.gatewayPaymentId };
  const found = isInFlight(refund) ? await findSent(sending) : null;
  if (found) return settle(sending, found);
  if (hasOpenDispute(payment)) return parkRefund(refund);
  if (isInFlight(refund) && (await readUncountedLoss(payment)) > 0) return failLost(refund);
  const attempt = isInFlight(refund) ? refund : await beginAttempt(refund);
  // Null: another call has begun it, or it was completed or withdrawn in the meantime.
  if (attempt) await send({ ...sending, refund: attempt });
}

/** Longer than a call to the gateway takes. */
const CALL_HAS_ENDED_AFTER_MS = 60_000;

/** Not while another process may still be sending it: the sweep asks again. */
async function failLost(refund: RefundDoc): Promise<void> {
  const age = now().getTime() - lastAttempt(refund).at.getTime();
  if (age >= CALL_HAS_ENDED_AFTER_MS) await failRefund(refund, REFUND_TROUBLE.LOST_DISPUTE);
}

/**
 * Asks the gateway about a refund that may have been sent. One whose id is known is never looked up by receipt:
 * it may have another receipt, or none, and would then be sent a second time.
 * @returns null when the gateway has no refund with this receipt
 * @throws as `unwrapLookUp`
 */
async function findSent({ refund, gatewayPaymentId }: Sending): Promise<GatewayRefund | null> {
  const { gatewayRefundId } = refund;
  if (gatewayRefundId) return unwrapLookUp(refund, await paymentGateway.getRefund(gatewayRefundId));
  const { receipt } = lastAttempt(refund);
  return unwrapLookUp(refund, await paymentGateway.findRefundByReceipt(gatewayPaymentId, receipt));
}

async function send(sending: Sending): Promise<void> {
  const { refund, gatewayPaymentId } = sending;
  const { receipt, key } = lastAttempt(refund);
  const { refundSpeed } = await getSettings("payments");
  const result = await paymentGateway.createRefund({
    paymentId: gatewayPaymentId,
    amount: refund.amount,
    receipt,
    idempotencyKey: key,
    speed: refundSpeed,
    notes: { refundNumber: refund.refundNumber },
  });
  if (!result.success && result.outcome !== "refused") await markUnknown(refund, result.code);
  await conclude(sending, result);
}

async function conclude(sending: Sending, result: Result<GatewayRefund>): Promise<void> {
  if (result.success) return settle(sending, result.data);
  if (result.outcome !== "refused") throw toUpstreamError(result);
  return refusedByGateway(sending, result);
}

async function settle({ refund, payment }: Sending, report: GatewayRefund): Promise<void> {
  const mismatch = mismatchOf(refund, payment, report);
  if (mismatch) return failRefund(refund, troubleOfMismatch(mismatch));
  return settleRefund(refund, report);
}

async function refusedByGateway(sending: Sending, { code }: Failure): Promise<void> {
  const { refund } = sending;
  const others = code === "FULLY_REFUNDED" ? await findOtherRefunds(sending) : [];
  const instead = others.find(({ amount, status }) => amount === refund.amount && status !== "failed");
  // It may still be pending there, and may still fail.
  if (instead) return settleRefund(refund, instead);
  await failRefund(refund, { ...troubleOfRefusal(code), attemptError: code });
  await recordOtherRefunds(sending.payment, others);
}

/**
 * The gateway may have returned a second or late payment on its own, or a person in its dashboard. Refunds at the gateway
 * that belong to other refunds of this service do not count, except those that have failed there.
 */
async function findOtherRefunds({ refund, gatewayPaymentId }: Sending): Promise<GatewayRefund[]> {
  const listed = unwrap(await paymentGateway.listRefunds(gatewayPaymentId));
  const others = await Refund.find({
    paymentId: refund.paymentId,
    _id: trusted({ $ne: refund._id }),
  }).lean<RefundDoc[]>();
  const isTaken = (row: GatewayRefund) => others.some((other) => attemptOf(other, row) !== "unknown");
  return listed.filter((row) => row.status === "failed" || !isTaken(row));
}

/** Several refunds that together are instead of one of ours get rows of their own. */
async function recordOtherRefunds({ _id }: PaymentDoc, others: readonly GatewayRefund[]): Promise<void> {
  if (others.length === 0) return;
  const { alive, failed } = await sortGatewayRefunds(others);
  await inTransaction(async (tx) => {
    const payment = await Payment.findById(_id).session(tx).orFail().lean<PaymentDoc>();
    await recordFailedRefunds(failed, tx);
    await recordGatewayRefunds(payment, alive, tx);
  });
}
