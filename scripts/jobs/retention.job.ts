import { pruneCarts } from "../../services/flows/prune-carts.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import {
  deleteOldEvents,
  deleteOldMessages,
  deleteOldRuns,
  dropOldBodies,
} from "../../services/platform/retention.service.js";

/** Carts with their lines are deleted in one transaction; more would hold it open too long. */
const CARTS_AT_ONCE = 100;

/**
 * Deletes what is no longer needed, in batches. The periods are the settings `retention`. Money, orders, history,
 * documents and audit logs are kept; idempotency records and reminders expire by themselves.
 */
export const retention: Job = {
  name: "retention",
  description: "Deletes old guest carts, delivered messages, job runs and webhook events",
  schedule: "0 20 3 * * *",
  async run({ signal }) {
    return {
      carts: await pruneAllCarts(signal),
      messages: await deleteOldMessages(signal),
      jobRuns: await deleteOldRuns(signal),
      webhookBodies: await dropOldBodies(signal),
      webhookEvents: await deleteOldEvents(signal),
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
