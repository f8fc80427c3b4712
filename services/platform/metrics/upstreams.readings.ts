import { pingDatabase } from "../../../config/database.config.js";
import { showDatabasePing, showNeighbourHealth } from "../../../config/metrics.config.js";
import { upstreamHealth } from "../../integrations/http-client.service.js";
import type { Reading } from "./refresh-readings.js";

export const databaseReading: Reading = {
  name: "database",
  everyMs: 15_000,
  read: async () => showDatabasePing(await pingDatabase()),
};

/** Asks every neighbour, so that an outage is seen before a customer meets it. */
export const neighboursReading: Reading = {
  name: "neighbours",
  everyMs: 15_000,
  async read() {
    const health = await upstreamHealth();
    for (const [service, { status }] of Object.entries(health)) showNeighbourHealth(service, status === "up");
  },
};
