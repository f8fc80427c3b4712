import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * One operation of a scenario.
 * @param due the time at which it should have started, on the clock of `performance.now()`
 * @returns the ms that do not count, because the buyer spent them outside the service
 * @throws Error when an answer was not 2xx; the operation then counts as failed
 */
export type Operation = (index: number, due: number) => Promise<number>;

/** A fixed number of operations at once; each starts when the one before ends. Finds the highest throughput. */
export interface ClosedLoop {
  kind: "closed";
  atOnce: number;
}

/** A fixed number of operations a second, whether or not they finish. Finds the latency, including stalls. */
export interface OpenLoop {
  kind: "open";
  perSecond: number;
}

export type Loop = ClosedLoop | OpenLoop;

export interface Run {
  operation: Operation;
  loop: Loop;
  seconds: number;
  /** Ends the run early, after as many operations as were prepared. */
  most?: number;
}

export interface LoadOutcome {
  done: number;
  failed: number;
  /** The first errors. */
  errors: string[];
  seconds: number;
  /** Milliseconds; in an open loop from the time at which the operation should have started. */
  mean: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

const KEPT_ERRORS = 5;
const MICROSECONDS = 1000;
/** A minute, in µs. */
const LONGEST = 60_000_000;
/** When an open loop has this many operations in flight, further ones count as failed. */
const MOST_IN_FLIGHT = 2_000;

class Tally {
  readonly #times: RecordableHistogram = createHistogram({ lowest: 1, highest: LONGEST, figures: 3 });
  readonly #began = performance.now();
  #done = 0;
  #failed = 0;
  readonly #errors: string[] = [];

  async watch(operation: Operation, index: number, from: number): Promise<void> {
    try {
      const elsewhere = await operation(index, from);
      const took = (performance.now() - from - elsewhere) * MICROSECONDS;
      this.#times.record(Math.min(LONGEST, Math.max(1, Math.round(took))));
      this.#done += 1;
    } catch (error) {
      this.fail(error);
    }
  }

  fail(error: unknown): void {
    this.#failed += 1;
    if (this.#errors.length < KEPT_ERRORS)
      this.#errors.push(error instanceof Error ? error.message : String(error));
  }

  close(): LoadOutcome {
    const times = this.#times;
    const at = (percentile: number) => (this.#done === 0 ? 0 : times.percentile(percentile) / MICROSECONDS);
    return {
      done: this.#done,
      failed: this.#failed,
      errors: this.#errors,
      seconds: (performance.now() - this.#began) / 1000,
      mean: this.#done === 0 ? 0 : times.mean / MICROSECONDS,
      p50: at(50),
      p95: at(95),
      p99: at(99),
      max: this.#done === 0 ? 0 : times.max / MICROSECONDS,
    };
  }
}

export function runLoad(run: Run): Promise<LoadOutcome> {
  return run.loop.kind === "closed" ? runClosed(run, run.loop) : runOpen(run, run.loop);
}

async function runClosed(
  { operation, seconds, most = Infinity }: Run,
  { atOnce }: ClosedLoop,
): Promise<LoadOutcome> {
  const tally = new Tally();
  const until = performance.now() + seconds * 1000;
  let next = 0;
  const work = async () => {
    while (next < most && performance.now() < until) {
      const index = next;
      next += 1;
      await tally.watch(operation, index, performance.now());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return tally.close();
}

async function runOpen(
  { operation, seconds, most = Infinity }: Run,
  { perSecond }: OpenLoop,
): Promise<LoadOutcome> {
  const tally = new Tally();
  const began = performance.now();
  const total = Math.min(most, Math.round(perSecond * seconds));
  const inFlight = new Set<Promise<void>>();
  for (let index = 0; index < total; ) {
    // Starts every operation that is due; timers have a resolution of one millisecond.
    for (; index < total && began + (index * 1000) / perSecond <= performance.now(); index += 1) {
      const due = began + (index * 1000) / perSecond;
      if (inFlight.size >= MOST_IN_FLIGHT) tally.fail(new Error("the service has fallen too far behind"));
      else {
        const one: Promise<void> = tally.watch(operation, index, due).finally(() => inFlight.delete(one));
        inFlight.add(one);
      }
    }
    await sleep(1);
  }
  await Promise.all(inFlight);
  return tally.close();
}
