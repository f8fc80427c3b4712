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
import { getSettings } from "../../platform/settings.service.js";
import { listDowntimes } from "../payment/downtimes.js";
import { type CheckoutState, calculateCheckoutTotals } from "./checkout-state.js";
import { findCodObstacle } from "./cod-terms.js";

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
  const { codMaxAmount: maxAmount } = await getSettings("payments");
  // Including the COD fee, also while another method is chosen.
  const { amountDue } = await calculateCheckoutTotals({ ...checkout, paymentMethod: "cod" }, cart, lines);
  const reason = await findCodObstacle({ ...checkout, amountDue });
  return { method: "cod", available: reason === null, ...(reason === null ? {} : { reason }), maxAmount };
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
