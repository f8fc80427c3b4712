import { createHash } from "node:crypto";
import type { RequestHandler } from "express";

/** A browser may keep the answer, a shared cache may not; and nobody shows it without asking us first. */
const ASK_EVERY_TIME = "private, no-cache";
/** Whose answer it is: the same address has another answer for everybody. */
const CALLER_HEADERS = ["Authorization", "X-Session-Id"];

/** Weak: the same answer may travel compressed or not. */
const toEtag = (body: string): string =>
  `W/"${createHash("sha256").update(body).digest("base64url").slice(0, 27)}"`;

/**
 * For reads that are asked again and again: each success bears an ETag of its body, and who sends it back
 * in `If-None-Match` hears 304 without a body while nothing has changed. The work is done all the same:
 * what it saves is the way to the phone. Express compares (`res.send`); here the header is set.
 */
export const privateCacheStep: RequestHandler = (_request, res, next) => {
  res.setHeader("Cache-Control", ASK_EVERY_TIME);
  for (const header of CALLER_HEADERS) res.vary(header);
  const send = res.send.bind(res);
  res.send = (body: unknown) => {
    if (typeof body === "string" && res.statusCode === 200) res.setHeader("ETag", toEtag(body));
    return send(body);
  };
  next();
};
