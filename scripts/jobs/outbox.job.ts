import type { Job } from "../../services/platform/job-registry.service.js";
import { drainOutbox } from "../../services/platform/outbox-worker.service.js";
import { outboxHandlers } from "./outbox-handlers.js";

/** For operators: the worker of each instance delivers within a second. */
export const outbox: Job = {
  name: "outbox",
  description: "Delivers every outbox message that is due",
  schedule: "30 * * * * *",
  async run({ signal }) {
    return { taken: await drainOutbox(outboxHandlers, signal) };
  },
};
