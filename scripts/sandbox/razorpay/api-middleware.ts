import { createHash, timingSafeEqual } from "node:crypto";
import type { ErrorRequestHandler, RequestHandler, Response } from "express";
import { authenticationFailed, GatewayError, malformedBody, serverError } from "./errors.js";
import type { Gateway } from "./gateway.js";

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

export function authentication(gateway: Gateway): RequestHandler {
  const { keyId, keySecret } = gateway.options;
  const expected = digest(`Basic ${Buffer.from(`${keyId}:${keySecret}`).toString("base64")}`);
  return (request, _response, next) => {
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) throw authenticationFailed();
    next();
  };
}

/** Malformed JSON is the caller's mistake; whatever else is unexpected looks like the gateway's trouble. */
function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  if (error instanceof SyntaxError) return malformedBody();
  return serverError();
}

export const answerError: ErrorRequestHandler = (error: unknown, _request, response: Response, next) => {
  if (response.headersSent) return next(error);
  const refusal = toGatewayError(error);
  response.status(refusal.status).json(refusal.toEnvelope());
};

/** The SDK turns `expand[]` into something that the gateway ignores. */
export const warnOfExpand =
  (gateway: Gateway): RequestHandler =>
  (request, _response, next) => {
    if ("expand[expand]" in request.query || "expand[expand[]]" in request.query) {
      gateway.store.warnings.push(`${request.method} ${request.originalUrl}: only expand[]= is recognised`);
    }
    next();
  };
