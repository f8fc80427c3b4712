import { type ClientSession, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { countRefundTrouble } from "../../../config/metrics.config.js";
import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { refundMachine } from "../../../utils/state-machines.js";
import { reopenWebhooksAbout } from "../../platform/stored-webhooks.service.js";
import { afterCommit, inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { followRefunds } from "./follow-refunds.js";
import { noNewerAttempt, outcomeOf } from "./refund-attempt.js";
import { messageOf } from "./refund-rows.js";
import type { RefundTrouble } from "./refund-trouble.js";
import { releaseReservation, retractRefunded } from "./reserve-refund.js";

export interface RefundFailure extends RefundTrouble {
  /** Of the refund that failed at the gateway. */
  gatewayRefundId?: string;
  /** The refusal of the last attempt, for support. */
  attemptError?: string;
  /** Another refund takes its place, so it needs no attention. */
  isReplaced?: boolean;
}

/**
 * A definite failure: the amount can be refunded again. Or a completed refund that the gateway retracts: only this one can
 * be repeated. An admin is notified, and nothing retries it.
 */
export async function failRefund(refund: RefundDoc, failure: RefundFailure): Promise<void> {
  await inTransaction(async (tx) => {
    await recordFailure(refund, failure, tx);
    await reopenWaitingEvents(refund, tx);
  });
}

/**
 * `failRefund` in the caller's transaction. Only from the status that the caller saw: a process that was delayed takes
 * nothing back that was completed, or is returned in another way, since.
 */
export async function recordFailure(
  refund: RefundDoc,
  failure: RefundFailure,
  tx: ClientSession,
): Promise<void> {
  const { reason, gatewayRefundId, attemptError, isReplaced = false } = failure;
  const moved = await tryTransition({
    machine: refundMachine,
    model: Refund,
    id: refund._id,
    from: refund.status,
    to: REFUND_STATUS.FAILED,
    guard: { destination: refund.destination, ...noNewerAttempt(refund) },
    set: {
      ...{ failureReason: reason, attention: !isReplaced, processedAt: null },
      ...(gatewayRefundId ? { gatewayRefundId } : {}),
      ...outcomeOf(refund, "refused", attemptError),
    },
    messages: (moved) => (isReplaced ? [] : [messageOf("refund.attention", moved)]),
    by: { type: "system" },
    note: reason,
    tx,
  });
  if (!moved.changed) return;
  if (moved.from === REFUND_STATUS.COMPLETED) await retractRefunded(moved.document, tx);
  else await releaseReservation(moved.document, tx);
  await followRefunds(moved.document.orderId, tx);
  if (!isReplaced) afterCommit(tx, () => raiseAlarm(refund, failure));
}

function raiseAlarm({ _id, refundNumber, amount }: RefundDoc, failure: RefundFailure): void {
  const { code, reason, gatewayRefundId = null } = failure;
  countRefundTrouble(code);
  logger.error(
    { refundId: _id.toHexString(), refundNumber, amount, gatewayRefundId, code, reason },
    "> Refund failed and needs attention",
  );
}

/** A refund that was made elsewhere, or a lost dispute, may have found no room beside this one. */
async function reopenWaitingEvents({ paymentId }: RefundDoc, tx: ClientSession): Promise<void> {
  const payment = await Payment.findById(paymentId, { gatewayPaymentId: 1 }).session(tx).lean<PaymentDoc>();
  if (payment) await reopenWebhooksAbout([payment.gatewayPaymentId], tx);
}

/** Marks a refund whose gateway reports contradict it, and raises an alarm. Its status stays. */
export async function flagRefund({ _id, refundNumber }: RefundDoc, reason: string): Promise<void> {
  logger.error(
    { refundId: _id.toHexString(), refundNumber, reason },
    "> A report of the gateway contradicts a refund, which needs attention",
  );
  const flagged = await Refund.updateOne(
    { _id, attention: trusted({ $ne: true }) },
    { $set: { attention: true } },
  );
  if (flagged.modifiedCount > 0) countRefundTrouble("contradiction");
}
