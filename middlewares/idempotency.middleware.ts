import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Request, RequestHandler, Response } from "express";
import { config } from "../config/env.config.js";
import { logger } from "../config/logger.config.js";
import {
  claimKey,
  completeKey,
  type KeyGrant,
  type KeyUse,
  releaseKey,
  requestKeyOf,
  type StoredAnswer,
} from "../services/platform/idempotency.service.js";
import { ConflictError, IdempotencyKeyReusedError, RuleError } from "../utils/errors.js";
import { canonicalJson, isRecord } from "../utils/helpers.js";
import { principalKey } from "../utils/principal.js";
import { localsOf } from "./route.types.js";

const KEY = /^[\x21-\x7e](?:[\x20-\x7e]{6,253}[\x21-\x7e])$/;
const HEADER = "idempotency-key";
/** The key may also be sent in the body, under this name. */
const ALIAS = "idempotency_key";

const invalidKey = (message: string): RuleError => new RuleError("IDEMPOTENCY_KEY_INVALID", message);

/** Removes the alias from the body, so that it reaches neither the schema nor the fingerprint. */
function takeAlias(res: Response): unknown {
  const locals = localsOf(res);
  if (!isRecord(locals.body) || !Object.hasOwn(locals.body, ALIAS)) return undefined;
  const { [ALIAS]: alias, ...body } = locals.body;
  locals.body = body;
  return alias;
}

/** @throws RuleError when the key has the wrong format, or header and body differ */
function readKey(request: Request, res: Response): string | undefined {
  const header = request.headers[HEADER];
  const alias = takeAlias(res);
  const key = header ?? alias;
  if (key === undefined) return undefined;
  if (header !== undefined && alias !== undefined && header !== alias) {
    throw invalidKey("Idempotency-Key and idempotency_key differ; send one of them");
  }
  if (typeof key === "string" && KEY.test(key)) return key;
  throw invalidKey("Idempotency-Key must have 8 to 255 printable ASCII characters");
}

/**
 * Keyed: a body may hold a bank account, and a plain hash of its few digits would give them away to anyone who can
 * read the database. A new LINK_SECRET makes bodies of before look different for as long as their records live.
 */
const fingerprintOf = (body: unknown): string =>
  createHmac("sha256", config.linkSecret)
    .update(`idempotency|${canonicalJson(body)}`)
    .digest("hex");

/** Runs before validation: reads the key, and requires it where the route does. */
export function idempotencyKeyStep(rule: "optional" | "required"): RequestHandler {
  return (request, res, next) => {
    const locals = localsOf(res);
    locals.idempotencyKey = readKey(request, res);
    locals.fingerprint = fingerprintOf(locals.body);
    if (rule === "required" && locals.idempotencyKey === undefined) {
      throw new RuleError("IDEMPOTENCY_KEY_REQUIRED", "Send an Idempotency-Key with this request");
    }
    next();
  };
}

function replay(res: Response, answer: StoredAnswer): void {
  res.status(answer.status).setHeader("Idempotency-Replayed", "true");
  if (answer.location !== null) res.setHeader("Location", answer.location);
  res.setHeader("Content-Type", answer.contentType);
  res.send(answer.body);
}

/** How long a response waits for the database. Recording an answer for replay is worth a longer wait than a release. */
const PATIENCE_MS = { released: 1_000, recorded: 3_000 } as const;
const ATTEMPTS = 6;
const PAUSE_MS = 2_000;

/** Tries until the lease would have ended anyway. A failure does not affect the work that was done. */
async function persistently(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt >= ATTEMPTS) {
        logger.warn({ err: error }, "> An idempotency key could not be settled; its lease will expire");
        return;
      }
      await sleep(PAUSE_MS, undefined, { ref: false });
    }
  }
}

/** Records a 2xx response and releases the key after any other, in the background if the database is slow. */
async function recordOrRelease(grant: KeyGrant, res: Response, body: string): Promise<void> {
  const isSuccess = res.statusCode >= 200 && res.statusCode < 300;
  const location = res.getHeader("Location");
  const answer: StoredAnswer = {
    status: res.statusCode,
    body,
    contentType: String(res.getHeader("Content-Type") ?? "application/json; charset=utf-8"),
    location: typeof location === "string" ? location : null,
  };
  const settled = persistently(() => (isSuccess ? completeKey(grant, answer) : releaseKey(grant)));
  const patience = isSuccess ? PATIENCE_MS.recorded : PATIENCE_MS.released;
  await Promise.race([settled, sleep(patience, undefined, { ref: false })]);
}

/** Holds the response back until it is recorded, so that every response a client has seen can be replayed. */
function settleBeforeSending(grant: KeyGrant, res: Response): void {
  const send = res.send.bind(res);
  res.send = (body: unknown) => {
    // Express sends an object through `json`, which calls `send` again with a string.
    if (typeof body !== "string") return send(body);
    res.send = send;
    void recordOrRelease(grant, res, body).then(() => send(body));
    return res;
  };
}

/**
 * Does the work of a key once. Keys belong to a caller, so a guest id that was minted for this request has none yet.
 */
export const checkIdempotency: RequestHandler = (request, res, next) => {
  const { idempotencyKey: key, fingerprint = "", principal, sessionMinted } = localsOf(res);
  const caller = sessionMinted ? null : principalKey(principal);
  if (key === undefined || caller === null) {
    next();
    return;
  }
  const path = (request.baseUrl + request.path).replace(/\/$/, "");
  const use: KeyUse = { principal: caller, method: request.method, path, key, fingerprint };
  return claimKey(use).then((claim) => {
    switch (claim.kind) {
      case "replay":
        return replay(res, claim.answer);
      case "other_body":
        throw new IdempotencyKeyReusedError();
      case "in_progress":
        throw new ConflictError(
          "REQUEST_IN_PROGRESS",
          "The first request with this Idempotency-Key is still running",
          undefined,
          claim.retryAfterSeconds,
        );
      case "granted":
        localsOf(res).requestKey = requestKeyOf(use);
        settleBeforeSending(claim.grant, res);
        next();
    }
  });
};
