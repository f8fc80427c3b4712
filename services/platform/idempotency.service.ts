import { type PipelineStage, trusted } from "mongoose";
import {
  IdempotencyRecord,
  type IdempotencyRecordDoc,
  type StoredAnswer,
} from "../../models/idempotencyRecord.model.js";
import { HOUR_MS } from "../../utils/clock.js";
import { isDuplicateKey, randomToken, sha256Hex } from "../../utils/helpers.js";
import { getSettings } from "./settings.service.js";

export type { StoredAnswer };

/** Longer than a request may run (20 s), so that only crashed holders lose their key. */
export const LEASE_MS = 30_000;
/** Larger responses are not stored: a repeated request runs again, with the same `requestKey`. */
const MAX_STORED_BYTES = 64 * 1024;
/** Beyond these, a caller's oldest completed records are deleted. */
const MAX_KEYS_PER_CALLER = 1_000;
/** When two first requests race, the upsert of the slower one fails once and then finds the record. */
const CLAIM_ATTEMPTS = 3;

/** One use of a key: the caller, the route and the body. */
export interface KeyUse {
  principal: string;
  method: string;
  /** The path as requested, without the query. */
  path: string;
  key: string;
  /** A keyed hash of the canonical JSON of the body. */
  fingerprint: string;
}

/** The right to do the work and to record its response. */
export interface KeyGrant {
  id: string;
  token: string;
  principal: string;
}

export type KeyClaim =
  | { kind: "granted"; grant: KeyGrant }
  | { kind: "replay"; answer: StoredAnswer }
  | { kind: "in_progress"; retryAfterSeconds: number }
  | { kind: "other_body" };

/** The record's id. */
function idOfKeyUse({ principal, method, path, key }: KeyUse): string {
  return sha256Hex(JSON.stringify([principal, method, path, key]));
}

/**
 * A stable name for "this request of this caller", which documents keep for longer than the record lives. With the body: a
 * key that is used for something else, after its record is gone, must not find what was done before.
 */
export const requestKeyOf = (use: KeyUse): string =>
  sha256Hex(JSON.stringify([idOfKeyUse(use), use.fingerprint]));

/**
 * A record is free when there is none, when it has expired (the TTL index is late by up to a minute), or when its
 * holder's lease has expired and the same body is sent again.
 */
function freeFor(fingerprint: string): object {
  const abandoned = {
    $and: [
      { $in: ["$state", ["in_progress", "abandoned"]] },
      { $lte: ["$leaseUntil", "$$NOW"] },
      { $eq: ["$fingerprint", { $literal: fingerprint }] },
    ],
  };
  return {
    $or: [{ $eq: [{ $type: "$state" }, "missing"] }, { $lte: ["$expiresAt", "$$NOW"] }, abandoned],
  };
}

/** Claims a free record and leaves any other unchanged, in one step and by the database's clock. */
function claimUpdate(use: KeyUse, { token, keptMs }: { token: string; keptMs: number }): PipelineStage.Set[] {
  const free = freeFor(use.fingerprint);
  const taken: Record<string, unknown> = {
    principal: { $literal: use.principal },
    method: { $literal: use.method },
    path: { $literal: use.path },
    key: { $literal: use.key },
    fingerprint: { $literal: use.fingerprint },
    state: "in_progress",
    token: { $literal: token },
    leaseUntil: { $add: ["$$NOW", LEASE_MS] },
    attempts: { $add: [{ $ifNull: ["$attempts", 0] }, 1] },
    answer: null,
    createdAt: { $ifNull: ["$createdAt", "$$NOW"] },
    completedAt: null,
    expiresAt: { $add: ["$$NOW", keptMs] },
  };
  const fields = Object.entries(taken).map(([name, value]) => [name, { $cond: [free, value, `$${name}`] }]);
  return [{ $set: Object.fromEntries(fields) }];
}

/** Milliseconds that a record lives. */
async function keptMs(): Promise<number> {
  const { idempotencyHours } = await getSettings("retention");
  return idempotencyHours * HOUR_MS;
}

async function claimRecord(use: KeyUse, token: string): Promise<IdempotencyRecordDoc> {
  const claim = claimUpdate(use, { token, keptMs: await keptMs() });
  for (let attempt = 1; ; attempt += 1) {
    try {
      const record = await IdempotencyRecord.findOneAndUpdate({ _id: idOfKeyUse(use) }, claim, {
        upsert: true,
        returnDocument: "after",
        updatePipeline: true,
      }).lean<IdempotencyRecordDoc>();
      if (record) return record;
    } catch (error) {
      if (!isDuplicateKey(error) || attempt >= CLAIM_ATTEMPTS) throw error;
    }
  }
}

/** Claims a key. Of several concurrent requests, on any instance, one gets the grant. */
export async function claimKey(use: KeyUse): Promise<KeyClaim> {
  const token = randomToken();
  const record = await claimRecord(use, token);
  if (record.token === token)
    return { kind: "granted", grant: { id: record._id, token, principal: use.principal } };
  if (record.fingerprint !== use.fingerprint) return { kind: "other_body" };
  if (record.state === "completed" && record.answer) return { kind: "replay", answer: record.answer };
  // The holder usually needs far less than its lease.
  return { kind: "in_progress", retryAfterSeconds: 2 };
}

/** A slow holder still holds the key until another request takes over. */
const heldBy = ({ id, token }: KeyGrant) => ({
  _id: id,
  token,
  state: trusted({ $in: ["in_progress" as const, "abandoned" as const] }),
});

/**
 * Stores the response for repeated requests. A response that is too large is not stored: the same
 * body may then run again, and another body is still refused.
 * @returns false when another request has taken over the key: its response counts
 */
export async function completeKey(grant: KeyGrant, answer: StoredAnswer): Promise<boolean> {
  const fits = Buffer.byteLength(answer.body) <= MAX_STORED_BYTES;
  const completed = {
    ...{ state: "completed", answer: { $literal: answer }, completedAt: "$$NOW" },
    expiresAt: { $add: ["$$NOW", await keptMs()] },
  };
  const ended = fits ? completed : { state: "abandoned", leaseUntil: "$$NOW" };
  const [{ modifiedCount }] = await Promise.all([
    IdempotencyRecord.updateOne(heldBy(grant), [{ $set: ended }], { updatePipeline: true }),
    deleteSurplusKeys(grant.principal),
  ]);
  return modifiedCount === 1;
}

/** One covered query for nearly every caller. Keys in progress are as few as the caller's parallel requests. */
async function deleteSurplusKeys(principal: string): Promise<void> {
  const surplus = await IdempotencyRecord.find({ principal }, { _id: 1 })
    .sort({ createdAt: -1, _id: 1 })
    .skip(MAX_KEYS_PER_CALLER)
    .limit(MAX_KEYS_PER_CALLER)
    .lean<{ _id: string }[]>();
  if (surplus.length === 0) return;
  await IdempotencyRecord.deleteMany({
    _id: trusted({ $in: surplus.map(({ _id }) => _id) }),
    state: trusted({ $ne: "in_progress" as const }),
  });
}

/** Deletes a key whose work was refused or failed, so that it can be retried. */
export async function releaseKey(grant: KeyGrant): Promise<void> {
  await IdempotencyRecord.deleteOne(heldBy(grant));
}

/**
 * Marks keys whose holders crashed and whose clients have not repeated the request, so that none stays in progress
 * forever. A repeated request may still take over, with the same body only.
 * @returns how many
 */
export async function abandonKeys(): Promise<number> {
  const { modifiedCount } = await IdempotencyRecord.updateMany(
    { state: "in_progress", $expr: trusted({ $lt: ["$leaseUntil", "$$NOW"] }) },
    { $set: { state: "abandoned" } },
  );
  return modifiedCount;
}
