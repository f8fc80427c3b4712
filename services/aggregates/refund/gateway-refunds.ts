import type { ClientSession } from "mongoose";
import { type PaymentDoc, Refund, type StatusEntry } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_STATUS, REFUND_TYPE } from "../../../utils/constants.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { addPaise } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { hasRefund } from "../../calculations/payment-match.js";
import type { GatewayPayment, GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { recordRefunded } from "./reserve-refund.js";
import { newSystemRefund } from "./system-refunds.js";

/** A refund that was made at the gateway and not by this service, with the number that it gets here. */
export interface UnrecordedRefund {
  refund: GatewayRefund;
  refundNumber: string;
}

/**
 * Reads what the gateway has refunded of a payment. The payment's own `amount_refunded` may contain failed
 * refunds, so the refunds themselves are asked for; failed ones are left out.
 * @throws the typed upstream error; OutcomeUnknownError when the list lags behind the payment
 */
export async function readGatewayRefunds(report: GatewayPayment): Promise<UnrecordedRefund[]> {
  if (!hasRefund(report)) return [];
  const refunds = unwrap(await paymentGateway.listRefunds(report.id));
  const listed = addPaise(...refunds.map(({ amount }) => amount));
  const reported = report.status === "refunded" ? report.amount : report.amountRefunded;
  if (listed < reported) throw new OutcomeUnknownError("razorpay");
  const rows: UnrecordedRefund[] = [];
  for (const refund of refunds) {
    if (refund.status === "failed") continue;
    rows.push({ refund, refundNumber: await generateUniqueRefundNumber() });
  }
  return rows;
}

/**
 * In the caller's transaction: writes a refund row for each of them, so that `refundedAmount` says what is
 * left of the payment. Refunds that already have a row are skipped.
 *
 * A refund that is still pending at the gateway is written as completed: no request of ours is needed, and a
 * later `refund.failed` event retracts it.
 */
export async function recordGatewayRefunds(
  payment: PaymentDoc,
  rows: readonly UnrecordedRefund[],
  tx: ClientSession,
): Promise<void> {
  for (const { refund, refundNumber } of rows) {
    if (await Refund.exists({ gatewayRefundId: refund.id }).session(tx)) continue;
    const row = {
      ...newSystemRefund(payment, { amount: refund.amount, reason: "gateway", refundNumber }),
      gatewayRefundId: refund.id,
      type: refund.amount === payment.capturedAmount ? REFUND_TYPE.FULL : REFUND_TYPE.PARTIAL,
      status: REFUND_STATUS.COMPLETED,
      processedAt: now(),
      history: completedHistory(),
    };
    await Refund.create([row], { session: tx });
    await recordRefunded(row, tx);
    const refundId = row._id.toHexString();
    const dedupeKey = `refund.completed:${refundId}`;
    await enqueueOutbox([{ type: "refund.completed", dedupeKey, payload: { refundId } }], tx);
  }
}

/** Every move that the state table requires, at the same time. */
function completedHistory(): StatusEntry[] {
  const { PENDING, PROCESSING, COMPLETED } = REFUND_STATUS;
  const at = now();
  const by = { type: "system" as const };
  const entry = (from: string | null, to: string): StatusEntry => ({ from, to, at, by, note: "gateway" });
  return [entry(null, PENDING), entry(PENDING, PROCESSING), entry(PROCESSING, COMPLETED)];
}
