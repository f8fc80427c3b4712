import { logger } from "../../config/logger.config.js";
import type { WebhookEventDoc } from "../../models/index.js";
import { placeOrder } from "../../services/flows/place-order/place-order.flow.js";
import { applyReportedRefund } from "../../services/flows/refund-payment.flow.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import type {
  GatewayEvent,
  GatewayPayment,
  GatewayRefund,
} from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import {
  awaitWebhookSubject,
  flagWebhook,
  markWebhookProcessed,
  postponeWebhook,
  storeWebhookEvent,
} from "../../services/platform/webhook-event.service.js";
import { createTaskPool } from "../../utils/async.js";
import { AppError, OutcomeUnknownError } from "../../utils/errors.js";
import { toStorable } from "../../utils/foreign-data.js";
import { isRecord, sha256Hex } from "../../utils/helpers.js";
import { maskGatewayPayload } from "../../utils/masking.js";

/** What became of an event. `later`: it is about something we do not know *yet* (F21); a worker applies it again. */
export type Applied =
  | { kind: "processed" }
  | { kind: "flagged"; reason: string }
  | { kind: "later"; reason: string };

const processed: Applied = { kind: "processed" };

/** So many events are applied at once; a burst waits its turn, and what waits too long the worker takes up. */
const background = createTaskPool(16, (error) =>
  logger.error({ err: error }, "> A webhook event was left to the worker"),
);

/** Resolves when every event that was taken in has been applied or left to the worker: for the shutdown. */
export const drainWebhooks = (): Promise<void> => background.drain();

/** A delivery whose signature was right. */
export interface Delivery {
  /** The gateway's id of the event; null where it sent none: then the body's hash stands for it. */
  eventId: string | null;
  rawBody: Buffer;
  /** What the raw body says. */
  payload: unknown;
}

/**
 * Stores a delivery and applies it in the background. Once this resolves the event is durable, and the response to
 * the gateway may be 200. A repeated delivery is applied only if the first one was not.
 */
export async function receiveGatewayEvent({ eventId, rawBody, payload }: Delivery): Promise<void> {
  const bodyHash = sha256Hex(rawBody);
  const stored = storeWebhookEvent({
    eventId: eventId ?? bodyHash,
    source: "razorpay",
    event: nameOf(payload),
    bodyHash,
    payload: toStorable(maskGatewayPayload(payload)),
  });
  const { event } = await withinPatience(stored);
  if (event.state === "received") background.run(() => applyStoredEvent(event));
}

/** The gateway waits for 5 s, then it repeats the event. The retry job applies an event that is stored late. */
const PATIENCE_MS = 4_000;

/** @throws OutcomeUnknownError when the database takes too long: no 200 before the event is stored */
async function withinPatience<T>(storing: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new OutcomeUnknownError("database")), PATIENCE_MS);
  });
  try {
    return await Promise.race([storing, patience]);
  } finally {
    clearTimeout(timer);
  }
}

const MAX_EVENT_NAME = 100;
const nameOf = (payload: unknown): string =>
  isRecord(payload) && typeof payload.event === "string" && payload.event !== ""
    ? payload.event.slice(0, MAX_EVENT_NAME)
    : "unknown";

/** Applies a stored event of the gateway and records what became of it: at once, or by the retry job. */
export async function applyStoredEvent(event: WebhookEventDoc): Promise<void> {
  try {
    const applied = await applyGatewayEvent(event.payload);
    if (applied.kind === "processed") await markWebhookProcessed(event._id);
    else if (applied.kind === "flagged") await flagWebhook(event._id, applied.reason);
    else await awaitWebhookSubject(event, applied.reason);
  } catch (error) {
    logger.warn({ err: error, eventId: event.eventId, event: event.event }, "> A webhook event must wait");
    await postponeWebhook(event, error);
  }
}

/**
 * Applies one stored event of the gateway. Any order and any number of repetitions end in the same state,
 * because every move goes through the same door as the client's callback (`domain.md` §5.3).
 */
export async function applyGatewayEvent(payload: unknown): Promise<Applied> {
  const event = paymentGateway.parseWebhook(payload);
  if (!event) return { kind: "flagged", reason: "not an event of the gateway" };
  if (event.isForeignAccount) return { kind: "flagged", reason: "another merchant's account" };
  // Parts that the event is not about may be unreadable: a capture counts even if the order beside it is odd.
  const unreadable = event.unreadable.find(({ part }) => part === event.subject);
  if (unreadable) return { kind: "flagged", reason: `${unreadable.part}: ${unreadable.reason}` };
  if (event.refund) return applyRefund(event.refund, event.payment);
  if (event.payment && movesPayment(event)) return applyPayment(event.payment);
  return processed;
}

/** Disputes carry the payment along, but say nothing new about it. */
const movesPayment = (event: GatewayEvent): boolean => event.dispute === null;

async function applyPayment(word: GatewayPayment): Promise<Applied> {
  const settled = await settlePayment(word, "webhook");
  if (!settled) return { kind: "later", reason: "unknown gateway order" };
  if (settled.awaitsOrder && settled.payment.checkoutSessionId) {
    await placeWithoutClient(settled.payment.checkoutSessionId);
  }
  return processed;
}

/** The client may have vanished: then this places the order (D9). What stops it, the recovery job takes up. */
async function placeWithoutClient(
  checkoutSessionId: Parameters<typeof placeOrder>[0]["checkoutSessionId"],
): Promise<void> {
  try {
    await placeOrder({ checkoutSessionId, termsAcceptedAt: null, waitForOthers: false });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger.info(
      { checkoutSessionId: checkoutSessionId.toHexString(), code: error.code },
      "> A webhook could not place the order; the client or the recovery job will",
    );
  }
}

async function applyRefund(word: GatewayRefund, payment: GatewayPayment | null): Promise<Applied> {
  const reported = await applyReportedRefund(word);
  if (reported.kind === "settled") return processed;
  if (reported.kind === "doubtful") return { kind: "flagged", reason: reported.reason };
  if (payment && isReturnedUncaptured(payment)) return applyPayment(payment);
  return { kind: "later", reason: "unknown refund" };
}

/** The gateway returned an authorisation by itself, as of a second payment on one order: no refund of ours. */
const isReturnedUncaptured = ({ status, captured }: GatewayPayment): boolean =>
  status === "refunded" && !captured;
