import { readCommandLine, UsageError } from "../support/command-line.js";

export interface SimulationOptions {
  seed: number;
  minutes: number;
  /**
   * `safety`: faults never stop, and what must hold at every instant is checked. `liveness`: in the end everything is
   * healed, and within a minute nothing may be left undone.
   */
  mode: "safety" | "liveness";
  /** Customers to draw from. Most of them come once; some come back. */
  customers: number;
  /** Visits of customers that begin per second. */
  visitsPerSecond: number;
  /** The faults to draw from, by name. Default: a random part of the table, which the seed decides. */
  faults: readonly string[] | null;
}

const USAGE =
  "npm run simulate -- --seed <n> --minutes <m> --mode safety|liveness [--customers <n>] [--rate <visits per second>] [--faults <name,name>|none]";

/** @throws UsageError */
export function readOptions(args: readonly string[]): SimulationOptions {
  const values = readCommandLine(args, {
    usage: USAGE,
    options: {
      seed: { type: "string", default: "1" },
      minutes: { type: "string", default: "1" },
      mode: { type: "string", default: "liveness" },
      customers: { type: "string", default: "5000" },
      rate: { type: "string", default: "3" },
      faults: { type: "string" },
    },
  });
  const { mode, faults } = values;
  if (mode !== "safety" && mode !== "liveness") throw new UsageError(`there is no mode ${mode}`, USAGE);
  const names = faults === "none" ? [] : faults?.split(",");
  return {
    seed: toNumber(values.seed),
    minutes: toNumber(values.minutes),
    mode,
    customers: toNumber(values.customers),
    visitsPerSecond: toNumber(values.rate),
    faults: names ?? null,
  };
}

function toNumber(text: string): number {
  const number = Number(text);
  if (!(number > 0)) throw new UsageError(`${text} is not a positive number`, USAGE);
  return number;
}
