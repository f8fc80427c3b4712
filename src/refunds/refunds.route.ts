import { describedRouter, guest } from "../../middlewares/described-router.js";
import { listView } from "../../utils/view-schemas.js";
import * as controller from "./refunds.controller.js";
import * as schemas from "./refunds.validation.js";
import { ReasonsView, RefundView } from "./refunds.view.js";

const consumer = describedRouter({ base: "/api/refunds", tag: "Refunds" });

/**
 * @route GET /api/refunds/reasons
 * @description The reasons that a refund can have
 * @access Guest or customer
 */
consumer.get(
  "/reasons",
  {
    summary: "Reasons for a refund",
    description: "`other` requires `notes`.",
    access: guest("empty"),
    answers: { 200: ReasonsView },
  },
  controller.listReasons,
);

/**
 * @route POST /api/refunds
 * @description Asks for a refund of units, or of all that is left of the order; an admin decides
 * @access Guest or customer, owner
 */
consumer.post(
  "/",
  {
    summary: "Ask for a refund",
    description: "Without `items`: all that is left. `split` shows what will go back to where.",
    access: guest("reject"),
    schemas: schemas.createRefundSchema,
    answers: { 201: RefundView },
    refuses: ["ORDER_NOT_FOUND", "NOT_REFUNDABLE", "REFUND_EXCEEDS_PAID", "PAYMENT_DISPUTED"],
    idempotency: "optional",
    // Each of them mails an administrator.
    rateClass: "place",
  },
  controller.createRefund,
);

/**
 * @route GET /api/refunds
 * @description The caller's refunds, newest first
 * @access Guest or customer
 */
consumer.get(
  "/",
  {
    summary: "The caller's refunds",
    access: guest("reject"),
    schemas: schemas.listRefundsSchema,
    answers: { 200: listView(RefundView) },
  },
  controller.listRefunds,
);

/**
 * @route GET /api/refunds/:refundId
 * @description A refund with its timeline
 * @access Guest or customer, owner
 */
consumer.get(
  "/:refundId",
  {
    summary: "The refund",
    access: guest("reject"),
    schemas: schemas.getRefundSchema,
    answers: { 200: RefundView },
    refuses: ["REFUND_NOT_FOUND"],
  },
  controller.getRefund,
);

/**
 * @route PUT /api/refunds/:refundId/bank-account
 * @description The account that a bank transfer goes to, until the refund is processed
 * @access Guest or customer, owner
 */
consumer.put(
  "/:refundId/bank-account",
  {
    summary: "Set the bank account",
    description: "Stored encrypted. Every response shows the last four digits of the number only.",
    access: guest("reject"),
    schemas: schemas.setBankAccountSchema,
    answers: { 200: RefundView },
    refuses: ["REFUND_NOT_FOUND", "INVALID_STATUS_TRANSITION", "VERSION_CONFLICT"],
  },
  controller.setBankAccount,
);

export { consumer };
