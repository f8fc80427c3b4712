import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { sha256Hex } from "../../utils/helpers.js";
import { type Guard, removalsOf } from "./guard.js";

/** The last result of every guard, kept with the code, so that the page can show it. */
export interface GuardResult {
  /** Of what was removed. A guard that has changed since has no result. */
  removal: string;
  /** The first test that failed. */
  noticedBy: string;
}

type Results = Readonly<Record<string, GuardResult>>;

const PATH = fileURLToPath(new URL("results.json", import.meta.url));

const read = (): Results => JSON.parse(readFileSync(PATH, "utf8"));

const removalOf = (guard: Guard): string => {
  const removals = removalsOf(guard).map(({ file, text, replacement }) => [file, text, replacement]);
  return sha256Hex(JSON.stringify(removals)).slice(0, 16);
};

/** @returns for each guard the test that noticed its removal; null when that is not known */
export function readResults(guards: readonly Guard[]): Map<string, string | null> {
  const results = read();
  return new Map(
    guards.map((guard) => {
      const result = results[guard.name];
      return [guard.name, result?.removal === removalOf(guard) ? result.noticedBy : null];
    }),
  );
}

/** @param noticedBy null: no test did, so the guard has no result */
export function writeResult(guard: Guard, noticedBy: string | null): void {
  const { [guard.name]: _before, ...others } = read();
  const results =
    noticedBy === null ? others : { ...others, [guard.name]: { removal: removalOf(guard), noticedBy } };
  const sorted = Object.fromEntries(Object.entries(results).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(PATH, `${JSON.stringify(sorted, null, 2)}\n`);
}
