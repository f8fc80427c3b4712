import type { FileDoc, InvoiceDoc } from "../../models/index.js";

/** The document's PDF: rendered and stored when it is first needed. */
export async function getInvoicePdf(_invoice: InvoiceDoc): Promise<FileDoc> {
  throw new Error("stub");
}
