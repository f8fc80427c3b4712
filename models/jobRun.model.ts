import { model, type Types } from "mongoose";
import { count, date, json, oneOf, optionalDate, optionalText, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const JOB_RUN_STATES = ["running", "completed", "failed", "abandoned"] as const;
export type JobRunState = (typeof JOB_RUN_STATES)[number];

/** One run of a scheduled job. The unique slot makes each scheduled time run once. */
export interface JobRunDoc {
  _id: Types.ObjectId;
  job: string;
  /** The scheduled time (ISO), or `manual:<uuid>` for a manual run. */
  slot: string;
  state: JobRunState;
  /** Of the lease that the run holds. Only the holder completes the run. */
  fencing: number;
  holder: string;
  startedAt: Date;
  finishedAt: Date | null;
  result: unknown;
  error: string | null;
}

const schema = defineSchema<JobRunDoc>(
  "jobRuns",
  {
    job: text,
    slot: text,
    state: oneOf(JOB_RUN_STATES, "running"),
    fencing: count,
    holder: text,
    startedAt: date,
    finishedAt: optionalDate,
    result: json,
    error: optionalText,
  },
  "none",
);

schema.index({ job: 1, slot: 1 }, { unique: true });
schema.index({ job: 1, startedAt: -1 });
// The last success of a job that has failed ever since, for the metrics.
schema.index(
  { job: 1, startedAt: -1 },
  { name: "completed_runs", partialFilterExpression: { state: "completed" } },
);
schema.index({ startedAt: -1 });

export const JobRun = model<JobRunDoc>("JobRun", schema);
