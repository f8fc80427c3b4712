import type { AppError } from "./errors.js";
import { UpstreamBadResponseError, UpstreamTimeoutError, UpstreamUnavailableError } from "./errors.js";

/**
 * The outcome of a call to a neighbour. A failure says what is known about its effect:
 * - `refused`: a definite no that the contract of the call lists; nothing was done.
 * - `unavailable`: the call was not sent, did not arrive, or was not admitted (open breaker, full bulkhead, 401, 429).
 * - `unknown`: it may or may not have been done (time-out, cut connection, 5xx, an unlisted 4xx). Never a refusal.
 */
export type Outcome = "refused" | "unavailable" | "unknown";

/** Codes of failures to connect, before anything is sent: the call cannot have been done. */
export const NEVER_ARRIVED: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

export interface Success<T> {
  success: true;
  data: T;
}

export interface Failure {
  success: false;
  outcome: Outcome;
  /** A listed code (`INSUFFICIENT_STOCK`), or `TIMEOUT`, `NETWORK`, `BREAKER_OPEN`, `BULKHEAD_FULL`, `BAD_RESPONSE`, `HTTP_<status>`. */
  code: string;
  /** The neighbour's own text, which may quote personal data: neither for clients nor for the log. */
  error: string;
  /** For the log: our own text, without values that the neighbour sent. */
  detail?: string;
  statusCode: number;
  service: string;
  /** The answer is outside the contract (wrong key, unknown route, unlisted 4xx); the call has raised an alarm. */
  isContractFault?: true;
  /** There was no answer because this instance was late: the neighbour is not at fault. */
  isOwnDelay?: true;
  /** The `data` of a refusal, where the contract gives it a meaning (e.g. `available`). Unvalidated. */
  data?: unknown;
}

export type Result<T> = Success<T> | Failure;

export const success = <T>(data: T): Success<T> => ({ success: true, data });

export const isRefused = <T>(result: Result<T>): result is Failure & { outcome: "refused" } =>
  !result.success && result.outcome === "refused";

/** Turns the data of a success into something else; failures pass through. */
export function mapResult<T, U>(result: Result<T>, map: (data: T) => U): Result<U> {
  return result.success ? { success: true, data: map(result.data) } : result;
}

/** The error that a client gets when a neighbour failed and the caller has no better one. */
export function toUpstreamError(failure: Failure): AppError {
  if (failure.outcome === "unavailable") return new UpstreamUnavailableError(failure.service);
  if (failure.code === "TIMEOUT") return new UpstreamTimeoutError(failure.service);
  return new UpstreamBadResponseError(failure.service);
}

/** The data of a success; a failure becomes the typed error. */
export function unwrap<T>(result: Result<T>): T {
  if (result.success) return result.data;
  throw toUpstreamError(result);
}
