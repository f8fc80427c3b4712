import { type Types, trusted } from "mongoose";
import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../../models/index.js";
import type { SettledRecord } from "../../calculations/reconciliation/compare-rows.js";
import type { SettlementRow } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/** Our record of what a settlement row is about. */
export interface RowRecord extends SettledRecord {
  paymentId: Types.ObjectId | null;
  refundId: Types.ObjectId | null;
  orderNumber: string | null;
}

type SettledPayment = Pick<
  PaymentDoc,
  "_id" | "gatewayPaymentId" | "status" | "capturedAmount" | "orderNumber" | "disputes"
>;
type SettledRefund = Pick<
  RefundDoc,
  "_id" | "gatewayRefundId" | "status" | "amount" | "orderNumber" | "paymentId"
>;

export interface RowRecords {
  recordOf(row: SettlementRow): RowRecord | null;
  paymentOfDispute(row: SettlementRow): SettledPayment | null;
}

const PAYMENT_FIELDS = { gatewayPaymentId: 1, status: 1, capturedAmount: 1, orderNumber: 1, disputes: 1 };
const REFUND_FIELDS = { gatewayRefundId: 1, status: 1, amount: 1, orderNumber: 1, paymentId: 1 };

/** The payments and refunds of a page of rows: three queries, whatever its size. */
export async function findRowRecords(rows: readonly SettlementRow[]): Promise<RowRecords> {
  const idsOf = (type: string) => rows.filter((row) => row.type === type).map(({ entityId }) => entityId);
  const disputeIds = rows.flatMap(({ disputeId }) => disputeId ?? []);
  const gateway = paymentGateway.name;
  const [payments, refunds, disputed] = await Promise.all([
    Payment.find({ gateway, gatewayPaymentId: trusted({ $in: idsOf("payment") }) }, PAYMENT_FIELDS).lean<
      SettledPayment[]
    >(),
    Refund.find({ gatewayRefundId: trusted({ $in: idsOf("refund") }) }, REFUND_FIELDS).lean<
      SettledRefund[]
    >(),
    Payment.find({ "disputes.id": trusted({ $in: disputeIds }) }, PAYMENT_FIELDS).lean<SettledPayment[]>(),
  ]);
  const records = new Map<string | null, RowRecord>([
    ...payments.map((payment) => [payment.gatewayPaymentId, ofPayment(payment)] as const),
    ...refunds.map((refund) => [refund.gatewayRefundId, ofRefund(refund)] as const),
  ]);
  const byDispute = new Map(
    disputed.flatMap((payment) => payment.disputes.map(({ id }) => [id, payment] as const)),
  );
  return {
    recordOf: ({ entityId }) => records.get(entityId) ?? null,
    paymentOfDispute: ({ disputeId }) => (disputeId ? (byDispute.get(disputeId) ?? null) : null),
  };
}

const ofPayment = ({ _id, status, capturedAmount, orderNumber }: SettledPayment): RowRecord => ({
  ...{ status, amount: capturedAmount, orderNumber },
  paymentId: _id,
  refundId: null,
});

const ofRefund = ({ _id, status, amount, orderNumber, paymentId }: SettledRefund): RowRecord => ({
  ...{ status, amount, orderNumber, paymentId },
  refundId: _id,
});
