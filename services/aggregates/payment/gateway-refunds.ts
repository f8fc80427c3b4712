import { type ClientSession, Types } from "mongoose";
import { Payment, type PaymentDoc, Refund, type StatusEntry } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { OutcomeUnknownError } from "../../../utils/errors.js";
import { addPaise } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { hasRefund } from "../../calculations/payment-match.js";
import type { GatewayPayment, GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { generateUniqueRefundNumber } from "../../platform/order-number.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";

/** A refund that the gateway made by itself or from its dashboard, with the number that it gets here. */
export interface GatewaysOwnRefund {
  refund: GatewayRefund;
  refundNumber: string;
}

/**
 * Reads what the gateway has refunded of a payment. The payment's own `amount_refunded` may contain failed
 * refunds, so the refunds themselves are asked for; failed ones are left out.
 * @throws the typed upstream error; OutcomeUnknownError when the list lags behind the payment
 */
export async function readGatewayRefunds(report: GatewayPayment): Promise<GatewaysOwnRefund[]> {
  if (!hasRefund(report)) return [];
  const refunds = unwrap(await paymentGateway.listRefunds(report.id));
  const listed = addPaise(...refunds.map(({ amount }) => amount));
  const reported = report.status === "refunded" ? report.amount : report.amountRefunded;
  if (listed < reported) throw new OutcomeUnknownError("razorpay");
  const rows: GatewaysOwnRefund[] = [];
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
 * A refund that is still pending at the gateway is written as completed: it needs no request of ours, and a
 * later `refund.failed` event takes it back.
 */
export async function recordGatewayRefunds(
  payment: PaymentDoc,
  rows: readonly GatewaysOwnRefund[],
  tx: ClientSession,
): Promise<void> {
  for (const { refund, refundNumber } of rows) {
    if (await Refund.exists({ gatewayRefundId: refund.id }).session(tx)) continue;
    const row = newRefund(payment, refund, refundNumber);
    await Refund.create([row], { session: tx });
    await Payment.updateOne({ _id: payment._id }, { $inc: { refundedAmount: refund.amount } }).session(tx);
    const refundId = row._id.toHexString();
    const dedupeKey = `refund.completed:${refundId}`;
    await enqueueOutbox([{ type: "refund.completed", dedupeKey, payload: { refundId } }], tx);
  }
}

function newRefund(payment: PaymentDoc, refund: GatewayRefund, refundNumber: string) {
  const at = now();
  const by = { type: "system" as const };
  const entry = (from: string | null, to: string): StatusEntry => ({ from, to, at, by, note: "gateway" });
  return {
    _id: new Types.ObjectId(),
    orderId: payment.orderId,
    checkoutSessionId: payment.checkoutSessionId,
    paymentId: payment._id,
    refundNumber,
    gatewayRefundId: refund.id,
    type: refund.amount === payment.capturedAmount ? ("full" as const) : ("partial" as const),
    reason: "other",
    systemReason: "gateway" as const,
    status: "completed" as const,
    amount: refund.amount,
    items: [],
    destination: "original" as const,
    initiatedByType: "system" as const,
    processedAt: at,
    history: [entry(null, "pending"), entry("pending", "processing"), entry("processing", "completed")],
  };
}
