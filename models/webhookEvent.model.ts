import { model, type Types } from "mongoose";
import { WEBHOOK_STATES, type WebhookState } from "../utils/constants.js";
import { count, date, json, oneOf, optionalDate, optionalText, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const WEBHOOK_SOURCES = ["razorpay", "shipping"] as const;
export type WebhookSource = (typeof WEBHOOK_SOURCES)[number];

/** A signed event: stored, then acknowledged, then applied. The id deduplicates repeated deliveries. */
export interface WebhookEventDoc {
  _id: Types.ObjectId;
  eventId: string;
  source: WebhookSource;
  /** `payment.captured`, … */
  event: string;
  /** SHA-256 of the raw bytes. */
  bodyHash: string;
  /** The gateway's id of the payment that it is about, if any. */
  gatewayPaymentId: string | null;
  /** With VPA, contact and e-mail masked. Retention removes the payload earlier than the event. */
  payload?: unknown;
  state: WebhookState;
  attempts: number;
  /** A worker that claims the event moves this ahead, so it is also the lease. */
  dueAt: Date;
  receivedAt: Date;
  processedAt: Date | null;
  /** Why it is flagged, or why it has no effect. */
  reason: string | null;
  /** The gateway ids of what it is about, while that is unknown here: the event is due again once one is known. */
  awaits: string[] | null;
  lastError: string | null;
}

const schema = defineSchema<WebhookEventDoc>(
  "webhookEvents",
  {
    eventId: text,
    source: oneOf(WEBHOOK_SOURCES),
    event: text,
    bodyHash: text,
    gatewayPaymentId: optionalText,
    payload: json,
    state: oneOf(WEBHOOK_STATES, "received"),
    attempts: count,
    dueAt: date,
    receivedAt: date,
    processedAt: optionalDate,
    reason: optionalText,
    awaits: { type: [String], default: null },
    lastError: optionalText,
  },
  "none",
);

// Event ids are unique only within their source.
schema.index({ source: 1, eventId: 1 }, { name: "one_row_per_source_and_event", unique: true });
schema.index({ dueAt: 1 }, { name: "webhooks_to_apply", partialFilterExpression: { state: "received" } });
schema.index({ awaits: 1 }, { name: "webhooks_awaiting", partialFilterExpression: { awaits: { $gt: "" } } });
schema.index({ state: 1, receivedAt: -1 });
schema.index({ event: 1, receivedAt: -1 });
schema.index({ source: 1, receivedAt: -1 });
schema.index({ receivedAt: 1 });
schema.index(
  { receivedAt: 1 },
  { name: "webhook_bodies", partialFilterExpression: { payload: { $exists: true } } },
);

schema.index(
  { gatewayPaymentId: 1, receivedAt: -1 },
  { partialFilterExpression: { gatewayPaymentId: { $gt: "" } } },
);

export const WebhookEvent = model<WebhookEventDoc>("WebhookEvent", schema);
