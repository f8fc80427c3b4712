import type { Request, RequestHandler } from "express";
import { PayloadTooLargeError, UnsupportedMediaTypeError } from "../utils/errors.js";
import { parseJson } from "./json-body.js";
import { localsOf } from "./route.types.js";

/** What a request may hold, in bytes (`api.md`, Limits of a request). */
export const BODY_LIMITS = { standard: 100_000, large: 2_000_000, webhook: 1_000_000 } as const;

const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)/i;
const UTF8: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

/** Whether bytes follow the headers; a body of length 0 is none. */
function hasBody({ headers }: Request): boolean {
  if (headers["transfer-encoding"] !== undefined) return true;
  const length = headers["content-length"];
  return length !== undefined && length !== "0";
}

/** @throws UnsupportedMediaTypeError unless it is JSON in UTF-8, not compressed (no gzip bombs) */
function assertJson({ headers }: Request): void {
  const type = headers["content-type"] ?? "";
  if (!JSON_TYPE.test(type)) throw new UnsupportedMediaTypeError();
  const charset = CHARSET.exec(type)?.[1]?.toLowerCase();
  if (charset !== undefined && !UTF8.has(charset))
    throw new UnsupportedMediaTypeError("Send the body in UTF-8");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding.toLowerCase() !== "identity") {
    throw new UnsupportedMediaTypeError("Send the body without Content-Encoding");
  }
}

/**
 * The bytes of the body. Stops keeping them as soon as they are too many, whatever the announced
 * length was; the rest is read into nothing (`request-context.middleware.ts` cuts it off).
 * @throws PayloadTooLargeError
 */
function readBytes(request: Request, limit: number): Promise<Buffer> {
  if (Number(request.headers["content-length"] ?? 0) > limit) throw new PayloadTooLargeError();
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size <= limit) chunks.push(chunk);
      else {
        chunks = [];
        reject(new PayloadTooLargeError());
      }
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    request.on("error", reject);
  });
}

/** Reads and parses JSON. No body counts as an empty object: what is required is then missing. */
export function jsonBodyStep(limit: number): RequestHandler {
  return (request, res, next) => {
    if (!hasBody(request)) {
      localsOf(res).body = {};
      next();
      return;
    }
    assertJson(request);
    return readBytes(request, limit).then((bytes) => {
      localsOf(res).body = bytes.length === 0 ? {} : parseJson(bytes);
      next();
    });
  };
}

/** Keeps the bytes as they came, of whatever type they claim to be: a signature covers the bytes (D16). */
export const rawBodyStep: RequestHandler = (request, res, next) =>
  readBytes(request, BODY_LIMITS.webhook).then((bytes) => {
    localsOf(res).rawBody = bytes;
    next();
  });
