import { readFileSync } from "node:fs";
import { isRecord } from "../../utils/helpers.js";

/** One real request to an operation, and its answer, with sample ids, times and people. */
export interface Example {
  path?: Record<string, string>;
  query?: Record<string, string>;
  /** The JSON body. */
  body?: unknown;
  status: number;
  /** The envelope, or the text of a file; absent where the file is not text. */
  answer?: unknown;
}

/** By operation id. */
export type Examples = Readonly<Record<string, Example>>;

export const EXAMPLES_FILE = new URL("./examples.json", import.meta.url);

/** What `npm run examples` has recorded. */
export function readExamples(): Examples {
  const recorded: unknown = JSON.parse(readFileSync(EXAMPLES_FILE, "utf8"));
  if (!isRecord(recorded)) throw new Error("the recorded examples are not an object");
  return recorded as unknown as Examples;
}
