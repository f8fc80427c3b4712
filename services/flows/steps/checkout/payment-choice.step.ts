import { type CheckoutSessionDoc, customerNameOf, type PaymentDoc } from "../../../../models/index.js";
import type { CheckoutOptions } from "../../../integrations/payment-gateway.js";
import { paymentGateway } from "../../../integrations/payment-gateway.service.js";
import type { CheckoutState } from "./checkout-state.step.js";
import type { PaymentOption } from "./payment-options.step.js";

/** What every door of choosing a payment answers with. */
export interface PaymentChoiceOverview {
  overview: CheckoutState & { payment: PaymentDoc | null };
  options: PaymentOption[];
  /** What the gateway's window is opened with; null when there is nothing to pay online now. */
  gateway: CheckoutOptions | null;
}

interface Chosen {
  state: CheckoutState;
  options: PaymentOption[];
  payment: PaymentDoc | null;
}

export const toPaymentChoice = ({ state, options, payment }: Chosen): PaymentChoiceOverview => ({
  overview: { ...state, payment },
  options,
  gateway: findGatewayWindow(state.checkout, payment),
});

/** Null for cash on delivery, when nothing is due, and once the money is on its way. */
function findGatewayWindow(checkout: CheckoutSessionDoc, payment: PaymentDoc | null): CheckoutOptions | null {
  if (!payment?.gatewayOrderId || payment.status !== "pending") return null;
  return paymentGateway.checkoutOptions({
    gatewayOrderId: payment.gatewayOrderId,
    amount: payment.amount,
    prefill: {
      name: customerNameOf(checkout),
      email: checkout.email,
      contact: checkout.phone,
    },
    method: payment.method,
  });
}
