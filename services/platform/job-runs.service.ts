import { randomUUID } from "node:crypto";
import { Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { JobRun, type JobRunDoc } from "../../models/index.js";
import { isDuplicateKey } from "../../utils/helpers.js";
import { currentContext, runWithContext } from "../../utils/request-context.js";
import { acquireLease, keepLease, type LeaseGrant, releaseLease } from "./lease.service.js";
import { inTransaction } from "./transaction.service.js";

/**
 * Scheduled jobs on several instances. A lease allows one run at a time, the unique `(job, slot)` makes each slot run
 * once, and only the holder of the lease completes a run. The lease saves work; a job's writes are protected by their
 * own compare-and-sets.
 */
export interface JobContext {
  /** Aborted when the lease is lost: stop at the next item. */
  signal: AbortSignal;
  slot: string;
  fencing: number;
}

export interface JobRequest {
  job: string;
  /** The slot of this run, see `slotOf`. */
  slot: string;
  /** @returns the result to store, usually counts */
  work: (context: JobContext) => Promise<unknown>;
  leaseMs?: number;
}

export type JobOutcome =
  | { ran: true; run: JobRunDoc }
  /** `busy`: another run of this job is in progress. `answered`: this slot has run. */
  | { ran: false; reason: "busy" | "answered" };

/** After a crash, the job waits this long. */
const LEASE_MS = 60_000;
const ERROR_LENGTH = 1_000;

/** The slot of a scheduled run: its time to the second. */
export const slotOf = (tick: Date): string => `${tick.toISOString().slice(0, 19)}Z`;

/** A unique slot for a manual run. */
export const manualSlot = (): string => `${MANUAL}${randomUUID()}`;

const MANUAL = "manual:";

/** Whether a person has started the run. */
export const isManual = ({ slot }: Pick<JobContext, "slot">): boolean => slot.startsWith(MANUAL);

/** Runs the job, unless it is running or its slot has run. A job that throws is a failed run, not an error. */
export async function runJob({ job, slot, work, leaseMs = LEASE_MS }: JobRequest): Promise<JobOutcome> {
  const grant = await acquireLease(`job:${job}`, leaseMs);
  if (!grant) return { ran: false, reason: "busy" };
  const run = await begin(job, slot, grant);
  if (!run) {
    await releaseLease(grant);
    return { ran: false, reason: "answered" };
  }
  const keeper = keepLease(grant, leaseMs);
  const context = { signal: keeper.signal, slot, fencing: grant.fencing };
  // A manual run logs under the ids of its request.
  const requestContext = currentContext() ?? { requestId: `job-${job}-${run._id.toHexString()}` };
  const ending = await runWithContext(requestContext, () => workToEnding(work, context));
  keeper.stop();
  return { ran: true, run: await complete(run, grant, ending) };
}

/** The newest runs of a job, newest first. */
export function findLastRuns(job: string, limit = 1): Promise<JobRunDoc[]> {
  return JobRun.find({ job }).sort({ startedAt: -1 }).limit(limit).lean<JobRunDoc[]>().exec();
}

/**
 * The holder of the lease marks earlier unfinished runs as abandoned: their holders crashed or froze. Times are those of
 * the lease, which come from the database, so that runs of two instances never seem to overlap.
 */
async function begin(job: string, slot: string, grant: LeaseGrant): Promise<JobRunDoc | null> {
  await JobRun.updateMany(
    { job, state: "running", fencing: trusted({ $lt: grant.fencing }) },
    { $set: { state: "abandoned", finishedAt: grant.grantedAt, error: "its holder lost the lease" } },
  );
  const run: JobRunDoc = {
    _id: new Types.ObjectId(),
    job,
    slot,
    state: "running",
    fencing: grant.fencing,
    holder: grant.holder,
    startedAt: grant.grantedAt,
    finishedAt: null,
    result: null,
    error: null,
  };
  try {
    await JobRun.create([run]);
    return run;
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    await releaseLease(grant);
    throw error;
  }
}

type Ending = Pick<JobRunDoc, "state" | "result" | "error">;

async function workToEnding(work: JobRequest["work"], context: JobContext): Promise<Ending> {
  try {
    return { state: "completed", result: (await work(context)) ?? null, error: null };
  } catch (error) {
    logger.error({ err: error, slot: context.slot }, "> A job failed");
    return { state: "failed", result: null, error: String(error).slice(0, ERROR_LENGTH) };
  }
}

/** Completes the run and releases the lease in one transaction, so that a run that lost its lease is not completed. */
async function complete(run: JobRunDoc, grant: LeaseGrant, ending: Ending): Promise<JobRunDoc> {
  const written = await inTransaction(async (tx) => {
    if (!(await releaseLease(grant, tx))) return null;
    return JobRun.findOneAndUpdate(
      { _id: run._id, state: "running", fencing: grant.fencing },
      [{ $set: { ...literal(ending), finishedAt: "$$NOW" } }],
      { returnDocument: "after", session: tx, updatePipeline: true },
    ).lean<JobRunDoc>();
  });
  if (written) return written;
  logger.warn(
    { job: run.job, slot: run.slot, fencing: grant.fencing },
    "> A job ended after its lease was taken over",
  );
  const abandoned = await JobRun.findById(run._id).lean<JobRunDoc>();
  return abandoned ?? { ...run, state: "abandoned" };
}

/** In a pipeline, a text that starts with `$` would be read as a field. */
const literal = (ending: Ending) => ({
  state: { $literal: ending.state },
  result: { $literal: ending.result },
  error: { $literal: ending.error },
});
