import { LRUCache } from "lru-cache";
import { listed } from "../../utils/caches.js";
import { now } from "../../utils/clock.js";
import { isRefused } from "../../utils/result.js";
import { getAdminUser } from "./auth-integration.service.js";

/** `unknown`: the auth service has not answered, and the last result is too old. */
export type AdminStatus = "active" | "inactive" | "unknown";

/** A deactivated admin is locked out after at most this long. */
const FRESH_MS = 60_000;
/** While the auth service is down, the last result is used for this long. */
const VALID_MS = 15 * 60_000;
const CACHED_ADMINS = 1_000;

interface Known {
  isActive: boolean;
  /** Milliseconds since 1970. */
  learnedAt: number;
}

const known = listed(new LRUCache<string, Known>({ max: CACHED_ADMINS }));
/** Simultaneous requests of one admin share one call. */
const inFlight = new Map<string, Promise<Known | null>>();

/** Whether the auth service still lists the admin as active; asks at most once a minute per admin. */
export async function findAdminStatus(adminId: string): Promise<AdminStatus> {
  const last = known.get(adminId);
  if (last && ageOf(last) < FRESH_MS) return statusOf(last);
  const answer = await ask(adminId);
  if (answer) return statusOf(answer);
  // Time does not make a deactivated admin active again.
  if (last && (!last.isActive || ageOf(last) < VALID_MS)) return statusOf(last);
  return "unknown";
}

/** Old as well: what was learned before the clock was set back. */
const ageOf = ({ learnedAt }: Known): number => Math.abs(now().getTime() - learnedAt);
const statusOf = ({ isActive }: Known): AdminStatus => (isActive ? "active" : "inactive");

function ask(adminId: string): Promise<Known | null> {
  const running = inFlight.get(adminId);
  if (running) return running;
  const started = lookUp(adminId).finally(() => inFlight.delete(adminId));
  inFlight.set(adminId, started);
  return started;
}

/** @returns null without a definite answer of the auth service */
async function lookUp(adminId: string): Promise<Known | null> {
  const result = await getAdminUser(adminId);
  const isUnknownAdmin = isRefused(result) && result.statusCode === 404;
  if (!result.success && !isUnknownAdmin) return null;
  const answer = {
    isActive: result.success && result.data.status === "active",
    learnedAt: now().getTime(),
  };
  known.set(adminId, answer);
  return answer;
}
