import { admin as adminWith, describedRouter, file } from "../../middlewares/described-router.js";
import * as controller from "./payments.admin.controller.js";
import * as schemas from "./payments.admin.validation.js";
import { AdminPaymentView, GatewayRecordView, PaymentListView } from "./payments.admin.view.js";
import { PaymentAnalyticsView } from "./payments.analytics.view.js";

/** After every other router of this base: `:paymentId` matches any name. */
const admin = describedRouter({ base: "/api/admin/payments", tag: "Payments" });

/**
 * @route GET /api/admin/payments
 * @description Payments by the time they began; filters by status, method, gateway, attention, order and id
 * @access Admin (payments:read)
 */
admin.get(
  "/",
  {
    summary: "Payments",
    description:
      "`q` is the id of a payment, here or at the gateway, or of a gateway order. `orderNumber` lists every attempt to pay for the order, `attention=true` only those that a person has to look at.",
    access: adminWith("payments:read"),
    schemas: schemas.listPaymentsSchema,
    answers: { 200: PaymentListView },
  },
  controller.listPayments,
);

/**
 * @route GET /api/admin/payments/analytics
 * @description Success rate, revenue, refunds and fees by method and period
 * @access Admin (payments:read)
 */
admin.get(
  "/analytics",
  {
    summary: "The analysis of payments",
    description:
      "Counts the payments that began in the range, with what has become of them since. Without dates, the last 30 days.",
    access: adminWith("payments:read"),
    priority: "report",
    schemas: schemas.getAnalyticsSchema,
    answers: { 200: PaymentAnalyticsView },
  },
  controller.getAnalytics,
);

/**
 * @route GET /api/admin/payments/export
 * @description The payments of a range of dates as CSV, with fees, tax on fees, settlement id and UTR
 * @access Admin (payments:export)
 */
admin.get(
  "/export",
  {
    summary: "Export payments",
    description:
      "The payments that began in the range, oldest first. Amounts are rupees with two decimals, times are UTC. Days are days in India; without dates, the last 30 days. Each export is in the audit log.",
    access: adminWith("payments:export"),
    schemas: schemas.exportPaymentsSchema,
    answers: { 200: file("text/csv") },
    rateClass: "export",
  },
  controller.exportPayments,
);

/**
 * @route GET /api/admin/payments/:paymentId
 * @description A payment with its transitions, the other attempts, its disputes and its order
 * @access Admin (payments:read)
 */
admin.get(
  "/:paymentId",
  {
    summary: "A payment",
    access: adminWith("payments:read"),
    schemas: schemas.getPaymentSchema,
    answers: { 200: AdminPaymentView },
    refuses: ["PAYMENT_NOT_FOUND"],
  },
  controller.getPayment,
);

/**
 * @route GET /api/admin/payments/:paymentId/gateway-response
 * @description The gateway's latest report and the stored events, in its own words: allowed fields only, masked
 * @access Admin (payments:read)
 */
admin.get(
  "/:paymentId/gateway-response",
  {
    summary: "What the gateway reported",
    access: adminWith("payments:read"),
    schemas: schemas.getGatewayResponseSchema,
    answers: { 200: GatewayRecordView },
    refuses: ["PAYMENT_NOT_FOUND"],
  },
  controller.getGatewayResponse,
);

/**
 * @route POST /api/admin/payments/:paymentId/record-receipt
 * @description Records money received without a gateway: a bank transfer, or cash on delivery settled by hand
 * @access Admin (payments:write)
 */
admin.post(
  "/:paymentId/record-receipt",
  {
    summary: "Record a receipt",
    description:
      "`amount` (rupees) must be the payment's; a bank transfer may bring less, and the rest stays due, or more, which is refunded. A `reference` belongs to one payment; repeating the same receipt answers 200 and records nothing. `receivedAt` is a time or a day in India.",
    access: adminWith("payments:write"),
    schemas: schemas.recordReceiptSchema,
    answers: { 200: AdminPaymentView },
    refuses: [
      "PAYMENT_NOT_FOUND",
      "ORDER_NOT_FOUND",
      "METHOD_UNAVAILABLE",
      "PAYMENT_SUPERSEDED",
      "AMOUNT_MISMATCH",
      "INVALID_STATUS_TRANSITION",
    ],
    idempotency: "optional",
  },
  controller.recordReceipt,
);

/**
 * @route POST /api/admin/payments/:paymentId/capture
 * @description Captures an authorised payment at the gateway; repeatable
 * @access Admin (payments:write)
 */
admin.post(
  "/:paymentId/capture",
  {
    summary: "Capture a payment",
    description:
      "For a payment that is authorised and was not captured by itself. One that is captured already answers 200. After 503 `OUTCOME_UNKNOWN`, repeat the request: it reads the gateway first.",
    access: adminWith("payments:write"),
    schemas: schemas.capturePaymentSchema,
    answers: { 200: AdminPaymentView },
    refuses: [
      "PAYMENT_NOT_FOUND",
      "METHOD_UNAVAILABLE",
      "INVALID_STATUS_TRANSITION",
      "PAYMENT_SUPERSEDED",
      "AMOUNT_MISMATCH",
    ],
  },
  controller.capturePayment,
);

export { admin };
