import type { Response } from "express";
import type { ErrorCode } from "./errors.js";

export { type FileContent, sendFile } from "./send-file.js";

/** The status codes of this service, so that controllers use names instead of numbers. */
export const HTTP_STATUS = {
  OK: 200,
  CREATED: 201,
  ACCEPTED: 202,
  NO_CONTENT: 204,
  NOT_MODIFIED: 304,
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  GONE: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNPROCESSABLE: 422,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  BAD_GATEWAY: 502,
  SERVICE_UNAVAILABLE: 503,
  GATEWAY_TIMEOUT: 504,
} as const;

export interface ErrorBody {
  code: ErrorCode;
  details?: unknown;
}

/** The envelope of every JSON response. */
export interface Envelope {
  success: boolean;
  statusCode: number;
  message: string;
  data: unknown;
  error: ErrorBody | null;
  meta?: Record<string, unknown>;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** Sends the envelope; `success` follows from the status code. Faster than `res.json`, whose settings are not used. */
export function sendResponse(
  res: Response,
  statusCode: number,
  message: string,
  data: unknown = null,
  error: ErrorBody | null = null,
  meta?: Record<string, unknown>,
): void {
  const envelope: Envelope = { success: statusCode < 400, statusCode, message, data, error };
  if (meta) envelope.meta = meta;
  res.status(statusCode).setHeader("Content-Type", JSON_TYPE);
  res.send(JSON.stringify(envelope));
}
