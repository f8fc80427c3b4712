import { model, type Types } from "mongoose";
import { OUTBOX_STATES, type OutboxState } from "../utils/constants.js";
import {
  count,
  date,
  json,
  listOf,
  oneOf,
  optionalDate,
  optionalPart,
  optionalText,
  text,
} from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";
import { type LeaseHold, leaseHoldPart } from "./parts/trail.js";

/**
 * Follow-up work of a change, stored in the transaction of the change and delivered at least once. The worker calls
 * each handler of the message's type.
 */
export interface OutboxMessageDoc {
  _id: Types.ObjectId;
  type: string;
  /** A message with the same key is stored once. */
  dedupeKey: string;
  payload: Record<string, unknown>;
  state: OutboxState;
  /** Not delivered before this time. A claim moves it to the end of the lease. */
  dueAt: Date;
  attempts: number;
  /** Handlers that have succeeded. A retry skips them. */
  done: string[];
  lease: LeaseHold | null;
  lastError: string | null;
  /** The request that caused it. */
  requestId: string | null;
  /** The trace of that request, in the form of the header, so that the delivery continues it. */
  traceparent: string | null;
  deliveredAt: Date | null;
  createdAt: Date;
}

const schema = defineSchema<OutboxMessageDoc>(
  "outboxMessages",
  {
    type: { type: String, required: true },
    dedupeKey: text,
    payload: { type: json.type, required: true, default: () => ({}) },
    state: oneOf(OUTBOX_STATES, "pending"),
    dueAt: date,
    attempts: count,
    done: listOf(String),
    lease: optionalPart(leaseHoldPart),
    lastError: optionalText,
    requestId: optionalText,
    traceparent: optionalText,
    deliveredAt: optionalDate,
  },
  "created",
);

schema.index({ dedupeKey: 1 }, { unique: true });
schema.index({ dueAt: 1 }, { name: "messages_to_deliver", partialFilterExpression: { state: "pending" } });
schema.index({ state: 1, createdAt: -1 });

export const OutboxMessage = model<OutboxMessageDoc>("OutboxMessage", schema);
