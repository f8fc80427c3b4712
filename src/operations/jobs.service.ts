import type { JobRunDoc } from "../../models/index.js";
import { recordAuditAlone } from "../../services/platform/audit.service.js";
import { getJob, listJobsWithRuns, runJobNow } from "../../services/platform/job-registry.service.js";
import { type AdminPrincipal, actorOf, type ServicePrincipal } from "../../utils/principal.js";

const RUNS_SHOWN = 5;

export const listJobs = () => listJobsWithRuns(RUNS_SHOWN);

/**
 * Runs a job now and records who did it in the audit log.
 * @throws NotFoundError JOB_NOT_FOUND; ConflictError REQUEST_IN_PROGRESS while the job is running
 */
export async function runByHand(name: string, by: AdminPrincipal | ServicePrincipal): Promise<JobRunDoc> {
  getJob(name);
  const run = await runJobNow(name);
  await recordAuditAlone({
    actor: actorOf(by),
    action: "job.run",
    resourceType: "job",
    resourceId: name,
    after: { state: run.state, result: run.result },
  });
  return run;
}
