import type { ClientSession } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { type ChangedBy, Refund, type RefundDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { refundMachine } from "../../../utils/state-machines.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { type MoveAudit, tryTransition } from "../../platform/transition.service.js";
import { followRefunds } from "./follow-refunds.js";
import { noNewerAttempt, outcomeOf } from "./refund-attempt.js";
import { messageOf } from "./refund-rows.js";
import { completeReservation, reserveRefund } from "./reserve-refund.js";

/** How the money was returned. */
export interface Completion {
  /** Of a refund that the gateway made: its last attempt is completed. */
  gatewayRefundId?: string;
  /** Of a bank transfer. */
  utr?: string;
  /** Default: the system. */
  by?: ChangedBy;
  note?: string;
  audit?: MoveAudit;
}

/**
 * The money is back: the reserved amount becomes a refunded amount, in one transaction. A refund that had failed at the
 * gateway is reserved again first. A repeat changes nothing.
 * @throws RefundLimitError when it had failed and less than its amount is left
 */
export async function completeRefund(refund: RefundDoc, completion: Completion = {}): Promise<void> {
  const completed = await inTransaction((tx) => recordCompletion(refund, completion, tx));
  if (!completed) return;
  const { refundNumber, amount, destination } = refund;
  const ids = { refundId: refund._id.toHexString(), refundNumber };
  logger.info({ ...ids, amount, destination, ...toLog(completion) }, "> Refund completed");
}

const toLog = ({ gatewayRefundId }: Completion) => (gatewayRefundId ? { gatewayRefundId } : {});

/**
 * `completeRefund` in the caller's transaction.
 * @returns the completed refund; null when it was completed before, or is not under way
 * @throws as `completeRefund`
 */
export async function recordCompletion(
  refund: RefundDoc,
  { gatewayRefundId, utr, by = { type: "system" }, note, audit }: Completion,
  tx: ClientSession,
): Promise<RefundDoc | null> {
  if (gatewayRefundId && refund.status === REFUND_STATUS.FAILED && !(await reopenFailed(refund, tx)))
    return null;
  const moved = await tryTransition({
    machine: refundMachine,
    model: Refund,
    id: refund._id,
    from: REFUND_STATUS.PROCESSING,
    to: REFUND_STATUS.COMPLETED,
    guard: { destination: refund.destination, ...noNewerAttempt(refund) },
    set: {
      ...{ processedAt: now(), failureReason: null, attention: false },
      ...(gatewayRefundId ? { gatewayRefundId, ...outcomeOf(refund, "completed", null) } : {}),
      ...(utr ? { utr } : {}),
    },
    messages: (completed) => [messageOf("refund.completed", completed)],
    ...{ by, note, audit, tx },
  });
  if (!moved.changed) return null;
  await completeReservation(moved.document, tx);
  await followRefunds(moved.document.orderId, tx);
  return moved.document;
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
