import Joi from "joi";
import { isRecord } from "../../../utils/helpers.js";
import type { GatewayEvent, GatewayEventPart, PaymentGateway, WebhookVerifier } from "../payment-gateway.js";
import { hmacVerifier } from "../signatures.js";
import { optionalText, optionalTime } from "./fields.js";
import { MASKED_KINDS, maskRazorpayEntity } from "./masked-entities.js";
import {
  mapRazorpayDispute,
  mapRazorpayDowntime,
  mapRazorpayRefund,
  mapRazorpaySettlement,
} from "./other-entities.js";
import { mapRazorpayOrder, mapRazorpayPayment } from "./payment-entities.js";
import { isId } from "./requests.js";

interface Envelope {
  event: string;
  account_id: string | null;
  created_at: Date | null;
  payload: Record<string, unknown>;
}

const envelopeSchema = Joi.object<Envelope>({
  event: Joi.string().max(100).required(),
  account_id: optionalText,
  created_at: optionalTime,
  payload: Joi.object().pattern(Joi.string(), Joi.any()).empty(null).default({}),
});

export interface WebhookOptions {
  /** When set, an event of another account is foreign. */
  accountId?: string | undefined;
  capture: "automatic" | "manual";
}

/** By prefix of the event's name, the most specific first. */
const SUBJECTS: readonly (readonly [prefix: string, part: GatewayEventPart])[] = [
  ["payment.dispute.", "dispute"],
  ["payment.downtime.", "downtime"],
  ["payment.", "payment"],
  // Handled like the capture of the payment that it comes with.
  ["order.paid", "payment"],
  ["refund.", "refund"],
  ["settlement.", "settlement"],
];

const subjectOf = (type: string): GatewayEventPart | null =>
  SUBJECTS.find(([prefix]) => type.startsWith(prefix))?.[1] ?? null;

/** Parts that have another name in the payload. */
const PAYLOAD_KEYS: Partial<Record<GatewayEventPart, string>> = { downtime: "payment.downtime" };

function entityOf(payload: unknown, name: GatewayEventPart): unknown {
  const holder = isRecord(payload) ? payload[PAYLOAD_KEYS[name] ?? name] : null;
  return isRecord(holder) ? (holder.entity ?? null) : null;
}

const maskedEntities = (payload: unknown): GatewayEvent["masked"] =>
  Object.fromEntries(
    MASKED_KINDS.map((name) => [name, entityOf(payload, name)] as const)
      .filter(([, entity]) => isRecord(entity))
      .map(([name, entity]) => [name, maskRazorpayEntity(name, entity)]),
  );

/** Where an event names its payment: in the payment itself, or in what belongs to it. */
const PAYMENT_IDS = [
  ["payment", "id"],
  ["refund", "payment_id"],
  ["dispute", "payment_id"],
] as const;

function findPaymentId(payload: unknown): string | null {
  const parts = isRecord(payload) ? payload.payload : null;
  for (const [part, field] of PAYMENT_IDS) {
    const entity = entityOf(parts, part);
    const id = isRecord(entity) ? entity[field] : null;
    if (typeof id === "string" && isId("pay", id)) return id;
  }
  return null;
}

/** A webhook's body (already verified and parsed) in the domain's terms; null when it is not an event. */
export function parseRazorpayWebhook(payload: unknown, options: WebhookOptions): GatewayEvent | null {
  const { value, error } = envelopeSchema.validate(payload, { convert: false, stripUnknown: true });
  if (error || !value) return null;
  const unreadable: GatewayEvent["unreadable"] = [];

  function part<T>(name: GatewayEventPart, map: (entity: unknown) => T): T | null {
    const entity = entityOf(value?.payload, name);
    if (entity === null) return null;
    try {
      return map(entity);
    } catch (reason) {
      unreadable.push({ part: name, reason: reason instanceof Error ? reason.message : String(reason) });
      return null;
    }
  }

  return {
    type: value.event,
    subject: subjectOf(value.event),
    isForeignAccount: options.accountId !== undefined && value.account_id !== options.accountId,
    occurredAt: value.created_at,
    payment: part("payment", (entity) => mapRazorpayPayment(entity, options.capture)),
    order: part("order", mapRazorpayOrder),
    refund: part("refund", mapRazorpayRefund),
    dispute: part("dispute", mapRazorpayDispute),
    downtime: part("downtime", mapRazorpayDowntime),
    settlement: part("settlement", mapRazorpaySettlement),
    masked: maskedEntities(value.payload),
    unreadable,
  };
}

/** @param secrets two during a rotation */
export const razorpayWebhookVerifier = (secrets: readonly string[]): WebhookVerifier =>
  hmacVerifier("x-razorpay-signature", secrets);

/** The header with the id is not signed: a value that is long or has other characters is ignored. */
const EVENT_ID = /^[A-Za-z0-9_-]{1,100}$/;
const MAX_EVENT_TYPE = 100;

type WebhookPart = Pick<PaymentGateway, "webhookVerifier" | "identifyWebhook" | "parseWebhook">;

export const webhookPart = (
  options: WebhookOptions & { webhookSecrets: readonly string[] },
): WebhookPart => ({
  webhookVerifier: razorpayWebhookVerifier(options.webhookSecrets),

  identifyWebhook({ headers, payload }) {
    const id = headers["x-razorpay-event-id"];
    const type = isRecord(payload) && typeof payload.event === "string" ? payload.event : "";
    return {
      eventId: typeof id === "string" && EVENT_ID.test(id) ? id : null,
      type: type.slice(0, MAX_EVENT_TYPE) || "unknown",
      paymentId: findPaymentId(payload),
    };
  },

  parseWebhook: (payload) => parseRazorpayWebhook(payload, options),
});
