import { setTimeout as sleep } from "node:timers/promises";
import { createRandom } from "../../scripts/sandbox/shared/random.js";

/** The numbers of the rounds that a race is repeated for. `npm run test:races` sets `RACE_ROUNDS`. */
export const roundsOf = (usual: number): number[] =>
  Array.from({ length: Number(process.env.RACE_ROUNDS ?? usual) }, (_unused, round) => round);

/** How many take part in a race: all of them in `npm run test:races`. */
export const crowdOf = (usual: number, most: number): number => (process.env.RACE_ROUNDS ? most : usual);

/** Starts work after a random delay. The delays come from a fixed seed, so that a run can be repeated. */
export function jitter(seed: number, longestMs: number): <T>(work: () => Promise<T>) => Promise<T> {
  const random = createRandom(seed);
  return async (work) => {
    await sleep(random() * longestMs);
    return work();
  };
}
