import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { JOURNEYS } from "./journeys.js";
import { print, printOutcome, printTable } from "./print.js";
import { record } from "./record.js";
import { sweep } from "./sweep.js";
import { openWorld } from "./world.js";

/**
 * `npm run test:crash [-- <words>]`: kills the built service at every crash point of every journey, in turn,
 * and checks that nobody can tell afterwards. Words select points by their description.
 */
async function main(words: readonly string[]): Promise<number> {
  const began = Date.now();
  const mongo = await startEmbeddedMongo();
  const world = await openWorld(mongo.uri, `crash_sweep_${process.pid}`);
  try {
    const journeys = JOURNEYS.filter(
      ({ name }) => words.length === 0 || words.includes(name) || !isJourney(words),
    );
    print(`Recording ${journeys.length} journeys without a crash`);
    const recorded = await record(world, journeys);
    const outcomes = await sweep(world, recorded, { words, onOutcome: printOutcome });
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

const isJourney = (words: readonly string[]): boolean =>
  words.some((word) => JOURNEYS.some(({ name }) => name === word));

process.exit(await main(process.argv.slice(2)));
