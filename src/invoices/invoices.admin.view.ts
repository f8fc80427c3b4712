import Joi from "joi";
import {
  BULK_DOWNLOAD_STATES,
  type BulkDownloadDoc,
  INVOICE_DELIVERY_STATES,
  type InvoiceDeliveryDoc,
  type InvoiceDoc,
} from "../../models/index.js";
import { listView, moment, momentOrNull } from "../../utils/view-schemas.js";
import { count, id, text, textOrNull } from "../../utils/views/parts.view.js";
import { viewOf } from "../../utils/views/view-of.js";
import type { BulkDownloadProgress } from "./bulk-download.service.js";
import type { LoggedEmail } from "./invoices.admin.service.js";
import { InvoiceView, toInvoiceView } from "./invoices.view.js";

/** Invoices as administrators see them. */

export const toAdminInvoiceView = (invoice: InvoiceDoc) => ({
  ...toInvoiceView(invoice),
  orderId: invoice.orderId.toHexString(),
  hasGstEffect: invoice.hasGstEffect,
  createdById: invoice.createdById,
});

export const AdminInvoiceView = InvoiceView.keys({
  orderId: id.required(),
  hasGstEffect: Joi.boolean()
    .required()
    .description("False for a credit note after the last date on which tax may be reversed"),
  createdById: textOrNull.required().description("The admin who asked for it; null: issued automatically"),
}).meta({ className: "AdminInvoice" });

export const AdminInvoiceListView = listView(AdminInvoiceView);

const toDeliveryView = (delivery: InvoiceDeliveryDoc) => ({
  deliveryId: delivery._id.toHexString(),
  to: delivery.to,
  status: delivery.state,
  sentAt: delivery.sentAt,
  error: delivery.error,
  requestedById: delivery.requestedById,
  createdAt: delivery.createdAt,
});

const deliveryFields = {
  deliveryId: id,
  to: text,
  status: Joi.string()
    .valid(...INVOICE_DELIVERY_STATES)
    .description("`failed`: the last attempt failed; it is repeated"),
  sentAt: momentOrNull,
  error: textOrNull,
  requestedById: textOrNull,
  createdAt: moment,
};
const DeliveryView = viewOf<ReturnType<typeof toDeliveryView>>("InvoiceDelivery", deliveryFields);

/** The new e-mail, and the log of all with this invoice, newest first. */
export const toEmailView = ({ delivery, log }: LoggedEmail) => ({
  ...toDeliveryView(delivery),
  deliveries: log.map(toDeliveryView),
});

export const EmailView = viewOf<ReturnType<typeof toEmailView>>("InvoiceEmail", {
  ...deliveryFields,
  deliveries: Joi.array().items(DeliveryView),
}).required();

export const toBulkDownloadStartedView = ({
  job,
  statusUrl,
}: {
  job: BulkDownloadDoc;
  statusUrl: string;
}) => ({
  jobId: job._id.toHexString(),
  statusUrl,
});

export const BulkDownloadStartedView = viewOf<ReturnType<typeof toBulkDownloadStartedView>>(
  "BulkDownloadStarted",
  { jobId: id, statusUrl: text },
).required();

export const toBulkDownloadView = ({ job, url }: BulkDownloadProgress) => ({
  status: job.state,
  done: job.done,
  total: job.invoiceIds.length,
  url: url ?? undefined,
});

export const BulkDownloadView = viewOf<ReturnType<typeof toBulkDownloadView>>(
  "BulkDownload",
  { status: Joi.string().valid(...BULK_DOWNLOAD_STATES), done: count, total: count },
  { url: text.description("Once completed; opens the archive without signing in, for 15 minutes") },
).required();
