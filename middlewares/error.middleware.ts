import type { ErrorRequestHandler, RequestHandler } from "express";
import mongoose, { mongo } from "mongoose";
import { logger } from "../config/logger.config.js";
import {
  AppError,
  ChangedMeanwhileError,
  ConflictError,
  InternalError,
  NotFoundError,
  OutcomeUnknownError,
  OverloadedError,
  UpstreamUnavailableError,
  ValidationError,
} from "../utils/errors.js";
import { DUPLICATE_KEY } from "../utils/helpers.js";
import { sendResponse } from "../utils/http.js";
import { localsOf } from "./route.types.js";

const DATABASE = "database";
const WRITE_CONFLICT = 112;
/** The driver does not export this class. */
const POOL_TIMEOUT = "MongoWaitQueueTimeoutError";
/**
 * Transient server errors: not primary any more, shutting down, too slow, or cut off from the others (6 to 13436);
 * a lost cursor or transaction (43, 237, 251); no disk space (14031).
 */
const PASSING_CODES: readonly unknown[] = [
  ...[6, 7, 24, 50, 64, 89, 91, 100, 133, 134, 189, 246, 262, 9001, 10107, 11600, 11601, 11602, 13435, 13436],
  ...[43, 237, 251, 14031],
];
const PASSING_LABELS = ["UnknownTransactionCommitResult", "TransientTransactionError", "RetryableWriteError"];

const isCode = (error: unknown, code: number): boolean =>
  error instanceof mongo.MongoServerError && error.code === code;

/** No server, connection lost, majority not reached, too slow: the operation may or may not have been done. */
function isDatabaseTrouble(error: unknown): boolean {
  if (error instanceof mongoose.Error.MongooseServerSelectionError) return true;
  if (error instanceof mongo.MongoServerError) {
    // A bulk write wraps the error that stopped it; without a code it was the connection.
    const isCut = error instanceof mongo.MongoBulkWriteError && error.code === undefined;
    const isPassing = PASSING_LABELS.some((label) => error.hasErrorLabel(label));
    return isCut || isPassing || PASSING_CODES.includes(error.code);
  }
  return (
    error instanceof mongo.MongoServerSelectionError ||
    error instanceof mongo.MongoNetworkError ||
    error instanceof mongo.MongoOperationTimeoutError ||
    error instanceof mongo.MongoNotConnectedError ||
    error instanceof mongo.MongoTopologyClosedError
  );
}

function fromDatabase(error: unknown, reading: boolean): AppError | null {
  if (isCode(error, DUPLICATE_KEY) || error instanceof mongoose.Error.VersionError) {
    return new ConflictError(
      "VERSION_CONFLICT",
      "This was changed by another request at the same time; read it again",
      { current: null },
    );
  }
  if (isCode(error, WRITE_CONFLICT)) return new OverloadedError();
  // The wait for a connection timed out: nothing was sent.
  if (error instanceof mongo.MongoDriverError && error.name === POOL_TIMEOUT) return new OverloadedError();
  if (error instanceof mongo.MongoWriteConcernError || isDatabaseTrouble(error)) {
    return reading ? new UpstreamUnavailableError(DATABASE) : new OutcomeUnknownError(DATABASE);
  }
  if (error instanceof mongoose.Error.CastError) {
    return new ValidationError([
      { in: "params", path: error.path, message: `"${error.path}" has the wrong format` },
    ]);
  }
  return null;
}

/** Errors of Express and Node that are the caller's fault carry a status: a path that cannot be decoded. */
function isCallersFault(error: unknown): boolean {
  if (typeof error !== "object" || error === null || !("status" in error)) return false;
  return error.status === 400;
}

/** The error that a client gets. An unknown error becomes a 500 without details. */
export function toAppError(error: unknown, method: string): AppError {
  if (error instanceof AppError) return error;
  if (isCallersFault(error)) {
    return new ValidationError([{ in: "params", path: "", message: "The path is not properly encoded" }]);
  }
  return fromDatabase(error, method === "GET" || method === "HEAD") ?? new InternalError();
}

export const notFoundHandler: RequestHandler = () => {
  throw new NotFoundError("NOT_FOUND", "No such route");
};

async function detailsOf(answer: AppError): Promise<unknown> {
  if (!(answer instanceof ChangedMeanwhileError)) return answer.details;
  return { current: await answer.readCurrent().catch(() => null) };
}

/** The only place that turns errors into responses. */
export const errorHandler: ErrorRequestHandler = async (error: unknown, request, res, next) => {
  const answer = toAppError(error, request.method);
  if (answer.statusCode >= 500 && !localsOf(res).isRejected) {
    logger.error({ err: error, code: answer.code, route: localsOf(res).route?.path }, "> Request failed");
  }
  if (res.headersSent) {
    // Too late for an error response (a download failed): the connection must not look complete.
    next(error);
    return;
  }
  localsOf(res).errorCode = answer.code;
  if (answer.retryAfterSeconds !== undefined) res.setHeader("Retry-After", String(answer.retryAfterSeconds));
  const details = await detailsOf(answer);
  const body = details === undefined ? { code: answer.code } : { code: answer.code, details };
  sendResponse(res, answer.statusCode, answer.message, null, body);
};
