import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { PrintedDocument } from "../../../services/platform/pdf/pdf.types.js";
import type { Glyph } from "../../../services/platform/pdf/text/shape.js";

/** A piece of text of a page; points from the lower left corner. */
export interface TextItem {
  text: string;
  x: number;
  y: number;
  width: number;
}

export interface ChildRequest {
  documents: PrintedDocument[];
  /** To be read as they are. */
  pdfs: Buffer[];
  texts: { text: string; bold: boolean; rtl: boolean }[];
}

export interface ChildResponse {
  rendered: { pdf: Buffer; pages: TextItem[][] }[];
  /** The pages of each of `pdfs`. */
  read: TextItem[][][];
  shaped: { font: string; glyphs: Glyph[] }[][];
}

const ROOT = join(__dirname, "../../..");
const MAX_OUTPUT = 256_000_000;

/** Renders and reads documents, and shapes texts, in a process of its own. */
export function runChild({ documents = [], pdfs = [], texts = [] }: Partial<ChildRequest>): ChildResponse {
  const output = execFileSync(process.execPath, ["--import", "tsx", join(__dirname, "render-child.ts")], {
    cwd: ROOT,
    input: serialize({ documents, pdfs, texts } satisfies ChildRequest),
    maxBuffer: MAX_OUTPUT,
  });
  return deserialize(output);
}

/** The text of a page in one line, as a search sees it. */
export const textOf = (page: readonly TextItem[]): string =>
  page
    .map(({ text }) => text)
    .join(" ")
    .replace(/\s+/g, " ");

/** Without any blanks: readers may put some between the parts of a syllable. */
export const squeezed = (text: string): string => text.replace(/\s+/g, "");
