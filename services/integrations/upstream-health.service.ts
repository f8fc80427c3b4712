import type { HealthReport } from "./http-client.service.js";
import { upstreamClients } from "./upstream-clients.js";

/** A neighbour that needs longer than this for its health page is as good as down. */
const HEALTH_LIMIT_MS = 1_000;

/** Asks every neighbour's `GET /health` at once; answers within about a second, whatever they do. Latency in ms. */
export async function upstreamHealth(): Promise<Record<string, HealthReport>> {
  const reports = await Promise.all(
    upstreamClients.map(async (client) => [client.name, await client.health(HEALTH_LIMIT_MS)] as const),
  );
  return Object.fromEntries(reports);
}
