import type { Request, RequestHandler, Response } from "express";
import { ipKeyGenerator, rateLimit } from "express-rate-limit";
import { RateLimitedError } from "../utils/errors.js";
import { isRecord } from "../utils/helpers.js";
import { principalKey } from "../utils/principal.js";
import { localsOf, type RateClass } from "./route.types.js";

/**
 * Requests per minute and caller, by class of route, for RATE_LIMIT_PER_MINUTE=300; they scale with it.
 * Counted in memory, per instance: with n instances a caller gets up to n times as much, which still stops
 * a flood and costs no round trip. Guessing is counted across instances (`failed-attempts.middleware.ts`).
 */
const PER_MINUTE: Record<Exclude<RateClass, "none" | "webhook">, number> = {
  read: 300,
  write: 300,
  cart: 300,
  place: 10,
  // Each choice creates a payment, which is then queried at the gateway nine times.
  payment: 10,
  coupon: 10,
  search: 30,
  export: 2,
  // Each may have five photos to decode.
  upload: 30,
};
const REFERENCE = 300;
/** Writes of a guest. */
const GUEST_WRITES = 60;
/** New guest ids per address: more than a carrier's address needs, too few to escape the limits per guest. */
const GUEST_IDS = 120;
/** The gateway sends from few addresses. Limited only against a flood (a burst is 500 in 5 s), and never scaled. */
const WEBHOOKS = 20_000;
const WINDOW_MS = 60_000;

/** One mobile carrier puts thousands of customers behind one address, so the address is only a ceiling. */
export const ADDRESS_FACTOR = 10;

/** @param base the limit for RATE_LIMIT_PER_MINUTE=300 */
export const scaleLimit = (base: number, perMinute: number): number =>
  Math.max(1, Math.round((base * perMinute) / REFERENCE));

/** The token's subject or the guest id; null for a caller without either. */
export const callerOf = (res: Response): string | null => principalKey(localsOf(res).principal);

/** The caller's address; of IPv6 only the network, because its owner can choose the rest. */
export const addressOf = (request: Request): string => `ip:${ipKeyGenerator(request.ip ?? "")}`;

function isGuest(res: Response): boolean {
  const { kind } = localsOf(res).principal;
  return kind === "guest" || kind === "anonymous";
}

type LimitedClass = Exclude<RateClass, "none" | "webhook">;

function limitOf(rateClass: LimitedClass, res: Response, perMinute: number): number {
  const isGuestWrite = isGuest(res) && (rateClass === "write" || rateClass === "cart");
  return scaleLimit(isGuestWrite ? GUEST_WRITES : PER_MINUTE[rateClass], perMinute);
}

/** Where the library stores the caller's window. */
const WINDOW = "rateLimit";

function secondsLeft(request: Request): number {
  const window: unknown = Reflect.get(request, WINDOW);
  const resetTime = isRecord(window) ? window.resetTime : undefined;
  if (!(resetTime instanceof Date)) return WINDOW_MS / 1000;
  return Math.max(1, Math.ceil((resetTime.getTime() - Date.now()) / 1000));
}

interface Rule {
  limit: (res: Response) => number;
  /** Null: this limit does not apply to the request. */
  key: (request: Request, res: Response) => string | null;
}

const limiter = ({ limit, key }: Rule): RequestHandler =>
  rateLimit({
    windowMs: WINDOW_MS,
    limit: (_request, res) => limit(res),
    skip: (request, res) => key(request, res) === null,
    keyGenerator: (request, res) => key(request, res) ?? "",
    standardHeaders: false,
    legacyHeaders: false,
    validate: false,
    requestPropertyName: WINDOW,
    handler: (request, _res, next) => next(new RateLimitedError(secondsLeft(request))),
  });

/** Guests and customers behind one address have a ceiling each: the limits that it multiplies differ. */
const ceilingKey = (request: Request, res: Response): string =>
  `${isGuest(res) ? "guests" : "users"}:${addressOf(request)}`;

function limitersOf(rateClass: LimitedClass, perMinute: number): RequestHandler[] {
  return [
    // The caller's own limit first, so that one caller cannot use up the ceiling of the others.
    limiter({ limit: (res) => limitOf(rateClass, res, perMinute), key: (_request, res) => callerOf(res) }),
    limiter({ limit: (res) => limitOf(rateClass, res, perMinute) * ADDRESS_FACTOR, key: ceilingKey }),
  ];
}

export type RateLimits = (rateClass: RateClass) => readonly RequestHandler[];

/** The limits of one application, shared by all its routes of a class; `perMinute` 0 disables every one. */
export function createRateLimits(perMinute: number): RateLimits {
  if (perMinute === 0) return () => [];
  const known = new Map<RateClass, readonly RequestHandler[]>();
  const minting = limiter({
    limit: () => scaleLimit(GUEST_IDS, perMinute),
    key: (request, res) => (localsOf(res).sessionMinted === undefined ? null : addressOf(request)),
  });
  const make = (rateClass: RateClass): readonly RequestHandler[] => {
    if (rateClass === "none") return [];
    if (rateClass === "webhook") return [limiter({ limit: () => WEBHOOKS, key: addressOf })];
    return [minting, ...limitersOf(rateClass, perMinute)];
  };
  return (rateClass) => {
    const limits = known.get(rateClass) ?? make(rateClass);
    known.set(rateClass, limits);
    return limits;
  };
}
