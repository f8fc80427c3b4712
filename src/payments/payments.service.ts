import type { Types } from "mongoose";
import { Payment, type PaymentDoc } from "../../models/index.js";
import {
  type PaymentChoiceOverview,
  toPaymentChoice,
} from "../../services/aggregates/checkout/payment-options.js";
import { getOwnCheckout } from "../../services/aggregates/checkout-session/session-access.js";
import { loadOrder, type OrderOverview } from "../../services/aggregates/order/load-order.js";
import { findMismatch } from "../../services/calculations/payment-match.js";
import { choosePayment } from "../../services/flows/choose-payment.flow.js";
import { placeOrder } from "../../services/flows/place-order/place-order.flow.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import type { CheckoutAnswer, GatewayPayment } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { now } from "../../utils/clock.js";
import {
  CHECKOUT_PAYMENT_METHODS,
  CHECKOUT_STATUS,
  type CheckoutPaymentMethod,
  PAYMENT_GATEWAY_STATUS,
  type PaymentMismatchReason,
} from "../../utils/constants.js";
import { paymentNotFound, RuleError } from "../../utils/errors.js";
import { isOwnedBy, type Owner } from "../../utils/principal.js";
import { unwrap } from "../../utils/result.js";

/** @throws NotFoundError for an unknown payment and for another caller's */
export async function getOwnPayment(paymentId: Types.ObjectId, owner: Owner): Promise<PaymentDoc> {
  const payment = await Payment.findById(paymentId).lean<PaymentDoc>();
  if (!payment || !isOwnedBy(payment, owner)) throw paymentNotFound();
  return payment;
}

export interface PayRequest {
  owner: Owner;
  checkoutSessionId: Types.ObjectId;
  method: CheckoutPaymentMethod;
  termsAccepted?: boolean;
}

/** The same flow as `PUT /checkout/:id/payment-method`. */
export const pay = async (request: PayRequest): Promise<PaymentChoiceOverview> =>
  toPaymentChoice(await choosePayment(request));

/**
 * The client's callback: checks the signature over the gateway order's id as stored here, then asks the
 * gateway for the payment; only the gateway's report changes a status. Repeatable.
 * @throws NotFoundError for a gateway order that is not this caller's; RuleError SIGNATURE_INVALID,
 *   AMOUNT_MISMATCH (`details.reason` says what does not match), PAYMENT_SUPERSEDED; the upstream errors
 */
export async function verifyPayment(answer: CheckoutAnswer, owner: Owner): Promise<PaymentDoc> {
  const claimed = paymentGateway.readCheckoutAnswer(answer);
  // The oldest was created here, with the expected amount; a later one may come from a report of the gateway.
  const record = await Payment.findOne({ gatewayOrderId: claimed.gatewayOrderId })
    .sort({ createdAt: 1 })
    .lean<PaymentDoc>();
  if (!record?.gatewayOrderId || !isOwnedBy(record, owner)) throw paymentNotFound();
  if (!paymentGateway.isCheckoutAnswerGenuine(answer, record.gatewayOrderId)) {
    throw new RuleError("SIGNATURE_INVALID", "The signature of the payment is not valid");
  }
  const report = unwrap(await paymentGateway.getGatewayPayment(claimed.gatewayPaymentId));
  if (report.orderId !== record.gatewayOrderId) {
    throw new RuleError("SIGNATURE_INVALID", "This payment belongs to another order");
  }
  const settled = await settlePayment(report, "callback");
  if (!settled) throw paymentNotFound();
  const mismatch = settled.payment.mismatch?.reason ?? mismatchOfAuthorization(record, report);
  if (mismatch) {
    throw new RuleError(
      "AMOUNT_MISMATCH",
      "The payment does not match the amount due; it will be refunded. Choose a payment method again",
      { reason: mismatch },
    );
  }
  if (settled.payment.supersededAt) {
    throw new RuleError(
      "PAYMENT_SUPERSEDED",
      "The cart changed after this payment started; the payment will be refunded",
    );
  }
  return settled.payment;
}

/**
 * With automatic capture an authorisation is not settled, but a wrong amount can be reported at once. A fee that the
 * customer pays is unknown until the capture.
 */
const mismatchOfAuthorization = (
  expected: PaymentDoc,
  report: GatewayPayment,
): PaymentMismatchReason | null =>
  report.status === "authorized" && report.feeBearer !== "customer" ? findMismatch(expected, report) : null;

export interface CodRequest {
  owner: Owner;
  checkoutSessionId: Types.ObjectId;
  termsAccepted: boolean;
}

/** An order that is paid for on delivery. */
export interface CodOrder {
  order: OrderOverview;
  /** Null when credit and points paid for everything. */
  payment: PaymentDoc | null;
  /** Whether this call created it. */
  created: boolean;
}

/**
 * Cash on delivery in one call: chooses the method and places the order. Repeatable: a completed session returns
 * its order again, and a placement whose outcome was unknown is continued. When nothing is due, the order needs no
 * payment.
 * @throws RuleError TERMS_NOT_ACCEPTED, COD_UNAVAILABLE; otherwise as choosing a method and placing an order.
 */
export async function payOnDelivery(request: CodRequest): Promise<CodOrder> {
  const { owner, checkoutSessionId } = request;
  const checkout = await getOwnCheckout(checkoutSessionId, owner);
  const isPlacedOrPlacing = checkout.status === CHECKOUT_STATUS.COMPLETED || checkout.placement !== null;
  const needsNoPayment = checkout.frozen?.totals.amountDue === 0;
  const isPromised = isPlacedOrPlacing && (checkout.paymentMethod === "cod" || needsNoPayment);
  if (!isPromised) {
    if (!request.termsAccepted) {
      throw new RuleError("TERMS_NOT_ACCEPTED", "Accept the terms to place the order");
    }
    await choosePayment({ owner, checkoutSessionId, method: "cod", termsAccepted: true });
  }
  const termsAcceptedAt = isPromised ? null : now();
  const placed = await placeOrder({ checkoutSessionId, termsAcceptedAt, waitForOthers: true });
  const order = placed.overview ?? (await loadOrder(placed.order));
  return { order, payment: order.payment, created: placed.created };
}

const isCheckoutMethod = (method: PaymentDoc["method"]): method is CheckoutPaymentMethod =>
  CHECKOUT_PAYMENT_METHODS.some((candidate) => candidate === method);

/**
 * After a failed attempt: a new record, on the same gateway order while the amount is unchanged.
 * @throws RuleError PAYMENT_NOT_FAILED, METHOD_UNAVAILABLE; otherwise as choosing a method
 */
export async function retryPayment(
  paymentId: Types.ObjectId,
  owner: Owner,
  method?: CheckoutPaymentMethod,
): Promise<PaymentChoiceOverview> {
  const failed = await getOwnPayment(paymentId, owner);
  if (failed.status !== PAYMENT_GATEWAY_STATUS.FAILED || !failed.checkoutSessionId) {
    throw new RuleError("PAYMENT_NOT_FAILED", "Only a failed payment can be retried", {
      status: failed.status,
    });
  }
  const chosen = method ?? failed.method;
  if (!isCheckoutMethod(chosen)) throw new RuleError("METHOD_UNAVAILABLE", "Choose a payment method");
  return pay({ owner, checkoutSessionId: failed.checkoutSessionId, method: chosen });
}
