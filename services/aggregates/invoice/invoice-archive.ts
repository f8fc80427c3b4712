import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { Types } from "mongoose";
import { type FileDoc, Invoice, type InvoiceDoc } from "../../../models/index.js";
import { openFile } from "../../platform/files.service.js";

/** Renders and stores a document's PDF, if that has not happened yet. */
export type PdfOf = (invoice: InvoiceDoc) => Promise<FileDoc>;

/** Called after each document of an archive; throws to end the archive. */
export type AfterEach = (done: number) => Promise<void>;

/**
 * A ZIP archive of these documents, made while it is read: the next PDF is fetched when the reader wants more, so that
 * one is held in memory at a time. The stream fails with what `pdfOf` throws.
 */
export const archiveInvoices = (
  invoiceIds: readonly Types.ObjectId[],
  pdfOf: PdfOf,
  afterEach?: AfterEach,
): Readable => Readable.from(zipOf(invoiceIds, pdfOf, afterEach), { objectMode: false });

async function* zipOf(
  invoiceIds: readonly Types.ObjectId[],
  pdfOf: PdfOf,
  afterEach?: AfterEach,
): AsyncGenerator<Buffer> {
  // Loaded with the first archive: few processes ever make one.
  const { ZipArchive } = await import("archiver");
  // A PDF is compressed already.
  const archive = new ZipArchive({ store: true });
  const ready: Buffer[] = [];
  archive.on("data", (bytes) => ready.push(bytes));
  for (const [index, id] of invoiceIds.entries()) {
    const invoice = await Invoice.findById(id).lean<InvoiceDoc>();
    if (!invoice) throw new Error(`there is no invoice ${id.toHexString()}`);
    const written = once(archive, "entry");
    archive.append(await buffer(await openFile(await pdfOf(invoice))), toEntry(invoice));
    await written;
    yield* ready.splice(0);
    await afterEach?.(index + 1);
  }
  const ended = once(archive, "end");
  await archive.finalize();
  await ended;
  yield* ready;
}

/** The same documents give the same bytes. A number with slashes must not become a folder. */
const toEntry = ({ invoiceNumber, issuedAt }: InvoiceDoc) => ({
  name: `${invoiceNumber.replace(/[^\w.-]/g, "_")}.pdf`,
  date: issuedAt,
});
