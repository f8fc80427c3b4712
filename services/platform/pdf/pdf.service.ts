import type { PrintedDocument } from "./pdf.types.js";

/** Renders a document as PDF in a worker thread. */
export async function renderPdf(_document: PrintedDocument): Promise<Buffer> {
  throw new Error("stub");
}

/** Stops the worker threads, when the service stops. */
export async function stopPdfWorkers(): Promise<void> {
  throw new Error("stub");
}
