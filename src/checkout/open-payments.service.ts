import { logger } from "../../config/logger.config.js";
import { type CheckoutSessionDoc, Payment, type PaymentDoc } from "../../models/index.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import { askGatewayAbout } from "../../services/flows/sweep-payments.flow.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { AppError } from "../../utils/errors.js";

/**
 * Asks the gateway about every payment of a checkout and applies what it reports. Attempts share a gateway order, which is
 * asked about once.
 * @returns whether the checkout is paid
 * @throws the typed upstream errors
 */
export async function hasBeenPaid(checkout: CheckoutSessionDoc): Promise<boolean> {
  const ofCheckout = { checkoutSessionId: checkout._id, gateway: paymentGateway.name };
  const payments = await Payment.find(ofCheckout).lean<PaymentDoc[]>();
  let paid = payments.some(({ accepted }) => accepted);
  const asked = new Set<string>();
  for (const payment of payments) {
    if (payment.gatewayOrderId !== null && asked.has(payment.gatewayOrderId)) continue;
    if (payment.gatewayOrderId !== null) asked.add(payment.gatewayOrderId);
    for (const report of await askGatewayAbout(payment)) {
      const settled = await settlePayment(report, "sweep");
      paid ||= settled?.payment.accepted ?? false;
    }
  }
  return paid;
}

/**
 * Before an expired checkout is replaced: it may have been paid, and the event be late. While the gateway does not answer,
 * the customer goes on all the same; a payment that is found later is refunded.
 */
export async function settleOpenPayments(checkout: CheckoutSessionDoc): Promise<void> {
  try {
    await hasBeenPaid(checkout);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    const checkoutSessionId = checkout._id.toHexString();
    logger.warn(
      { err: error, checkoutSessionId },
      "> The gateway could not be asked about an expired checkout",
    );
  }
}
