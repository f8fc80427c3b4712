import { createHash } from "node:crypto";
import type { RequestHandler } from "express";

/** A browser may store the response, a shared cache may not, and it is revalidated before each use. */
const REVALIDATE = "private, no-cache";
/** The same URL has a different response for each caller. */
const CALLER_HEADERS = ["Authorization", "X-Session-Id"];

/** Weak, because the same response may be sent compressed or not. */
const toEtag = (body: string): string =>
  `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;

/**
 * For reads that clients poll: each success carries an ETag of its body, and a matching `If-None-Match` gets 304
 * without a body. The work is still done; only bandwidth is saved. Express compares the tags (`res.send`).
 */
export const privateCacheStep: RequestHandler = (_request, res, next) => {
  res.setHeader("Cache-Control", REVALIDATE);
  for (const header of CALLER_HEADERS) res.vary(header);
  const send = res.send.bind(res);
  res.send = (body: unknown) => {
    if (typeof body === "string" && res.statusCode === 200) res.setHeader("ETag", toEtag(body));
    return send(body);
  };
  next();
};
