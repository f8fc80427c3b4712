import { randomUUID } from "node:crypto";
import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { BulkDownload, type BulkDownloadDoc, type FileDoc } from "../../models/index.js";
import { DAY_MS, databaseTime, isPast, now } from "../../utils/clock.js";
import { toErrorText } from "../../utils/errors.js";
import { type AfterEach, archiveInvoices, type PdfOf } from "../aggregates/invoice/invoice-archive.js";
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

const AT_ONCE = new Date(0);
/** After a crash, an archive waits this long. Renewed with every report of progress. */
const LEASE_MS = 60_000;
/** A report is a write, and the caller asks every few seconds. */
const REPORT_EVERY_MS = 1_000;
const MAX_ATTEMPTS = 5;
const RETRY_AFTER_MS = 30_000;
/** An archive and its job are deleted after a week. */
const KEPT_MS = 7 * DAY_MS;

/** The archive was taken over by another worker: write nothing more. */
class LeaseLostError extends Error {}
/** This process stops, or another run of the job has started. */
class InterruptedError extends Error {}

/**
 * Makes every archive that is due, one after the other. An archive that was interrupted is made again from its
 * beginning; after five attempts it has failed.
 */
export async function runBulkDownloads(
  pdfOf: PdfOf,
  signal: AbortSignal,
): Promise<{ completed: number; unfinished: number }> {
  const run = { completed: 0, unfinished: 0 };
  while (!signal.aborted) {
    const job = await claimDue();
    if (!job) break;
    run[(await tryToMake(job, pdfOf, signal)) ? "completed" : "unfinished"] += 1;
  }
  return run;
}

type Claimed = BulkDownloadDoc & { leaseToken: string };

async function claimDue(): Promise<Claimed | null> {
  const leaseToken = randomUUID();
  const job = await BulkDownload.findOneAndUpdate(
    { state: "pending", $expr: trusted(isPast("dueAt")) },
    [{ $set: { leaseToken, dueAt: databaseTime(LEASE_MS), attempts: { $add: ["$attempts", 1] }, done: 0 } }],
    { sort: { dueAt: 1 }, returnDocument: "after", updatePipeline: true },
  ).lean<BulkDownloadDoc>();
  return job && { ...job, leaseToken };
}

/** A write of the worker that holds the lease. @returns whether it still held it */
async function writeHeld({ _id, leaseToken }: Claimed, fields: object): Promise<boolean> {
  const written = await BulkDownload.updateOne({ _id, leaseToken }, [{ $set: fields }], {
    updatePipeline: true,
  });
  return written.matchedCount === 1;
}

/** @returns whether the archive is complete */
async function tryToMake(job: Claimed, pdfOf: PdfOf, signal: AbortSignal): Promise<boolean> {
  try {
    if (job.attempts > MAX_ATTEMPTS) throw new Error("every worker stopped while it made this archive");
    const { _id: fileId, expiresAt } = await saveArchive(job, pdfOf, signal);
    const ending = { state: "completed", done: job.invoiceIds.length, fileId, expiresAt, error: null };
    return await writeHeld(job, { ...ending, leaseToken: null });
  } catch (error) {
    await giveBack(job, error);
    return false;
  }
}

/** Finds the archive of an earlier attempt that was interrupted right after it. */
function saveArchive(job: Claimed, pdfOf: PdfOf, signal: AbortSignal): Promise<FileDoc> {
  return saveFile({
    purpose: "bulk_download",
    resourceId: job._id,
    name: "invoices.zip",
    contentType: "application/zip",
    body: archiveInvoices(job.invoiceIds, pdfOf, reportTo(job, signal)),
    dedupeKey: `bulk-download:${job._id.toHexString()}`,
    expiresAt: inAWeek(),
  });
}

const inAWeek = () => new Date(now().getTime() + KEPT_MS);

/** Reports the progress, which renews the lease. */
function reportTo(job: Claimed, signal: AbortSignal): AfterEach {
  let reportedAt = performance.now();
  return async (done) => {
    if (signal.aborted) throw new InterruptedError("interrupted");
    if (performance.now() - reportedAt < REPORT_EVERY_MS) return;
    reportedAt = performance.now();
    const held = await writeHeld(job, { done, dueAt: databaseTime(LEASE_MS) });
    if (!held) throw new LeaseLostError("another worker makes this archive");
  };
}

async function giveBack(job: Claimed, error: unknown): Promise<void> {
  const about = { bulkDownloadId: job._id, attempts: job.attempts };
  if (error instanceof LeaseLostError) return;
  if (error instanceof InterruptedError) {
    // The next worker need not wait for the lease, and it was not the archive's fault.
    await writeHeld(job, { dueAt: AT_ONCE, leaseToken: null, attempts: job.attempts - 1 });
    return;
  }
  const hasFailed = job.attempts >= MAX_ATTEMPTS;
  logger[hasFailed ? "error" : "warn"](
    { ...about, err: error },
    "> An archive of invoices could not be made",
  );
  await writeHeld(job, {
    ...(hasFailed ? { state: "failed", expiresAt: inAWeek() } : { dueAt: databaseTime(RETRY_AFTER_MS) }),
    leaseToken: null,
    error: { $literal: toErrorText(error) },
  });
}
