import { createHistogram, type RecordableHistogram } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * One operation of a scenario. Answers how many ms of it do not count: what a buyer does elsewhere.
 * @throws Error when an answer was not 2xx; the run then fails
 */
export type Operation = (index: number) => Promise<number>;

/** So many at once, each beginning when the one before has ended: finds the most that can be done. */
export interface ClosedLoop {
  kind: "closed";
  atOnce: number;
}

/** So many a second, whatever becomes of them: finds how long one waits, stalls included. */
export interface OpenLoop {
  kind: "open";
  perSecond: number;
}

export type Loop = ClosedLoop | OpenLoop;

export interface Run {
  operation: Operation;
  loop: Loop;
  seconds: number;
  /** Ends the run early: so many were prepared. */
  most?: number;
}

export interface Outcome {
  done: number;
  failed: number;
  /** The first of them. */
  errors: string[];
  seconds: number;
  /** Milliseconds; in an open loop from when it should have begun. */
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
/** An open loop gives up on a service that has fallen so far behind: the rest counts as failed. */
const MOST_IN_FLIGHT = 2_000;

class Tally {
  readonly #times: RecordableHistogram = createHistogram({ lowest: 1, highest: LONGEST, figures: 3 });
  readonly #began = performance.now();
  #done = 0;
  #failed = 0;
  readonly #errors: string[] = [];

  async watch(operation: Operation, index: number, from: number): Promise<void> {
    try {
      const elsewhere = await operation(index);
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

  close(): Outcome {
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

export function runLoad(run: Run): Promise<Outcome> {
  return run.loop.kind === "closed" ? runClosed(run, run.loop) : runOpen(run, run.loop);
}

async function runClosed(
  { operation, seconds, most = Infinity }: Run,
  { atOnce }: ClosedLoop,
): Promise<Outcome> {
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
): Promise<Outcome> {
  const tally = new Tally();
  const began = performance.now();
  const total = Math.min(most, Math.round(perSecond * seconds));
  const underWay = new Set<Promise<void>>();
  for (let index = 0; index < total; ) {
    // Everything whose time has come; timers are not finer than a millisecond.
    for (; index < total && began + (index * 1000) / perSecond <= performance.now(); index += 1) {
      const due = began + (index * 1000) / perSecond;
      if (underWay.size >= MOST_IN_FLIGHT) tally.fail(new Error("the service has fallen too far behind"));
      else {
        const one: Promise<void> = tally.watch(operation, index, due).finally(() => underWay.delete(one));
        underWay.add(one);
      }
    }
    await sleep(1);
  }
  await Promise.all(underWay);
  return tally.close();
}
