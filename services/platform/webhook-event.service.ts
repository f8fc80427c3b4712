import { Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { WebhookEvent, type WebhookEventDoc, type WebhookSource } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { isDuplicateKey } from "../../utils/duplicate-key.js";

/**
 * Signed events: stored by their id first, then answered, then applied – at once by the request that
 * brought them, or by the retry worker. Applying must be repeatable: it may happen twice.
 */
export interface WebhookDraft {
  eventId: string;
  source: WebhookSource;
  event: string;
  /** SHA-256 of the raw bytes, hex. */
  bodyHash: string;
  /** Masked by the caller (D46). */
  payload: unknown;
}

/** Whoever takes an event up has this long before the worker takes it over. */
const CLAIM_MS = 30_000;
/** F47: a poisonous event is set aside and others go on. */
export const MAX_WEBHOOK_ATTEMPTS = 5;
const BACKOFF_FIRST_MS = 5_000;
const BACKOFF_FACTOR = 4;
const ERROR_LENGTH = 500;

const later = (ms: number): Date => new Date(now().getTime() + ms);

/**
 * Stores an event, claimed by the caller, who applies it now.
 * @returns `isNew: false` and the row there is, when this id was stored before; the caller applies it again
 * if its state is still `received`.
 */
export async function storeWebhookEvent(
  draft: WebhookDraft,
): Promise<{ isNew: boolean; event: WebhookEventDoc }> {
  const event: WebhookEventDoc = {
    _id: new Types.ObjectId(),
    ...draft,
    ...{ state: "received", attempts: 1, receivedAt: now(), dueAt: later(CLAIM_MS) },
    ...{ processedAt: null, reason: null, lastError: null },
  };
  try {
    await WebhookEvent.insertMany([event], { lean: true });
    return { isNew: true, event };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const stored = await WebhookEvent.findOne({
    source: draft.source,
    eventId: draft.eventId,
  }).lean<WebhookEventDoc>();
  if (!stored) throw new Error(`the webhook event ${draft.eventId} is neither new nor there`);
  return { isNew: false, event: stored };
}

/** Takes up to `limit` events that nobody has applied in time, one by one, so that two workers share them. */
export async function claimDueWebhookEvents(limit: number): Promise<WebhookEventDoc[]> {
  const claimed: WebhookEventDoc[] = [];
  while (claimed.length < limit) {
    const event = await WebhookEvent.findOneAndUpdate(
      { state: "received", dueAt: trusted({ $lte: now() }) },
      { $set: { dueAt: later(CLAIM_MS) }, $inc: { attempts: 1 } },
      { sort: { dueAt: 1 }, returnDocument: "after" },
    ).lean<WebhookEventDoc>();
    if (!event) break;
    claimed.push(event);
  }
  return claimed;
}

export async function markWebhookProcessed(id: Types.ObjectId): Promise<void> {
  await WebhookEvent.updateOne(
    { _id: id, state: trusted({ $ne: "processed" }) },
    { $set: { state: "processed", processedAt: now(), reason: null, lastError: null } },
  );
}

/** Sets an event aside, with the reason a person should read: an unknown order, another amount, … */
export async function flagWebhook(id: Types.ObjectId, reason: string): Promise<void> {
  logger.warn({ webhookEventId: id, reason }, "> A webhook event was flagged");
  await WebhookEvent.updateOne(
    { _id: id, state: "received" },
    { $set: { state: "flagged", processedAt: now(), reason } },
  );
}

/** Applying failed: it is tried again, later each time, and flagged after five tries. */
export async function postponeWebhook(event: WebhookEventDoc, error: unknown): Promise<void> {
  const lastError = String(error).slice(0, ERROR_LENGTH);
  if (event.attempts >= MAX_WEBHOOK_ATTEMPTS) {
    logger.error(
      { webhookEventId: event._id, event: event.event, err: error },
      "> A webhook event was given up",
    );
    await WebhookEvent.updateOne({ _id: event._id, state: "received" }, { $set: { lastError } });
    await flagWebhook(event._id, `could not be applied: ${lastError}`);
    return;
  }
  const backoff = BACKOFF_FIRST_MS * BACKOFF_FACTOR ** (event.attempts - 1);
  await WebhookEvent.updateOne(
    { _id: event._id, state: "received" },
    { $set: { dueAt: later(backoff * (0.8 + 0.4 * Math.random())), lastError } },
  );
}

/** Seconds to the next try of an event about something we do not know yet: six tries within two minutes (F21). */
const UNKNOWN_SUBJECT_BACKOFF_SECONDS = [5, 10, 15, 30, 40] as const;

/** The event speaks of something we do not know *yet*: tried again soon, and flagged when it stays unknown. */
export async function awaitWebhookSubject(event: WebhookEventDoc, reason: string): Promise<void> {
  const seconds = UNKNOWN_SUBJECT_BACKOFF_SECONDS[event.attempts - 1];
  if (seconds === undefined) return flagWebhook(event._id, reason);
  await WebhookEvent.updateOne(
    { _id: event._id, state: "received" },
    { $set: { dueAt: later(seconds * 1000), lastError: reason } },
  );
}

/**
 * Puts a flagged event back in line, when what it spoke of has become known, or for an administrator.
 * @returns whether it was flagged.
 */
export async function reopenWebhookEvent(id: Types.ObjectId): Promise<boolean> {
  const reopened = await WebhookEvent.updateOne(
    { _id: id, state: "flagged" },
    { $set: { state: "received", dueAt: now(), attempts: 0, processedAt: null, reason: null } },
  );
  return reopened.modifiedCount === 1;
}
