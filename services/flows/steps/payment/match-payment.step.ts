import { Payment, type PaymentDoc } from "../../../../models/index.js";
import { now } from "../../../../utils/clock.js";
import { isDuplicateKey } from "../../../../utils/duplicate-key.js";
import { ZERO_PAISE } from "../../../../utils/money.js";
import { paymentMachine } from "../../../../utils/state-machines.js";
import type { GatewayPayment } from "../../../integrations/payment-gateway.js";

/**
 * Our record of a gateway payment (D11): the one with its id; else the newest of its gateway order that
 * has no gateway payment yet and the same amount, which then takes the id; else a record of its own, so
 * that no money stays without one.
 * @returns null when no record of ours knows the gateway order.
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
    // Another word about the same payment was faster: the unique index on the gateway's id says so.
    if (!isDuplicateKey(error)) throw error;
    return Payment.findOne({ gateway: word.gateway, gatewayPaymentId: word.id }).lean<PaymentDoc>();
  }
}

function adopt(word: GatewayPayment): Promise<PaymentDoc | null> {
  return Payment.findOneAndUpdate(
    { gatewayOrderId: word.orderId, gatewayPaymentId: null, amount: word.amount, currency: word.currency },
    { $set: { gatewayPaymentId: word.id } },
    { sort: { createdAt: -1 }, returnDocument: "after" },
  ).lean<PaymentDoc>();
}

/** A second payment on the same gateway order (two tabs), or one of another amount than we asked for. */
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
    method: word.method,
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
