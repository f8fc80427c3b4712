import { Payment, type PaymentDoc } from "../../../models/index.js";
import { comparePayment } from "../../calculations/reconciliation/compare-payments.js";
import type { Finding } from "../../calculations/reconciliation/finding.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { toAnswer } from "./ask-gateway.js";
import type { NewItem } from "./report-items.js";

export const COMPARED_FIELDS = {
  gatewayPaymentId: 1,
  gatewayOrderId: 1,
  checkoutSessionId: 1,
  orderId: 1,
  orderNumber: 1,
  status: 1,
  currency: 1,
  capturedAmount: 1,
  refundedAmount: 1,
  refundReserved: 1,
  capturedAt: 1,
  accepted: 1,
} as const;

export type ComparedPayment = Pick<PaymentDoc, "_id" | keyof typeof COMPARED_FIELDS>;

export type CheckedPayment =
  | { isAnswered: false }
  | {
      isAnswered: true;
      gateway: GatewayPayment | null;
      local: ComparedPayment | null;
      finding: Finding | null;
    };

/**
 * Asks the gateway about one payment and compares it: lists lag behind, so a difference counts only when the payment
 * itself shows it. Our record is read after the answer: what it applied meanwhile is no difference.
 * @throws the typed upstream error when the gateway is not reachable
 */
export async function checkPayment(gatewayPaymentId: string, settledBefore: Date): Promise<CheckedPayment> {
  const answer = toAnswer(await paymentGateway.getGatewayPayment(gatewayPaymentId));
  if (!answer.isAnswered) return answer;
  const gateway = answer.data;
  const local = await Payment.findOne(
    { gateway: paymentGateway.name, gatewayPaymentId },
    COMPARED_FIELDS,
  ).lean<ComparedPayment>();
  return { isAnswered: true, gateway, local, finding: comparePayment({ local, gateway, settledBefore }) };
}

/** The break as the report shows it. */
export function toPaymentItem(
  gatewayId: string,
  { gateway, local }: Extract<CheckedPayment, { isAnswered: true }>,
  finding: Finding,
): NewItem {
  return {
    ...finding,
    entity: "payment",
    gatewayId,
    gatewayOrderId: gateway?.orderId ?? local?.gatewayOrderId ?? null,
    paymentId: local?._id ?? null,
    orderNumber: local?.orderNumber ?? null,
  };
}
