import { type ClientSession, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { refundMachine } from "../../../utils/state-machines.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";
import { reopenWebhooksAbout } from "../../platform/stored-webhooks.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { followRefunds } from "./order-payment-status.js";
import { noNewerAttempt } from "./refund-attempt.js";
import { completeReservation, releaseReservation, reserveRefund, retractRefunded } from "./reserve-refund.js";

/**
 * Applies what the gateway reports about the last attempt of a refund. Repeatable and forward only: a report
 * that the state table does not allow, or that a newer attempt has overtaken, changes nothing. A refund
 * that is `pending` at the gateway stays `processing` here.
 */
export async function settleRefund(refund: RefundDoc, report: GatewayRefund): Promise<void> {
  if (report.status === "failed") return failRefund(refund, "The gateway could not refund", report.id);
  if (report.status === "processed") return completeRefund(refund, report.id);
  await Refund.updateOne(
    { _id: refund._id, status: REFUND_STATUS.PROCESSING, gatewayRefundId: null, ...noNewerAttempt(refund) },
    { $set: { gatewayRefundId: report.id } },
  );
}

/**
 * The gateway has refunded: the reserved amount becomes a refunded amount, in one transaction. A refund that had
 * failed is reserved again first.
 * @throws RefundLimitError when it had failed and less than its amount is left
 */
export async function completeRefund(refund: RefundDoc, gatewayRefundId: string): Promise<void> {
  const completed = await inTransaction(async (tx) => {
    if (refund.status === REFUND_STATUS.FAILED && !(await reopenFailed(refund, tx))) return false;
    const moved = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: refund._id,
      to: REFUND_STATUS.COMPLETED,
      guard: noNewerAttempt(refund),
      set: {
        gatewayRefundId,
        processedAt: now(),
        failureReason: null,
        attention: false,
        ...outcomeOf(refund, "completed"),
      },
      messages: (moved) => [{ type: "refund.completed", ...oncePerMove(moved, "refund.completed") }],
      by: { type: "system" },
      tx,
    });
    if (!moved.changed) return false;
    await completeReservation(moved.document, tx);
    await followRefunds(moved.document.orderId, tx);
    return true;
  });
  if (!completed) return;
  const { refundNumber, amount } = refund;
  logger.info(
    { refundId: refund._id.toHexString(), refundNumber, amount, gatewayRefundId },
    "> Refund completed",
  );
}

async function reopenFailed(refund: RefundDoc, tx: ClientSession): Promise<boolean> {
  const reopened = await tryTransition({
    machine: refundMachine,
    model: Refund,
    id: refund._id,
    from: REFUND_STATUS.FAILED,
    to: REFUND_STATUS.PROCESSING,
    guard: noNewerAttempt(refund),
    by: { type: "system" },
    note: "refunded at the gateway after all",
    tx,
  });
  if (reopened.changed) await reserveRefund(reopened.document, tx);
  return reopened.changed;
}

/** A definite failure, or a completed refund that the gateway retracts: the amount can be refunded again, and an admin is notified. */
export async function failRefund(
  refund: RefundDoc,
  reason: string,
  gatewayRefundId: string | null = null,
): Promise<void> {
  const failed = await inTransaction(async (tx) => {
    const moved = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: refund._id,
      to: REFUND_STATUS.FAILED,
      guard: noNewerAttempt(refund),
      set: {
        failureReason: reason,
        attention: true,
        ...(gatewayRefundId ? { gatewayRefundId } : {}),
        ...outcomeOf(refund, "refused"),
      },
      messages: (moved) => [{ type: "refund.attention", ...oncePerMove(moved, "refund.attention") }],
      by: { type: "system" },
      note: reason,
      tx,
    });
    if (!moved.changed) return false;
    if (moved.from === REFUND_STATUS.COMPLETED) await retractRefunded(moved.document, tx);
    else await releaseReservation(moved.document, tx);
    await followRefunds(moved.document.orderId, tx);
    return true;
  });
  if (!failed) return;
  await reopenWaitingEvents(refund);
  const { refundNumber, amount } = refund;
  logger.error(
    { refundId: refund._id.toHexString(), refundNumber, amount, gatewayRefundId, reason },
    "> Refund failed and needs attention",
  );
}

/** A refund that was made elsewhere may have found no room beside this one. */
async function reopenWaitingEvents({ paymentId }: RefundDoc): Promise<void> {
  const payment = await Payment.findById(paymentId, { gatewayPaymentId: 1 }).lean<PaymentDoc>();
  if (payment) await reopenWebhooksAbout([payment.gatewayPaymentId]);
}

/** Marks a refund whose gateway reports contradict it, and raises an alarm. Its status stays. */
export async function flagRefund(refund: RefundDoc, reason: string): Promise<void> {
  const { refundNumber } = refund;
  logger.error(
    { refundId: refund._id.toHexString(), refundNumber, reason },
    "> A report of the gateway contradicts a refund, which needs attention",
  );
  await Refund.updateOne(
    { _id: refund._id, attention: trusted({ $ne: true }) },
    { $set: { attention: true } },
  );
}

const outcomeOf = (refund: RefundDoc, outcome: "completed" | "refused") =>
  refund.attempts.length > 0 ? { [`attempts.${refund.attempts.length - 1}.outcome`]: outcome } : {};

/** One message for each move: a refund that failed after its completion may complete again. */
function oncePerMove(refund: RefundDoc, type: string): Pick<OutboxDraft, "dedupeKey" | "payload"> {
  const refundId = refund._id.toHexString();
  return { dedupeKey: `${type}:${refundId}:${refund.history.length}`, payload: { refundId } };
}
