/** The entry of the worker thread: shaping and compressing take tens of milliseconds per page. */
import type { PrintedDocument } from "./pdf.types.js";
import { renderDocument } from "./render.js";

export default async function render(document: PrintedDocument): Promise<Uint8Array> {
  return renderDocument(document);
}
