import type { Request, RequestHandler, Response } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { RateLimitedError } from "../utils/errors.js";
import { isRecord } from "../utils/helpers.js";
import { principalKey } from "../utils/principal.js";
import { localsOf, type RateClass } from "./route.types.js";

/**
 * Requests a minute, by class of route, for RATE_LIMIT_PER_MINUTE=300 (reliability.md S29); they scale
 * with it. Counted in memory, per instance: with n instances a caller gets up to n times as much,
 * which still stops guessing and flooding, and costs no round trip.
 */
const PER_MINUTE: Record<Exclude<RateClass, "none" | "webhook">, number> = {
  read: 300,
  write: 300,
  cart: 300,
  place: 10,
  coupon: 10,
  search: 30,
  export: 2,
};
const REFERENCE = 300;
/** Writes of somebody who did not sign in. */
const LOGINLESS_WRITES = 60;
/** Webhooks are the gateway's word: bounded only against a flood (a burst is 500 in 5 s), never scaled down. */
const WEBHOOKS = 20_000;
const WINDOW_MS = 60_000;

function limitOf(rateClass: RateClass, res: Response, perMinute: number): number {
  if (rateClass === "webhook" || rateClass === "none") return WEBHOOKS;
  const { kind } = localsOf(res).principal;
  const loginless = kind === "guest" || kind === "anonymous";
  const base =
    loginless && (rateClass === "write" || rateClass === "cart") ? LOGINLESS_WRITES : PER_MINUTE[rateClass];
  return Math.max(1, Math.round((base * perMinute) / REFERENCE));
}

/** Who counts: the signed-in caller, else the address; a guest's session id is free to invent. */
function callerOf(request: Request, res: Response): string {
  const { principal } = localsOf(res);
  if (principal.kind !== "guest") {
    const key = principalKey(principal);
    if (key !== null) return key;
  }
  return `ip:${ipKeyGenerator(request.ip ?? "")}`;
}

/** Where the library leaves what it knows of the caller's window. */
const WINDOW = "rateLimit";

function secondsLeft(request: Request): number {
  const window: unknown = Reflect.get(request, WINDOW);
  const resetTime = isRecord(window) ? window.resetTime : undefined;
  if (!(resetTime instanceof Date)) return WINDOW_MS / 1000;
  return Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000));
}

export type RateLimits = (rateClass: RateClass) => RequestHandler | null;

/** The limits of one application; `perMinute` 0 lifts every one of them. */
export function createRateLimits(perMinute: number): RateLimits {
  const limiters = new Map<RateClass, RequestHandler>();
  return (rateClass) => {
    if (perMinute === 0 || rateClass === "none") return null;
    const known = limiters.get(rateClass);
    if (known) return known;
    const limiter = rateLimit({
      windowMs: WINDOW_MS,
      limit: (_request, res) => limitOf(rateClass, res, perMinute),
      keyGenerator: callerOf,
      standardHeaders: false,
      legacyHeaders: false,
      validate: false,
      requestPropertyName: WINDOW,
      handler: (request, _res, next) => next(new RateLimitedError(secondsLeft(request))),
    });
    limiters.set(rateClass, limiter);
    return limiter;
  };
}
