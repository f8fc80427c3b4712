import type { ClientSession } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { isOpenDispute, Payment, type PaymentDoc } from "../../models/index.js";
import { PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { type RecordedDispute, type ReportedState, recordDispute } from "../aggregates/payment/dispute.js";
import { recordLoss, resumeRefunds } from "../aggregates/refund/disputed-refunds.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { enqueueOutbox } from "../platform/outbox.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/**
 * The result of a report about a dispute. `unknown`: no captured payment here has its gateway payment id, and what a
 * lost dispute took can only be counted on a capture. `stale`: nothing newer than what is known. `exceeds`: recorded,
 * but more was deducted than is left of the payment.
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
    if (!recorded) return "stale";
    await alertStaff(recorded, tx);
    return (await applyToRefunds(recorded, refundNumbers, tx)) > 0 ? "exceeds" : "recorded";
  });
}

/** An open dispute writes no refund. */
const NO_NUMBERS: RefundNumbers = { loss: "", rest: "" };

const drawNumbers = async (): Promise<RefundNumbers> => ({
  loss: await generateUniqueRefundNumber(),
  rest: await generateUniqueRefundNumber(),
});

/** @returns paise that were deducted beyond what is left */
async function applyToRefunds(
  { payment, dispute, newlyDeducted }: RecordedDispute,
  refundNumbers: RefundNumbers,
  tx: ClientSession,
): Promise<number> {
  if (newlyDeducted > 0) {
    const exceeding = await recordLoss({ payment, amount: newlyDeducted, refundNumbers }, tx);
    if (exceeding > 0) {
      const ids = { paymentId: payment._id.toHexString(), disputeId: dispute.id };
      logger.error({ ...ids, exceeding }, "> A lost dispute took more than is left of the payment");
    }
    return exceeding;
  }
  if (!isOpenDispute(dispute)) {
    const once = `${dispute.id}:${dispute.status}:${dispute.reportedAt.getTime()}`;
    await resumeRefunds(payment._id, { once, refundNumber: refundNumbers.rest }, tx);
  }
  return ZERO_PAISE;
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
