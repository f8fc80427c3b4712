import cron from "node-cron";
import { logger } from "../config/logger.config.js";
import { startInvoiceWorker } from "../services/flows/issue-invoices/issue-invoices.flow.js";
import { listJobs, registerJobs } from "../services/platform/job-registry.service.js";
import { runJob, slotOf } from "../services/platform/job-runs.service.js";
import { startOutboxWorker } from "../services/platform/outbox-worker.service.js";
import { BUSINESS_TIME_ZONE } from "../utils/constants.js";
import { jobs } from "./jobs/index.js";
import { outboxHandlers } from "./jobs/outbox-handlers.js";

export interface ScheduledJobs {
  /** Starts nothing new. Running jobs stop at their next item; this waits for them. */
  stop(): Promise<void>;
}

/** Registers the jobs for the admin routes, whether or not this instance runs the schedule. */
export function prepareJobs(): void {
  registerJobs(jobs);
}

/**
 * Starts the schedule, the outbox worker and the invoice worker of this instance. With several instances each slot runs
 * once: node-cron only triggers, the lease and the unique slot decide.
 */
export function startScheduledJobs(): ScheduledJobs {
  const underWay = new Set<Promise<unknown>>();
  const stopping = new AbortController();
  const tasks = listJobs().map((job) =>
    cron.schedule(
      job.schedule,
      (context) => {
        const run = runJob({
          job: job.name,
          slot: slotOf(context.date),
          work: (jobContext) =>
            job.run({ ...jobContext, signal: AbortSignal.any([jobContext.signal, stopping.signal]) }),
        })
          .catch((error: unknown) => logger.error({ err: error, job: job.name }, "> A job could not be run"))
          .finally(() => underWay.delete(run));
        underWay.add(run);
      },
      { name: job.name, timezone: BUSINESS_TIME_ZONE },
    ),
  );
  const workers = [startOutboxWorker(outboxHandlers), startInvoiceWorker()];
  logger.info({ jobs: listJobs().map((job) => job.name) }, "> Scheduled jobs are running");
  return {
    async stop() {
      stopping.abort();
      await Promise.all(tasks.map((task) => task.stop()));
      await Promise.all(workers.map((worker) => worker.stop()));
      await Promise.all(underWay);
    },
  };
}
