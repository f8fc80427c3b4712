import { trusted } from "mongoose";
import cron from "node-cron";
import { jobGauges } from "../../../config/metrics.config.js";
import { JobRun, type JobRunDoc } from "../../../models/index.js";
import { isRecord } from "../../../utils/helpers.js";
import { listJobs } from "../job-registry.service.js";
import { QUERY_LIMIT, type Reading } from "./refresh-readings.js";

/** When each job last succeeded, how its last run ended, and how often it should run. */
export const jobsReading: Reading = {
  name: "jobs",
  everyMs: 30_000,
  async read() {
    // One after another: a burst would take connections away from requests.
    for (const { name, schedule } of listJobs()) {
      jobGauges.interval.set({ name }, secondsBetweenRuns(schedule));
      const finished = await findLast({ job: name, state: FINISHED });
      if (finished) showLastRun(finished);
      const completed =
        finished?.state === "completed" ? finished : await findLast({ job: name, state: "completed" });
      if (completed) jobGauges.lastSuccess.set({ name }, completed.startedAt.getTime() / 1_000);
    }
  },
};

const FINISHED = trusted({ $in: ["completed", "failed", "abandoned"] });

const findLast = (filter: object): Promise<JobRunDoc | null> =>
  JobRun.findOne(filter).sort({ startedAt: -1 }).setOptions(QUERY_LIMIT).lean<JobRunDoc>().exec();

function showLastRun({ job: name, state, startedAt, finishedAt, result }: JobRunDoc): void {
  jobGauges.lastFailed.set({ name }, state === "completed" ? 0 : 1);
  if (finishedAt) jobGauges.lastDuration.set({ name }, (finishedAt.getTime() - startedAt.getTime()) / 1_000);
  if (state === "completed") jobGauges.failedItems.set({ name }, failedItemsOf(result));
}

/** Jobs return counts; those of items that failed are called `failed`, `paymentsFailed`, … */
function failedItemsOf(result: unknown): number {
  if (!isRecord(result)) return 0;
  const failures = Object.entries(result).filter(([name]) => /failed$/i.test(name));
  return failures.reduce((sum, [, count]) => sum + (typeof count === "number" ? count : 0), 0);
}

const DAY_SECONDS = 86_400;

/** Of a schedule that is the same every day. */
export function secondsBetweenRuns(schedule: string): number {
  const { second, minute, hour } = cron.parse(schedule);
  return DAY_SECONDS / (second.length * minute.length * hour.length);
}
