import { logger } from "../../config/logger.config.js";
import type { WebhookEventDoc, WebhookSource } from "../../models/index.js";
import type { WebhookIdentity } from "../../services/integrations/payment-gateway.js";
import {
  awaitWebhookSubject,
  flagWebhook,
  markWebhookProcessed,
  postponeWebhook,
  storeWebhookEvent,
} from "../../services/platform/webhook-event.service.js";
import { createTaskPool } from "../../utils/async.js";
import { OutcomeUnknownError } from "../../utils/errors.js";
import { toStorable } from "../../utils/foreign-data.js";
import { sha256Hex } from "../../utils/helpers.js";
import { type Applied, applyGatewayEvent } from "./gateway-events.service.js";
import { applyShippingEvent } from "./shipping-events.service.js";

/**
 * What is not applied soon, the retry job applies; so few wait that they do not use up the memory. The gateway sends the
 * events of one payment within milliseconds. At the same time they would only get in each other's way, so they take turns.
 */
const background = createTaskPool({ atOnce: 16, waiting: 1_000 }, (error) =>
  logger.error({ err: error }, "> A webhook event could not be applied at once; the retry job applies it"),
);

/** Resolves when every received event is applied or left to the retry job. */
export const drainWebhooks = (): Promise<void> => background.drain();

/** For the shutdown: what has not begun is left to the retry job. Resolves when the others have ended. */
export const closeWebhooks = (): Promise<void> => background.close();

/** A delivery whose signature was valid. */
export interface Delivery extends WebhookIdentity {
  source: WebhookSource;
  rawBody: Buffer;
  /** The parsed body, masked. */
  payload: unknown;
}

/**
 * Stores a delivery and applies it in the background. Once this resolves the event is durable, and the response to
 * the gateway may be 200. A repeated delivery is applied only if the first one was not.
 */
export async function receiveEvent(delivery: Delivery): Promise<void> {
  const { source, eventId, type, paymentId, rawBody, payload } = delivery;
  const bodyHash = sha256Hex(rawBody);
  const stored = storeWebhookEvent({
    eventId: eventId ?? bodyHash,
    source,
    event: type,
    bodyHash,
    gatewayPaymentId: paymentId,
    payload: toStorable(payload),
  });
  const { event } = await withinDeadline(stored);
  if (event.state === "received") background.run(() => applyStoredEvent(event), paymentId);
}

/** The gateway waits 5 s, then sends the event again. The retry job applies an event that is stored late. */
const STORE_WITHIN_MS = 4_000;

/** @throws OutcomeUnknownError when the database takes too long: no 200 before the event is stored */
async function withinDeadline<T>(storing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new OutcomeUnknownError("database")), STORE_WITHIN_MS);
  });
  try {
    return await Promise.race([storing, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}

const APPLY: Record<WebhookSource, (event: WebhookEventDoc) => Promise<Applied>> = {
  razorpay: applyGatewayEvent,
  shipping: applyShippingEvent,
};

/** Applies a stored event and records the result. Called on receipt and by the retry job. */
export async function applyStoredEvent(event: WebhookEventDoc): Promise<void> {
  try {
    const applied = await APPLY[event.source](event);
    if (applied.kind === "processed") await markWebhookProcessed(event._id, applied.reason);
    else if (applied.kind === "flagged") await flagWebhook(event, applied.reason);
    else await awaitWebhookSubject(event, applied.awaited);
  } catch (error) {
    logger.warn(
      { err: error, eventId: event.eventId, event: event.event },
      "> A webhook event could not be applied; it is retried later",
    );
    await postponeWebhook(event, error);
  }
}
