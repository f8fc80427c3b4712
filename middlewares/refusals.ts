import { CONFLICT_CODES, type ErrorCode, NOT_FOUND_CODES, RULE_CODES } from "../utils/errors.js";
import type { RouteDescription } from "./route.types.js";

type OtherCode = Exclude<
  ErrorCode,
  (typeof RULE_CODES)[number] | (typeof NOT_FOUND_CODES)[number] | (typeof CONFLICT_CODES)[number]
>;

/** As in the classes of `utils/errors.ts`. */
const STATUS_OF_OTHERS: Record<OtherCode, number> = {
  VALIDATION_ERROR: 400,
  MALFORMED_JSON: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  SAME_APPROVER: 403,
  INVOICE_NOT_READY: 404,
  CHECKOUT_EXPIRED: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  IDEMPOTENCY_KEY_REUSED: 422,
  RATE_LIMITED: 429,
  INTERNAL_ERROR: 500,
  UPSTREAM_BAD_RESPONSE: 502,
  UPSTREAM_UNAVAILABLE: 503,
  OVERLOADED: 503,
  OUTCOME_UNKNOWN: 503,
  UPSTREAM_TIMEOUT: 504,
};

const includes = (list: readonly string[], code: string): boolean => list.includes(code);

/** The statuses of a code. Some codes are a refusal (400) on one route and a lost race (409) on another. */
export function statusesOf(code: ErrorCode): number[] {
  if (code in STATUS_OF_OTHERS) return [STATUS_OF_OTHERS[code as OtherCode]];
  const statuses: number[] = [];
  if (includes(RULE_CODES, code)) statuses.push(400);
  if (includes(NOT_FOUND_CODES, code)) statuses.push(404);
  if (includes(CONFLICT_CODES, code)) statuses.push(409);
  return statuses;
}

/** What can go wrong on every route: a bug, the database, a neighbour. */
export const GENERAL_CODES: readonly ErrorCode[] = [
  "INTERNAL_ERROR",
  "VERSION_CONFLICT",
  "UPSTREAM_BAD_RESPONSE",
  "UPSTREAM_UNAVAILABLE",
  "OVERLOADED",
  "OUTCOME_UNKNOWN",
  "UPSTREAM_TIMEOUT",
];

function accessCodes({ rule }: RouteDescription["access"]): ErrorCode[] {
  switch (rule.kind) {
    case "open":
      return [];
    case "internal":
    case "signed":
      return ["UNAUTHENTICATED"];
    case "guest":
    case "customer":
    case "admin":
      return ["UNAUTHENTICATED", "FORBIDDEN"];
  }
}

/** Every code that a route can answer with: those of its kind, its own, and the general ones. */
export function refusalCodesOf(route: RouteDescription): ErrorCode[] {
  const codes: ErrorCode[] = ["VALIDATION_ERROR", ...accessCodes(route.access), ...(route.refuses ?? [])];
  if (route.method !== "get") codes.push("MALFORMED_JSON", "PAYLOAD_TOO_LARGE", "UNSUPPORTED_MEDIA_TYPE");
  if (route.idempotency) {
    codes.push("IDEMPOTENCY_KEY_INVALID", "IDEMPOTENCY_KEY_REUSED", "REQUEST_IN_PROGRESS");
  }
  if (route.idempotency === "required") codes.push("IDEMPOTENCY_KEY_REQUIRED");
  if (route.rateClass !== "none") codes.push("RATE_LIMITED");
  return [...new Set([...codes, ...GENERAL_CODES])];
}
