import { setTimeout as sleep } from "node:timers/promises";
import type { Violation } from "../invariants/invariants.js";
import { toLine } from "../invariants/invariants.js";
import { print } from "../support/print.js";
import { runOutside } from "./actors/outside.js";
import { runShoppers } from "./actors/shoppers.js";
import { runStaff } from "./actors/staff.js";
import { alarmsAsViolations, checkNow, runChecks } from "./checks.js";
import { chooseFaults, runFaults } from "./faults/index.js";
import { drawShift } from "./faults/processes.js";
import { heal } from "./heal.js";
import { printHistory } from "./history.js";
import type { SimulationOptions } from "./options.js";
import { printSummary, runProgress } from "./progress.js";
import { Random } from "./random.js";
import { createSimulation, pause, type Simulation } from "./simulation.js";
import { openWorld, startInstances } from "./world.js";

/** Runs one simulation. @returns the violations, of which the first is the one to look at */
export async function simulate(options: SimulationOptions): Promise<Violation[]> {
  const losses = new Random(options.seed).fork("lost answers");
  const world = await openWorld(() => losses.between(0, 999) / 1_000);
  try {
    const sim = createSimulation(options, world);
    const shifts = sim.random.fork("clocks");
    await startInstances(world, () => drawShift(shifts));
    world.sandbox.control.razorpay.configure({ refundMode: "pending", webhooks: { ladderScale: 0.1 } });
    const violations = await live(sim);
    await sim.recorder.close();
    await report(sim, violations);
    return violations;
  } finally {
    await world.stop();
  }
}

async function live(sim: Simulation): Promise<Violation[]> {
  const { options, ending } = sim;
  const faults = chooseFaults(sim);
  print(`Seed ${options.seed}, ${options.minutes} min, ${options.mode}; history in ${sim.recorder.file}`);
  print(`Faults: ${faults.map(({ name }) => name).join(", ") || "none"}`);
  const timer = pause(sim, options.minutes * 60_000).then(() => ending.abort());
  const work = {
    shoppers: runShoppers(sim),
    staff: runStaff(sim),
    outside: runOutside(sim),
    faults: runFaults(sim, faults),
    progress: runProgress(sim),
  };
  const found = await runChecks(sim);
  await Promise.all([timer, endOf(sim, work)]);
  if (found.length > 0) return found;
  if (options.mode === "safety") return [...(await checkNow(sim)), ...alarmsAsViolations(sim)];
  print("The faults have ended; everything must come to rest");
  return heal(sim);
}

/** The longest visit gives up on each of its calls before this. */
const WORK_ENDS_WITHIN_MS = 240_000;

/** @throws Error that names what has not ended in time: a run that waits forever would show nothing */
async function endOf(sim: Simulation, work: Readonly<Record<string, Promise<void>>>): Promise<void> {
  const busy = new Set(Object.keys(work));
  const ends = Object.entries(work).map(([name, end]) => end.then(() => busy.delete(name)));
  const late = new AbortController();
  const watch = sleep(WORK_ENDS_WITHIN_MS, undefined, late).then(() => {
    const waiting = [...sim.waiting].join(", ");
    throw new Error(
      `still at work long after the end: ${[...busy].join(", ")}; waiting for ${waiting || "no call"}`,
    );
  });
  try {
    await Promise.race([Promise.all(ends), watch]);
  } finally {
    watch.catch(() => undefined);
    late.abort();
  }
}

async function report(sim: Simulation, violations: readonly Violation[]): Promise<void> {
  printSummary(sim);
  const [first] = violations;
  if (!first) {
    print(`\nSeed ${sim.options.seed}: every invariant holds`);
    return;
  }
  print(
    `\nSeed ${sim.options.seed}: ${violations.length} violations, of which the first is\n  ${toLine(first)}`,
  );
  await printHistory(sim.world, sim.recorder, first);
  print("\nAll violations:");
  for (const violation of violations.slice(0, MOST_PRINTED)) print(`  ${toLine(violation)}`);
  printErrors(sim);
}

const MOST_PRINTED = 30;

/** Faults of the service, from its log. */
function printErrors({ world }: Simulation): void {
  for (const { name, output } of world.instances) {
    const lines = output.split("\n").filter((line) => line.includes("INTERNAL_ERROR"));
    for (const line of lines.slice(0, 5)) print(`  instance ${name}: ${line}`);
  }
}
