import { randomUUID } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import { logger } from "../config/logger.config.js";
import { countRequestStart, observeRequest } from "../config/metrics.config.js";
import { principalLabel } from "../utils/principal.js";
import { runWithContext } from "../utils/request-context.js";
import { continueTrace } from "../utils/trace-context.js";
import { localsOf } from "./route.types.js";

const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** The rest of a refused body is discarded for this long, so that the client can read the response. */
const LINGER_MS = 1000;
/** Refusals that are logged as warnings. */
const SECURITY_STATUSES: ReadonlySet<number> = new Set([401, 403, 413, 415, 429]);

/** The caller's request id, if it is safe in a header and a log line; otherwise a new one. */
function requestIdOf(request: Request): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}

/** One line per request that was not rejected for overload, with the route's pattern, never the URL, which may contain tokens and names. */
function report(request: Request, res: Response, startedAt: number): void {
  const { route, principal, errorCode, isRejected } = localsOf(res);
  const ms = Math.round((performance.now() - startedAt) * 10) / 10;
  const pattern = route?.path ?? "unmatched";
  const { method } = request;
  const status = res.writableFinished ? res.statusCode : 499;
  observeRequest({ method, route: pattern, status, seconds: ms / 1000 });
  const level = status >= 500 || SECURITY_STATUSES.has(status) ? "warn" : "info";
  if (isRejected || !logger.isLevelEnabled(level)) return;
  const caller = principal ? principalLabel(principal) : undefined;
  logger[level]({ method, route: pattern, status, ms, caller, code: errorCode }, "> Request");
}

/** The request was answered before its body had arrived. The body may never end, so the connection is closed soon. */
function cutOffRest(request: Request): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const { socket } = request;
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, LINGER_MS);
  timer.unref();
}

/** Gives the request its id and its trace, for the response, the log and upstream calls, and logs its end. */
export const requestContext: RequestHandler = (request, res, next) => {
  const startedAt = performance.now();
  countRequestStart();
  const requestId = requestIdOf(request);
  const context = { requestId, trace: continueTrace(request.headers.traceparent) };
  res.setHeader("X-Request-Id", requestId);
  res.once("finish", () => cutOffRest(request));
  // Events run outside the context, and the line needs the ids too.
  res.once("close", () => runWithContext(context, () => report(request, res, startedAt)));
  runWithContext(context, next);
};
