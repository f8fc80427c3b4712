import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { JOURNEYS } from "./journeys.js";
import { type CrashSpec, describe, distinct } from "./points.js";
import { print, printOutcome, printTable } from "./print.js";
import { record } from "./record.js";
import { sweep } from "./sweep.js";
import { openWorld } from "./world.js";

/**
 * `npm run test:crash [-- <words>]`: kills the built service at every crash point of every journey, in turn,
 * and checks that nobody can tell afterwards. Left to itself it tries each effect of each step once, also
 * when several journeys take that step. Words select points by their description, beginning with the
 * journey, and all that fit are tried: `-- refused`, `-- online place. commitTransaction`; `-- all` is all.
 */
function chosenBy(words: readonly string[], specs: readonly CrashSpec[]): Set<CrashSpec> {
  if (words.length === 0) return new Set(distinct(specs));
  const wanted = words.filter((word) => word !== "all");
  return new Set(specs.filter((spec) => wanted.every((word) => describe(spec).includes(word))));
}

async function main(words: readonly string[]): Promise<number> {
  const began = Date.now();
  const mongo = await startEmbeddedMongo();
  const world = await openWorld(mongo.uri, `crash_sweep_${process.pid}`);
  try {
    const named = JOURNEYS.filter(({ name }) => words.includes(name));
    const journeys = named.length > 0 ? named : JOURNEYS;
    print(`Recording ${journeys.length} journeys without a crash`);
    const recorded = await record(world, journeys);
    const chosen = chosenBy(
      words,
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

process.exit(await main(process.argv.slice(2)));
