import type { ClientSession } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { isOpenDispute, Payment, type PaymentDoc } from "../../models/index.js";
import { PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import { type RecordedDispute, type ReportedState, recordDispute } from "../aggregates/payment/dispute.js";
import { readUncountedLoss, recordLoss, resumeRefunds } from "../aggregates/refund/disputed-refunds.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/**
 * The result of a report about a dispute. `unknown`: no captured payment here has its gateway payment id, and what a
 * lost dispute took can only be counted on a capture. `stale`: nothing newer than what is known. `exceeds`: recorded,
 * but more was deducted than is left of the payment, perhaps because a refund of ours is in flight.
 */
export type ReportedDispute = "recorded" | "stale" | "unknown" | "exceeds";

interface RefundNumbers {
  loss: string;
  rest: string;
}

/**
 * Applies a report about a dispute, in one transaction: the dispute on payment and order, the refund that a lost one
 * amounts to, the refunds that an ended one releases, and the message to staff. Any order of reports and any number
 * of repetitions end in the same state.
 */
export async function reportDispute(report: ReportedState): Promise<ReportedDispute> {
  const refundNumbers = isOpenDispute(report) ? NO_NUMBERS : await drawNumbers();
  return inTransaction(async (tx) => {
    const payment = await Payment.findOne({ gatewayPaymentId: report.paymentId })
      .session(tx)
      .lean<PaymentDoc>();
    if (payment?.status !== PAYMENT_GATEWAY_STATUS.CAPTURED) return "unknown";
    const recorded = await recordDispute(payment, report, tx);
    if (recorded) await alertStaff(recorded, tx);
    // Also when it is repeated: a refund that was in its way may have failed since.
    if (report.status === "lost") {
      const counted = await countLoss(recorded?.payment ?? payment, refundNumbers, tx);
      if (counted) return counted;
    }
    if (!recorded) return "stale";
    if (!isOpenDispute(report)) {
      const once = `${report.id}:${report.status}:${report.reportedAt.getTime()}`;
      await resumeRefunds(payment._id, { once, refundNumber: refundNumbers.rest }, tx);
    }
    return "recorded";
  });
}

/** An open dispute writes no refund. */
const NO_NUMBERS: RefundNumbers = { loss: "", rest: "" };

const drawNumbers = async (): Promise<RefundNumbers> => ({
  loss: await generateUniqueRefundNumber(),
  rest: await generateUniqueRefundNumber(),
});

/** @returns null when there is nothing to count */
async function countLoss(
  payment: PaymentDoc,
  refundNumbers: RefundNumbers,
  tx: ClientSession,
): Promise<"recorded" | "exceeds" | null> {
  const amount = await readUncountedLoss(payment, tx);
  if (amount <= 0) return null;
  const exceeding = await recordLoss({ payment, amount, refundNumbers }, tx);
  if (exceeding === 0) return "recorded";
  const ids = { paymentId: payment._id.toHexString(), gatewayPaymentId: payment.gatewayPaymentId };
  logger.error({ ...ids, exceeding }, "> A lost dispute took more than is left of the payment");
  return "exceeds";
}

/** One message for each change: a dispute that is opened again has a new deadline. */
async function alertStaff({ payment, dispute }: RecordedDispute, tx: ClientSession): Promise<void> {
  const change = [dispute.id, dispute.phase, dispute.status, dispute.reportedAt.getTime()].join(":");
  await enqueueOutbox(
    [
      {
        type: "payment.dispute",
        dedupeKey: `payment.dispute:${change}`,
        payload: { paymentId: payment._id.toHexString(), disputeId: dispute.id },
      },
    ],
    tx,
  );
}
