import type { SandboxTokens } from "../../sandbox/auth/index.js";
import { listAt } from "../../support/json.js";
import { Shopper } from "../../support/shopper.js";
import { Caller } from "../caller.js";
import type { Random } from "../random.js";
import type { Simulation } from "../simulation.js";

/** A member of the staff, who works through the lists of the admin panel. */
export interface Clerk {
  sim: Simulation;
  random: Random;
  caller: Caller;
}

export function clerkOf(sim: Simulation, role: keyof SandboxTokens): Clerk {
  const shopper = new Shopper(sim.world.balancer.url, sim.world.sandbox.tokens[role]);
  return { sim, random: sim.random.fork(`staff ${role}`), caller: new Caller(sim, role, shopper) };
}

/** Picks an entry of a list of the admin panel; null when the list is empty or cannot be read. */
export async function pickFrom({ caller, random }: Clerk, list: string): Promise<unknown> {
  const path = `/api/admin/${list}${list.includes("?") ? "&" : "?"}limit=20`;
  const page = await caller.do(`list ${list.split("?")[0]}`, { method: "GET", path });
  const items = page ? listAt(page, "items") : [];
  return items.length === 0 ? null : random.pick(items);
}
