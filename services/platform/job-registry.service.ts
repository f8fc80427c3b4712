import type { JobRunDoc } from "../../models/index.js";
import type { JobName } from "../../utils/constants.js";
import { ConflictError, NotFoundError } from "../../utils/errors.js";
import { findLastRuns, type JobContext, manualSlot, runJob } from "./job-runs.service.js";

/** A job. Runs on its schedule, by an admin, or from the command line. */
export interface Job {
  name: JobName;
  /** For the list that admins see. */
  description: string;
  /** A cron expression (with seconds) in Asia/Kolkata. */
  schedule: string;
  /** @returns counts to store in the `JobRun` */
  run(context: JobContext): Promise<Record<string, number>>;
}

const registered = new Map<string, Job>();

/** Called once at start with all jobs of `scripts/jobs`. */
export function registerJobs(jobs: readonly Job[]): void {
  registered.clear();
  for (const job of jobs) registered.set(job.name, job);
}

export const listJobs = (): Job[] => [...registered.values()];

/** @throws NotFoundError JOB_NOT_FOUND */
export function getJob(name: string): Job {
  const job = registered.get(name);
  if (!job) throw new NotFoundError("JOB_NOT_FOUND", "There is no such job");
  return job;
}

/**
 * Runs a job now, whatever its schedule.
 * @throws NotFoundError JOB_NOT_FOUND; ConflictError REQUEST_IN_PROGRESS while another run is in progress.
 */
export async function runJobNow(name: string): Promise<JobRunDoc> {
  const job = getJob(name);
  const outcome = await runJob({ job: job.name, slot: manualSlot(), work: (context) => job.run(context) });
  if (!outcome.ran)
    throw new ConflictError("REQUEST_IN_PROGRESS", "This job is already running", undefined, 5);
  return outcome.run;
}

/** Every job with its last runs, newest first. */
export async function listJobsWithRuns(runsEach: number): Promise<{ job: Job; runs: JobRunDoc[] }[]> {
  return Promise.all(listJobs().map(async (job) => ({ job, runs: await findLastRuns(job.name, runsEach) })));
}
