import { config } from "../../../config/env.config.js";
import { Payment, type PaymentDoc } from "../../../models/index.js";
import { RuleError } from "../../../utils/errors.js";
import { type Failure, isRefused, unwrap } from "../../../utils/result.js";
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
 * @throws RuleError METHOD_UNAVAILABLE, AMOUNT_BELOW_MINIMUM when the gateway refuses the amount; the typed upstream
 *   errors
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
  const amountError = isRefused(result) ? toAmountError(result) : null;
  if (amountError) throw amountError;
  return unwrap(result).id;
}

/** The gateway's limits for one payment depend on the merchant's account, so only the gateway knows them. */
function toAmountError({ code }: Failure): RuleError | null {
  if (code === "AMOUNT_TOO_LARGE") {
    const reason = "The amount is more than can be paid online at once";
    const message = `${reason}. Remove items from the cart, or choose another payment method`;
    return new RuleError("METHOD_UNAVAILABLE", message, { reason, nextStep: "other_method" });
  }
  if (code !== "AMOUNT_TOO_SMALL") return null;
  const reason = "The amount is below the minimum of the payment method";
  return new RuleError("AMOUNT_BELOW_MINIMUM", reason, { reason });
}
