import { isRecord } from "../../../utils/helpers.js";
import type { Failure, Outcome } from "../../../utils/result.js";
import type { Attempt } from "../guard.js";
import { parseRetryAfter } from "../http-answer.js";

/**
 * What an error of the gateway means (`razorpay.md` §2.1–2.4). Only the description tells most refusals
 * apart: `source`, `step` and `reason` may be missing, null or "NA".
 */

/** An error as the completed transport leaves it; status 0: there was no answer. */
export interface GatewayError {
  status: number;
  code: string;
  description: string;
  reason: string | null;
  field: string | null;
  retryAfter: string | undefined;
  /** For the log: in our own words. */
  detail?: string;
}

const REFUSALS: readonly (readonly [RegExp, string])[] = [
  [/fully refunded already/i, "FULLY_REFUNDED"],
  [/already been captured|order is already paid/i, "ALREADY_CAPTURED"],
  [/must be equal to the amount authorized|greater than the amount due/i, "CAPTURE_AMOUNT_MISMATCH"],
  [/only payments which have been authorized/i, "NOT_CAPTURABLE"],
  [/greater than (the )?(amount captured|refund payment amount)/i, "REFUND_EXCEEDS_CAPTURE"],
  [/status should be captured/i, "NOT_REFUNDABLE"],
  [/enough balance/i, "INSUFFICIENT_BALANCE"],
  [/ongoing dispute/i, "PAYMENT_DISPUTED"],
  [/more than 6 months old/i, "PAYMENT_TOO_OLD"],
  [/duplicate receipt/i, "DUPLICATE_RECEIPT"],
  [/at least INR 1\.00|amount cannot be blank/i, "AMOUNT_TOO_SMALL"],
  [/id provided does not exist|is not a valid id/i, "NOT_FOUND"],
];

/** What connecting can fail with before anything is sent. */
const NEVER_ARRIVED = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];
const TIMED_OUT = ["ECONNABORTED", "ETIMEDOUT", "ERR_CANCELED"];

interface Meaning {
  outcome: Outcome;
  code: string;
  statusCode: number;
  isFault?: boolean;
  isTransient?: boolean;
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** Codes are logged; a text in their place is not one. */
const codeOf = (value: unknown): string | null =>
  typeof value === "string" && /^[A-Z][A-Z0-9_]{0,59}$/.test(value) ? value : null;

function toGatewayError(status: number, body: unknown): GatewayError {
  const error = isRecord(body) ? body : {};
  return {
    status,
    code: codeOf(error.code) ?? `HTTP_${status}`,
    description: text(error.description) ?? `status ${status}`,
    reason: text(error.reason),
    field: text(error.field),
    retryAfter: text(error.retryAfter) ?? undefined,
  };
}

/**
 * The SDK rejects with plain objects `{statusCode, error}`, its axios instance with errors that carry a
 * `response`. @returns null for anything else, which is a mistake of ours or of the SDK
 */
export function readThrown(thrown: unknown): GatewayError | null {
  if (!isRecord(thrown) && !(thrown instanceof Error)) return null;
  if ("statusCode" in thrown && typeof thrown.statusCode === "number") {
    return toGatewayError(thrown.statusCode, "error" in thrown ? thrown.error : undefined);
  }
  const response = "response" in thrown ? thrown.response : undefined;
  if (!isRecord(response) || typeof response.status !== "number") return null;
  return toGatewayError(response.status, isRecord(response.data) ? response.data.error : undefined);
}

function meaningWithoutAnswer({ reason }: GatewayError): Meaning {
  if (reason && NEVER_ARRIVED.includes(reason)) {
    return { outcome: "unavailable", code: "NETWORK", statusCode: 503, isFault: true, isTransient: true };
  }
  if (reason && TIMED_OUT.includes(reason)) {
    return { outcome: "unknown", code: "TIMEOUT", statusCode: 504, isFault: true };
  }
  return { outcome: "unknown", code: "NETWORK", statusCode: 502, isFault: true, isTransient: true };
}

function meaningOfConflict({ description, status }: GatewayError): Meaning {
  return /still in progress/i.test(description)
    ? { outcome: "unknown", code: "IN_PROGRESS", statusCode: status }
    : { outcome: "refused", code: "IDEMPOTENCY_CONFLICT", statusCode: status };
}

function meaningOfRefusal(error: GatewayError): Meaning {
  const { description, status, code } = error;
  if (code.startsWith("HTTP_")) return { outcome: "unknown", code: "BAD_RESPONSE", statusCode: status };
  // Another write on the same payment was faster and this one was not begun: it may be sent again.
  if (/another payment operation is in progress/i.test(description)) {
    return { outcome: "unavailable", code: "IN_PROGRESS", statusCode: status };
  }
  // A fault between the gateway and the bank says nothing about what the bank did.
  if (code === "GATEWAY_ERROR") return { outcome: "unknown", code, statusCode: status };
  const known = REFUSALS.find(([pattern]) => pattern.test(description));
  return { outcome: "refused", code: known?.[1] ?? code, statusCode: status };
}

function meaningOf(error: GatewayError, isWrite: boolean): Meaning {
  const { status } = error;
  if (status === 0) return meaningWithoutAnswer(error);
  if (error.code === "BAD_RESPONSE" || status < 400) {
    return { outcome: "unknown", code: "BAD_RESPONSE", statusCode: status, isFault: true };
  }
  if (status === 429) return { outcome: "unavailable", code: "HTTP_429", statusCode: status };
  if (status >= 500) {
    const outcome = status === 503 && !isWrite ? "unavailable" : "unknown";
    return { outcome, code: `HTTP_${status}`, statusCode: status, isFault: true, isTransient: true };
  }
  if (status === 401) return { outcome: "refused", code: "AUTHENTICATION", statusCode: status };
  if (status === 409) return meaningOfConflict(error);
  return meaningOfRefusal(error);
}

/** Without an answer, the reason is the code of the connection's error. */
function detailOf({ detail, status, reason }: GatewayError): Pick<Failure, "detail"> {
  const known = detail ?? (status === 0 ? reason : null);
  return known ? { detail: known } : {};
}

/** A failed call as a typed failure. `isWrite`: it may have had an effect although the answer is bad. */
export function toFailedAttempt(error: GatewayError, isWrite: boolean): Attempt<never> {
  const { isFault = false, isTransient = false, ...meaning } = meaningOf(error, isWrite);
  const failure: Failure = {
    success: false,
    ...meaning,
    error: error.description.slice(0, 300),
    ...detailOf(error),
    service: "razorpay",
    ...(meaning.outcome === "refused" && { data: { reason: error.reason, field: error.field } }),
  };
  const retryAfterMs = parseRetryAfter(error.retryAfter);
  return { result: failure, isFault, isTransient, ...(retryAfterMs !== undefined && { retryAfterMs }) };
}
