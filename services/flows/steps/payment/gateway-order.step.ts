import { config } from "../../../../config/env.config.js";
import { Payment, type PaymentDoc } from "../../../../models/index.js";
import { toUpstreamError, unwrap } from "../../../../utils/result.js";
import { paymentGateway } from "../../../integrations/payment-gateway.service.js";

/**
 * Gives a payment its gateway order, for exactly its amount and with the payment's id as receipt.
 *
 * Repeatable: a creation whose answer was lost is found again by its receipt before anything is made anew
 * (F30). Runs under the checkout's lease; the record stays `pending` without a gateway order when the
 * gateway is down, and choosing again goes on from here.
 */
export async function ensureGatewayOrder(payment: PaymentDoc): Promise<PaymentDoc> {
  if (payment.gatewayOrderId) return payment;
  const receipt = payment._id.toHexString();
  const isFirstTry = payment.createdAt.getTime() === payment.updatedAt.getTime();
  const gatewayOrderId =
    (isFirstTry ? null : await findByReceipt(receipt)) ?? (await create(payment, receipt));
  const linked = await Payment.findOneAndUpdate(
    { _id: payment._id, gatewayOrderId: null },
    { $set: { gatewayOrderId } },
    { returnDocument: "after" },
  ).lean<PaymentDoc>();
  return linked ?? { ...payment, gatewayOrderId };
}

async function findByReceipt(receipt: string): Promise<string | null> {
  return unwrap(await paymentGateway.findGatewayOrderByReceipt(receipt))?.id ?? null;
}

async function create(payment: PaymentDoc, receipt: string): Promise<string> {
  const result = await paymentGateway.createGatewayOrder({
    amount: payment.amount,
    receipt,
    notes: { checkoutSessionId: payment.checkoutSessionId?.toHexString() ?? "" },
    capture: config.payments.capture,
  });
  if (result.success) return result.data.id;
  // So that the next try looks for the order that may exist by now.
  await Payment.updateOne({ _id: payment._id }, { $set: { errorCode: result.code } });
  throw toUpstreamError(result);
}
