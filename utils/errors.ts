import type { ConflictCode, ErrorCode, NotFoundCode, RuleCode } from "./error-codes.js";

export type { ConflictCode, ErrorCode, NotFoundCode, RuleCode };

/**
 * Every error that a client can get. A class without a status or a code does not compile, and one middleware turns
 * errors into responses (`middlewares/error.middleware.ts`). The message is for people: what happened, and what to do
 * next. Facts for programs go to `details`. The codes are in `utils/error-codes.ts`.
 */

export abstract class AppError extends Error {
  abstract readonly statusCode: number;
  abstract readonly code: ErrorCode;
  /** Seconds for the `Retry-After` header. */
  readonly retryAfterSeconds?: number;

  constructor(
    message: string,
    readonly details?: unknown,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/** Refused by a business rule: 400 with a stable code. */
export class RuleError extends AppError {
  readonly statusCode = 400;
  constructor(
    readonly code: RuleCode,
    message: string,
    details?: unknown,
  ) {
    super(message, details);
  }
}

export interface ValidationDetail {
  in: "body" | "query" | "params" | "headers";
  path: string;
  message: string;
}

export class ValidationError extends AppError {
  readonly statusCode = 400;
  readonly code = "VALIDATION_ERROR";
  constructor(details: readonly ValidationDetail[]) {
    super("The request is not valid", details);
  }
}

export class MalformedJsonError extends AppError {
  readonly statusCode = 400;
  readonly code = "MALFORMED_JSON";
  constructor() {
    super("The body is not valid JSON");
  }
}

export class UnauthenticatedError extends AppError {
  readonly statusCode = 401;
  readonly code = "UNAUTHENTICATED";
  constructor(message = "Sign in, or send a valid token") {
    super(message);
  }
}

export class ForbiddenError extends AppError {
  readonly statusCode = 403;
  readonly code = "FORBIDDEN";
  constructor(message = "You are not allowed to do this") {
    super(message);
  }
}

/** Who started a refund may not approve it. */
export class SameApproverError extends AppError {
  readonly statusCode = 403;
  readonly code = "SAME_APPROVER";
  constructor() {
    super("Another administrator has to approve this refund");
  }
}

export class NotFoundError extends AppError {
  readonly statusCode = 404;
  constructor(
    readonly code: NotFoundCode,
    message: string,
  ) {
    super(message);
  }
}

/**
 * One text for each, also for another caller's, so that a caller cannot find out what exists. They are here because
 * several layers throw them.
 */
export const orderNotFound = () => new NotFoundError("ORDER_NOT_FOUND", "There is no such order");
export const paymentNotFound = () => new NotFoundError("PAYMENT_NOT_FOUND", "There is no such payment");

/** The order's invoice is not issued yet: repeat the request shortly. */
export class InvoiceNotReadyError extends AppError {
  readonly statusCode = 404;
  readonly code = "INVOICE_NOT_READY";
  override readonly retryAfterSeconds = 5;
  constructor() {
    super("The invoice of this order is not issued yet; try again shortly");
  }
}

/** A concurrent change, a request still in progress, or something lost after payment. */
export class ConflictError extends AppError {
  readonly statusCode = 409;
  constructor(
    readonly code: ConflictCode,
    message: string,
    details?: unknown,
    override readonly retryAfterSeconds?: number,
  ) {
    super(message, details);
  }
}

/** Another request changed a document first. The answer says what it is now, in `details.current`. */
export class ChangedMeanwhileError extends ConflictError {
  constructor(
    message: string,
    /** Its version or, without one, its status; null when it is gone. */
    readonly readCurrent: () => Promise<number | string | null>,
  ) {
    super("VERSION_CONFLICT", message);
  }
}

export class CheckoutExpiredError extends AppError {
  readonly statusCode = 410;
  readonly code = "CHECKOUT_EXPIRED";
  constructor() {
    super("This checkout has expired; resume it or start again");
  }
}

export class PayloadTooLargeError extends AppError {
  readonly statusCode = 413;
  readonly code = "PAYLOAD_TOO_LARGE";
  constructor() {
    super("The body is too large");
  }
}

export class UnsupportedMediaTypeError extends AppError {
  readonly statusCode = 415;
  readonly code = "UNSUPPORTED_MEDIA_TYPE";
  constructor(message = "Send the body as application/json") {
    super(message);
  }
}

export class IdempotencyKeyReusedError extends AppError {
  readonly statusCode = 422;
  readonly code = "IDEMPOTENCY_KEY_REUSED";
  constructor() {
    super("This Idempotency-Key was used with a different body; send a new key");
  }
}

export class RateLimitedError extends AppError {
  readonly statusCode = 429;
  readonly code = "RATE_LIMITED";
  constructor(override readonly retryAfterSeconds: number) {
    super("Too many requests; try again after the time in Retry-After");
  }
}

export class UpstreamBadResponseError extends AppError {
  readonly statusCode = 502;
  readonly code = "UPSTREAM_BAD_RESPONSE";
  constructor(readonly service: string) {
    super("A service that this request needs answered incorrectly; try again shortly");
  }
}

export class UpstreamUnavailableError extends AppError {
  readonly statusCode = 503;
  readonly code = "UPSTREAM_UNAVAILABLE";
  override readonly retryAfterSeconds = 5;
  constructor(readonly service: string) {
    super("A service that this request needs is unavailable; try again shortly");
  }
}

export class UpstreamTimeoutError extends AppError {
  readonly statusCode = 504;
  readonly code = "UPSTREAM_TIMEOUT";
  constructor(readonly service: string) {
    super("A service that this request needs did not answer in time; try again shortly");
  }
}

/** The effect may or may not have happened. Repeating the same request finds the result. */
export class OutcomeUnknownError extends AppError {
  readonly statusCode = 503;
  readonly code = "OUTCOME_UNKNOWN";
  override readonly retryAfterSeconds = 2;
  constructor(readonly service: string) {
    super("It is not known whether this was done; repeat the same request to find out");
  }
}

/** A neighbour did not answer, or not usefully: nothing is known that would not be different the next time. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof UpstreamUnavailableError ||
  error instanceof UpstreamTimeoutError ||
  error instanceof UpstreamBadResponseError ||
  error instanceof OutcomeUnknownError;

export class OverloadedError extends AppError {
  readonly statusCode = 503;
  readonly code = "OVERLOADED";
  constructor(override readonly retryAfterSeconds = 1) {
    super("The service is too busy; try again shortly");
  }
}

export class InternalError extends AppError {
  readonly statusCode = 500;
  readonly code = "INTERNAL_ERROR";
  constructor() {
    super("An internal error occurred; try again later");
  }
}

/** A move that a state table does not list. */
export class InvalidStatusTransitionError extends RuleError {
  constructor(from: string, to: string, allowed: readonly string[]) {
    super("INVALID_STATUS_TRANSITION", `Cannot go from ${from} to ${to}`, { from, to, allowed });
  }
}

/** An error as a document keeps it for people to read: its beginning. */
export const toErrorText = (error: unknown): string => String(error).slice(0, 500);
