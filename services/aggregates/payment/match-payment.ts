import { Payment, type PaymentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { paymentMachine } from "../../../utils/state-machines.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";

/**
 * Finds the record of a gateway payment: the one with its id; else the newest of its gateway order that has
 * no gateway payment yet, which then takes the id; else a record of its own, so that no money is without one.
 * The amount does not matter here: a wrong one must end the attempt that it was paid for.
 * @returns null when the gateway order is unknown here
 */
export async function findOrAdoptPayment(word: GatewayPayment): Promise<PaymentDoc | null> {
  const known = await Payment.findOne({
    gateway: word.gateway,
    gatewayPaymentId: word.id,
  }).lean<PaymentDoc>();
  if (known) return known;
  if (!word.orderId) return null;
  try {
    return (await adopt(word)) ?? (await recordOfItsOwn(word));
  } catch (error) {
    // Another report about the same payment was faster: the gateway's id is unique.
    if (!isDuplicateKey(error)) throw error;
    return Payment.findOne({ gateway: word.gateway, gatewayPaymentId: word.id }).lean<PaymentDoc>();
  }
}

function adopt(word: GatewayPayment): Promise<PaymentDoc | null> {
  return Payment.findOneAndUpdate(
    { gatewayOrderId: word.orderId, gatewayPaymentId: null },
    { $set: { gatewayPaymentId: word.id } },
    { sort: { createdAt: -1 }, returnDocument: "after" },
  ).lean<PaymentDoc>();
}

/** A further payment on the same gateway order: paid in two tabs, or tried again in the gateway's window. */
async function recordOfItsOwn(word: GatewayPayment): Promise<PaymentDoc | null> {
  const sibling = await Payment.findOne({ gatewayOrderId: word.orderId })
    .sort({ createdAt: -1 })
    .lean<PaymentDoc>();
  if (!sibling) return null;
  const record = await Payment.create({
    checkoutSessionId: sibling.checkoutSessionId,
    userId: sibling.userId,
    sessionId: sibling.sessionId,
    gateway: word.gateway,
    gatewayOrderId: word.orderId,
    gatewayPaymentId: word.id,
    method: word.method ?? sibling.method,
    methodDetails: word.methodDetails,
    status: paymentMachine.initial,
    currency: word.currency,
    amount: word.amount,
    capturedAmount: ZERO_PAISE,
    refundedAmount: ZERO_PAISE,
    refundReserved: ZERO_PAISE,
    supersededAt: sibling.supersededAt,
    statusHistory: [
      {
        from: null,
        to: paymentMachine.initial,
        at: now(),
        by: { type: "system" },
        note: "reported by the gateway",
      },
    ],
  });
  return record.toObject<PaymentDoc>();
}
