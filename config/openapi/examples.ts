import { readFileSync } from "node:fs";

/** One real request to an operation, and its answer, with sample ids, times and people. */
export interface Example {
  path?: Record<string, string>;
  query?: Record<string, string>;
  /** The JSON body, or the fields of a form without its files. */
  body?: unknown;
  status: number;
  /** The envelope, or the first lines of a CSV file; absent for other files and pages. */
  answer?: unknown;
}

/** By operation id. */
export type Examples = Readonly<Record<string, Example>>;

export const EXAMPLES_FILE = new URL("./examples.json", import.meta.url);

/** What `npm run examples` has recorded. */
export const readExamples = (): Examples => JSON.parse(readFileSync(EXAMPLES_FILE, "utf8"));
