import type { Random } from "../random.js";
import type { Simulation } from "../simulation.js";
import type { Fault } from "./fault.js";

/** Processes that die, freeze and are replaced, and clocks that are wrong. */

/** Clocks of real machines are right within seconds; ten minutes is the most that the service must bear. */
const CLOCK_SHIFTS_MS = [0, 0, 10 * 60_000, -10 * 60_000] as const;

export const drawShift = (random: Random): number => random.pick(CLOCK_SHIFTS_MS);

async function restart({ world }: Simulation, index: number, random: Random): Promise<void> {
  await world.instances[index]?.start(drawShift(random));
}

/** One of them, while both run: with none, a run would consist of waiting. `kill both` is the exception. */
function pickOne({ world }: Simulation, random: Random): number | null {
  const isComplete = world.instances.every(({ isRunning }) => isRunning);
  return isComplete ? random.between(0, world.instances.length - 1) : null;
}

const nothing = (): void => undefined;

export const PROCESS_FAULTS: readonly Fault[] = [
  {
    name: "kill",
    weight: 10,
    lasts: [100, 3_000],
    begin: (sim, random) => {
      const index = pickOne(sim, random);
      if (index === null) return nothing;
      sim.world.instances[index]?.signal("SIGKILL");
      return () => restart(sim, index, random);
    },
  },
  {
    name: "kill both",
    weight: 2,
    lasts: [100, 1_500],
    begin: (sim, random) => {
      for (const instance of sim.world.instances) instance.signal("SIGKILL");
      return () => Promise.all(sim.world.instances.map((_, index) => restart(sim, index, random)));
    },
  },
  {
    name: "freeze",
    weight: 6,
    // A claim's lease is 30 s: the longest freezes outlive it.
    lasts: [1_000, 36_000],
    begin: (sim, random) => {
      const index = pickOne(sim, random);
      if (index === null) return nothing;
      sim.world.instances[index]?.signal("SIGSTOP");
      return () => sim.world.instances[index]?.signal("SIGCONT");
    },
  },
  {
    name: "replace",
    weight: 4,
    lasts: [100, 1_000],
    begin: async (sim, random) => {
      const index = pickOne(sim, random);
      if (index === null) return nothing;
      const instance = sim.world.instances[index];
      // A frozen instance does not stop until it is thawed.
      instance?.signal("SIGCONT");
      const code = await instance?.stop();
      if (code !== 0 && code !== undefined)
        sim.alarm(`an instance that was asked to stop exited with ${code}`, []);
      return () => restart(sim, index, random);
    },
  },
];
