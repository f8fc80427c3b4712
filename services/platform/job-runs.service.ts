import { randomUUID } from "node:crypto";
import { mongo, Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { JobRun, type JobRunDoc } from "../../models/index.js";
import { currentRequestId, runWithContext } from "../../utils/request-context.js";
import { acquireLease, type LeaseGrant, releaseLease, renewLease } from "./lease.service.js";
import { inTransaction } from "./transaction.service.js";

/**
 * Scheduled jobs over several instances (D22): a lease lets one run at a time, the unique `(job, slot)`
 * answers each tick once, and a run is completed by the holder of its lease alone (F45, F46). What a job
 * writes is protected by its own compare-and-sets; the lease saves work, nothing more.
 */
export interface JobContext {
  /** Aborted when the lease was lost: stop at the next item. */
  signal: AbortSignal;
  slot: string;
  fencing: number;
}

export interface JobRequest {
  job: string;
  /** The tick this run answers, as `slotOf` gives it. */
  slot: string;
  /** @returns what is worth keeping: counts, as a rule. */
  work: (context: JobContext) => Promise<unknown>;
  leaseMs?: number;
}

export type JobOutcome =
  | { ran: true; run: JobRunDoc }
  /** `busy`: another run of this job is under way. `answered`: this slot has been run. */
  | { ran: false; reason: "busy" | "answered" };

/** A crashed holder's job waits this long. Renewed three times within. */
const LEASE_MS = 60_000;
const RENEWALS_PER_LEASE = 3;
const DUPLICATE_KEY = 11_000;
const ERROR_LENGTH = 1_000;

/** The slot of a scheduled tick: its time, cut to the second. */
export const slotOf = (tick: Date): string => `${tick.toISOString().slice(0, 19)}Z`;

/** A slot of its own, for a run by hand. */
export const manualSlot = (): string => `manual:${randomUUID()}`;

/** Runs the job, unless it is running or this slot was run. A job that throws is a failed run, not an error here. */
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
  // A run by hand can be followed under the id of the request that asked for it.
  const requestId = currentRequestId() ?? `job-${job}-${run._id.toHexString()}`;
  const ending = await runWithContext({ requestId }, () => workToEnding(work, context));
  keeper.stop();
  return { ran: true, run: await complete(run, grant, ending) };
}

/** The newest runs of a job, newest first. */
export function findLastRuns(job: string, limit = 1): Promise<JobRunDoc[]> {
  return JobRun.find({ job }).sort({ startedAt: -1 }).limit(limit).lean<JobRunDoc[]>().exec();
}

/**
 * Whoever has the lease knows that earlier runs without an end have none: their holder crashed or froze.
 * Times are the lease's, which are the database's, so that runs of two instances never seem to overlap.
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
    if (error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY) return null;
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

/** The end of the run and of the lease are one transaction: who no longer holds the lease completes nothing. */
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

/** In a pipeline a text that begins with `$` would be read as a field. */
const literal = (ending: Ending) => ({
  state: { $literal: ending.state },
  result: { $literal: ending.result },
  error: { $literal: ending.error },
});

/** Renews until stopped; aborts the signal when the lease is somebody else's, or cannot be renewed before it ends. */
function keepLease(grant: LeaseGrant, leaseMs: number): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  let renewedAt = performance.now();
  const timer = setInterval(async () => {
    const renewed = await renewLease(grant, leaseMs).catch(() => "unknown" as const);
    if (renewed === null) controller.abort();
    else if (renewed !== "unknown") renewedAt = performance.now();
    else if (performance.now() - renewedAt > leaseMs) controller.abort();
  }, leaseMs / RENEWALS_PER_LEASE);
  timer.unref();
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
