import { readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { endSharing, startSharing } from "./sharing.js";

interface Part {
  /** 1 to `of`. */
  part: number;
  of: number;
}

/**
 * Runs the test files of a folder, or a part of them, as one: loading the service and preparing a database takes
 * longer than most tests, so these files share both. Each starts with an empty database and a sandbox as new.
 * `*.long.test.ts` are left to `npm run test:long`. To run one of the files alone: `EACH_FILE=1 npx jest tests/integration/cart/merge`.
 */
export function runTogether(folder: string, part: Part = { part: 1, of: 1 }): void {
  startSharing();
  for (const file of shareOf(testFilesIn(folder), part)) describe(basename(file), () => void require(file));
  afterAll(endSharing);
}

const testFilesIn = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".test.ts") && (process.env.LONG || !name.endsWith(".long.test.ts")))
    .map((name) => join(folder, name));

/** Divides the files into parts of about the same length. */
function shareOf(files: string[], { part, of }: Part): string[] {
  const shares = Array.from({ length: of }, () => ({ bytes: 0, files: [] as string[] }));
  const largestFirst = files
    .map((file) => ({ file, bytes: statSync(file).size }))
    .sort((a, b) => b.bytes - a.bytes);
  for (const { file, bytes } of largestFirst) {
    const least = shares.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    least.files.push(file);
    least.bytes += bytes;
  }
  return shares[part - 1]?.files.sort() ?? [];
}
