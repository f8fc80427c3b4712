import type { Readable } from "node:stream";
import type { Types } from "mongoose";
import type { BulkDownloadDoc, FileDoc, InvoiceDoc } from "../../models/index.js";

/** Renders and stores a document's PDF, if that has not happened yet. */
export type PdfOf = (invoice: InvoiceDoc) => Promise<FileDoc>;

/** A ZIP archive of these documents, made while it is read. */
export function archiveInvoices(_invoiceIds: readonly Types.ObjectId[], _pdfOf: PdfOf): Readable {
  throw new Error("stub");
}

/** Has the archive made in the background. */
export async function startBulkDownload(_request: {
  invoiceIds: Types.ObjectId[];
  by: string;
}): Promise<BulkDownloadDoc> {
  throw new Error("stub");
}

export async function findBulkDownload(_id: Types.ObjectId): Promise<BulkDownloadDoc | null> {
  throw new Error("stub");
}
