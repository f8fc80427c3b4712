import { findStandingViolations } from "../invariants/index.js";
import type { Violation } from "../invariants/invariants.js";
import { pause, type Simulation } from "./simulation.js";

/** Checks while customers, staff and faults go on. */
const EVERY_MS = 2_000;

/** One round: what must hold at every instant, and what was acknowledged since the last round. */
export async function checkNow({ world, acknowledgements }: Simulation): Promise<Violation[]> {
  const lost = await acknowledgements.findNewLost(world.db);
  return [...lost.map(toViolation), ...(await findStandingViolations(world.db))];
}

export const toViolation = ({ what, ids }: { what: string; ids: readonly string[] }): Violation => ({
  invariant: "What was acknowledged is in the database",
  problem: what,
  ids: [...ids],
});

/** Checks until the end. @returns the violations of the first round that found some, which ends the run */
export async function runChecks(sim: Simulation): Promise<Violation[]> {
  while (!sim.ending.signal.aborted) {
    await pause(sim, EVERY_MS);
    const found = [...(await checkAgain(sim)), ...alarmsAsViolations(sim)];
    if (found.length === 0) continue;
    sim.ending.abort();
    return found;
  }
  return [];
}

/** A round that a step-down interrupts is made again. */
async function checkAgain(sim: Simulation): Promise<Violation[]> {
  const attempts = 5;
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await checkNow(sim);
    } catch (error) {
      if (attempt === attempts) throw error;
      await pause(sim, 1_000);
    }
  }
}

export const alarmsAsViolations = ({ alarms }: Simulation): Violation[] =>
  alarms.map(({ problem, ids }) => ({
    invariant: "Every answer is one that a client may get",
    problem,
    ids: [...ids],
  }));
