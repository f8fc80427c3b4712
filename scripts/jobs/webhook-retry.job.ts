import type { Job } from "../../services/platform/job-registry.service.js";
import { claimWebhookEvent, findDueWebhookEvents } from "../../services/platform/webhook-event.service.js";
import { applyStoredEvent } from "../../src/payments/webhooks.service.js";
import { workThrough } from "./batches.js";

/** After an outage, those of hours wait. */
const EVENTS_AT_ONCE = 10;

/** Applies webhook events whose request failed after the event was stored. */
export const webhookRetry: Job = {
  name: "webhook-retry",
  description: "Applies webhook events that were stored but not applied yet",
  schedule: "*/15 * * * * *",
  async run(context) {
    const { done, failed } = await workThrough(
      {
        find: findDueWebhookEvents,
        handle: async (event) => {
          const claimed = await claimWebhookEvent(event);
          if (!claimed) return false;
          await applyStoredEvent(claimed);
          return true;
        },
        idOf: ({ _id }) => _id.toHexString(),
        atOnce: EVENTS_AT_ONCE,
      },
      context,
    );
    return { applied: done, failed };
  },
};
