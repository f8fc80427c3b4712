import type { Types } from "mongoose";
import { BulkDownload, type BulkDownloadDoc } from "../../models/index.js";
import { DAY_MS, now } from "../../utils/clock.js";
import { archiveInvoices, type PdfOf } from "../aggregates/invoice/invoice-archive.js";
import {
  AT_ONCE,
  type HeldTask,
  runBackgroundTasks,
  type TaskKind,
} from "../platform/background-tasks.service.js";
import { saveFile } from "../platform/files.service.js";

export { archiveInvoices, type PdfOf };

/** Orders an archive, which the job `bulk-download` makes. */
export async function startBulkDownload(request: {
  invoiceIds: Types.ObjectId[];
  by: string;
}): Promise<BulkDownloadDoc> {
  const { invoiceIds, by } = request;
  const job = await BulkDownload.create({ invoiceIds, createdById: by, dueAt: AT_ONCE });
  return job.toObject<BulkDownloadDoc>();
}

/** Null when it is unknown, or deleted with its archive. */
export const findBulkDownload = (id: Types.ObjectId): Promise<BulkDownloadDoc | null> =>
  BulkDownload.findById(id).lean<BulkDownloadDoc>().exec();

/** An archive and its job are deleted after a week. */
const KEPT_MS = 7 * DAY_MS;
const inAWeek = () => new Date(now().getTime() + KEPT_MS);

const BULK_DOWNLOADS: TaskKind<BulkDownloadDoc> = {
  model: BulkDownload,
  openState: "pending",
  // An archive that was interrupted is made again from its beginning.
  atStart: { done: 0 },
  atFailure: () => ({ expiresAt: inAWeek() }),
  failureMessage: "> An archive of invoices could not be made",
};

/** Makes every archive that is due, one after the other. */
export const runBulkDownloads = (
  pdfOf: PdfOf,
  signal: AbortSignal,
): Promise<{ completed: number; unfinished: number }> =>
  runBackgroundTasks(BULK_DOWNLOADS, (held) => make(held, pdfOf), signal);

async function make({ task, keepAlive, complete }: HeldTask<BulkDownloadDoc>, pdfOf: PdfOf): Promise<void> {
  // Finds the archive of an earlier attempt that was interrupted right after it.
  const { _id: fileId, expiresAt } = await saveFile({
    purpose: "bulk_download",
    resourceId: task._id,
    name: "invoices.zip",
    contentType: "application/zip",
    body: archiveInvoices(task.invoiceIds, pdfOf, (done) => keepAlive({ done })),
    dedupeKey: `bulk-download:${task._id.toHexString()}`,
    expiresAt: inAWeek(),
  });
  await complete({ done: task.invoiceIds.length, fileId, expiresAt });
}
