import { describedRouter, guest } from "../../middlewares/described-router.js";
import * as controller from "./payments.controller.js";
import * as schemas from "./payments.validation.js";
import { CodOrderView, PaymentChoiceView, PaymentView } from "./payments.view.js";

const consumer = describedRouter({ base: "/api/payments", tag: "Payments" });

/** Choosing a payment checks the whole checkout once more, so all of these are possible. */
const CHOICE_REFUSES = [
  "CHECKOUT_EXPIRED",
  "CHECKOUT_INCOMPLETE",
  "CHECKOUT_FAILED",
  "CART_EMPTY",
  "CART_CHANGED",
  "OUT_OF_STOCK",
  "COUPON_INVALID",
  "COD_UNAVAILABLE",
  "SHIPPING_METHOD_UNAVAILABLE",
  "INSUFFICIENT_POINTS",
  "INSUFFICIENT_CREDIT",
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "INVALID_STATUS_TRANSITION",
] as const;

/** Only of what is paid online. */
const ONLINE_REFUSES = ["METHOD_UNAVAILABLE", "AMOUNT_BELOW_MINIMUM"] as const;

/**
 * @route POST /api/payments
 * @description Chooses how to pay and creates the gateway order, as PUT /api/checkout/:sessionId/payment-method
 * @access Guest or customer, owner
 */
consumer.post(
  "/",
  {
    summary: "Start a payment",
    access: guest("reject"),
    schemas: schemas.paySchema,
    answers: { 200: PaymentChoiceView },
    refuses: ["CHECKOUT_NOT_FOUND", ...CHOICE_REFUSES, ...ONLINE_REFUSES],
    idempotency: "required",
    rateClass: "payment",
  },
  controller.pay,
);

/**
 * @route POST /api/payments/verify
 * @description Checks the signature that Checkout.js returned, then asks the gateway; repeatable
 * @access Guest or customer, owner
 */
consumer.post(
  "/verify",
  {
    summary: "Verify a payment",
    access: guest("reject"),
    priority: "critical",
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
    refuses: ["CHECKOUT_NOT_FOUND", ...CHOICE_REFUSES, "TERMS_NOT_ACCEPTED", "PAYMENT_REQUIRED"],
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
    summary: "Retry a failed payment",
    access: guest("reject"),
    schemas: schemas.retryPaymentSchema,
    answers: { 200: PaymentChoiceView },
    refuses: ["PAYMENT_NOT_FOUND", "PAYMENT_NOT_FAILED", ...CHOICE_REFUSES, ...ONLINE_REFUSES],
    idempotency: "optional",
    rateClass: "payment",
  },
  controller.retryPayment,
);

/**
 * @route GET /api/payments/:paymentId
 * @description A payment with its status
 * @access Guest or customer, owner
 */
consumer.get(
  "/:paymentId",
  {
    summary: "The payment",
    access: guest("reject"),
    priority: "checkout",
    schemas: schemas.getPaymentSchema,
    answers: { 200: PaymentView },
    refuses: ["PAYMENT_NOT_FOUND"],
  },
  controller.getPayment,
);

export { consumer };
