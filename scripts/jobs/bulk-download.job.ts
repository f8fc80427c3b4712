import { runBulkDownloads } from "../../services/flows/bulk-download.flow.js";
import { getInvoicePdf } from "../../services/flows/invoice-pdf.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";

/** Not the outbox: an archive takes minutes, longer than the lease of a message. */
export const bulkDownload: Job = {
  name: "bulk-download",
  description: "Makes the ZIP archives of invoices that were ordered",
  schedule: "*/10 * * * * *",
  run: ({ signal }) => runBulkDownloads(getInvoicePdf, signal),
};
