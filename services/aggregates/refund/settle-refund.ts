import { type ClientSession, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Order, Payment, Refund, type RefundDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { Paise } from "../../../utils/money.js";
import { refundMachine } from "../../../utils/state-machines.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import type { OutboxDraft } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { noNewerAttempt } from "./refund-attempt.js";

/**
 * Applies what the gateway reports about the last attempt of a refund. Repeatable and forward only: a report
 * for which the state table has no move, or that a newer attempt has overtaken, changes nothing. A refund
 * that is `pending` at the gateway stays `processing` here.
 */
export async function settleRefund(refund: RefundDoc, word: GatewayRefund): Promise<void> {
  if (word.status === "failed") return failRefund(refund, "The gateway could not refund", word.id);
  if (word.status === "processed") return completeRefund(refund, word.id);
  await Refund.updateOne(
    { _id: refund._id, status: "processing", gatewayRefundId: null, ...noNewerAttempt(refund) },
    { $set: { gatewayRefundId: word.id } },
  );
}

/** The money is back: the reserved amount becomes a refunded amount, in one transaction. */
export async function completeRefund(refund: RefundDoc, gatewayRefundId: string): Promise<void> {
  const completed = await inTransaction(async (tx) => {
    const moved = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: refund._id,
      to: "completed",
      guard: noNewerAttempt(refund),
      set: {
        gatewayRefundId,
        processedAt: now(),
        failureReason: null,
        attention: false,
        ...outcomeOf(refund, "completed"),
      },
      messages: (moved) => [messageOf(moved, "refund.completed")],
      by: { type: "system" },
      tx,
    });
    if (!moved.changed) return false;
    await settleReservation(moved.document, "refunded", tx);
    return true;
  });
  if (!completed) return;
  logger.info({ refundId: refund._id.toHexString(), gatewayRefundId }, "> Refund completed");
}

/** A definite failure: the amount is free again, a retry gets a new key, and an admin is notified. */
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
      to: "failed",
      guard: noNewerAttempt(refund),
      set: {
        failureReason: reason,
        attention: true,
        ...(gatewayRefundId ? { gatewayRefundId } : {}),
        ...outcomeOf(refund, "refused"),
      },
      messages: (moved) => [messageOf(moved, "refund.attention")],
      by: { type: "system" },
      note: reason,
      tx,
    });
    if (!moved.changed) return false;
    await settleReservation(moved.document, moved.from === "completed" ? "taken back" : "freed", tx);
    return true;
  });
  if (!failed) return;
  logger.error({ refundId: refund._id.toHexString(), reason }, "> Refund failed and needs attention");
}

/** Marks a refund whose gateway reports contradict it, and raises an alarm. Its status stays. */
export async function flagRefund(refund: RefundDoc, reason: string): Promise<void> {
  logger.error({ refundId: refund._id.toHexString(), reason }, "> Refund contradicts the gateway");
  await Refund.updateOne(
    { _id: refund._id, attention: trusted({ $ne: true }) },
    { $set: { attention: true } },
  );
}

const outcomeOf = (refund: RefundDoc, outcome: "completed" | "refused") =>
  refund.attempts.length > 0 ? { [`attempts.${refund.attempts.length - 1}.outcome`]: outcome } : {};

/** One message for each attempt: a refund that failed after its completion completes again with the next one. */
function messageOf(refund: RefundDoc, type: string): OutboxDraft {
  const refundId = refund._id.toHexString();
  return { type, dedupeKey: `${type}:${refundId}:${refund.attempts.length}`, payload: { refundId } };
}

type Settled = "refunded" | "freed" | "taken back";

/** Moves the refund's amount between `refundReserved` and `refundedAmount` on its payment and its order. */
async function settleReservation(refund: RefundDoc, settled: Settled, tx: ClientSession): Promise<void> {
  const change = reservationChange(refund.amount, settled);
  if (refund.paymentId) {
    await Payment.collection.updateOne({ _id: refund.paymentId }, { $inc: change }, { session: tx });
  }
  if (refund.orderId) {
    await Order.collection.updateOne({ _id: refund.orderId }, { $inc: change }, { session: tx });
  }
}

function reservationChange(amount: Paise, settled: Settled): Record<string, number> {
  if (settled === "refunded") return { refundReserved: -amount, refundedAmount: amount };
  if (settled === "freed") return { refundReserved: -amount };
  return { refundedAmount: -amount };
}
