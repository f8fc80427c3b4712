import { type ClientSession, trusted } from "mongoose";
import { type PaymentDoc, Refund, type RefundDoc, type StatusEntry } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import {
  REFUND_STATUS,
  REFUND_TYPE,
  type RefundStatus,
  type RefundSystemReason,
} from "../../../utils/constants.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { addPaise, type Paise } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { hasRefund } from "../../calculations/payment-match.js";
import type { GatewayPayment, GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { recordFailure } from "./fail-refund.js";
import { followRefunds } from "./follow-refunds.js";
import { insertRefund, messageOf } from "./refund-rows.js";
import { REFUND_TROUBLE } from "./refund-trouble.js";
import { recordRefunded, reserveRefund } from "./reserve-refund.js";
import { newSystemRefund } from "./system-refunds.js";

/** Refunds that were made at the gateway and not by this service: in its dashboard, by itself, or by a dispute. */

/** With the number that it gets here. */
export interface UnrecordedRefund {
  refund: GatewayRefund;
  refundNumber: string;
}

export interface GatewayRefunds {
  /** Pending or processed. */
  alive: UnrecordedRefund[];
  failed: GatewayRefund[];
}

/**
 * Reads what the gateway has refunded of a payment. The payment's own `amount_refunded` may contain failed
 * refunds, so the refunds themselves are asked for.
 * @throws the typed upstream error; OutcomeUnknownError when the list lags behind the payment
 */
export async function readGatewayRefunds(report: GatewayPayment): Promise<GatewayRefunds> {
  if (!hasRefund(report)) return { alive: [], failed: [] };
  const refunds = unwrap(await paymentGateway.listRefunds(report.id));
  const listed = addPaise(...refunds.map(({ amount }) => amount));
  const reported = report.status === "refunded" ? report.amount : report.amountRefunded;
  if (listed < reported) throw new OutcomeUnknownError(paymentGateway.name);
  return sortGatewayRefunds(refunds);
}

const COUNTED = [REFUND_STATUS.PROCESSING, REFUND_STATUS.COMPLETED];

/** Before the transaction that records them: each that may need a row gets a number. */
export async function sortGatewayRefunds(refunds: readonly GatewayRefund[]): Promise<GatewayRefunds> {
  const alive: UnrecordedRefund[] = [];
  for (const refund of refunds) {
    if (refund.status === "failed") continue;
    alive.push({ refund, refundNumber: await generateUniqueRefundNumber() });
  }
  return { alive, failed: refunds.filter(({ status }) => status === "failed") };
}

/**
 * In the caller's transaction: refunds that have failed at the gateway, perhaps after it had reported them as processed, and
 * that still count here give their amount back. Otherwise a refund that took their place would find no room.
 */
export async function recordFailedRefunds(
  failed: readonly GatewayRefund[],
  tx: ClientSession,
): Promise<void> {
  for (const { id } of failed) {
    const refund = await Refund.findOne({ gatewayRefundId: id, status: trusted({ $in: COUNTED }) })
      .session(tx)
      .lean<RefundDoc>();
    if (refund) await recordFailure(refund, { ...REFUND_TROUBLE.FAILED_AT_BANK, gatewayRefundId: id }, tx);
  }
}

/**
 * In the caller's transaction: writes a refund row for each of them, so that the payment's amounts say what is left
 * of it. Refunds that already have a row are skipped.
 * @throws RefundLimitError when one exceeds what is left of the payment or the order
 */
export async function recordGatewayRefunds(
  payment: PaymentDoc,
  rows: readonly UnrecordedRefund[],
  tx: ClientSession,
): Promise<void> {
  for (const { refund, refundNumber } of rows) {
    if (await Refund.exists({ gatewayRefundId: refund.id }).session(tx)) continue;
    await insertOutsideRefund(
      payment,
      {
        refundNumber,
        gatewayRefundId: refund.id,
        amount: refund.amount,
        status: STATUS_HERE[refund.status],
        // Of a payment that pays for an order, only a person refunds.
        reason: payment.orderId ? "dashboard" : "gateway",
      },
      tx,
    );
  }
}

type OutsideStatus = Extract<RefundStatus, "processing" | "completed" | "failed">;

/** A pending one is looked up by the sweep, and settled by the events that follow, like one of ours. */
const STATUS_HERE: Record<GatewayRefund["status"], OutsideStatus> = {
  pending: REFUND_STATUS.PROCESSING,
  processed: REFUND_STATUS.COMPLETED,
  failed: REFUND_STATUS.FAILED,
};

export interface OutsideRefund {
  refundNumber: string;
  /** Null for the amount of a lost dispute, which is no refund at the gateway. */
  gatewayRefundId: string | null;
  amount: Paise;
  status: OutsideStatus;
  reason: Extract<RefundSystemReason, "dashboard" | "gateway" | "dispute_lost">;
}

/**
 * In the caller's transaction: writes the row of a refund that was made elsewhere and counts it on the payment and the
 * order. A failed one counts nothing; its row keeps a late report of its beginning from counting it.
 * @throws RefundLimitError when it exceeds what is left; DuplicateKey when the refund has a row already
 */
export async function insertOutsideRefund(
  payment: PaymentDoc,
  outside: OutsideRefund,
  tx: ClientSession,
): Promise<void> {
  const { status, amount, reason, refundNumber, gatewayRefundId } = outside;
  const isDone = status === REFUND_STATUS.COMPLETED;
  const hasFailed = status === REFUND_STATUS.FAILED;
  const row = {
    ...newSystemRefund(payment, { amount, reason, refundNumber }),
    gatewayRefundId,
    type: amount === payment.capturedAmount ? REFUND_TYPE.FULL : REFUND_TYPE.PARTIAL,
    status,
    failureReason: hasFailed ? "The gateway could not refund" : null,
    attention: hasFailed,
    processedAt: isDone ? now() : null,
    history: historyTo(status, reason),
  };
  await insertRefund(row, tx);
  if (isDone) await recordRefunded(row, tx);
  else if (!hasFailed) await reserveRefund(row, tx);
  await followRefunds(row.orderId, tx);
  await announce(row, tx);
}

async function announce(
  refund: Pick<RefundDoc, "_id" | "status" | "history">,
  tx: ClientSession,
): Promise<void> {
  const { status } = refund;
  if (status === REFUND_STATUS.COMPLETED) await enqueueOutbox([messageOf("refund.completed", refund)], tx);
  if (status === REFUND_STATUS.FAILED) await enqueueOutbox([messageOf("refund.attention", refund)], tx);
}

/** Every move that the state table requires, at the same time. */
function historyTo(status: OutsideStatus, note: string): StatusEntry[] {
  const { PROCESSING } = REFUND_STATUS;
  const at = now();
  const by = { type: "system" as const };
  const entry = (from: RefundStatus | null, to: RefundStatus): StatusEntry => ({ from, to, at, by, note });
  const begun = entry(null, PROCESSING);
  return status === PROCESSING ? [begun] : [begun, entry(PROCESSING, status)];
}
