import { type CheckoutSessionDoc, customerNameOf, type PaymentDoc } from "../../../models/index.js";
import {
  CHECKOUT_PAYMENT_METHODS,
  type CheckoutPaymentMethod,
  GATEWAY_MINIMUM_PAISE,
  PAYMENT_GATEWAY_STATUS,
} from "../../../utils/constants.js";
import type { Paise } from "../../../utils/money.js";
import type { CheckoutOptions } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";
import { getServiceability } from "../../integrations/shipping-integration.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { listDowntimes } from "../payment/downtimes.js";
import { type CheckoutState, calculateCheckoutTotals } from "./checkout-state.js";

export interface PaymentOption {
  method: CheckoutPaymentMethod;
  available: boolean;
  /** Why it is not available, as text for the storefront. */
  reason?: string;
  maxAmount?: Paise;
  /** The gateway reports a downtime of this method. */
  downtime?: { severity: string; since: Date };
}

/**
 * Every method, whether it can be chosen now, and why not. Works while neighbours are down: without an answer about
 * serviceability COD is unavailable, because delivery cannot be promised; without one about downtimes, all methods
 * stay available.
 */
export async function listPaymentOptions(state: CheckoutState): Promise<PaymentOption[]> {
  const [settings, downtimes, cod] = await Promise.all([
    getSettings("payments"),
    listDowntimes(),
    codOption(state),
  ]);
  return CHECKOUT_PAYMENT_METHODS.map((method) => {
    if (method === "cod")
      return settings.enabledMethods.includes("cod") ? cod : unavailable("cod", "Currently not available");
    if (!settings.enabledMethods.includes(method)) return unavailable(method, "Currently not available");
    if (state.totals.amountDue > 0 && state.totals.amountDue < GATEWAY_MINIMUM_PAISE) {
      return unavailable(method, "The amount is below ₹1");
    }
    const downtime = downtimes.find((entry) => entry.method === method);
    return {
      method,
      available: true,
      ...(downtime ? { downtime: { severity: downtime.severity, since: downtime.begin } } : {}),
    };
  });
}

const unavailable = (method: CheckoutPaymentMethod, reason: string): PaymentOption => ({
  method,
  available: false,
  reason,
});

async function codOption({ checkout, cart, lines }: CheckoutState): Promise<PaymentOption> {
  const settings = await getSettings("payments");
  const maxAmount = settings.codMaxAmount;
  const refused = (reason: string): PaymentOption => ({ method: "cod", available: false, reason, maxAmount });
  if (!checkout.shippingAddress) return refused("Enter the shipping address first");
  if (checkout.shippingMethod && !checkout.shippingMethod.isCodAvailable) {
    return refused("The chosen shipping method does not support cash on delivery");
  }
  // Including the COD fee, also while another method is chosen.
  const { amountDue } = await calculateCheckoutTotals({ ...checkout, paymentMethod: "cod" }, cart, lines);
  if (amountDue > maxAmount) return refused("The amount is above the limit for cash on delivery");
  const answer = await getServiceability(checkout.shippingAddress.pincode);
  if (!answer.success) return refused("Availability of cash on delivery cannot be checked at the moment");
  if (!answer.data.codAvailable) return refused("Cash on delivery is not available at this pincode");
  return { method: "cod", available: true, maxAmount };
}

/** The result of choosing a payment, on every route that does. */
export interface PaymentChoiceOverview {
  overview: CheckoutState & { payment: PaymentDoc | null };
  options: PaymentOption[];
  /** What the gateway's window needs; null when there is nothing to pay online now. */
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

/** Null for cash on delivery, when nothing is due, and once the payment is authorised. */
function findGatewayWindow(checkout: CheckoutSessionDoc, payment: PaymentDoc | null): CheckoutOptions | null {
  if (!payment?.gatewayOrderId || payment.status !== PAYMENT_GATEWAY_STATUS.PENDING) return null;
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
