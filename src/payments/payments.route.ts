import { describedRouter, guest } from "../../middlewares/described-router.js";
import * as controller from "./payments.controller.js";
import * as schemas from "./payments.validation.js";
import { CodOrderView, PaymentChoiceView, PaymentView } from "./payments.view.js";

const consumer = describedRouter({ base: "/api/payments", tag: "Payments" });

/** Whoever chooses a payment may meet these: the whole checkout is looked at once more. */
const CHOICE_REFUSES = [
  "CHECKOUT_NOT_FOUND",
  "CHECKOUT_EXPIRED",
  "CHECKOUT_INCOMPLETE",
  "CHECKOUT_FAILED",
  "CART_EMPTY",
  "OUT_OF_STOCK",
  "COUPON_INVALID",
  "COD_UNAVAILABLE",
  "METHOD_UNAVAILABLE",
  "AMOUNT_BELOW_MINIMUM",
  "SHIPPING_METHOD_UNAVAILABLE",
  "INSUFFICIENT_POINTS",
  "INSUFFICIENT_CREDIT",
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "INVALID_STATUS_TRANSITION",
] as const;

/**
 * @route POST /api/payments
 * @description Chooses how to pay and makes the gateway order, as PUT /api/checkout/:sessionId/payment-method
 * @access Guest or customer, owner
 */
consumer.post(
  "/",
  {
    summary: "Begin a payment",
    access: guest("reject"),
    schemas: schemas.paySchema,
    answers: { 200: PaymentChoiceView },
    refuses: CHOICE_REFUSES,
    idempotency: "required",
    rateClass: "payment",
  },
  controller.pay,
);

/**
 * @route POST /api/payments/verify
 * @description What Checkout.js handed over: its signature is checked, then the gateway is asked; repeatable
 * @access Guest or customer, owner
 */
consumer.post(
  "/verify",
  {
    summary: "Verify a payment",
    access: guest("reject"),
    schemas: schemas.verifyPaymentSchema,
    answers: { 200: PaymentView },
    refuses: ["PAYMENT_NOT_FOUND", "SIGNATURE_INVALID", "AMOUNT_MISMATCH", "PAYMENT_SUPERSEDED"],
  },
  controller.verifyPayment,
);

/**
 * @route POST /api/payments/cod
 * @description Cash on delivery in one call: chooses it and places the order
 * @access Guest or customer, owner
 */
consumer.post(
  "/cod",
  {
    summary: "Place the order, to be paid on delivery",
    access: guest("reject"),
    schemas: schemas.payOnDeliverySchema,
    answers: { 200: CodOrderView, 201: CodOrderView },
    refuses: [...CHOICE_REFUSES, "TERMS_NOT_ACCEPTED", "PAYMENT_REQUIRED"],
    idempotency: "required",
    rateClass: "place",
  },
  controller.payOnDelivery,
);

/**
 * @route POST /api/payments/:paymentId/retry
 * @description After a failed attempt: a new payment, on the same gateway order while the amount is unchanged
 * @access Guest or customer, owner
 */
consumer.post(
  "/:paymentId/retry",
  {
    summary: "Try a failed payment again",
    access: guest("reject"),
    schemas: schemas.retryPaymentSchema,
    answers: { 200: PaymentChoiceView },
    refuses: ["PAYMENT_NOT_FOUND", "PAYMENT_NOT_FAILED", ...CHOICE_REFUSES],
    idempotency: "optional",
    rateClass: "payment",
  },
  controller.retryPayment,
);

/**
 * @route GET /api/payments/:paymentId
 * @description A payment and what became of it
 * @access Guest or customer, owner
 */
consumer.get(
  "/:paymentId",
  {
    summary: "The payment",
    access: guest("reject"),
    schemas: schemas.getPaymentSchema,
    answers: { 200: PaymentView },
    refuses: ["PAYMENT_NOT_FOUND"],
  },
  controller.getPayment,
);

export { consumer };
