import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./refunds.admin.controller.js";
import * as schemas from "./refunds.admin.validation.js";
import { AdminRefundListView, AdminRefundView, HistoryView, RefundFileView } from "./refunds.admin.view.js";
import { RefundAnalyticsView } from "./refunds.analytics.view.js";

const admin = describedRouter({ base: "/api/admin/refunds", tag: "Refunds" });

/** Approving a refund moves money, so its limits are checked once more. */
const APPROVAL_REFUSES = [
  "REFUND_NOT_FOUND",
  "SAME_APPROVER",
  "INVALID_STATUS_TRANSITION",
  "REFUND_EXCEEDS_PAID",
  "PAYMENT_DISPUTED",
] as const;

/** What every route has that processes a refund: one request moves money once. */
const processing = {
  access: adminWith("refunds:approve"),
  answers: { 200: AdminRefundView },
  idempotency: "required",
} as const;

/**
 * @route GET /api/admin/refunds
 * @description Refunds by the time they were asked for; filters by status, destination, attention, order and number
 * @access Admin (refunds:read)
 */
admin.get(
  "/",
  {
    summary: "Refunds",
    description:
      "`status=pending` is what waits for approval, `attention=true` what a person has to look at.",
    access: adminWith("refunds:read"),
    schemas: schemas.listRefundsSchema,
    answers: { 200: AdminRefundListView },
  },
  controller.listRefunds,
);

/**
 * @route GET /api/admin/refunds/analytics
 * @description Refund rate, and amounts by destination, reason and period
 * @access Admin (refunds:read)
 */
admin.get(
  "/analytics",
  {
    summary: "The analysis of refunds",
    description: "Counts what was completed in the range. Without dates, the last 30 days.",
    access: adminWith("refunds:read"),
    priority: "report",
    schemas: schemas.getAnalyticsSchema,
    answers: { 200: RefundAnalyticsView },
  },
  controller.getAnalytics,
);

/**
 * @route POST /api/admin/refunds
 * @description Starts a refund of units, of an amount, or of all that is left; another admin approves it
 * @access Admin (refunds:write)
 */
admin.post(
  "/",
  {
    summary: "Start a refund",
    description:
      "Send `items` (with `includeShipping`, if shipping goes back too) or `amount` (rupees); with neither, all that is left. `split` shows what will go back to where.",
    access: adminWith("refunds:write"),
    schemas: schemas.createRefundSchema,
    answers: { 201: AdminRefundView },
    refuses: ["ORDER_NOT_FOUND", "NOT_REFUNDABLE", "REFUND_EXCEEDS_PAID", "PAYMENT_DISPUTED"],
    idempotency: "optional",
  },
  controller.createRefund,
);

/**
 * @route GET /api/admin/refunds/:refundId
 * @description A refund with its attempts and notes, its order and the order's other refunds
 * @access Admin (refunds:read)
 */
admin.get(
  "/:refundId",
  {
    summary: "A refund",
    access: adminWith("refunds:read"),
    schemas: schemas.getRefundSchema,
    answers: { 200: RefundFileView },
    refuses: ["REFUND_NOT_FOUND"],
  },
  controller.getRefund,
);

/**
 * @route GET /api/admin/refunds/:refundId/history
 * @description Every status change and every attempt, in order of time
 * @access Admin (refunds:read)
 */
admin.get(
  "/:refundId/history",
  {
    summary: "The history of a refund",
    access: adminWith("refunds:read"),
    schemas: schemas.getHistorySchema,
    answers: { 200: HistoryView },
    refuses: ["REFUND_NOT_FOUND"],
  },
  controller.getHistory,
);

/**
 * @route POST /api/admin/refunds/:refundId/approve
 * @description Approves the refund as its split shows it
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/approve",
  {
    ...processing,
    summary: "Approve a refund",
    description:
      "Each source of the order's money gets a refund of its own; this one keeps the first part. An admin who started a refund above the setting `payments.refundFourEyesAbove` may not approve it.",
    schemas: schemas.approveRefundSchema,
    idempotency: "optional",
    refuses: APPROVAL_REFUSES,
  },
  controller.approveRefund,
);

/**
 * @route POST /api/admin/refunds/:refundId/reject
 * @description Rejects the refund; the customer gets the reason by mail
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/reject",
  {
    summary: "Reject a refund",
    access: adminWith("refunds:approve"),
    schemas: schemas.rejectRefundSchema,
    answers: { 200: AdminRefundView },
    refuses: ["REFUND_NOT_FOUND", "INVALID_STATUS_TRANSITION"],
  },
  controller.rejectRefund,
);

/**
 * @route POST /api/admin/refunds/:refundId/process
 * @description Approves the whole amount, to where the money came from
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/process",
  {
    ...processing,
    summary: "Process a refund in full",
    description: "From `pending` or `failed`.",
    schemas: schemas.processRefundSchema,
    refuses: APPROVAL_REFUSES,
  },
  controller.processRefund,
);

/**
 * @route POST /api/admin/refunds/:refundId/process-partial
 * @description Approves some units, to where the money came from; never more than was asked for
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/process-partial",
  {
    ...processing,
    summary: "Process a refund in part",
    description: "From `pending` or `failed`. What is left over is not asked for any more.",
    schemas: schemas.processPartialRefundSchema,
    refuses: [...APPROVAL_REFUSES, "NOT_REFUNDABLE"],
  },
  controller.processPartialRefund,
);

/**
 * @route POST /api/admin/refunds/:refundId/store-credit
 * @description Approves the whole amount as store credit, and issues it at once
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/store-credit",
  {
    ...processing,
    summary: "Refund to store credit",
    description:
      "From `pending` or `failed`. Answers `completed`, or `processing` while the store credit service does not answer: it is completed later. Guests have no store credit.",
    schemas: schemas.refundToStoreCreditSchema,
    refuses: [...APPROVAL_REFUSES, "NOT_REFUNDABLE"],
  },
  controller.refundToStoreCredit,
);

/**
 * @route POST /api/admin/refunds/:refundId/bank-transfer
 * @description Approves the whole amount as a bank transfer, which a person makes and confirms
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/bank-transfer",
  {
    ...processing,
    summary: "Refund by bank transfer",
    description:
      "From `pending` or `failed`. Without an account in the body, the one that the refund has. It is stored encrypted.",
    schemas: schemas.refundByBankTransferSchema,
    refuses: [...APPROVAL_REFUSES, "BANK_ACCOUNT_REQUIRED"],
  },
  controller.refundByBankTransfer,
);

/**
 * @route POST /api/admin/refunds/:refundId/bank-transfer/confirm
 * @description The transfer was made: its UTR completes the refund
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/bank-transfer/confirm",
  {
    ...processing,
    summary: "Confirm a bank transfer",
    description: "A UTR belongs to one refund; repeating the same one answers 200.",
    schemas: schemas.confirmBankTransferSchema,
    idempotency: "optional",
    refuses: ["REFUND_NOT_FOUND", "INVALID_STATUS_TRANSITION", "BANK_ACCOUNT_REQUIRED"],
  },
  controller.confirmBankTransfer,
);

/**
 * @route POST /api/admin/refunds/:refundId/retry
 * @description Tries a failed refund again, with a new attempt
 * @access Admin (refunds:approve)
 */
admin.post(
  "/:refundId/retry",
  {
    ...processing,
    summary: "Retry a failed refund",
    schemas: schemas.retryRefundSchema,
    idempotency: "optional",
    refuses: ["REFUND_NOT_FOUND", "INVALID_STATUS_TRANSITION", "REFUND_EXCEEDS_PAID", "PAYMENT_DISPUTED"],
  },
  controller.retryRefund,
);

/**
 * @route POST /api/admin/refunds/:refundId/notes
 * @description Adds a note for the staff; customers never see it
 * @access Admin (refunds:write)
 */
admin.post(
  "/:refundId/notes",
  {
    summary: "Add a note",
    access: adminWith("refunds:write"),
    schemas: schemas.addNoteSchema,
    answers: { 200: AdminRefundView },
    refuses: ["REFUND_NOT_FOUND"],
    idempotency: "optional",
  },
  controller.addNote,
);

export { admin };
