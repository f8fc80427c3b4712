import { Types } from "mongoose";
import { Caller, type Reply } from "../caller.js";
import type { Random } from "../random.js";
import { pause, type Simulation } from "../simulation.js";
import type { Customer } from "./population.js";

/** One visit of one customer. */
export interface Visit {
  sim: Simulation;
  customer: Customer;
  caller: Caller;
  random: Random;
}

export const openVisit = (sim: Simulation, customer: Customer, random: Random): Visit => ({
  sim,
  customer,
  caller: new Caller(sim, customer.name, customer.shopper),
  random,
});

/** The time in which a person reads a page; short, so that a minute holds many visits. */
export const think = ({ sim, random }: Pick<Visit, "sim" | "random">): Promise<void> =>
  pause(sim, random.between(20, 250));

export const toId = (hex: string): Types.ObjectId => new Types.ObjectId(hex);

/** An operation of a table, with how often it is chosen. */
export interface Operation<T> {
  name: string;
  weight: number;
  run(actor: T): Promise<unknown>;
}

/** Runs one operation of the table, and counts it. */
export async function runOne<T extends { sim: Simulation; random: Random }>(
  table: readonly Operation<T>[],
  actor: T,
): Promise<void> {
  const { name, run } = actor.random.weighted(table);
  actor.sim.count(name);
  await run(actor);
}

/** Whether a reply is definite and positive. */
export const isDone = (reply: Reply | null): reply is Reply => reply?.isDone === true;
