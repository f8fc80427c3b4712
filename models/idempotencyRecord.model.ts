import { model } from "mongoose";
import { count, date, oneOf, optionalDate, optionalPart, optionalText, text } from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

/** `abandoned`: the holder crashed, or its response was too large to store. A repeated request takes over. */
export const IDEMPOTENCY_STATES = ["in_progress", "completed", "abandoned"] as const;
export type IdempotencyState = (typeof IDEMPOTENCY_STATES)[number];

/** A response as it was sent, replayed byte for byte. */
export interface StoredAnswer {
  status: number;
  body: string;
  contentType: string;
  location: string | null;
}

/** One use of an `Idempotency-Key`. Times come from the database's clock. */
export interface IdempotencyRecordDoc {
  /** SHA-256 of principal, method, concrete path and key: unique without another index. */
  _id: string;
  principal: string;
  method: string;
  path: string;
  key: string;
  /** A keyed hash of the canonical JSON of the body. */
  fingerprint: string;
  state: IdempotencyState;
  /** Identifies the holder. Only the holder may complete or release the key. */
  token: string;
  /** After this, another request with the key may take over: the holder has crashed. */
  leaseUntil: Date;
  /** How often the work was started. */
  attempts: number;
  answer: StoredAnswer | null;
  createdAt: Date;
  completedAt: Date | null;
  expiresAt: Date;
}

const answer = definePart<StoredAnswer>({
  status: count,
  body: { type: String, default: "" },
  contentType: text,
  location: optionalText,
});

/** The claim writes `createdAt` itself, with the database's time. */
const fields = {
  _id: text,
  principal: text,
  method: text,
  path: text,
  key: text,
  fingerprint: text,
  state: oneOf(IDEMPOTENCY_STATES),
  token: text,
  leaseUntil: date,
  attempts: count,
  answer: optionalPart(answer),
  createdAt: date,
  completedAt: optionalDate,
  expiresAt: date,
};

const schema = defineSchema<IdempotencyRecordDoc>("idempotencyRecords", fields, "none");

schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
// The keys of one caller, newest first; covers the query.
schema.index({ principal: 1, createdAt: -1, _id: 1 });
// Finds keys of crashed holders every few seconds, among a day of completed ones.
schema.index({ leaseUntil: 1 }, { partialFilterExpression: { state: "in_progress" } });

export const IdempotencyRecord = model<IdempotencyRecordDoc>("IdempotencyRecord", schema);
