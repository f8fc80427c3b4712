import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./returns.admin.controller.js";
import * as schemas from "./returns.admin.validation.js";
import {
  AdminReturnListView,
  AdminReturnView,
  RefundedReturnView,
  ReturnFileView,
} from "./returns.admin.view.js";
import { ReturnAnalyticsView } from "./returns.analytics.view.js";

const admin = describedRouter({ base: "/api/admin/returns", tag: "Returns" });

/**
 * @route GET /api/admin/returns
 * @description Returns by the time they were asked for; filters by status, order and return number
 * @access Admin (returns:read)
 */
admin.get(
  "/",
  {
    summary: "Returns",
    description:
      "`status=requested` is what waits for a decision, `status=received` what waits in the warehouse.",
    access: adminWith("returns:read"),
    schemas: schemas.listReturnsSchema,
    answers: { 200: AdminReturnListView },
  },
  controller.listReturns,
);

/**
 * @route GET /api/admin/returns/analytics
 * @description Return rate, reasons and products, by period
 * @access Admin (returns:read)
 */
admin.get(
  "/analytics",
  {
    summary: "The analysis of returns",
    description: "Counts what was asked for in the range. Without dates, the last 30 days.",
    access: adminWith("returns:read"),
    priority: "report",
    schemas: schemas.getAnalyticsSchema,
    answers: { 200: ReturnAnalyticsView },
  },
  controller.getAnalytics,
);

/**
 * @route GET /api/admin/returns/:returnId
 * @description A return with its history, photos, notes and refunds
 * @access Admin (returns:read)
 */
admin.get(
  "/:returnId",
  {
    summary: "A return",
    access: adminWith("returns:read"),
    schemas: schemas.getReturnSchema,
    answers: { 200: ReturnFileView },
    refuses: ["RETURN_NOT_FOUND"],
  },
  controller.getReturn,
);

/**
 * @route POST /api/admin/returns/:returnId/approve
 * @description Approves a requested return, which gets its RMA number
 * @access Admin (returns:write)
 */
admin.post(
  "/:returnId/approve",
  {
    summary: "Approve a return",
    access: adminWith("returns:write"),
    schemas: schemas.approveReturnSchema,
    answers: { 200: AdminReturnView },
    refuses: ["RETURN_NOT_FOUND", "INVALID_STATUS_TRANSITION"],
    idempotency: "optional",
  },
  controller.approveReturn,
);

/**
 * @route POST /api/admin/returns/:returnId/reject
 * @description Rejects a requested return, or an approved one whose parcel never arrived; its units can be returned again
 * @access Admin (returns:write)
 */
admin.post(
  "/:returnId/reject",
  {
    summary: "Reject a return",
    description: "The customer gets the reason.",
    access: adminWith("returns:write"),
    schemas: schemas.rejectReturnSchema,
    answers: { 200: AdminReturnView },
    refuses: ["RETURN_NOT_FOUND", "INVALID_STATUS_TRANSITION"],
    idempotency: "optional",
  },
  controller.rejectReturn,
);

/**
 * @route POST /api/admin/returns/:returnId/schedule-pickup
 * @description Has the goods picked up at the customer's address
 * @access Admin (returns:write)
 */
admin.post(
  "/:returnId/schedule-pickup",
  {
    summary: "Schedule the pickup",
    description: "Once for each approved return. Without a date, as soon as the carrier can.",
    access: adminWith("returns:write"),
    schemas: schemas.schedulePickupSchema,
    answers: { 200: AdminReturnView },
    refuses: ["RETURN_NOT_FOUND", "INVALID_STATUS_TRANSITION", "PICKUP_NOT_POSSIBLE"],
    idempotency: "optional",
  },
  controller.schedulePickup,
);

/**
 * @route PUT /api/admin/returns/:returnId/received
 * @description The parcel of an approved return has arrived
 * @access Admin (returns:inspect)
 */
admin.put(
  "/:returnId/received",
  {
    summary: "The parcel has arrived",
    access: adminWith("returns:inspect"),
    schemas: schemas.receiveReturnSchema,
    answers: { 200: AdminReturnView },
    refuses: ["RETURN_NOT_FOUND", "INVALID_STATUS_TRANSITION"],
  },
  controller.receiveReturn,
);

/**
 * @route POST /api/admin/returns/:returnId/inspect
 * @description Records the inspection of every line of a received return
 * @access Admin (returns:inspect)
 */
admin.post(
  "/:returnId/inspect",
  {
    summary: "Record the inspection",
    description:
      "Once for each return, with every line. `refundBreakdown` then shows what confirming it will refund. When nothing passes, the return is rejected; the customer gets the notes.",
    access: adminWith("returns:inspect"),
    schemas: schemas.inspectReturnSchema,
    answers: { 200: AdminReturnView },
    refuses: ["RETURN_NOT_FOUND", "INVALID_STATUS_TRANSITION", "RETURN_INSPECTED"],
    idempotency: "optional",
  },
  controller.inspectReturn,
);

/**
 * @route POST /api/admin/returns/:returnId/refund
 * @description Refunds the units that passed the inspection, restocks, and completes the return
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:returnId/refund",
  {
    summary: "Refund and complete a return",
    description:
      "Without `destination`, the money goes back to where it came from. Without `deductShipping`, the customer pays for the way back unless the goods were at fault. A repeat returns the completed return.",
    access: adminWith("refunds:approve"),
    schemas: schemas.refundReturnSchema,
    answers: { 200: RefundedReturnView },
    refuses: [
      "RETURN_NOT_FOUND",
      "INVALID_STATUS_TRANSITION",
      "RETURN_NOT_INSPECTED",
      "PAYMENT_DISPUTED",
      "NOT_REFUNDABLE",
    ],
    idempotency: "optional",
  },
  controller.refundReturn,
);

/**
 * @route POST /api/admin/returns/:returnId/notes
 * @description Adds a note for the staff
 * @access Admin (returns:write)
 */
admin.post(
  "/:returnId/notes",
  {
    summary: "Add a note",
    access: adminWith("returns:write"),
    schemas: schemas.addNoteSchema,
    answers: { 200: AdminReturnView },
    refuses: ["RETURN_NOT_FOUND"],
    idempotency: "optional",
  },
  controller.addNote,
);

export { admin };
