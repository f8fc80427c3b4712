import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { create as contentDisposition } from "content-disposition";
import type { Response } from "express";
import { sha256Hex } from "./helpers.js";

/** A file as an answer: the declared type of the route, a name to save it under. */
export interface FileContent {
  name: string;
  contentType: string;
  /** Bytes, when it is known before the first byte is sent. */
  size?: number;
  /** A hash of the content, without quotes, for `ETag` and `If-None-Match`. Default: of the buffer; none for a stream. */
  etag?: string;
  /** A function is called only when the bytes are sent: not for HEAD, and not for a client that has them. */
  body: Buffer | Readable | (() => Promise<Readable>);
}

/** A cache may keep it for the caller alone, and asks before each use: the right to see it may end. */
const CACHING = "private, no-cache";

/** A name is never a path. */
const baseOf = (name: string): string =>
  name.slice(1 + Math.max(name.lastIndexOf("/"), name.lastIndexOf("\\")));

/** The name for clients that do not read `filename*`: é becomes e, another script becomes _. */
const asciiOf = (name: string): string =>
  name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\x20-\x7e]+/g, "_");

/** Set only once nothing can be refused any more: a refusal is an envelope with other headers. */
function describe(res: Response, { name, contentType, size }: FileContent, etag: string | null): void {
  res.status(200);
  res.setHeader("Content-Type", contentType);
  const base = baseOf(name);
  res.setHeader("Content-Disposition", contentDisposition(base, { fallback: asciiOf(base) }));
  if (size !== undefined) res.setHeader("Content-Length", String(size));
  validate(res, etag);
}

function validate(res: Response, etag: string | null): void {
  res.setHeader("Cache-Control", CACHING);
  if (etag !== null) res.setHeader("ETag", etag);
}

/** Weak, because the same content may be sent compressed or not. */
function etagOf({ etag, body }: FileContent): string | null {
  const hash = etag ?? (Buffer.isBuffer(body) ? sha256Hex(body) : null);
  return hash === null ? null : `W/"${hash}"`;
}

/** Whether the client has this content already. Express compares the tags. */
function isKnown(res: Response, etag: string | null): boolean {
  if (etag === null || !["GET", "HEAD"].includes(res.req.method)) return false;
  res.setHeader("ETag", etag);
  return res.req.fresh;
}

/**
 * Sends a file as an attachment; ends when the last byte is written or the client has left. An error before the first
 * byte is thrown, and becomes an envelope. A stream that fails later cuts the connection, so that half a file never
 * looks complete.
 */
export async function sendFile(res: Response, file: FileContent): Promise<void> {
  const etag = etagOf(file);
  if (isKnown(res, etag)) return endWithout(res.status(304), file, () => validate(res, etag));
  if (res.req.method === "HEAD") return endWithout(res, file, () => describe(res, file, etag));
  res.removeHeader("ETag");
  const body = typeof file.body === "function" ? await file.body() : file.body;
  if (Buffer.isBuffer(body)) {
    describe(res, { ...file, size: body.length }, etag);
    res.end(body);
  } else {
    await stream(res, body, () => describe(res, file, etag));
  }
}

function endWithout(res: Response, { body }: FileContent, describeIt: () => void): void {
  if (body instanceof Readable) body.destroy();
  describeIt();
  res.end();
}

async function stream(res: Response, source: Readable, describeIt: () => void): Promise<void> {
  let hasLeft = res.closed;
  const leave = () => {
    // A source that fails closes the response as well.
    hasLeft = source.errored === null;
    source.destroy();
  };
  res.once("close", leave);
  if (hasLeft) leave();
  try {
    await firstBytes(source);
    describeIt();
    await pipeline(source, res);
  } catch (error) {
    if (!hasLeft) throw error;
  }
}

/** Waits until there is something to send, or nothing at all. @throws what the stream fails with before that */
function firstBytes(source: Readable): Promise<void> {
  return new Promise((resolve, reject) => {
    if (source.destroyed) return reject(source.errored ?? new Error("the stream was closed"));
    const settle = (done: () => void) => () => {
      source.off("readable", onReadable).off("end", onReadable).off("error", onFail).off("close", onFail);
      done();
    };
    const onReadable = settle(resolve);
    const onFail = settle(() => reject(source.errored ?? new Error("the stream was closed")));
    source.on("readable", onReadable).on("end", onReadable).on("error", onFail).on("close", onFail);
  });
}
