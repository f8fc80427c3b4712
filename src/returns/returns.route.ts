import { describedRouter, guest } from "../../middlewares/described-router.js";
import { listView } from "../../utils/view-schemas.js";
import * as controller from "./returns.controller.js";
import * as schemas from "./returns.validation.js";
import { EligibilityView, ReasonsView, ReturnView } from "./returns.view.js";

const consumer = describedRouter({ base: "/api/returns", tag: "Returns" });

/**
 * @route GET /api/returns/reasons
 * @description The reasons that a return can have
 * @access Guest or customer
 */
consumer.get(
  "/reasons",
  {
    summary: "Reasons for a return",
    description:
      "`other` requires `customerNotes`. Where `sellerAtFault`, the customer does not pay for the way back.",
    access: guest("empty"),
    answers: { 200: ReasonsView },
  },
  controller.listReasons,
);

/**
 * @route GET /api/returns/eligibility
 * @description For each line of an order: how many units can be returned, until when, or why none can
 * @access Guest or customer, owner
 */
consumer.get(
  "/eligibility",
  {
    summary: "What can be returned",
    access: guest("reject"),
    schemas: schemas.getEligibilitySchema,
    answers: { 200: EligibilityView },
    refuses: ["ORDER_NOT_FOUND"],
  },
  controller.getEligibility,
);

/**
 * @route POST /api/returns
 * @description Asks for a return of delivered units; an admin decides
 * @access Guest or customer, owner
 */
consumer.post(
  "/",
  {
    summary: "Ask for a return",
    description:
      "A refusal lists every line that cannot be returned under `details.lines`, with its reason and how many units could be. Photos are added afterwards.",
    access: guest("reject"),
    schemas: schemas.createReturnSchema,
    answers: { 201: ReturnView },
    refuses: ["ORDER_NOT_FOUND", "NOT_RETURNABLE", "RETURN_WINDOW_CLOSED", "QUANTITY_NOT_RETURNABLE"],
    idempotency: "optional",
    // Each of them mails an administrator.
    rateClass: "place",
  },
  controller.createReturn,
);

/**
 * @route GET /api/returns
 * @description The caller's returns, newest first
 * @access Guest or customer
 */
consumer.get(
  "/",
  {
    summary: "The caller's returns",
    access: guest("reject"),
    schemas: schemas.listReturnsSchema,
    answers: { 200: listView(ReturnView) },
  },
  controller.listReturns,
);

/**
 * @route GET /api/returns/:returnId
 * @description A return with its inspection, its refund and its timeline
 * @access Guest or customer, owner
 */
consumer.get(
  "/:returnId",
  {
    summary: "The return",
    access: guest("reject"),
    schemas: schemas.getReturnSchema,
    answers: { 200: ReturnView },
    refuses: ["RETURN_NOT_FOUND"],
  },
  controller.getReturn,
);

export { consumer };
