import { isRecord } from "../../../utils/helpers.js";
import { type Failure, NEVER_ARRIVED, type Outcome } from "../../../utils/result.js";
import type { Attempt } from "../guard.js";
import { parseRetryAfter } from "../http-answer.js";
import type { GatewayRefusal } from "./refusals.js";

/**
 * What an error of the gateway means. Only the description tells refusals apart: `source`, `step` and
 * `reason` may be missing, null or "NA".
 */

/** An error as the transport leaves it; status 0: there was no answer. */
export interface GatewayError {
  status: number;
  code: string;
  description: string;
  reason: string | null;
  field: string | null;
  retryAfter: string | undefined;
  /** For the log; contains nothing that the gateway sent. */
  detail?: string;
}

const TIMED_OUT = ["ECONNABORTED", "ETIMEDOUT", "ERR_CANCELED"];

interface Meaning {
  outcome: Outcome;
  code: string;
  statusCode: number;
  isContractFault?: true;
  isFault?: boolean;
  isTransient?: boolean;
}

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The gateway's, and those of our transport. Codes are logged, so nothing else is accepted as one. */
const CODES = ["BAD_REQUEST_ERROR", "GATEWAY_ERROR", "SERVER_ERROR", "BAD_RESPONSE", "NETWORK_ERROR"];
const codeOf = (value: unknown): string | null => CODES.find((code) => code === value) ?? null;

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
 * `response`. @returns null for anything else, which is a bug of ours or of the SDK
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
  if (reason && NEVER_ARRIVED.has(reason)) {
    return { outcome: "unavailable", code: "NETWORK", statusCode: 503, isFault: true, isTransient: true };
  }
  if (reason && TIMED_OUT.includes(reason)) {
    return { outcome: "unknown", code: "TIMEOUT", statusCode: 504, isFault: true };
  }
  return { outcome: "unknown", code: "NETWORK", statusCode: 502, isFault: true, isTransient: true };
}

/** A 409 is about the idempotency key. A key used with another body may have refunded already: look first. */
function meaningOfConflict({ description, status }: GatewayError): Meaning {
  return /still in progress/i.test(description)
    ? { outcome: "unknown", code: "IN_PROGRESS", statusCode: status }
    : { outcome: "unknown", code: "IDEMPOTENCY_CONFLICT", statusCode: status, isContractFault: true };
}

function meaningOfClientError(error: GatewayError, refusals: readonly GatewayRefusal[]): Meaning {
  const { description, status, code } = error;
  const fault = { outcome: "unknown", statusCode: status, isContractFault: true } as const;
  if (code.startsWith("HTTP_")) return { ...fault, code: "BAD_RESPONSE" };
  // Another write on the same payment came first, and this one did not start: it may be sent again.
  if (/another payment operation is in progress/i.test(description)) {
    return { outcome: "unavailable", code: "IN_PROGRESS", statusCode: status };
  }
  // A fault between the gateway and the bank says nothing about what the bank did.
  if (code === "GATEWAY_ERROR") return { outcome: "unknown", code, statusCode: status };
  const listed = status === 400 && refusals.find((entry) => entry.description.test(description));
  return listed ? { outcome: "refused", code: listed.code, statusCode: status } : { ...fault, code };
}

function meaningOf(error: GatewayError, { isWrite, refusals }: FailedCall): Meaning {
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
  // The gateway did not admit the call: nothing was done, and it says nothing about the payment.
  if (status === 401 || status === 403) {
    return { outcome: "unavailable", code: "AUTHENTICATION", statusCode: status, isContractFault: true };
  }
  if (status === 409) return meaningOfConflict(error);
  return meaningOfClientError(error, refusals);
}

/** What the reading of an error needs to know about the call. */
export interface FailedCall {
  /** The call may have taken effect although the answer is bad. */
  isWrite: boolean;
  /** The definite refusals of this call. */
  refusals: readonly GatewayRefusal[];
}

/** Without an answer, the reason is the code of the connection error. */
function detailOf({ detail, status, reason }: GatewayError): Pick<Failure, "detail"> {
  const known = detail ?? (status === 0 ? reason : null);
  return known ? { detail: known } : {};
}

/** A failed call as a typed failure. */
export function toFailedAttempt(error: GatewayError, call: FailedCall): Attempt<never> {
  const { isFault = false, isTransient = false, ...meaning } = meaningOf(error, call);
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
