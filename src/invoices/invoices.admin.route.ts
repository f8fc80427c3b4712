import { admin as adminWith, describedRouter, file } from "../../middlewares/described-router.js";
import * as controller from "./invoices.admin.controller.js";
import * as schemas from "./invoices.admin.validation.js";
import {
  AdminInvoiceListView,
  AdminInvoiceView,
  BulkDownloadStartedView,
  BulkDownloadView,
  EmailView,
} from "./invoices.admin.view.js";

const admin = describedRouter({ base: "/api/admin/invoices", tag: "Invoices" });

/**
 * @route GET /api/admin/invoices
 * @description Invoices and credit notes by date of issue; filters by type, status and order
 * @access Admin (invoices:read)
 */
admin.get(
  "/",
  {
    summary: "Invoices and credit notes",
    access: adminWith("invoices:read"),
    schemas: schemas.listInvoicesSchema,
    answers: { 200: AdminInvoiceListView },
  },
  controller.listInvoices,
);

/**
 * @route POST /api/admin/invoices
 * @description Issues the sale invoice of an order now, or answers with the one that it has
 * @access Admin (invoices:write)
 */
admin.post(
  "/",
  {
    summary: "Issue an invoice",
    access: adminWith("invoices:write"),
    schemas: schemas.createInvoiceSchema,
    answers: { 200: AdminInvoiceView, 201: AdminInvoiceView },
    refuses: ["ORDER_NOT_FOUND", "ORDER_NOT_INVOICEABLE", "OUTCOME_UNKNOWN"],
    idempotency: "optional",
  },
  controller.createInvoice,
);

/**
 * @route POST /api/admin/invoices/credit-note
 * @description Credits units, a completed refund, or (with neither) whatever is left of a cancelled order
 * @access Admin (invoices:write)
 */
admin.post(
  "/credit-note",
  {
    summary: "Issue a credit note",
    description:
      "Send `items` or `refundId`, or neither for a cancelled order. A refund has one credit note: a repeat answers 200 with it.",
    access: adminWith("invoices:write"),
    schemas: schemas.createCreditNoteSchema,
    answers: { 200: AdminInvoiceView, 201: AdminInvoiceView },
    refuses: [
      "ORDER_NOT_FOUND",
      "REFUND_NOT_FOUND",
      "INVOICE_NOT_READY",
      "CREDIT_EXCEEDS_INVOICE",
      "REFUND_NOT_COMPLETED",
      "ORDER_NOT_INVOICEABLE",
      "OUTCOME_UNKNOWN",
    ],
    idempotency: "optional",
  },
  controller.createCreditNote,
);

/**
 * @route POST /api/admin/invoices/:invoiceNumber/email
 * @description Sends the PDF to the order's e-mail address, or to another; logged
 * @access Admin (invoices:write)
 */
admin.post(
  "/:invoiceNumber/email",
  {
    summary: "E-mail an invoice",
    description: "Answers with the log's new entry and all earlier ones.",
    access: adminWith("invoices:write"),
    schemas: schemas.emailInvoiceSchema,
    answers: { 200: EmailView },
    refuses: ["INVOICE_NOT_FOUND"],
    idempotency: "optional",
  },
  controller.emailInvoice,
);

/**
 * @route POST /api/admin/invoices/bulk-download
 * @description A ZIP archive of up to 1,000 documents: a stream up to 200, above that a job with a link
 * @access Admin (invoices:read)
 */
admin.post(
  "/bulk-download",
  {
    summary: "Download many invoices",
    description:
      "Send `dateFrom` and `dateTo` (date of issue) or `orderIds`. 200 streams the archive; 202 names a job whose progress `statusUrl` shows.",
    access: adminWith("invoices:read"),
    schemas: schemas.bulkDownloadSchema,
    answers: { 200: file("application/zip"), 202: BulkDownloadStartedView },
    rateClass: "export",
  },
  controller.bulkDownload,
);

/**
 * @route GET /api/admin/invoices/bulk-download/:jobId
 * @description Progress of an archive, with its link once it is there
 * @access Admin (invoices:read)
 */
admin.get(
  "/bulk-download/:jobId",
  {
    summary: "The progress of an archive",
    access: adminWith("invoices:read"),
    schemas: schemas.getBulkDownloadSchema,
    answers: { 200: BulkDownloadView },
    refuses: ["JOB_NOT_FOUND"],
  },
  controller.getBulkDownload,
);

export { admin };
