import Joi from "joi";
import type { PaymentDoc } from "../../models/index.js";
import {
  PAYMENT_GATEWAY_STATUSES,
  PAYMENT_GATEWAYS,
  PAYMENT_METHODS,
  PAYMENT_NEXT_STEPS,
} from "../constants.js";
import { toRupees } from "../money.js";
import { failureMessageOf } from "../payment-failures.js";
import { moment, rupees } from "../view-schemas.js";
import { id, text } from "./parts.view.js";
import { viewOf } from "./view-of.js";

const toMethodDetailsView = (details: PaymentDoc["methodDetails"]) => ({
  gatewayMethod: details?.gatewayMethod,
  last4: details?.last4,
  network: details?.network,
  bank: details?.bank,
  wallet: details?.wallet,
  vpa: details?.vpa,
});

/** A payment as its customer sees it: without data of the gateway, except the means of payment. */
export const toPaymentView = (payment: PaymentDoc) => ({
  id: payment._id.toHexString(),
  orderNumber: payment.orderNumber ?? undefined,
  checkoutSessionId: payment.checkoutSessionId?.toHexString() ?? null,
  gateway: payment.gateway,
  method: payment.method,
  status: payment.status,
  currency: payment.currency,
  amount: toRupees(payment.amount),
  capturedAmount: toRupees(payment.capturedAmount),
  refundedAmount: toRupees(payment.refundedAmount),
  methodDetails: toMethodDetailsView(payment.methodDetails),
  errorMessage: failureMessageOf(payment) ?? undefined,
  nextStep: payment.nextStep ?? undefined,
  retryOf: payment.retryOf?.toHexString(),
  createdAt: payment.createdAt,
  capturedAt: payment.capturedAt ?? undefined,
});

const MethodDetailsView = viewOf<ReturnType<typeof toMethodDetailsView>>(
  "PaymentMethodDetails",
  {},
  { gatewayMethod: text, last4: text, network: text, bank: text, wallet: text, vpa: text },
);

export const PaymentView = viewOf<ReturnType<typeof toPaymentView>>(
  "PaymentView",
  {
    id,
    checkoutSessionId: id.allow(null),
    gateway: Joi.string().valid(...PAYMENT_GATEWAYS),
    method: Joi.string()
      .valid(...PAYMENT_METHODS)
      .allow(null),
    status: Joi.string().valid(...PAYMENT_GATEWAY_STATUSES),
    currency: text,
    amount: rupees,
    capturedAmount: rupees,
    refundedAmount: rupees,
    methodDetails: MethodDetailsView,
    createdAt: moment,
  },
  {
    orderNumber: text,
    errorMessage: text,
    nextStep: Joi.string().valid(...PAYMENT_NEXT_STEPS),
    retryOf: id,
    capturedAt: moment,
  },
);
