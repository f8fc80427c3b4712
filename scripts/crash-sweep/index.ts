import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { print } from "../support/print.js";
import { JOURNEYS } from "./journeys.js";
import { type CrashSpec, describe, distinct } from "./points.js";
import { record, sweep } from "./sweep.js";
import type { CrashOutcome } from "./try-point.js";
import { openSweepWorld } from "./world.js";

/**
 * `npm run test:crash [-- <words>]`: kills the built service at the crash points of every journey, one by one,
 * and checks that the end result is the same as without a crash. By default each effect of a step is tried
 * once, even when several journeys take the step. Names of journeys select them: `-- refund refund-parts`. Other words
 * select points by their description: `-- online place. commitTransaction`. `-- all` tries every point.
 */
function chosenBy(words: readonly string[], specs: readonly CrashSpec[]): Set<CrashSpec> {
  if (words.length === 0) return new Set(distinct(specs));
  const wanted = words.filter((word) => word !== "all");
  return new Set(specs.filter((spec) => wanted.every((word) => describe(spec).includes(word))));
}

const isJourney = (word: string): boolean => JOURNEYS.some(({ name }) => name === word);

async function main(words: readonly string[]): Promise<number> {
  const began = Date.now();
  const mongo = await startEmbeddedMongo();
  const world = await openSweepWorld(mongo.uri, `crash_sweep_${process.pid}`);
  try {
    const named = JOURNEYS.filter(({ name }) => words.includes(name));
    const journeys = named.length > 0 ? named : JOURNEYS;
    print(`Recording ${journeys.length} journeys without a crash`);
    const recorded = await record(world, journeys);
    const chosen = chosenBy(
      words.filter((word) => !isJourney(word)),
      recorded.flatMap(({ specs }) => specs),
    );
    const choose = (spec: CrashSpec) => chosen.has(spec);
    const outcomes = await sweep(world, recorded, { choose, onOutcome: printOutcome });
    printTable(outcomes);
    const failed = outcomes.filter(({ faults }) => faults.length > 0).length;
    const seconds = Math.round((Date.now() - began) / 1000);
    print(`${outcomes.length} crashes, ${failed} with faults, in ${seconds} s`);
    return failed === 0 && outcomes.length > 0 ? 0 : 1;
  } finally {
    await world.close();
    await mongo.stop();
  }
}

function printOutcome({ spec, faults, ms, diedIn }: CrashOutcome, index: number, total: number): void {
  const verdict = faults.length === 0 ? "ok" : "FAULT";
  print(`${`${index + 1}/${total}`.padStart(9)}  ${verdict.padEnd(5)} ${describe(spec)}  (${ms} ms)`);
  if (faults.length > 0) print(`           the process died in: ${diedIn ?? "no step"}`);
  for (const fault of faults) print(`           - ${fault}`);
}

/** One line per step and journey, then the faults. */
function printTable(outcomes: readonly CrashOutcome[]): void {
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

process.exit(await main(process.argv.slice(2)));
