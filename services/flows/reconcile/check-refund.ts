import { trusted } from "mongoose";
import { Payment, type PaymentDoc, Refund, type RefundDoc } from "../../../models/index.js";
import { PAYMENT_GATEWAY_STATUS } from "../../../utils/constants.js";
import { attemptOf, refundNumberOf } from "../../aggregates/refund/refund-attempt.js";
import { compareRefund } from "../../calculations/reconciliation/compare-refunds.js";
import type { Finding } from "../../calculations/reconciliation/finding.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { toAnswer } from "./ask-gateway.js";
import type { NewItem } from "./report-items.js";

export type RefundedPayment = Pick<PaymentDoc, "_id" | "gatewayPaymentId" | "status" | "orderNumber">;

export interface RefundSides {
  local: RefundDoc | null;
  /** Of our record, else the one that the gateway names. */
  payment: RefundedPayment | null;
}

export type CheckedRefund =
  | { isAnswered: false }
  | (RefundSides & { isAnswered: true; gateway: GatewayRefund | null; finding: Finding | null });

/** Our records of what the gateway lists, by its refund ids. Two queries per page, whatever its size. */
export async function findRecords(listed: readonly GatewayRefund[]): Promise<Map<string, RefundSides>> {
  const numbers = listed.flatMap(({ receipt }) => refundNumberOf(receipt) ?? []);
  const [byId, byNumber, payments] = await Promise.all([
    Refund.find({ gatewayRefundId: trusted({ $in: listed.map(({ id }) => id) }) }).lean<RefundDoc[]>(),
    Refund.find({ refundNumber: trusted({ $in: numbers }) }).lean<RefundDoc[]>(),
    Payment.find(
      {
        gateway: paymentGateway.name,
        gatewayPaymentId: trusted({ $in: listed.map(({ paymentId }) => paymentId) }),
      },
      { gatewayPaymentId: 1, status: 1, orderNumber: 1 },
    ).lean<RefundedPayment[]>(),
  ]);
  const sidesOf = (gateway: GatewayRefund): RefundSides => ({
    local:
      byId.find(({ gatewayRefundId }) => gatewayRefundId === gateway.id) ??
      byNumber.find(({ refundNumber }) => refundNumber === refundNumberOf(gateway.receipt)) ??
      null,
    payment: payments.find(({ gatewayPaymentId }) => gatewayPaymentId === gateway.paymentId) ?? null,
  });
  return new Map(listed.map((gateway) => [gateway.id, sidesOf(gateway)]));
}

export function findRefundFault(
  { local, payment }: RefundSides,
  gateway: GatewayRefund | null,
): Finding | null {
  // The gateway returned an authorisation that was never captured: our payment says so, and there is no refund of ours.
  if (!local && payment?.status === PAYMENT_GATEWAY_STATUS.REFUNDED) return null;
  if (!local || !gateway) return compareRefund(local && unmatched(local), gateway);
  const isOfAnotherPayment = !payment || !local.paymentId?.equals(payment._id);
  return compareRefund({ refund: local, attempt: attemptOf(local, gateway), isOfAnotherPayment }, gateway);
}

const unmatched = (refund: RefundDoc) => ({ refund, attempt: "unknown", isOfAnotherPayment: false }) as const;

/** As `checkPayment`, for a refund. */
export async function checkRefund(gatewayRefundId: string): Promise<CheckedRefund> {
  const answer = toAnswer(await paymentGateway.getRefund(gatewayRefundId));
  if (!answer.isAnswered) return answer;
  const sides = answer.data
    ? ((await findRecords([answer.data])).get(gatewayRefundId) ?? { local: null, payment: null })
    : await findUnknown(gatewayRefundId);
  return { ...sides, isAnswered: true, gateway: answer.data, finding: findRefundFault(sides, answer.data) };
}

async function findUnknown(gatewayRefundId: string): Promise<RefundSides> {
  return { local: await Refund.findOne({ gatewayRefundId }).lean<RefundDoc>(), payment: null };
}

/** The break as the report shows it. */
export function toRefundItem(gatewayId: string, { local, payment }: RefundSides, finding: Finding): NewItem {
  return {
    ...finding,
    entity: "refund",
    gatewayId,
    refundId: local?._id ?? null,
    paymentId: local?.paymentId ?? payment?._id ?? null,
    orderNumber: local?.orderNumber ?? payment?.orderNumber ?? null,
  };
}
