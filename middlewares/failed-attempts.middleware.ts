import type { ErrorRequestHandler, Request, RequestHandler, Response } from "express";
import {
  type AttemptCount,
  type AttemptKind,
  countFailure,
  secondsBlocked,
} from "../services/platform/failed-attempts.service.js";
import { AppError, type ErrorCode, RateLimitedError } from "../utils/errors.js";
import { ADDRESS_FACTOR, addressOf, callerOf, scaleLimit } from "./rate-limit.middleware.js";
import type { RouteDescription } from "./route.types.js";

/**
 * Limits failures that look like guessing. A route takes part by what it declares.
 * - `COUPON_INVALID` on routes of the class `coupon`; elsewhere the coupon is already in the cart.
 * - `SIGNATURE_INVALID`, and 401 on webhooks (`signed` access).
 * - `ORDER_NOT_FOUND`, `PAYMENT_NOT_FOUND`, `INVOICE_NOT_FOUND` and `REFUND_NOT_FOUND` on reads of customers and guests.
 */
const COUNTED_CODES: Record<AttemptKind, readonly ErrorCode[]> = {
  coupon: ["COUPON_INVALID"],
  signature: ["SIGNATURE_INVALID"],
  lookup: ["ORDER_NOT_FOUND", "PAYMENT_NOT_FOUND", "INVOICE_NOT_FOUND", "REFUND_NOT_FOUND"],
};

/** On a webhook. Elsewhere 401 means a missing or expired token, not a guess. */
const WEBHOOK_CODES: readonly ErrorCode[] = ["UNAUTHENTICATED"];

/** Failures per minute for RATE_LIMIT_PER_MINUTE=300. A customer who mistypes a coupon stays far below. */
const FAILURES_PER_MINUTE: Record<AttemptKind, number> = { coupon: 10, signature: 10, lookup: 30 };

function kindsOf({ access, refuses = [], rateClass, method }: RouteDescription): AttemptKind[] {
  const { kind } = access.rule;
  if (kind === "signed") return ["signature"];
  if (kind !== "guest" && kind !== "customer") return [];
  const declares = (attempt: AttemptKind) => COUNTED_CODES[attempt].some((code) => refuses.includes(code));
  const kinds: AttemptKind[] = [];
  if (rateClass === "coupon" && declares("coupon")) kinds.push("coupon");
  if (declares("signature")) kinds.push("signature");
  if (method === "get" && declares("lookup")) kinds.push("lookup");
  return kinds;
}

export interface FailedAttemptSteps {
  /** Refuses a caller over the limit before any work is done. Webhooks have none: see `failedAttemptSteps`. */
  before: RequestHandler | null;
  /** Counts a failure of the steps before it, and answers 429 in its place once there are too many. */
  after: ErrorRequestHandler;
}

/**
 * The two steps around a route whose failures are counted; null for a route without.
 *
 * Wrong signatures never count against others: a webhook with a valid signature is accepted however many invalid ones
 * came from the same address, and a callback is limited per caller only. Behind a proxy or a carrier, many callers
 * share one address, and a third party must not be able to stop payments from being confirmed.
 * @param perMinute RATE_LIMIT_PER_MINUTE; 0 disables
 */
export function failedAttemptSteps(route: RouteDescription, perMinute: number): FailedAttemptSteps | null {
  const kinds = kindsOf(route);
  if (perMinute === 0 || kinds.length === 0) return null;
  const isWebhook = route.access.rule.kind === "signed";
  const countsOf = (kind: AttemptKind, request: Request, res: Response): AttemptCount[] => {
    const limit = scaleLimit(FAILURES_PER_MINUTE[kind], perMinute);
    const address = addressOf(request);
    if (isWebhook) return [{ kind, caller: `webhook:${address}`, limit }];
    const caller = callerOf(res);
    const own = caller === null ? [] : [{ kind, caller, limit }];
    if (kind === "signature") return own;
    return [...own, { kind, caller: address, limit: limit * ADDRESS_FACTOR }];
  };
  return {
    before: isWebhook ? null : refuseBlocked(kinds, countsOf),
    after: (error: unknown, request, res, next) => {
      const kind = kinds.find((known) => hasCode(error, isWebhook ? WEBHOOK_CODES : COUNTED_CODES[known]));
      if (!kind) return next(error);
      return countAll(countsOf(kind, request, res)).then((seconds) =>
        next(seconds > 0 ? new RateLimitedError(seconds) : error),
      );
    },
  };
}

type CountsOf = (kind: AttemptKind, request: Request, res: Response) => AttemptCount[];

function refuseBlocked(kinds: readonly AttemptKind[], countsOf: CountsOf): RequestHandler {
  return (request, res, next) => {
    for (const kind of kinds) {
      const seconds = blockedSeconds(countsOf(kind, request, res));
      if (seconds > 0) throw new RateLimitedError(seconds);
    }
    next();
  };
}

const hasCode = (error: unknown, codes: readonly ErrorCode[]): boolean =>
  error instanceof AppError && codes.includes(error.code);

const blockedSeconds = (counts: readonly AttemptCount[]): number =>
  Math.max(0, ...counts.map(secondsBlocked));

/** A caller over the limit costs no further database call and does not count against the address. */
async function countAll(counts: readonly AttemptCount[]): Promise<number> {
  for (const count of counts) {
    const seconds = secondsBlocked(count) || (await countFailure(count));
    if (seconds > 0) return seconds;
  }
  return 0;
}
