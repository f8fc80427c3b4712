import type { Random } from "../random.js";
import { pause, type Simulation } from "../simulation.js";
import { clearFailPoint, DATABASE_FAULTS } from "./database.js";
import type { Fault } from "./fault.js";
import { NEIGHBOUR_FAULTS } from "./neighbours.js";
import { PROCESS_FAULTS } from "./processes.js";

/** Which faults come when. */

const ALL_FAULTS: readonly Fault[] = [...PROCESS_FAULTS, ...NEIGHBOUR_FAULTS, ...DATABASE_FAULTS];

/** Each seed leaves some kinds out, so that faults also meet without all the others. */
const KEPT_SHARE = 0.75;
const MOST_AT_ONCE = 3;
const PAUSE_MS = [300, 2_500] as const;

/** @throws Error for a name that no fault has */
export function chooseFaults({ options, random }: Simulation): Fault[] {
  const { faults: wanted } = options;
  const unknown = wanted?.find((name) => !ALL_FAULTS.some((fault) => fault.name === name));
  if (unknown)
    throw new Error(`there is no fault ${unknown}: ${ALL_FAULTS.map(({ name }) => name).join(", ")}`);
  const draw = random.fork("kinds of faults");
  return ALL_FAULTS.filter(({ name }) => {
    const isDrawn = draw.chance(KEPT_SHARE);
    return wanted ? wanted.includes(name) : isDrawn;
  });
}

/** Causes faults until the end, and waits until each has ended. */
export async function runFaults(sim: Simulation, faults: readonly Fault[]): Promise<void> {
  const random = sim.random.fork("faults");
  const active = new Set<Promise<void>>();
  for (let number = 1; faults.length > 0 && !sim.ending.signal.aborted; number += 1) {
    await pause(sim, random.between(...PAUSE_MS));
    const fault = random.weighted(faults);
    if (active.size >= MOST_AT_ONCE || sim.activeFaults.has(fault.name)) continue;
    const one = causeFault(sim, fault, random.fork(`fault ${number}`)).finally(() => active.delete(one));
    active.add(one);
  }
  await Promise.all(active);
}

async function causeFault(sim: Simulation, { name, lasts, begin }: Fault, random: Random): Promise<void> {
  if (sim.ending.signal.aborted) return;
  sim.activeFaults.add(name);
  sim.faultsSoFar += 1;
  sim.recorder.record({ who: "faults", what: name });
  try {
    const end = await begin(sim, random);
    await pause(sim, random.between(...lasts));
    await end();
    sim.recorder.record({ who: "faults", what: `${name} ends` });
  } catch (error) {
    sim.alarm(`the fault "${name}" failed: ${error}`, []);
  } finally {
    sim.activeFaults.delete(name);
  }
}

/** Ends what faults leave behind, such as rules that have not struck yet. */
export async function endAllFaults({ world }: Simulation): Promise<void> {
  const { faults, razorpay } = world.sandbox.control;
  faults.clear();
  razorpay.clearFaults();
  world.losses.share = 0;
  await clearFailPoint(world);
  for (const instance of world.instances) {
    instance.signal("SIGCONT");
    await instance.start(0);
  }
}
