import Joi from "joi";
import type { JobRunDoc } from "../../models/index.js";
import type { Job } from "../../services/platform/job-registry.service.js";

export const JobRunView = Joi.object({
  id: Joi.string().required(),
  job: Joi.string().required(),
  slot: Joi.string().required(),
  state: Joi.string().valid("running", "completed", "failed", "abandoned").required(),
  startedAt: Joi.string().isoDate().required(),
  finishedAt: Joi.string().isoDate().allow(null).required(),
  result: Joi.object().unknown().allow(null).required(),
  error: Joi.string().allow(null).required(),
}).meta({ className: "JobRun" });

export const JobsView = Joi.object({
  items: Joi.array()
    .items(
      Joi.object({
        name: Joi.string().required(),
        description: Joi.string().required(),
        schedule: Joi.string().required(),
        lastRuns: Joi.array().items(JobRunView).required(),
      }).meta({ className: "Job" }),
    )
    .required(),
});

export function toJobRunView(run: JobRunDoc) {
  return {
    id: run._id.toHexString(),
    job: run.job,
    slot: run.slot,
    state: run.state,
    startedAt: run.startedAt.toISOString(),
    finishedAt: run.finishedAt?.toISOString() ?? null,
    result: run.result,
    error: run.error,
  };
}

export function toJobsView(rows: readonly { job: Job; runs: readonly JobRunDoc[] }[]) {
  return {
    items: rows.map(({ job, runs }) => ({
      name: job.name,
      description: job.description,
      schedule: job.schedule,
      lastRuns: runs.map(toJobRunView),
    })),
  };
}
