import { databaseState, pingDatabase } from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { upstreamHealth } from "../../services/integrations/http-client.service.js";
import { onTick } from "../../utils/event-loop.js";

type Upstreams = Awaited<ReturnType<typeof upstreamHealth>>;

export interface Health {
  status: "ok" | "degraded" | "down";
  database: { status: "up" | "down"; latencyMs: number | null };
  upstreams: Upstreams;
  version: string;
  /** Seconds since the process started. */
  uptime: number;
}

export type Phase = "starting" | "ready" | "stopping";

/** A load balancer polls every few seconds; the other services are polled no more often than this. */
const UPSTREAMS_KEPT_MS = 5000;
/** An event loop that was blocked this long cannot answer in time. */
const MAX_LAG_MS = 1000;
/** Longer than a load balancer's poll interval, so that every block is seen. */
const OVERLOADED_FOR_MS = 5000;

let phase: Phase = "starting";
let upstreams: { answer: Promise<Upstreams>; until: number } | null = null;

let readySince = 0;
let overloadedUntil = 0;
onTick((lateMs, at) => {
  // Loading the code blocks the loop before it is ready, and says nothing about the load.
  if (Math.min(lateMs, at - readySince) > MAX_LAG_MS) overloadedUntil = at + OVERLOADED_FOR_MS;
});

/** Set by `index.ts`: only a ready instance gets requests from the load balancer. */
export function setPhase(next: Phase): void {
  phase = next;
  if (next === "ready") {
    readySince = performance.now();
    overloadedUntil = 0;
  }
}

function recentUpstreams(): Promise<Upstreams> {
  const at = Date.now();
  if (!upstreams || upstreams.until <= at) {
    upstreams = { answer: upstreamHealth(), until: at + UPSTREAMS_KEPT_MS };
  }
  return upstreams.answer;
}

/** `down` without the database, `degraded` while a called service is down. Never throws. */
export async function getHealth(): Promise<Health> {
  const [latencyMs, services] = await Promise.all([pingDatabase(), recentUpstreams()]);
  const allUp = Object.values(services).every(({ status }) => status === "up");
  return {
    status: latencyMs === null ? "down" : allUp ? "ok" : "degraded",
    database: { status: latencyMs === null ? "down" : "up", latencyMs },
    upstreams: services,
    version: config.version,
    uptime: Math.round(process.uptime()),
  };
}

/** Why this instance should get no requests now; null when it is ready. Polling changes nothing. */
export async function findUnreadiness(): Promise<string | null> {
  if (phase !== "ready") return phase;
  if (databaseState() !== "connected" || (await pingDatabase()) === null) return "no database";
  return performance.now() < overloadedUntil ? "overloaded" : null;
}
