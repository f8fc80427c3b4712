import type { Job } from "../../services/platform/job-registry.service.js";
import { drainOutbox } from "../../services/platform/outbox-worker.service.js";
import { outboxHandlers } from "./outbox-handlers.js";

/** The background worker delivers within a second. This job is for operators, and for instances without a worker. */
export const outbox: Job = {
  name: "outbox",
  description: "Delivers every outbox message that is due",
  schedule: "30 * * * * *",
  async run() {
    return { taken: await drainOutbox(outboxHandlers) };
  },
};
