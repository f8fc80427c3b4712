import { type ClientSession, trusted } from "mongoose";
import {
  type Dispute,
  isOpenDispute,
  Order,
  type OrderDoc,
  Payment,
  type PaymentDoc,
} from "../../../models/index.js";
import { maxPaise, type Paise, ZERO_PAISE } from "../../../utils/money.js";
import { isNewerReport } from "../../calculations/dispute-order.js";
import type { GatewayDispute } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/** The only writer of `disputes`. An open one blocks refunds (`assertNotDisputed` beside the terms of refunds). */

export const hasOpenDispute = ({ disputes }: Pick<PaymentDoc, "disputes">): boolean =>
  disputes.some(isOpenDispute);

export interface RecordedDispute {
  payment: PaymentDoc;
  dispute: Dispute;
}

/**
 * In the caller's transaction: keeps the newest state of a dispute on the payment, and on its order.
 * @returns null when the report says nothing newer
 */
export async function recordDispute(
  payment: PaymentDoc,
  report: ReportedState,
  tx: ClientSession,
): Promise<RecordedDispute | null> {
  const known = payment.disputes.find(({ id }) => id === report.id) ?? null;
  const dispute = toDispute(report, known?.amountDeducted ?? ZERO_PAISE);
  if (known && !isNewerReport(dispute, known)) return null;
  const disputes = withDispute(payment.disputes, dispute);
  await Payment.updateOne({ _id: payment._id }, { $set: { disputes } }).session(tx);
  if (payment.orderId) await recordOnOrder(payment.orderId, dispute, tx);
  return { payment: { ...payment, disputes }, dispute };
}

/** The payments of these ids, with what is recorded of their disputes. */
export const findDisputed = (
  gatewayPaymentIds: readonly string[],
): Promise<Pick<PaymentDoc, "_id" | "disputes">[]> =>
  Payment.find(
    { gateway: paymentGateway.name, gatewayPaymentId: trusted({ $in: [...gatewayPaymentIds] }) },
    { disputes: 1 },
  ).lean<Pick<PaymentDoc, "_id" | "disputes">[]>();

/** A dispute as an event reports it, with the gateway's time of the event. */
export type ReportedState = GatewayDispute & { reportedAt: Date };

function toDispute(report: ReportedState, deductedBefore: Paise): Dispute {
  const deducted = report.status === "lost" ? report.amountDeducted : ZERO_PAISE;
  return {
    id: report.id,
    status: report.status,
    phase: report.phase,
    reason: report.reasonCode,
    amount: report.amount,
    amountDeducted: maxPaise(deducted, deductedBefore),
    respondBy: report.respondBy,
    openedAt: report.createdAt,
    closedAt: isOpenDispute(report) ? null : report.reportedAt,
    reportedAt: report.reportedAt,
  };
}

const withDispute = (disputes: readonly Dispute[], dispute: Dispute): Dispute[] =>
  disputes.some(({ id }) => id === dispute.id)
    ? disputes.map((other) => (other.id === dispute.id ? dispute : other))
    : [...disputes, dispute];

async function recordOnOrder(orderId: OrderDoc["_id"], dispute: Dispute, tx: ClientSession): Promise<void> {
  const order = await Order.findById(orderId, { disputes: 1 }).session(tx).lean<Pick<OrderDoc, "disputes">>();
  if (!order) return;
  const disputes = withDispute(order.disputes, dispute);
  await Order.updateOne({ _id: orderId }, { $set: { disputes } }).session(tx);
}
