import { mongo, type PipelineStage, trusted } from "mongoose";
import {
  IdempotencyRecord,
  type IdempotencyRecordDoc,
  type StoredAnswer,
} from "../../models/idempotencyRecord.model.js";
import { randomToken, sha256Hex } from "../../utils/helpers.js";

export type { StoredAnswer };

/** Longer than a request may run (20 s, reliability.md §6): only a crashed holder is overtaken. */
export const LEASE_MS = 30_000;
/** How long an answer is replayed (`api.md`, Idempotency). */
const KEPT_MS = 24 * 60 * 60 * 1000;
/** Two first requests at once: the slower one's upsert fails once, then finds the record. */
const CLAIM_ATTEMPTS = 3;
const DUPLICATE_KEY = 11000;

/** One use of a key: whose, on what, with which body. */
export interface KeyUse {
  principal: string;
  method: string;
  /** The path as requested, without the query. */
  path: string;
  key: string;
  /** SHA-256 of the canonical JSON of the body. */
  fingerprint: string;
}

/** The right to do the work and to record its answer. */
export interface KeyGrant {
  id: string;
  token: string;
}

export type KeyClaim =
  | { kind: "granted"; grant: KeyGrant }
  | { kind: "replay"; answer: StoredAnswer }
  | { kind: "in_progress"; retryAfterSeconds: number }
  | { kind: "other_body" };

/** The record's id; also a stable name for "this request of this caller" (`requestKey` of a handler's input). */
export function idOfKeyUse({ principal, method, path, key }: KeyUse): string {
  return sha256Hex(JSON.stringify([principal, method, path, key]));
}

/**
 * A record is free when there is none, when it has outlived its day (the TTL index is late by up to a
 * minute), or when its holder's lease is over and the same body comes again.
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

/** Takes a free record and leaves any other as it is; everything in one step, by the database's clock. */
function claimUpdate(use: KeyUse, token: string): PipelineStage.Set[] {
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
    expiresAt: { $add: ["$$NOW", KEPT_MS] },
  };
  const fields = Object.entries(taken).map(([name, value]) => [name, { $cond: [free, value, `$${name}`] }]);
  return [{ $set: Object.fromEntries(fields) }];
}

async function claimRecord(use: KeyUse, token: string): Promise<IdempotencyRecordDoc> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const record = await IdempotencyRecord.findOneAndUpdate(
        { _id: idOfKeyUse(use) },
        claimUpdate(use, token),
        {
          upsert: true,
          returnDocument: "after",
          updatePipeline: true,
        },
      ).lean<IdempotencyRecordDoc>();
      if (record) return record;
    } catch (error) {
      const raced = error instanceof mongo.MongoServerError && error.code === DUPLICATE_KEY;
      if (!raced || attempt >= CLAIM_ATTEMPTS) throw error;
    }
  }
}

/** Asks to do the work of a key. Of any number of requests at once, on any instance, one is granted it. */
export async function claimKey(use: KeyUse): Promise<KeyClaim> {
  const token = randomToken();
  const record = await claimRecord(use, token);
  if (record.token === token) return { kind: "granted", grant: { id: record._id, token } };
  if (record.fingerprint !== use.fingerprint) return { kind: "other_body" };
  if (record.state === "completed" && record.answer) return { kind: "replay", answer: record.answer };
  // The holder usually needs far less than its lease.
  return { kind: "in_progress", retryAfterSeconds: 2 };
}

/** A holder that was only slow still holds it when nobody took over. */
const heldBy = ({ id, token }: KeyGrant) => ({
  _id: id,
  token,
  state: trusted({ $in: ["in_progress" as const, "abandoned" as const] }),
});

/**
 * Keeps the answer for repetitions.
 * @returns false when another request has taken over meanwhile: its answer will be the one that counts
 */
export async function completeKey(grant: KeyGrant, answer: StoredAnswer): Promise<boolean> {
  const kept: PipelineStage.Set = {
    $set: {
      state: "completed",
      answer: { $literal: answer },
      completedAt: "$$NOW",
      expiresAt: { $add: ["$$NOW", KEPT_MS] },
    },
  };
  const { modifiedCount } = await IdempotencyRecord.updateOne(heldBy(grant), [kept], {
    updatePipeline: true,
  });
  return modifiedCount === 1;
}

/** Forgets a key whose work was refused or failed, so that it can be tried again (D31). */
export async function releaseKey(grant: KeyGrant): Promise<void> {
  await IdempotencyRecord.deleteOne(heldBy(grant));
}

/**
 * Marks the keys whose holders crashed and whose clients did not come back, so that none is in progress for
 * ever (I31). Who comes back within the day may still take over, with the same body only.
 * @returns how many
 */
export async function abandonKeys(): Promise<number> {
  const { modifiedCount } = await IdempotencyRecord.updateMany(
    { state: "in_progress", $expr: trusted({ $lt: ["$leaseUntil", "$$NOW"] }) },
    { $set: { state: "abandoned" } },
  );
  return modifiedCount;
}
