import { customer, describedRouter, guest } from "../../middlewares/described-router.js";
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
 * @description Checks and reserves every line of the cart and starts its checkout, or continues the live one
 * @access Guest or customer
 */
consumer.post(
  "/start",
  {
    summary: "Start the checkout of the cart",
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
 * @description Continues a checkout; an expired one is replaced by a new one from the cart (`meta.renewed`)
 * @access Guest or customer, owner
 */
consumer.get(
  "/resume/:sessionId",
  {
    summary: "Resume a checkout",
    access: guest("reject"),
    priority: "checkout",
    schemas: schemas.resumeSchema,
    answers: { 200: CheckoutView },
    refuses: ["CHECKOUT_NOT_FOUND", ...START_REFUSES],
  },
  controller.resume,
);

/**
 * @route GET /api/checkout/:sessionId
 * @description The checkout with its current totals
 * @access Guest or customer, owner
 */
consumer.get(
  "/:sessionId",
  {
    summary: "The checkout",
    access: guest("reject"),
    priority: "checkout",
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
    priority: "checkout",
    schemas: schemas.getSummarySchema,
    answers: { 200: CheckoutView },
    refuses: READ_REFUSES,
  },
  controller.getSummary,
);

/**
 * @route PUT /api/checkout/:sessionId/contact
 * @description E-mail address and phone number for messages about the order
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
 * @description Sets the delivery address; drops the shipping method, which depends on it
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
 * @description Sets the billing address, or reuses the shipping address; with a GSTIN for a business
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
    summary: "The available shipping methods",
    access: guest("reject"),
    priority: "checkout",
    schemas: schemas.listShippingMethodsSchema,
    answers: { 200: ShippingMethodsView },
    refuses: ["CHECKOUT_INCOMPLETE", ...OPEN_REFUSES, ...UPSTREAM_REFUSES],
  },
  controller.listShippingMethods,
);

/**
 * @route PUT /api/checkout/:sessionId/shipping-method
 * @description Chooses one of the available shipping methods
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
 * @description Freezes lines and totals, claims the coupons and creates the gateway order for the amount due
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
 * @description A note of the customer, up to 1000 characters
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

/**
 * @route POST /api/checkout/:sessionId/loyalty
 * @description Pays with up to this many points; an open payment of another amount is superseded
 * @access Customer, owner
 */
consumer.post(
  "/:sessionId/loyalty",
  {
    summary: "Pay with points",
    access: customer(),
    schemas: schemas.payWithPointsSchema,
    answers: { 200: CheckoutView },
    refuses: [...WRITE_REFUSES, ...UPSTREAM_REFUSES],
  },
  controller.payWithPoints,
);

/**
 * @route DELETE /api/checkout/:sessionId/loyalty
 * @description Removes the points from the payment
 * @access Customer, owner
 */
consumer.delete(
  "/:sessionId/loyalty",
  {
    summary: "Stop paying with points",
    access: customer(),
    schemas: schemas.dropPointsSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.dropPoints,
);

/**
 * @route POST /api/checkout/:sessionId/store-credit
 * @description Pays with this amount of store credit or, without an amount, with as much as is due
 * @access Customer, owner
 */
consumer.post(
  "/:sessionId/store-credit",
  {
    summary: "Pay with store credit",
    access: customer(),
    schemas: schemas.payWithCreditSchema,
    answers: { 200: CheckoutView },
    refuses: [...WRITE_REFUSES, ...UPSTREAM_REFUSES],
  },
  controller.payWithCredit,
);

/**
 * @route DELETE /api/checkout/:sessionId/store-credit
 * @description Removes the store credit from the payment
 * @access Customer, owner
 */
consumer.delete(
  "/:sessionId/store-credit",
  {
    summary: "Stop paying with store credit",
    access: customer(),
    schemas: schemas.dropCreditSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.dropCredit,
);

export { consumer };
