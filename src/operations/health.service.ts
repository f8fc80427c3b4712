import { monitorEventLoopDelay } from "node:perf_hooks";
import { databaseState, pingDatabase } from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { upstreamHealth } from "../../services/integrations/upstream-health.service.js";

type Upstreams = Awaited<ReturnType<typeof upstreamHealth>>;

export interface Health {
  status: "ok" | "degraded" | "down";
  database: { status: "up" | "down"; latencyMs: number | null };
  upstreams: Upstreams;
  version: string;
  /** Seconds since the process began. */
  uptime: number;
}

export type Phase = "starting" | "ready" | "stopping";

/** A load balancer asks every few seconds; the neighbours are asked no more often than this. */
const UPSTREAMS_KEPT_MS = 5000;
/** A loop that stood still this long cannot serve anybody in time (F51). */
const MAX_LAG_MS = 1000;

let phase: Phase = "starting";
let upstreams: { answer: Promise<Upstreams>; until: number } | null = null;

const loopDelay = monitorEventLoopDelay({ resolution: 20 });
loopDelay.enable();

/** Told by `index.ts`: only a service that is ready gets requests from the load balancer. */
export function setPhase(next: Phase): void {
  phase = next;
}

function recentUpstreams(): Promise<Upstreams> {
  const at = Date.now();
  if (!upstreams || upstreams.until <= at) {
    upstreams = { answer: upstreamHealth(), until: at + UPSTREAMS_KEPT_MS };
  }
  return upstreams.answer;
}

/** The whole picture: down without the database, degraded while a neighbour is missing. Never throws. */
export async function getHealth(): Promise<Health> {
  const [latencyMs, neighbours] = await Promise.all([pingDatabase(), recentUpstreams()]);
  const allUp = Object.values(neighbours).every(({ status }) => status === "up");
  return {
    status: latencyMs === null ? "down" : allUp ? "ok" : "degraded",
    database: { status: latencyMs === null ? "down" : "up", latencyMs },
    upstreams: neighbours,
    version: config.version,
    uptime: Math.round(process.uptime()),
  };
}

/** Why this instance should get no requests now; null when it should. */
export async function findUnreadiness(): Promise<string | null> {
  if (phase !== "ready") return phase;
  if (databaseState() !== "connected" || (await pingDatabase()) === null) return "no database";
  const lagMs = loopDelay.max / 1e6;
  loopDelay.reset();
  return lagMs > MAX_LAG_MS ? "overloaded" : null;
}
