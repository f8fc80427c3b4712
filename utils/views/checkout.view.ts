import Joi from "joi";
import type {
  CartDoc,
  CartItemDoc,
  CheckoutSessionDoc,
  CheckoutTotals,
  PaymentDoc,
} from "../../models/index.js";
import type { CheckoutOptions } from "../../services/integrations/payment-gateway/requests.js";
import { checkoutOptionsSchema } from "../../services/integrations/payment-gateway.schemas.js";
import { CHECKOUT_PAYMENT_METHODS, CHECKOUT_STATUSES, type CheckoutPaymentMethod } from "../constants.js";
import { type Paise, toRupees } from "../money.js";
import { moment, nullable, rupees } from "../view-schemas.js";
import { CartView, toCartView } from "./cart.view.js";
import {
  AddressView,
  dueFields,
  id,
  ShippingMethodView,
  text,
  textOrNull,
  toAddressView,
  toShippingMethodView,
  toTotalsView,
  totalsFields,
} from "./parts.view.js";
import { PaymentView, toPaymentView } from "./payment.view.js";
import { viewOf } from "./view-of.js";

export interface CheckoutViewSource {
  checkout: CheckoutSessionDoc;
  cart: CartDoc;
  lines: readonly CartItemDoc[];
  totals: CheckoutTotals;
  payment: PaymentDoc | null;
}

const toCheckoutTotalsView = (totals: CheckoutTotals) => ({
  ...toTotalsView(totals),
  taxEstimated: totals.taxEstimated,
  storeCredit: toRupees(totals.storeCredit),
  loyaltyDiscount: toRupees(totals.loyaltyDiscount),
  amountDue: toRupees(totals.amountDue),
});

/** A checkout as its owner sees it. Once the method is chosen, the totals are the frozen ones. */
export function toCheckoutView({ checkout, cart, lines, totals, payment }: CheckoutViewSource) {
  return {
    id: checkout._id.toHexString(),
    cartId: checkout.cartId.toHexString(),
    status: checkout.status,
    email: checkout.email,
    phone: checkout.phone,
    shippingAddress: checkout.shippingAddress && toAddressView(checkout.shippingAddress),
    billingAddress: checkout.billingAddress && toAddressView(checkout.billingAddress),
    billingSameAsShipping: checkout.billingSameAsShipping,
    gstin: checkout.gstin,
    shippingMethod: checkout.shippingMethod && toShippingMethodView(checkout.shippingMethod),
    paymentMethod: checkout.paymentMethod,
    isGiftOrder: checkout.isGiftOrder,
    giftMessage: checkout.giftMessage,
    customerNotes: checkout.customerNotes,
    termsAccepted: checkout.termsAcceptedAt !== null,
    totals: toCheckoutTotalsView(checkout.frozen?.totals ?? totals),
    cart: toCartView({ cart, lines, notices: [...cart.notices, ...(checkout.notices ?? [])] }),
    payment: payment && toPaymentView(payment),
    orderNumber: checkout.orderNumber ?? undefined,
    expiresAt: checkout.expiresAt,
  };
}

const paymentMethod = Joi.string().valid(...CHECKOUT_PAYMENT_METHODS);

const CheckoutTotalsView = viewOf<ReturnType<typeof toCheckoutTotalsView>>("CheckoutTotals", {
  ...totalsFields,
  ...dueFields,
  taxEstimated: Joi.boolean(),
});

export const CheckoutView = viewOf<ReturnType<typeof toCheckoutView>>(
  "CheckoutView",
  {
    id,
    cartId: id,
    status: Joi.string().valid(...CHECKOUT_STATUSES),
    email: textOrNull,
    phone: textOrNull,
    shippingAddress: nullable(AddressView),
    billingAddress: nullable(AddressView),
    billingSameAsShipping: Joi.boolean(),
    gstin: textOrNull,
    shippingMethod: nullable(ShippingMethodView),
    paymentMethod: paymentMethod.allow(null),
    isGiftOrder: Joi.boolean(),
    giftMessage: textOrNull,
    customerNotes: textOrNull,
    termsAccepted: Joi.boolean(),
    totals: CheckoutTotalsView,
    cart: CartView,
    payment: nullable(PaymentView),
    expiresAt: moment,
  },
  { orderNumber: text },
);

/** A payment method, as `listPaymentOptions` returns it. */
export interface PaymentOptionSource {
  method: CheckoutPaymentMethod;
  available: boolean;
  reason?: string;
  maxAmount?: Paise;
  downtime?: { severity: string; since: Date };
}

const toPaymentOptionView = ({ method, available, reason, maxAmount, downtime }: PaymentOptionSource) => ({
  method,
  available,
  reason,
  maxAmount: maxAmount === undefined ? undefined : toRupees(maxAmount),
  downtime: downtime && { severity: downtime.severity, since: downtime.since },
});

const PaymentOptionView = viewOf<ReturnType<typeof toPaymentOptionView>>(
  "PaymentOption",
  { method: paymentMethod, available: Joi.boolean() },
  {
    reason: text,
    maxAmount: rupees,
    downtime: Joi.object({ severity: text.required(), since: moment.required() }),
  },
);

export interface PaymentChoiceSource {
  overview: CheckoutViewSource;
  options: readonly PaymentOptionSource[];
  /** Null for cash on delivery, and when nothing is due. */
  gateway: CheckoutOptions | null;
}

/** The response of every route that chooses a payment: of the checkout, of payments, and the retry. */
export const toPaymentChoiceView = ({ overview, options, gateway }: PaymentChoiceSource) => ({
  session: toCheckoutView(overview),
  paymentOptions: options.map(toPaymentOptionView),
  payment: overview.payment && toPaymentView(overview.payment),
  // The gateway's adapter decides what its script in the browser needs, and describes it.
  gateway,
});

export const PaymentChoiceView = viewOf<ReturnType<typeof toPaymentChoiceView>>("PaymentChoice", {
  session: CheckoutView,
  paymentOptions: Joi.array().items(PaymentOptionView),
  payment: nullable(PaymentView),
  gateway: nullable(checkoutOptionsSchema),
});
