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
import { sha256Hex } from "../../utils/helpers.js";
import { maskGatewayPayload } from "../../utils/masking.js";

/** The result of an event. `later`: it is about something that is not known here *yet*; a worker applies it again. */
export type Applied =
  | { kind: "processed" }
  | { kind: "flagged"; reason: string }
  | { kind: "later"; reason: string };

const processed: Applied = { kind: "processed" };

/** At most 16 events are applied in parallel; more wait in the pool, and the worker applies those that wait too long. */
const background = createTaskPool(16, (error) =>
  logger.error({ err: error }, "> A webhook event could not be applied at once; the retry job applies it"),
);

/** For the shutdown: resolves when every received event is applied or left to the worker. */
export const drainWebhooks = (): Promise<void> => background.drain();

/** A delivery whose signature was valid. */
export interface Delivery {
  /** The gateway's id of the event; null when it sent none, and then the hash of the body is used. */
  eventId: string | null;
  /** The gateway's name of the event. */
  type: string;
  rawBody: Buffer;
  /** The parsed body. */
  payload: unknown;
}

/**
 * Stores a delivery and applies it in the background. Once this resolves the event is durable, and the response to
 * the gateway may be 200. A repeated delivery is applied only if the first one was not.
 */
export async function receiveGatewayEvent({ eventId, type, rawBody, payload }: Delivery): Promise<void> {
  const bodyHash = sha256Hex(rawBody);
  const stored = storeWebhookEvent({
    eventId: eventId ?? bodyHash,
    source: "razorpay",
    event: type,
    bodyHash,
    payload: toStorable(maskGatewayPayload(payload)),
  });
  const { event } = await withinDeadline(stored);
  if (event.state === "received") background.run(() => applyStoredEvent(event));
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

/** Applies a stored event of the gateway and records the result. Called on receipt and by the retry job. */
export async function applyStoredEvent(event: WebhookEventDoc): Promise<void> {
  try {
    const applied = await applyGatewayEvent(event.payload);
    if (applied.kind === "processed") await markWebhookProcessed(event._id);
    else if (applied.kind === "flagged") await flagWebhook(event._id, applied.reason);
    else await awaitWebhookSubject(event, applied.reason);
  } catch (error) {
    logger.warn(
      { err: error, eventId: event.eventId, event: event.event },
      "> A webhook event could not be applied; it is retried later",
    );
    await postponeWebhook(event, error);
  }
}

/**
 * Applies one stored event of the gateway. Any order and any number of repetitions end in the same state, because
 * every move goes through `settlePayment`, as the client's callback does.
 */
export async function applyGatewayEvent(payload: unknown): Promise<Applied> {
  const event = paymentGateway.parseWebhook(payload);
  if (!event) return { kind: "flagged", reason: "not an event of the gateway" };
  if (event.isForeignAccount) return { kind: "flagged", reason: "another merchant's account" };
  // Only the part that the event is about must be readable: a capture counts even if its order cannot be read.
  const unreadable = event.unreadable.find(({ part }) => part === event.subject);
  if (unreadable) return { kind: "flagged", reason: `${unreadable.part}: ${unreadable.reason}` };
  if (event.refund) return applyRefund(event.refund, event.payment);
  if (event.payment && movesPayment(event)) return applyPayment(event.payment);
  return processed;
}

/** A dispute event contains the payment, but reports no change of it. */
const movesPayment = (event: GatewayEvent): boolean => event.dispute === null;

async function applyPayment(report: GatewayPayment): Promise<Applied> {
  const settled = await settlePayment(report, "webhook");
  if (!settled) return { kind: "later", reason: "unknown gateway order" };
  if (settled.awaitsOrder && settled.payment.checkoutSessionId) {
    await placeWithoutClient(settled.payment.checkoutSessionId);
  }
  return processed;
}

/** Places the order in case the client does not return. The recovery job retries after a failure. */
async function placeWithoutClient(
  checkoutSessionId: Parameters<typeof placeOrder>[0]["checkoutSessionId"],
): Promise<void> {
  try {
    await placeOrder({ checkoutSessionId, termsAcceptedAt: null, waitForOthers: false });
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    logger.info(
      { checkoutSessionId: checkoutSessionId.toHexString(), code: error.code, reason: error.message },
      "> A webhook could not place the order; the client or the recovery job retries",
    );
  }
}

async function applyRefund(report: GatewayRefund, payment: GatewayPayment | null): Promise<Applied> {
  const reported = await applyReportedRefund(report);
  if (reported.kind === "settled") return processed;
  if (reported.kind === "doubtful") return { kind: "flagged", reason: reported.reason };
  if (payment && isReturnedUncaptured(payment)) return applyPayment(payment);
  return { kind: "later", reason: "unknown refund" };
}

/** The gateway returned an authorisation on its own, such as that of a second payment on one order. */
const isReturnedUncaptured = ({ status, captured }: GatewayPayment): boolean =>
  status === "refunded" && !captured;
