import { describedRouter, file, guest } from "../../middlewares/described-router.js";
import { invoiceOwnership } from "../../middlewares/invoice-ownership.middleware.js";
import { orderOwnership } from "../../middlewares/order-ownership.middleware.js";
import * as controller from "./invoices.controller.js";
import * as schemas from "./invoices.validation.js";
import { InvoiceListView } from "./invoices.view.js";

const consumer = describedRouter({ base: "/api/invoices", tag: "Invoices" });

/**
 * @route GET /api/invoices/order/:orderNumber
 * @description The order's invoice and its credit notes, oldest first; also with the signed `token` of the order mail
 * @access Guest or customer, owner; or the signed link
 */
consumer.get(
  "/order/:orderNumber",
  {
    summary: "The invoices of an order",
    description: "Empty until the invoice is issued, usually within seconds after the order.",
    access: guest("empty"),
    owner: orderOwnership,
    schemas: schemas.listOrderInvoicesSchema,
    answers: { 200: InvoiceListView },
  },
  controller.listOrderInvoices,
);

/**
 * @route GET /api/invoices/:invoiceNumber/download
 * @description The PDF of an invoice or credit note; also with the signed `token` of its link
 * @access Guest or customer, owner; or the signed link
 */
consumer.get(
  "/:invoiceNumber/download",
  {
    summary: "Download an invoice",
    description: "Carries an `ETag`; a matching `If-None-Match` gets 304.",
    access: guest("empty"),
    owner: invoiceOwnership,
    schemas: schemas.downloadInvoiceSchema,
    answers: { 200: file("application/pdf") },
  },
  controller.downloadInvoice,
);

export { consumer };
