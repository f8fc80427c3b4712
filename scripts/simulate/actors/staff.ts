import type { SandboxTokens } from "../../sandbox/auth/index.js";
import { pause, type Simulation } from "../simulation.js";
import { type Clerk, clerkOf } from "./clerk.js";
import { OFFICE_WORK } from "./staff-office.js";
import { ORDER_WORK } from "./staff-orders.js";
import { REFUND_WORK } from "./staff-refunds.js";
import { RETURN_WORK } from "./staff-returns.js";
import { type Operation, runOne } from "./visit.js";

/** The staff at work. */

type Role = keyof Pick<SandboxTokens, "admin" | "secondAdmin" | "finance" | "fulfilment">;

/** Who does what: two admins do everything, so that one approves what the other has started. */
const ALL_WORK = [...ORDER_WORK, ...REFUND_WORK, ...RETURN_WORK, ...OFFICE_WORK];
const TEAM: readonly { role: Role; work: readonly Operation<Clerk>[] }[] = [
  { role: "admin", work: ALL_WORK },
  { role: "secondAdmin", work: ALL_WORK },
  { role: "finance", work: REFUND_WORK },
  {
    role: "fulfilment",
    work: ORDER_WORK.filter(({ name }) => name.startsWith("ship") || name === "deliver"),
  },
];
const LONGEST_BREAK_MS = 500;

export async function runStaff(sim: Simulation): Promise<void> {
  await Promise.all(TEAM.map(({ role, work }) => runClerk(clerkOf(sim, role), work)));
}

async function runClerk(clerk: Clerk, work: readonly Operation<Clerk>[]): Promise<void> {
  const { sim, random, caller } = clerk;
  while (!sim.ending.signal.aborted) {
    await pause(sim, random.between(50, LONGEST_BREAK_MS));
    try {
      await runOne(work, clerk);
    } catch (error) {
      sim.alarm(`the work of ${caller.who} failed: ${error instanceof Error ? error.stack : error}`, []);
    }
  }
}
