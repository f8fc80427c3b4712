import type { Random } from "../random.js";
import type { Simulation } from "../simulation.js";

export interface Fault {
  name: string;
  weight: number;
  /** How long it lasts, in milliseconds: the shortest and the longest. */
  lasts: readonly [number, number];
  /** Begins the fault. @returns what ends it */
  begin(sim: Simulation, random: Random): Promise<() => unknown> | (() => unknown);
}
