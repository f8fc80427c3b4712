import { setMaxListeners } from "node:events";
import { Acknowledgements } from "./acknowledgements.js";
import { Population } from "./actors/population.js";
import type { CallerWorld, OpenRequest } from "./caller.js";
import type { SimulationOptions } from "./options.js";
import { Random } from "./random.js";
import { Recorder } from "./recorder.js";
import type { World } from "./world.js";

/** Something that must not be, with what it is about. */
export interface Alarm {
  problem: string;
  ids: readonly string[];
}

/** What actors, faults and checks of one run share. */
export interface Simulation extends CallerWorld {
  options: SimulationOptions;
  random: Random;
  world: World;
  recorder: Recorder;
  acknowledgements: Acknowledgements;
  population: Population;
  open: OpenRequest[];
  alarms: Alarm[];
  /** By status; 0 is no answer. */
  calls: Map<number, number>;
  /** How often each operation of an actor was done, by name. */
  done: Map<string, number>;
  count(operation: string): void;
  /** The gateway's payments that a bank may still authorise. */
  undecided: Set<string>;
  /** Names of the faults that are active now. */
  activeFaults: Set<string>;
  faultsSoFar: number;
  /** Aborted when no new work may begin. */
  ending: AbortController;
}

const addOne = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

export function createSimulation(options: SimulationOptions, world: World): Simulation {
  const random = new Random(options.seed);
  const calls = new Map<number, number>();
  const done = new Map<string, number>();
  const alarms: Alarm[] = [];
  const ending = new AbortController();
  // Every pause listens to it.
  setMaxListeners(0, ending.signal);
  return {
    options,
    random,
    world,
    recorder: new Recorder(`.data/simulate/seed-${options.seed}-${options.mode}.jsonl`),
    acknowledgements: new Acknowledgements(),
    population: new Population(options.customers, { world, random: random.fork("population") }),
    open: [],
    waiting: new Set(),
    alarms,
    calls,
    done,
    alarm: (problem, ids) => void alarms.push({ problem, ids }),
    countCall: (status) => addOne(calls, status),
    count: (operation) => addOne(done, operation),
    undecided: new Set(),
    activeFaults: new Set(),
    faultsSoFar: 0,
    ending,
  };
}

/** Waits, but not beyond the end. */
export async function pause({ ending }: Pick<Simulation, "ending">, ms: number): Promise<void> {
  if (ending.signal.aborted) return;
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      ending.signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    ending.signal.addEventListener("abort", end);
  });
}
