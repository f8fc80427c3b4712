import { describedRouter, guest } from "../../middlewares/described-router.js";
import * as controller from "./checkout.controller.js";
import {
  OPEN_REFUSES,
  READ_REFUSES,
  START_REFUSES,
  UPSTREAM_REFUSES,
  WRITE_REFUSES,
} from "./checkout.refusals.js";
import * as schemas from "./checkout.validation.js";
import { CheckoutView, PaymentChoiceView, ShippingMethodsView } from "./checkout.view.js";

const consumer = describedRouter({ base: "/api/checkout", tag: "Checkout" });

/**
 * @route POST /api/checkout/start
 * @description Checks and reserves every line of the cart and opens its checkout; goes on with the one that is live
 * @access Guest or customer
 */
consumer.post(
  "/start",
  {
    summary: "Begin the checkout of the cart",
    access: guest("reject"),
    schemas: schemas.startSchema,
    answers: { 200: CheckoutView, 201: CheckoutView },
    refuses: START_REFUSES,
    idempotency: "optional",
  },
  controller.start,
);

/**
 * @route GET /api/checkout/resume/:sessionId
 * @description Goes on with a checkout: an expired one is made anew from the cart (`meta.renewed`)
 * @access Guest or customer, owner
 */
consumer.get(
  "/resume/:sessionId",
  {
    summary: "Go on with a checkout",
    access: guest("reject"),
    schemas: schemas.resumeSchema,
    answers: { 200: CheckoutView },
    refuses: ["CHECKOUT_NOT_FOUND", ...START_REFUSES],
  },
  controller.resume,
);

/**
 * @route GET /api/checkout/:sessionId
 * @description The checkout as it stands
 * @access Guest or customer, owner
 */
consumer.get(
  "/:sessionId",
  {
    summary: "The checkout",
    access: guest("reject"),
    schemas: schemas.getCheckoutSchema,
    answers: { 200: CheckoutView },
    refuses: READ_REFUSES,
  },
  controller.getCheckout,
);

/**
 * @route GET /api/checkout/:sessionId/summary
 * @description Everything that will be ordered, with its totals
 * @access Guest or customer, owner
 */
consumer.get(
  "/:sessionId/summary",
  {
    summary: "The checkout in full, before paying",
    access: guest("reject"),
    schemas: schemas.getSummarySchema,
    answers: { 200: CheckoutView },
    refuses: READ_REFUSES,
  },
  controller.getSummary,
);

/**
 * @route PUT /api/checkout/:sessionId/contact
 * @description Whom to write to and to call about the order
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/contact",
  {
    summary: "Set e-mail and phone",
    access: guest("reject"),
    schemas: schemas.setContactSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.setContact,
);

/**
 * @route PUT /api/checkout/:sessionId/shipping-address
 * @description Where to deliver; drops the shipping method, which depends on it
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/shipping-address",
  {
    summary: "Set the shipping address",
    access: guest("reject"),
    schemas: schemas.setShippingAddressSchema,
    answers: { 200: CheckoutView },
    refuses: ["PINCODE_NOT_SERVICEABLE", "NOT_FOUND", ...WRITE_REFUSES, ...UPSTREAM_REFUSES],
  },
  controller.setShippingAddress,
);

/**
 * @route PUT /api/checkout/:sessionId/billing-address
 * @description Whom to bill: an address, or the shipping one; with a GSTIN for a business
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/billing-address",
  {
    summary: "Set the billing address",
    access: guest("reject"),
    schemas: schemas.setBillingAddressSchema,
    answers: { 200: CheckoutView },
    refuses: ["INVALID_GSTIN", "CHECKOUT_INCOMPLETE", ...WRITE_REFUSES],
  },
  controller.setBillingAddress,
);

/**
 * @route GET /api/checkout/:sessionId/shipping-methods
 * @description The methods for the address, and for the cart's weight and value
 * @access Guest or customer, owner
 */
consumer.get(
  "/:sessionId/shipping-methods",
  {
    summary: "The shipping methods on offer",
    access: guest("reject"),
    schemas: schemas.listShippingMethodsSchema,
    answers: { 200: ShippingMethodsView },
    refuses: ["CHECKOUT_INCOMPLETE", ...OPEN_REFUSES, ...UPSTREAM_REFUSES],
  },
  controller.listShippingMethods,
);

/**
 * @route PUT /api/checkout/:sessionId/shipping-method
 * @description How to deliver
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/shipping-method",
  {
    summary: "Choose the shipping method",
    access: guest("reject"),
    schemas: schemas.setShippingMethodSchema,
    answers: { 200: CheckoutView },
    refuses: ["SHIPPING_METHOD_UNAVAILABLE", "CHECKOUT_INCOMPLETE", ...WRITE_REFUSES, ...UPSTREAM_REFUSES],
  },
  controller.setShippingMethod,
);

/**
 * @route PUT /api/checkout/:sessionId/payment-method
 * @description Freezes lines and totals, claims the coupon and makes the gateway order for the amount due
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/payment-method",
  {
    summary: "Choose how to pay",
    access: guest("reject"),
    schemas: schemas.setPaymentMethodSchema,
    answers: { 200: PaymentChoiceView },
    refuses: [
      "CHECKOUT_INCOMPLETE",
      "CART_EMPTY",
      "CART_CHANGED",
      "COD_UNAVAILABLE",
      "METHOD_UNAVAILABLE",
      "AMOUNT_BELOW_MINIMUM",
      "SHIPPING_METHOD_UNAVAILABLE",
      ...WRITE_REFUSES,
      ...UPSTREAM_REFUSES,
    ],
    rateClass: "payment",
  },
  controller.setPaymentMethod,
);

/**
 * @route PUT /api/checkout/:sessionId/gift-message
 * @description Makes the order a gift, with a message of up to 500 characters
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/gift-message",
  {
    summary: "Set the gift message",
    access: guest("reject"),
    schemas: schemas.setGiftMessageSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.setGiftMessage,
);

/**
 * @route PUT /api/checkout/:sessionId/notes
 * @description What the customer wants to tell, up to 1000 characters
 * @access Guest or customer, owner
 */
consumer.put(
  "/:sessionId/notes",
  {
    summary: "Set the customer's notes",
    access: guest("reject"),
    schemas: schemas.setNotesSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.setNotes,
);

export { admin } from "./checkout.admin.route.js";
export { credits } from "./checkout.credits.route.js";
export { consumer };
