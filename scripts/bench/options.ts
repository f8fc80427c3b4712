import { readCommandLine, UsageError } from "../support/command-line.js";

export interface BenchOptions {
  /** The number of orders in the database before the run. With several numbers, one run for each. */
  orders: number[];
  /** Carts without an order. Default: as many as orders if an analysis is measured, else none. */
  carts: number | undefined;
  /** The names of the scenarios to run. Empty: all. */
  only: string[];
  /** The seconds of each measurement. */
  seconds: number;
  warmUpSeconds: number;
  /** The concurrent requests of the closed loops. */
  atOnce: number[];
  label: string;
  /** Counts what one purchase costs instead of measuring. */
  cost: boolean;
  /** Offers more than the service can do, instead of measuring. */
  overload: boolean;
  /** Minutes of an even load at half of the capacity, instead of measuring. */
  soak: number | null;
  /** The number of purchases that `--cost` counts. */
  purchases: number;
  /** Writes a CPU profile of the service next to the results. */
  profile: boolean;
  /** Writes `bench/baseline.json`, to which later runs are compared. */
  baseline: boolean;
}

const USAGE = `npm run bench -- [options]
  --quick            measurements of 2 s instead of 10, one warm-up second
  --seconds N        seconds of each measurement
  --only a,b         scenarios: cart, mini-cart, orders, add, step, placing, purchase, purchase-online, verify,
                     slow-neighbour, admin-orders, cart-analytics, checkout-funnel, webhooks
  --at-once 1,8,32   concurrent requests in the closed loops
  --orders N,M       orders in the database before the run (default 0); 200000 take some minutes
  --carts N          carts of the last year without an order (default: as many as orders, for the analyses)
  --cost             what one purchase costs: round trips, documents, upstream calls, CPU
  --overload         half, once, twice and three times what the service can do: who is served, how fast
  --soak MINUTES     half of what the service can do, for so long: memory, sockets, outbox, lost answers
  --purchases N      purchases that --cost counts (default 200)
  --profile          a CPU profile of the service, for Chrome's DevTools
  --baseline         writes bench/baseline.json
  --label NAME       part of the result file's name`;

const LENGTHS = { ordinary: { seconds: 10, warmUpSeconds: 5 }, quick: { seconds: 2, warmUpSeconds: 1 } };

/** @throws UsageError for an unknown or invalid option */
export function readOptions(args: readonly string[]): BenchOptions {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const values = readCommandLine(args, {
    usage: USAGE,
    options: {
      ...{ quick: flag, cost: flag, overload: flag, profile: flag, baseline: flag },
      ...{
        seconds: text,
        only: text,
        "at-once": text,
        orders: text,
        carts: text,
        purchases: text,
        soak: text,
        label: text,
      },
    },
  });
  const lengths = values.quick ? LENGTHS.quick : LENGTHS.ordinary;
  return {
    orders: numbersIn(values.orders ?? "0", "--orders"),
    carts: values.carts === undefined ? undefined : numberIn(values.carts, "--carts"),
    only: values.only?.split(",") ?? [],
    seconds: values.seconds === undefined ? lengths.seconds : numberIn(values.seconds, "--seconds"),
    warmUpSeconds: lengths.warmUpSeconds,
    atOnce: numbersIn(values["at-once"] ?? "1,8,32", "--at-once"),
    label: values.label ?? (values.cost ? "cost" : "run"),
    cost: values.cost ?? false,
    overload: values.overload ?? false,
    soak: values.soak === undefined ? null : numberIn(values.soak, "--soak"),
    purchases: numberIn(values.purchases ?? "200", "--purchases"),
    profile: values.profile ?? false,
    baseline: values.baseline ?? false,
  };
}

function numberIn(text: string, option: string): number {
  const number = Number(text);
  if (Number.isFinite(number) && number >= 0) return number;
  throw new UsageError(`${option} needs a number, not "${text}"`, USAGE);
}

const numbersIn = (text: string, option: string): number[] =>
  text.split(",").map((part) => numberIn(part, option));
