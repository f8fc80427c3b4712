import { parseArgs } from "node:util";

export interface BenchOptions {
  /** How many orders the database holds beforehand; several: one run after the other. */
  orders: number[];
  /** Carts beside those of the orders; left out: as many as orders, where an analysis is measured. */
  carts: number | undefined;
  /** Names of scenarios; empty: all. */
  only: string[];
  /** Of each measurement. */
  seconds: number;
  warmUpSeconds: number;
  /** Requests at once of the closed loops. */
  atOnce: number[];
  label: string;
  /** Count what one purchase costs instead of measuring. */
  cost: boolean;
  /** Of `--cost`. */
  purchases: number;
  /** Writes a CPU profile of the service beside the results. */
  profile: boolean;
  /** Writes `bench/baseline.json`, with which later runs are compared. */
  baseline: boolean;
}

const HELP = `npm run bench -- [options]
  --quick            2 s a measurement instead of 10, one warm-up second
  --seconds N        seconds of each measurement
  --only a,b         scenarios: cart, mini-cart, add, step, purchase, purchase-online, placing, orders,
                     cart-analytics, checkout-funnel, webhooks
  --at-once 1,8,32   requests at once in the closed loops
  --orders N,M       orders in the database beforehand (default 0); 200000 takes some minutes to fill
  --carts N          carts of the last year that became no order (default: as many as orders, for the analyses)
  --cost             what one purchase costs: round trips, documents, upstream calls, CPU
  --purchases N      of --cost (default 200)
  --profile          a CPU profile of the service, for Chrome's DevTools
  --baseline         writes bench/baseline.json
  --label NAME       of the result file`;

const WHOLE = { ordinary: { seconds: 10, warmUpSeconds: 5 }, quick: { seconds: 2, warmUpSeconds: 1 } };

/** @throws Error with the usage when an option is not one of these */
export function readOptions(words: readonly string[]): BenchOptions {
  const { values } = parse(words);
  const lengths = values.quick ? WHOLE.quick : WHOLE.ordinary;
  return {
    orders: numbersIn(values.orders ?? "0", "--orders"),
    carts: values.carts === undefined ? undefined : numberIn(values.carts, "--carts"),
    only: values.only?.split(",") ?? [],
    seconds: values.seconds === undefined ? lengths.seconds : numberIn(values.seconds, "--seconds"),
    warmUpSeconds: lengths.warmUpSeconds,
    atOnce: numbersIn(values["at-once"] ?? "1,8,32", "--at-once"),
    label: values.label ?? (values.cost ? "cost" : "run"),
    cost: values.cost ?? false,
    purchases: numberIn(values.purchases ?? "200", "--purchases"),
    profile: values.profile ?? false,
    baseline: values.baseline ?? false,
  };
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      options: {
        quick: { type: "boolean" },
        seconds: { type: "string" },
        only: { type: "string" },
        "at-once": { type: "string" },
        orders: { type: "string" },
        carts: { type: "string" },
        cost: { type: "boolean" },
        purchases: { type: "string" },
        profile: { type: "boolean" },
        baseline: { type: "boolean" },
        label: { type: "string" },
      },
    });
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${HELP}`);
  }
}

function numberIn(text: string, option: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new Error(`${option} needs a number, not "${text}"\n${HELP}`);
}

const numbersIn = (text: string, option: string): number[] =>
  text.split(",").map((part) => numberIn(part, option));
