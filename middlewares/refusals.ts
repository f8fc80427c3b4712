import type { ErrorCode } from "../utils/error-codes.js";
import type { RouteDescription } from "./route.types.js";

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
