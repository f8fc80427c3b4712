import { type PipelineStage, Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { WebhookEvent, type WebhookEventDoc, type WebhookSource } from "../../models/index.js";
import { databaseTime } from "../../utils/clock.js";
import { WEBHOOK_STATE } from "../../utils/constants.js";
import { isUnanswered, toErrorText } from "../../utils/errors.js";
import { isDuplicateKey } from "../../utils/helpers.js";

/**
 * Signed events. Each is stored under its id, then acknowledged, then applied: at once by the request that
 * delivered it, or later by the retry job. An event may be applied more than once.
 * All times come from the database's clock.
 */
export interface WebhookDraft {
  eventId: string;
  source: WebhookSource;
  event: string;
  /** SHA-256 of the raw bytes, hex. */
  bodyHash: string;
  /** The payment that it is about, if any. */
  gatewayPaymentId?: string | null;
  /** Masked and storable (`toStorable`). */
  payload: unknown;
}

/** Milliseconds until the retry job takes over an event that was claimed and not applied. */
const CLAIM_MS = 30_000;
/** After this many attempts an event that fails by itself is flagged and no longer retried. */
export const MAX_WEBHOOK_ATTEMPTS = 5;
const BACKOFF_FIRST_MS = 5_000;
const BACKOFF_FACTOR = 4;
/** Reached after half an hour of a neighbour's outage, however long that lasts. */
const BACKOFF_MOST_MS = 3_600_000;

type Attempt = Pick<WebhookEventDoc, "_id" | "attempts">;

/**
 * The update that ends an attempt: only while no other has begun and the event has not been made due again, because
 * then what this attempt found out is old. Texts must be literals.
 */
const endAttempt = ({ _id, attempts }: Attempt, fields: PipelineStage.Set["$set"]) =>
  WebhookEvent.updateOne({ _id, attempts, state: WEBHOOK_STATE.RECEIVED }, [{ $set: fields }], {
    updatePipeline: true,
  });

/**
 * Stores an event, claimed by the caller, which applies it now.
 * @returns `isNew: false` and the stored event when its id is known already; the caller applies it again if it
 * is still `received`
 */
export async function storeWebhookEvent(
  draft: WebhookDraft,
): Promise<{ isNew: boolean; event: WebhookEventDoc }> {
  try {
    return { isNew: true, event: await insert(draft) };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const { source, eventId } = draft;
  const stored = await WebhookEvent.findOne({ source, eventId }).lean<WebhookEventDoc>();
  if (!stored) throw new Error(`webhook event ${eventId} is a duplicate but cannot be found`);
  return { isNew: false, event: stored };
}

/** An upsert with a new id: unlike an insert it can store the database's time. */
async function insert({ gatewayPaymentId = null, ...draft }: WebhookDraft): Promise<WebhookEventDoc> {
  const _id = new Types.ObjectId();
  const row: Omit<WebhookEventDoc, "receivedAt" | "dueAt"> = {
    ...{ _id, ...draft, gatewayPaymentId, state: WEBHOOK_STATE.RECEIVED, attempts: 1 },
    ...{ processedAt: null, reason: null, awaits: null, lastError: null },
  };
  const times = { receivedAt: databaseTime(), dueAt: databaseTime(CLAIM_MS) };
  const event = await WebhookEvent.collection.findOneAndUpdate(
    { _id },
    [{ $replaceWith: { $mergeObjects: [{ $literal: row }, times] } }],
    { upsert: true, returnDocument: "after", projection: { receivedAt: 1, dueAt: 1 } },
  );
  if (!event) throw new Error("an upsert returned no document");
  return { ...row, receivedAt: event.receivedAt, dueAt: event.dueAt };
}

const due = () => ({
  state: WEBHOOK_STATE.RECEIVED,
  $expr: trusted({ $lte: ["$dueAt", databaseTime()] }),
});

/** Events to be applied again, oldest first. */
export const findDueWebhookEvents = (limit: number): Promise<WebhookEventDoc[]> =>
  WebhookEvent.find(due()).sort({ dueAt: 1 }).limit(limit).lean<WebhookEventDoc[]>();

/** Begins another attempt. @returns null when another process has begun one, or the event is not due any more */
export const claimWebhookEvent = ({ _id, attempts }: Attempt): Promise<WebhookEventDoc | null> =>
  WebhookEvent.findOneAndUpdate(
    { _id, attempts, ...due() },
    [{ $set: { dueAt: databaseTime(CLAIM_MS), attempts: { $add: ["$attempts", 1] } } }],
    { returnDocument: "after", updatePipeline: true },
  ).lean<WebhookEventDoc>();

/** @param reason why the event has no effect; null when it has one */
export async function markWebhookProcessed(id: Types.ObjectId, reason: string | null = null): Promise<void> {
  await WebhookEvent.updateOne(
    { _id: id, state: trusted({ $ne: WEBHOOK_STATE.PROCESSED }) },
    [
      {
        $set: {
          ...{ state: WEBHOOK_STATE.PROCESSED, processedAt: databaseTime(), awaits: null, lastError: null },
          reason: { $literal: reason },
        },
      },
    ],
    { updatePipeline: true },
  );
}

/** Sets an event aside, with the reason for a person to look at: a contradiction, another amount, … */
export async function flagWebhook(
  event: Attempt,
  reason: string,
  awaits: string[] | null = null,
): Promise<void> {
  const flagged = await endAttempt(event, {
    state: WEBHOOK_STATE.FLAGGED,
    processedAt: databaseTime(),
    reason: { $literal: reason },
    awaits: { $literal: awaits },
  });
  if (flagged.modifiedCount === 0) return;
  logger.warn({ webhookEventId: event._id.toHexString(), reason }, "> A webhook event was flagged");
}

/**
 * Applying failed: it is retried with a growing delay, and flagged after five attempts. Without an answer of a neighbour it
 * is never flagged: the event may be the only report of money that came back, and says nothing wrong.
 */
export async function postponeWebhook(event: WebhookEventDoc, error: unknown): Promise<void> {
  const text = toErrorText(error);
  const lastError = { $literal: text };
  if (event.attempts >= MAX_WEBHOOK_ATTEMPTS && !isUnanswered(error)) {
    logger.error(
      { webhookEventId: event._id, event: event.event, err: error },
      "> A webhook event failed for the last time",
    );
    await endAttempt(event, { lastError });
    await flagWebhook(event, `could not be applied: ${text}`);
    return;
  }
  const backoff = BACKOFF_FIRST_MS * BACKOFF_FACTOR ** (event.attempts - 1);
  const dueAt = databaseTime(Math.min(backoff * (0.8 + 0.4 * Math.random()), BACKOFF_MOST_MS));
  await endAttempt(event, { dueAt, lastError });
}

/** Seconds until the next attempt for an event whose subject is not known yet: six attempts within two minutes. */
const UNKNOWN_SUBJECT_BACKOFF_SECONDS = [5, 10, 15, 30, 40] as const;

/** What an event waits for. */
export interface Awaited {
  reason: string;
  /** Gateway ids, of which one must become known here; null: nothing that could be waited for by name. */
  ids: string[] | null;
}

/**
 * The event cannot be applied *yet*: it is retried soon, and flagged if that does not change. It is due again when one
 * of the ids becomes known (`reopenWebhooksAbout`), however late.
 */
export async function awaitWebhookSubject(event: WebhookEventDoc, { reason, ids }: Awaited): Promise<void> {
  const seconds = UNKNOWN_SUBJECT_BACKOFF_SECONDS[event.attempts - 1];
  if (seconds === undefined) return flagWebhook(event, reason, ids);
  await endAttempt(event, {
    dueAt: databaseTime(seconds * 1000),
    lastError: { $literal: reason },
    awaits: { $literal: ids },
  });
}
