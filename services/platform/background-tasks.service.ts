import { randomUUID } from "node:crypto";
import { type Model, type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { databaseTime, isPast, MINUTE_MS } from "../../utils/clock.js";
import { toErrorText } from "../../utils/errors.js";

/**
 * Work that is ordered as a document and takes minutes, which is longer than the lease of an outbox message. A job
 * claims the documents that are due, one after the other. Its worker holds a lease and compares the token with every
 * write, so one that froze and was replaced writes nothing.
 */
export interface BackgroundTask {
  _id: Types.ObjectId;
  state: string;
  /** Claims so far, without those that the end of a process interrupted. */
  attempts: number;
  /** When a worker may take it: after a crash, once the lease of the previous one has expired. */
  dueAt: Date;
  leaseToken: string | null;
  error: string | null;
}

export interface TaskKind<T extends BackgroundTask> {
  model: Model<T>;
  /** The state of a task that is neither completed nor failed. */
  openState: T["state"];
  /** Fields that every attempt starts with. */
  atStart?: object;
  /** Fields of a task that has failed, in addition to its state and error. */
  atFailure(): object;
  /** The line in the log about an attempt that failed. */
  failureMessage: string;
}

/** A task that this worker holds. Fields are those of a `$set` stage; every write renews the lease. */
export interface HeldTask<T extends BackgroundTask> {
  task: T;
  /** Call it between two steps, at least once a minute. Writes once a second at most. @throws when the work must stop */
  keepAlive(progress?: object): Promise<void>;
  /** @throws when another worker holds the task */
  write(fields: object): Promise<void>;
  /** The last write. @throws when another worker holds the task */
  complete(fields: object): Promise<void>;
}

/** The `dueAt` of a new task. */
export const AT_ONCE = new Date(0);
/** After a crash, a task waits this long. */
const LEASE_MS = MINUTE_MS;
/** Whoever ordered the task asks for its progress every few seconds. */
const RENEW_EVERY_MS = 1_000;
const MAX_ATTEMPTS = 5;
const RETRY_AFTER_MS = MINUTE_MS;

/** Another worker has taken the task over: write nothing more. */
class LeaseLostError extends Error {}
/** This process stops, or another run of the job has started. */
class InterruptedError extends Error {}

/** Does every task that is due. A task that was interrupted is claimed again; after five attempts it has failed. */
export async function runBackgroundTasks<T extends BackgroundTask>(
  kind: TaskKind<T>,
  work: (held: HeldTask<T>) => Promise<void>,
  signal: AbortSignal,
): Promise<{ completed: number; unfinished: number }> {
  const run = { completed: 0, unfinished: 0 };
  while (!signal.aborted) {
    const held = await claimDue(kind, signal);
    if (!held) break;
    run[(await tryToWork(kind, held, work)) ? "completed" : "unfinished"] += 1;
  }
  return run;
}

/** Claims the task that has been due the longest. */
async function claimDue<T extends BackgroundTask>(
  { model, openState, atStart }: TaskKind<T>,
  signal: AbortSignal,
): Promise<HeldTask<T> | null> {
  const leaseToken = randomUUID();
  const attempts = { $add: ["$attempts", 1] };
  const task = await model
    .findOneAndUpdate(
      { state: openState, $expr: trusted(isPast("dueAt")) },
      [{ $set: { ...atStart, leaseToken, dueAt: databaseTime(LEASE_MS), attempts } }],
      { sort: { dueAt: 1 }, returnDocument: "after", updatePipeline: true },
    )
    .lean<T>();
  return task && hold(model, { ...task, leaseToken }, signal);
}

function hold<T extends BackgroundTask>(model: Model<T>, task: T, signal: AbortSignal): HeldTask<T> {
  const { _id, leaseToken } = task;
  let renewedAt = performance.now();
  const write = async (fields: object) => {
    const set = { dueAt: databaseTime(LEASE_MS), ...fields };
    const written = await model.updateOne({ _id, leaseToken }, [{ $set: set }], { updatePipeline: true });
    if (written.matchedCount === 0) throw new LeaseLostError("another worker does this task");
    renewedAt = performance.now();
  };
  return {
    task,
    write,
    async keepAlive(progress = {}) {
      if (signal.aborted) throw new InterruptedError("interrupted");
      if (performance.now() - renewedAt >= RENEW_EVERY_MS) await write(progress);
    },
    complete: (fields) => write({ ...fields, state: "completed", leaseToken: null, error: null }),
  };
}

/** Does the work and gives the task back if it was not completed. @returns whether it was */
async function tryToWork<T extends BackgroundTask>(
  kind: TaskKind<T>,
  held: HeldTask<T>,
  work: (held: HeldTask<T>) => Promise<void>,
): Promise<boolean> {
  try {
    if (held.task.attempts > MAX_ATTEMPTS) throw new Error("every worker stopped during this task");
    await work(held);
    return true;
  } catch (error) {
    await giveBack(kind, held, error).catch(ignoreLostLease);
    return false;
  }
}

async function giveBack<T extends BackgroundTask>(
  kind: TaskKind<T>,
  { task, write }: HeldTask<T>,
  error: unknown,
): Promise<void> {
  if (error instanceof LeaseLostError) return;
  if (error instanceof InterruptedError) {
    // The next worker need not wait for the lease, and it was not the task's fault.
    return write({ dueAt: AT_ONCE, leaseToken: null, attempts: task.attempts - 1 });
  }
  const hasFailed = task.attempts >= MAX_ATTEMPTS;
  const about = { err: error, taskId: task._id.toHexString(), attempts: task.attempts };
  logger[hasFailed ? "error" : "warn"](about, kind.failureMessage);
  const next = hasFailed ? { ...kind.atFailure(), state: "failed" } : { dueAt: databaseTime(RETRY_AFTER_MS) };
  return write({ ...next, leaseToken: null, error: { $literal: toErrorText(error) } });
}

function ignoreLostLease(error: unknown): void {
  if (!(error instanceof LeaseLostError)) throw error;
}
