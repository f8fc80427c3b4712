import { print, rupees, table } from "../support/print.js";
import { pause, type Simulation } from "./simulation.js";

/** What the terminal shows while it runs, and at the end. */
const EVERY_MS = 5_000;

const sum = (numbers: Iterable<number>): number => [...numbers].reduce((total, number) => total + number, 0);

export async function runProgress(sim: Simulation): Promise<void> {
  const startedAt = performance.now();
  while (!sim.ending.signal.aborted) {
    await pause(sim, EVERY_MS);
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    print(`${`${seconds} s`.padStart(6)}  ${await oneLine(sim)}`);
  }
}

async function oneLine(sim: Simulation): Promise<string> {
  const { captures } = sim.world.sandbox.control.razorpay.ledger();
  const captured = rupees(sum(captures.map(({ amount }) => amount)) / 100);
  const counts = await countDocuments(sim).catch(() => "no database");
  const faults = [...sim.activeFaults].join(", ");
  return `${sum(sim.calls.values())} calls  ${sim.faultsSoFar} faults  ${counts}  ${captured} captured  ${faults && `[${faults}]`}`;
}

async function countDocuments({ world: { db } }: Simulation): Promise<string> {
  const names = ["orders", "refunds", "returns", "invoices"];
  const counts = await Promise.all(names.map((name) => db.collection(name).estimatedDocumentCount()));
  return names.map((name, index) => `${counts[index]} ${name}`).join("  ");
}

/** How often each operation was done, and how calls were answered. */
export function printSummary(sim: Simulation): void {
  print();
  const operations = [...sim.done].sort(([, a], [, b]) => b - a);
  print(operations.map(([name, count]) => `${name} ${count}`).join(", "));
  print();
  table(
    ["answer", "calls"],
    [...sim.calls]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => [status === 0 ? "none" : `${status}`, count]),
  );
  print(
    `${sim.population.seen} customers, ${sim.acknowledgements.count} acknowledgements, ${sim.faultsSoFar} faults`,
  );
}
