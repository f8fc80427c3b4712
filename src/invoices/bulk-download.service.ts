import type { Readable } from "node:stream";
import { type Types, trusted } from "mongoose";
import { config } from "../../config/env.config.js";
import { type BulkDownloadDoc, File, type FileDoc, Invoice, type InvoiceDoc } from "../../models/index.js";
import {
  archiveInvoices,
  findBulkDownload,
  startBulkDownload,
} from "../../services/flows/bulk-download.flow.js";
import { getInvoicePdf } from "../../services/flows/invoice-pdf.flow.js";
import { recordAuditAlone } from "../../services/platform/audit.service.js";
import { fileLink } from "../../services/platform/files.service.js";
import { LINK_SECONDS } from "../../services/platform/links.service.js";
import { dateRange } from "../../services/platform/paginate.service.js";
import { NotFoundError, ValidationError } from "../../utils/errors.js";
import { adminActor } from "../../utils/principal.js";

/** Documents in one archive. */
export const MAX_ARCHIVED = 1_000;
/** An archive of this many is made while the caller waits; a larger one in the background. */
const MAX_STREAMED = 200;

/** Documents of these orders, or issued in this range. */
export interface ArchiveRequest {
  orderIds?: Types.ObjectId[];
  dateFrom?: Date;
  dateTo?: Date;
  /** The admin. */
  by: string;
}

export type Archive =
  | { kind: "stream"; zip: Readable }
  | { kind: "job"; job: BulkDownloadDoc; statusUrl: string };

/**
 * A ZIP archive of invoices and credit notes: a stream, or a job for many.
 * @throws ValidationError when there are none, or too many for one archive
 */
export async function archive(request: ArchiveRequest): Promise<Archive> {
  const invoiceIds = await selectInvoices(request);
  const { by, dateFrom, dateTo, orderIds } = request;
  await recordAuditAlone({
    actor: adminActor(by),
    action: "invoice.bulk_download",
    resourceType: "invoice",
    resourceId: "archive",
    after: { documents: invoiceIds.length, dateFrom, dateTo, orders: orderIds?.length },
  });
  if (invoiceIds.length <= MAX_STREAMED) {
    return { kind: "stream", zip: archiveInvoices(invoiceIds, getInvoicePdf) };
  }
  const job = await startBulkDownload({ invoiceIds, by });
  const statusUrl = `${config.publicUrl}/api/admin/invoices/bulk-download/${job._id.toHexString()}`;
  return { kind: "job", job, statusUrl };
}

/** By date of issue. Sorted here: for many orders, no index has that order. */
async function selectInvoices(request: ArchiveRequest): Promise<Types.ObjectId[]> {
  const found = await Invoice.find(filterOf(request), { issuedAt: 1 })
    .limit(MAX_ARCHIVED + 1)
    .lean<Pick<InvoiceDoc, "_id" | "issuedAt">[]>();
  const path = request.orderIds ? "orderIds" : "dateTo";
  if (found.length === 0) throw refusal(path, "there are no invoices in this selection");
  if (found.length > MAX_ARCHIVED) {
    throw refusal(path, "this selection has more than 1,000 invoices; choose a smaller one");
  }
  return found.toSorted((a, b) => a.issuedAt.getTime() - b.issuedAt.getTime()).map(({ _id }) => _id);
}

function filterOf({ orderIds, ...dates }: ArchiveRequest) {
  if (orderIds) return { orderId: trusted({ $in: orderIds }) };
  const issuedAt = dateRange(dates);
  return issuedAt ? { issuedAt } : {};
}

const refusal = (path: string, message: string) => new ValidationError([{ in: "body", path, message }]);

export interface BulkDownloadProgress {
  job: BulkDownloadDoc;
  /** Of the finished archive; every look-up makes a new link. */
  url: string | null;
}

/** @throws NotFoundError JOB_NOT_FOUND: unknown, or deleted with its archive */
export async function getBulkDownload(id: Types.ObjectId): Promise<BulkDownloadProgress> {
  const job = await findBulkDownload(id);
  if (!job) throw new NotFoundError("JOB_NOT_FOUND", "There is no such download; start it again");
  const file = job.fileId ? await File.findById(job.fileId).lean<FileDoc>() : null;
  return { job, url: file && fileLink(file, LINK_SECONDS.answer) };
}
