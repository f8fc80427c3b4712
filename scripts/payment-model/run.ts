import fc from "fast-check";
import mongoose from "mongoose";
import type { RazorpayControl } from "../sandbox/razorpay/control-types.js";
import { checkSequence, type Ending } from "./check-sequence.js";
import { type Sequence, sequences } from "./steps.js";

export interface ModelRun {
  control: RazorpayControl;
  /** How many sequences. */
  runs: number;
  /** Decides everything that is random. */
  seed: number;
  /** Repeats one failure: the path that the failing run printed. */
  path?: string;
  /** Whether a failure is reduced to its shortest form, which takes a minute; default true. */
  reduces?: boolean;
  /** Called after each round, with the sequences so far and what they ended with. */
  onProgress?(done: number, endings: Ending): void;
  /** Called with every difference while the failure is being reduced. */
  onDifference?(message: string): void;
}

/** Sequences at the same time; each has a checkout of its own. */
const LANES = 8;
/** Sequences of a lane until the gateway and the database are emptied, so that neither grows slow. */
const PER_ROUND = 25;

export interface ModelFailure {
  /** These two repeat it. */
  seed: number;
  path: string;
  message: string;
  sequence: Sequence;
}

const NOTHING: Ending = { order: 0, surplus: 0, refunds: 0, disputes: 0, refundedOrder: 0 };
let endings = NOTHING;

function count(ending: Ending): void {
  endings = {
    order: endings.order + ending.order,
    surplus: endings.surplus + ending.surplus,
    refunds: endings.refunds + ending.refunds,
    disputes: endings.disputes + ending.disputes,
    refundedOrder: endings.refundedOrder + ending.refundedOrder,
  };
}

/** @returns the first failure, or null */
export async function runModel(run: ModelRun): Promise<ModelFailure | null> {
  const { control, runs, path, onProgress } = run;
  // The settings of a round follow from the first lane's seed.
  const seed = path === undefined ? run.seed - (run.seed % LANES) : run.seed;
  if (path !== undefined) return runLane(run, { seed, path, numRuns: PER_ROUND });
  endings = NOTHING;
  for (let done = 0, round = 0; done < runs; round += 1) {
    await startRound(control, seed + round * LANES);
    const left = runs - done;
    const counts = Array.from({ length: LANES }, (_unused, lane) =>
      Math.min(PER_ROUND, Math.floor((left + LANES - 1 - lane) / LANES)),
    );
    const lanes = counts.map((numRuns, lane) =>
      numRuns === 0 ? null : runLane(run, { seed: seed + round * LANES + lane, numRuns }),
    );
    const failure = (await Promise.all(lanes)).find((found) => found !== null);
    if (failure) return failure;
    done += counts.reduce((sum, count) => sum + count, 0);
    onProgress?.(done, endings);
  }
  return null;
}

async function runLane(
  { control, onDifference, reduces = true }: ModelRun,
  parameters: { seed: number; numRuns: number; path?: string },
): Promise<ModelFailure | null> {
  if (parameters.path !== undefined) await startRound(control, parameters.seed - (parameters.seed % LANES));
  const property = fc.asyncProperty(sequences, async (sequence) => {
    try {
      count(await checkSequence(control, sequence));
    } catch (error) {
      onDifference?.(String(error));
      throw error;
    }
  });
  const details = await fc.check(property, { ...parameters, endOnFailure: !reduces });
  if (!details.failed) return null;
  const [sequence] = details.counterexample ?? [];
  if (!sequence) throw new Error("fast-check failed without an example");
  const message = String(details.errorInstance);
  return { seed: details.seed, path: details.counterexamplePath ?? "", message, sequence };
}

const COLLECTIONS = [
  "checkoutSessions",
  "payments",
  "refunds",
  "orders",
  "orderItems",
  "webhookEvents",
  "outboxMessages",
  "orderStatusHistories",
];

/** Every round has its own settings of the gateway where its documentation leaves the behaviour open. */
async function startRound(control: RazorpayControl, seed: number): Promise<void> {
  control.reset();
  const variant = Math.floor(seed / LANES);
  control.configure({
    refundMode: variant % 2 === 0 ? "instant" : "pending",
    failedRefundRestoresAmount: variant % 3 !== 0,
    emptyErrors: variant % 5 === 0 ? "blank" : "null",
    webhooks: { hold: true },
  });
  const { db } = mongoose.connection;
  await Promise.all(COLLECTIONS.map((name) => db?.collection(name).deleteMany({})));
}
