import { pruneCarts } from "../../services/flows/prune-carts.flow.js";
import { deleteExpiredFile, findExpiredFiles } from "../../services/platform/files.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import {
  deleteOldArchiveJobs,
  deleteOldEvents,
  deleteOldMessages,
  deleteOldRuns,
  dropOldBodies,
} from "../../services/platform/retention.service.js";
import { workThrough } from "./batches.js";

/** Carts with their lines are deleted in one transaction; more would hold it open too long. */
const CARTS_AT_ONCE = 100;

/**
 * Deletes what is no longer needed, in batches. The periods are the settings `retention`. Money, orders, history,
 * documents and audit logs are kept; idempotency records and reminders expire by themselves. Files carry their own end;
 * one whose upload was interrupted ends after a day.
 */
export const retention: Job = {
  name: "retention",
  description: "Deletes old guest carts, delivered messages, job runs, webhook events and expired files",
  schedule: "0 20 3 * * *",
  async run(context) {
    const { signal } = context;
    return {
      carts: await pruneAllCarts(signal),
      messages: await deleteOldMessages(signal),
      jobRuns: await deleteOldRuns(signal),
      webhookBodies: await dropOldBodies(signal),
      webhookEvents: await deleteOldEvents(signal),
      archiveJobs: await deleteOldArchiveJobs(signal),
      files: await deleteExpiredFiles(context),
    };
  },
};

async function pruneAllCarts(signal: AbortSignal): Promise<number> {
  let total = 0;
  while (!signal.aborted) {
    const { found, deleted } = await pruneCarts(CARTS_AT_ONCE);
    total += deleted;
    if (found < CARTS_AT_ONCE) break;
  }
  return total;
}

/** A file that the storage cannot remove now stays for the next night. */
async function deleteExpiredFiles(context: JobContext): Promise<number> {
  const { done } = await workThrough(
    {
      find: findExpiredFiles,
      handle: async (file) => {
        await deleteExpiredFile(file);
        return true;
      },
      idOf: ({ _id }) => _id.toHexString(),
    },
    context,
  );
  return done;
}
