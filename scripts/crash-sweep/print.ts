import { describe } from "./points.js";
import type { Outcome } from "./try-point.js";

export const print = (text: string): void => void process.stdout.write(`${text}\n`);

export function printOutcome({ spec, faults, ms, diedIn }: Outcome, index: number, total: number): void {
  const verdict = faults.length === 0 ? "ok" : "FAULT";
  print(`${`${index + 1}/${total}`.padStart(9)}  ${verdict.padEnd(5)} ${describe(spec)}  (${ms} ms)`);
  if (faults.length > 0) print(`           died in ${diedIn ?? "nothing"}`);
  for (const fault of faults) print(`           - ${fault}`);
}

/** A line for each step of each journey. */
export function printTable(outcomes: readonly Outcome[]): void {
  const rows = new Map<string, { crashes: number; faults: number }>();
  for (const { spec, faults } of outcomes) {
    const name = `${spec.journey.name.padEnd(20)}${spec.step}`;
    const row = rows.get(name) ?? { crashes: 0, faults: 0 };
    rows.set(name, { crashes: row.crashes + 1, faults: row.faults + Math.min(1, faults.length) });
  }
  print(`\n${"journey".padEnd(20)}${"step".padEnd(20)} crashes  faults`);
  for (const [name, { crashes, faults }] of rows)
    print(`${name.padEnd(40)} ${String(crashes).padStart(7)} ${String(faults).padStart(7)}`);
  for (const { spec, faults } of outcomes.filter((outcome) => outcome.faults.length > 0))
    print(`\n${describe(spec)}\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
  print("");
}
