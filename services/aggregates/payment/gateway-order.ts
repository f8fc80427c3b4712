import { config } from "../../../config/env.config.js";
import { Payment, type PaymentDoc } from "../../../models/index.js";
import { unwrap } from "../../../utils/result.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { reopenWebhooksAbout } from "../../platform/stored-webhooks.service.js";

export interface GatewayOrderRequest {
  payment: PaymentDoc;
  /** Whether the caller has just inserted the payment: then it cannot have a gateway order yet. */
  isNew: boolean;
}

/**
 * Gives a payment its gateway order, for exactly its amount and with the payment's id as receipt.
 *
 * Repeatable: for any payment that an earlier request inserted, the gateway is asked for an order with its
 * receipt before one is created, because the answer may have been lost or the process may have crashed before
 * it was stored. Runs under the checkout's lease; while the gateway is down the payment stays without a
 * gateway order, and the next choice of a method continues here.
 * @throws the typed upstream errors
 */
export async function ensureGatewayOrder({ payment, isNew }: GatewayOrderRequest): Promise<PaymentDoc> {
  if (payment.gatewayOrderId) return payment;
  const gatewayOrderId = (isNew ? null : await findByReceipt(payment)) ?? (await create(payment));
  const linked = await Payment.findOneAndUpdate(
    { _id: payment._id, gatewayOrderId: null },
    { $set: { gatewayOrderId } },
    { returnDocument: "after" },
  ).lean<PaymentDoc>();
  if (linked) {
    await reopenWebhooksAbout([gatewayOrderId]);
    return linked;
  }
  // The sweep has linked one in the meantime. Offer only that one: reports about another would match no payment.
  const current = await Payment.findById(payment._id).lean<PaymentDoc>();
  if (!current) throw new Error(`payment ${payment._id.toHexString()} has disappeared`);
  return current;
}

const receiptOf = (payment: PaymentDoc): string => payment._id.toHexString();

async function findByReceipt(payment: PaymentDoc): Promise<string | null> {
  return unwrap(await paymentGateway.findGatewayOrderByReceipt(receiptOf(payment)))?.id ?? null;
}

async function create(payment: PaymentDoc): Promise<string> {
  const result = await paymentGateway.createGatewayOrder({
    amount: payment.amount,
    receipt: receiptOf(payment),
    notes: { checkoutSessionId: payment.checkoutSessionId?.toHexString() ?? "" },
    capture: config.payments.capture,
  });
  return unwrap(result).id;
}
