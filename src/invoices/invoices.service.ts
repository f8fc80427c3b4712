import type { InvoiceDoc } from "../../models/index.js";
import { getInvoicePdf } from "../../services/flows/invoice-pdf.flow.js";
import { openFile } from "../../services/platform/files.service.js";
import type { FileContent } from "../../utils/http.js";

export { listInvoicesOfOrder } from "../../services/aggregates/invoice/invoice-reads.js";

/** The PDF of an invoice or credit note; it is rendered and stored when it is first needed. */
export async function openInvoicePdf(invoice: InvoiceDoc): Promise<FileContent> {
  const file = await getInvoicePdf(invoice);
  return {
    name: `${invoice.invoiceNumber}.pdf`,
    contentType: file.contentType,
    size: file.size,
    ...(file.sha256 ? { etag: file.sha256 } : {}),
    body: () => openFile(file),
  };
}
