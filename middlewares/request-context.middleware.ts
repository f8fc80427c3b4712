import { randomUUID } from "node:crypto";
import type { Request, RequestHandler, Response } from "express";
import { logger } from "../config/logger.config.js";
import { observeRequest } from "../config/metrics.config.js";
import { principalLabel } from "../utils/principal.js";
import { runWithContext } from "../utils/request-context.js";
import { localsOf } from "./route.types.js";

const REQUEST_ID = /^[A-Za-z0-9._-]{8,64}$/;
/** A body that nobody wants is read into nothing for so long, so that the client can hear the answer. */
const LINGER_MS = 1000;
/** Refusals worth a look in a quiet log. */
const SECURITY_STATUSES: ReadonlySet<number> = new Set([401, 403, 413, 415, 429]);

/** The caller's id for the request, if it may stand in a header and a log line; else one of ours. */
function requestIdOf(request: Request): string {
  const given = request.headers["x-request-id"];
  return typeof given === "string" && REQUEST_ID.test(given) ? given : randomUUID();
}

/** One line a request: the route's pattern, never the URL, which may carry tokens and names. */
function report(request: Request, res: Response, startedAt: number): void {
  const { route, principal, errorCode } = localsOf(res);
  const ms = Math.round((performance.now() - startedAt) * 10) / 10;
  const pattern = route?.path ?? "unmatched";
  const { method } = request;
  const status = res.writableFinished ? res.statusCode : 499;
  observeRequest({ method, route: pattern, status, seconds: ms / 1000 });
  const level = status >= 500 || SECURITY_STATUSES.has(status) ? "warn" : "info";
  if (!logger.isLevelEnabled(level)) return;
  const caller = principal ? principalLabel(principal) : undefined;
  logger[level]({ method, route: pattern, status, ms, caller, code: errorCode }, "> Request");
}

/** Answered before the body had arrived, which may never end: the connection is closed soon. */
function cutOffRest(request: Request): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const { socket } = request;
  const timer = setTimeout(() => {
    if (!request.complete) socket.destroy();
  }, LINGER_MS);
  timer.unref();
}

/** Gives the request its id, for the answer, the log and the upstream calls, and reports its end. */
export const requestContext: RequestHandler = (request, res, next) => {
  const startedAt = performance.now();
  const requestId = requestIdOf(request);
  res.setHeader("X-Request-Id", requestId);
  res.once("finish", () => cutOffRest(request));
  // An event comes from outside the context; the line is to bear the id too.
  res.once("close", () => runWithContext({ requestId }, () => report(request, res, startedAt)));
  runWithContext({ requestId }, next);
};
