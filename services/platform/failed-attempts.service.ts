import { LRUCache } from "lru-cache";
import mongoose from "mongoose";
import { RateLimiterMemory, RateLimiterMongo, RateLimiterRes } from "rate-limiter-flexible";
import { FailedAttempt } from "../../models/index.js";
import { listed } from "../../utils/caches.js";
import { sha256Hex } from "../../utils/helpers.js";

/**
 * Failed requests that look like guessing, counted in MongoDB so that all instances share the count. Only a
 * failure costs a database call. An instance that learns that a caller is over the limit remembers it until
 * the window ends, and refuses further attempts without asking the database.
 */

/** Refused coupons; wrong signatures; look-ups of orders and payments that do not exist. */
export type AttemptKind = "coupon" | "signature" | "lookup";

export interface AttemptCount {
  kind: AttemptKind;
  /** A user, a guest or an address; stored as a hash only. */
  caller: string;
  /** Failures allowed per window. */
  limit: number;
}

const WINDOW_SECONDS = 60;
/** Callers over a limit that an instance remembers: about 1 MB. */
const REMEMBERED_CALLERS = 10_000;

const limiters = listed(new Map<number, RateLimiterMongo>());
/** Key → time (ms since 1970) at which the window ends. */
const blocked = listed(new LRUCache<string, number>({ max: REMEMBERED_CALLERS }));

const keyOf = ({ kind, caller }: AttemptCount): string => `${kind}:${sha256Hex(caller)}`;

/** Made at the first failure, when the database is connected for certain. */
function limiterFor(limit: number): RateLimiterMongo {
  const known = limiters.get(limit);
  if (known) return known;
  const window = { points: limit, duration: WINDOW_SECONDS };
  const limiter = new RateLimiterMongo({
    ...window,
    storeClient: mongoose.connection.getClient(),
    dbName: mongoose.connection.name,
    tableName: FailedAttempt.collection.collectionName,
    keyPrefix: "",
    // The model declares the indexes; they exist before the service is ready.
    disableIndexesCreation: true,
    // Without the database this instance counts on its own.
    insuranceLimiter: new RateLimiterMemory(window),
  });
  limiters.set(limit, limiter);
  return limiter;
}

/** @returns the seconds until the caller may try again; 0 when this instance knows of no block */
export function secondsBlocked(count: AttemptCount): number {
  const until = blocked.get(keyOf(count));
  return until === undefined ? 0 : Math.max(0, Math.ceil((until - Date.now()) / 1000));
}

/**
 * Counts one failure.
 * @returns 0 while the caller is within the limit; otherwise the seconds until the window ends
 */
export async function countFailure(count: AttemptCount): Promise<number> {
  const { remainingPoints, msBeforeNext, isOver } = await consume(count);
  if (remainingPoints > 0) return 0;
  blocked.set(keyOf(count), Date.now() + msBeforeNext);
  return isOver ? Math.max(1, Math.ceil(msBeforeNext / 1000)) : 0;
}

interface Consumed {
  remainingPoints: number;
  msBeforeNext: number;
  isOver: boolean;
}

/** The library reports an exceeded limit by rejecting with its result. */
async function consume(count: AttemptCount): Promise<Consumed> {
  try {
    const { remainingPoints, msBeforeNext } = await limiterFor(count.limit).consume(keyOf(count));
    return { remainingPoints, msBeforeNext, isOver: false };
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    return { remainingPoints: 0, msBeforeNext: error.msBeforeNext, isOver: true };
  }
}
