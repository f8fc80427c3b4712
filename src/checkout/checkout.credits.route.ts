import { customer, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./checkout.credits.controller.js";
import * as schemas from "./checkout.credits.validation.js";
import { UPSTREAM_REFUSES, WRITE_REFUSES } from "./checkout.refusals.js";
import { CheckoutView } from "./checkout.view.js";

const credits = describedRouter({ base: "/api/checkout", tag: "Checkout" });

/**
 * @route POST /api/checkout/:sessionId/loyalty
 * @description Pays with so many points, as far as they are needed; an open payment of another amount is voided
 * @access Customer, owner
 */
credits.post(
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
 * @description Keeps the points
 * @access Customer, owner
 */
credits.delete(
  "/:sessionId/loyalty",
  {
    summary: "Do not pay with points",
    access: customer(),
    schemas: schemas.dropPointsSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.dropPoints,
);

/**
 * @route POST /api/checkout/:sessionId/store-credit
 * @description Pays with store credit: so much, or, without an amount, as much as is due
 * @access Customer, owner
 */
credits.post(
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
 * @description Keeps the store credit
 * @access Customer, owner
 */
credits.delete(
  "/:sessionId/store-credit",
  {
    summary: "Do not pay with store credit",
    access: customer(),
    schemas: schemas.dropCreditSchema,
    answers: { 200: CheckoutView },
    refuses: WRITE_REFUSES,
  },
  controller.dropCredit,
);

export { credits };
