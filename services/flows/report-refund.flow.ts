import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../models/index.js";
import { PAYMENT_GATEWAY_STATUS, REFUND_STATUS } from "../../utils/constants.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { makeRoom } from "../aggregates/refund/disputed-refunds.js";
import { flagRefund } from "../aggregates/refund/fail-refund.js";
import { recordGatewayRefunds } from "../aggregates/refund/gateway-refunds.js";
import { attemptOf, isByGateway, mismatchOf, refundNumberOf } from "../aggregates/refund/refund-attempt.js";
import { REFUND_TROUBLE } from "../aggregates/refund/refund-trouble.js";
import { RefundLimitError } from "../aggregates/refund/reserve-refund.js";
import { REFUNDED_AFTER_ALL, settleRefund } from "../aggregates/refund/settle-refund.js";
import { oweSystemRefund } from "../aggregates/refund/system-refunds.js";
import type { GatewayRefund } from "../integrations/payment-gateway.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/**
 * The result of a report about a refund. `unknown`: no refund here, or no captured payment here. `doubtful`: it
 * contradicts ours; a person has to look. `exceeds`: more than is left, perhaps because a refund of ours is in flight.
 */
export type ReportedRefund =
  | { kind: "settled" }
  | { kind: "unknown" }
  | { kind: "doubtful"; reason: string }
  | { kind: "exceeds"; reason: string };

/**
 * Applies a webhook about a refund that has a row here. It must be of the refund's payment, amount and currency, and
 * of its last attempt: a late failure of an earlier attempt says nothing about the one that followed.
 * @throws the typed upstream error when the gateway must be asked and does not answer
 */
export async function reportRefund(report: GatewayRefund): Promise<ReportedRefund> {
  const refund = await findReported(report);
  if (!refund) return { kind: "unknown" };
  const payment = await Payment.findById(refund.paymentId).lean<PaymentDoc>();
  const doubt = doubtAbout(refund, payment, report);
  if (doubt) return flag(refund, doubt);
  if (!isByGateway(refund) || attemptOf(refund, report) !== "last") return { kind: "settled" };
  try {
    await settleRefund(refund, report);
  } catch (error) {
    if (!(error instanceof RefundLimitError)) throw error;
    return flag(refund, "it had failed, was refunded after all, and exceeds what is left");
  }
  return { kind: "settled" };
}

async function flag(refund: RefundDoc, doubt: string): Promise<ReportedRefund> {
  const reason = `refund ${refund.refundNumber}: ${doubt}`;
  await flagRefund(refund, reason);
  return { kind: "doubtful", reason };
}

async function findReported(report: GatewayRefund): Promise<RefundDoc | null> {
  const byId = await Refund.findOne({ gatewayRefundId: report.id }).lean<RefundDoc>();
  if (byId || !report.receipt) return byId;
  const refundNumber = refundNumberOf(report.receipt);
  return refundNumber ? Refund.findOne({ refundNumber }).lean<RefundDoc>() : null;
}

function doubtAbout(refund: RefundDoc, payment: PaymentDoc | null, report: GatewayRefund): string | null {
  const mismatch = mismatchOf(refund, payment, report);
  if (mismatch) return mismatch;
  const attempt = attemptOf(refund, report);
  if (attempt === "unknown") return "no attempt was sent with this receipt";
  if (report.status !== "processed") return null;
  if (attempt === "earlier") return REFUNDED_AFTER_ALL;
  if (!isByGateway(refund)) return "it is refunded in another way, and at the gateway after all";
  return refund.status === REFUND_STATUS.REJECTED ? "it was rejected and is refunded at the gateway" : null;
}

/**
 * Records a refund that was made elsewhere, such as in the gateway's dashboard: a row of the system, counted on
 * payment and order in one transaction. What is left of money that pays for no order is owed again.
 */
export async function reportRefundMadeElsewhere(report: GatewayRefund): Promise<ReportedRefund> {
  const payment = await Payment.findOne({ gatewayPaymentId: report.paymentId }).lean<PaymentDoc>();
  if (payment?.status !== PAYMENT_GATEWAY_STATUS.CAPTURED) return { kind: "unknown" };
  if (report.currency !== payment.currency) {
    return { kind: "doubtful", reason: `refund ${report.id}: it is of another currency` };
  }
  try {
    // Another event about the same refund may have been faster; this one may say more.
    return (await record(payment._id, report)) ? { kind: "settled" } : reportRefund(report);
  } catch (error) {
    if (isDuplicateKey(error)) return reportRefund(report);
    if (!(error instanceof RefundLimitError)) throw error;
    return { kind: "exceeds", reason: `refund ${report.id}: ${error.message}` };
  }
}

/** @returns false when it has a row already */
async function record(paymentId: PaymentDoc["_id"], report: GatewayRefund): Promise<boolean> {
  const refundNumber = await generateUniqueRefundNumber();
  const restNumber = await generateUniqueRefundNumber();
  return inTransaction(async (tx) => {
    const payment = await Payment.findById(paymentId).session(tx).orFail().lean<PaymentDoc>();
    if (await Refund.exists({ gatewayRefundId: report.id }).session(tx)) return false;
    // One that waits for the end of a dispute holds all that is left.
    if (report.status !== "failed")
      await makeRoom(payment, { amount: report.amount, why: REFUND_TROUBLE.REFUNDED_ELSEWHERE }, tx);
    await recordGatewayRefunds(payment, [{ refund: report, refundNumber }], tx);
    if (payment.surplus)
      await oweSystemRefund({ paymentId, reason: "surplus", refundNumber: restNumber }, tx);
    return true;
  });
}
