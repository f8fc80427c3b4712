import type { Request, RequestHandler } from "express";
import { PayloadTooLargeError, UnsupportedMediaTypeError } from "../utils/errors.js";
import { isForm, readForm } from "./form-body.js";
import { parseJson } from "./json-body.js";
import { localsOf, type Uploads } from "./route.types.js";

/** The largest bodies, in bytes. */
export const BODY_LIMITS = { standard: 100_000, large: 2_000_000, webhook: 1_000_000 } as const;

const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;
const CHARSET = /;[ \t]*charset[ \t]*=[ \t]*"?([^";\s]*)/i;
const UTF8: ReadonlySet<string> = new Set(["utf-8", "utf8", "us-ascii"]);

/** Whether a body follows the headers. */
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
 * Reads the bytes of the body. Beyond the limit, whatever the announced length, they are discarded
 * (`request-context.middleware.ts` then closes the connection).
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

/** Reads and parses JSON. A missing body counts as an empty object, so required fields are then missing. */
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

/** As `jsonBodyStep`, or reads a form with files. */
export function formOrJsonStep(uploads: Uploads, limit: number): RequestHandler {
  const json = jsonBodyStep(limit);
  const none = Object.fromEntries(Object.keys(uploads).map((name) => [name, []]));
  return (request, res, next) => {
    const locals = localsOf(res);
    locals.files = none;
    if (!isForm(request)) return json(request, res, next);
    return readForm(request, uploads).then(({ fields, files }) => {
      locals.body = fields;
      locals.files = files;
      next();
    });
  };
}

/** Keeps the bytes exactly as received, of any content type, because the signature covers the bytes. */
export const rawBodyStep: RequestHandler = (request, res, next) =>
  readBytes(request, BODY_LIMITS.webhook).then((bytes) => {
    localsOf(res).rawBody = bytes;
    next();
  });
