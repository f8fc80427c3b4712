import { createHmac } from "node:crypto";
import { isRecord } from "../shared/values.js";
import type { DisputeRecord, OrderRecord, PaymentRecord, RefundRecord } from "./store.js";
import type { CardEntity, DowntimeEntity, PaymentEntity, SettlementEntity } from "./types.js";
import type { BodyStyle } from "./webhook-types.js";

type PaymentView = PaymentEntity & { card?: CardEntity };

/** The API includes the card with `expand[]=card` only; webhooks always include it. */
export function paymentView(record: PaymentRecord, withCard: boolean): PaymentView {
  return withCard && record.card ? { ...record.entity, card: record.card } : record.entity;
}

/** The parts of a webhook's `payload`, by name. They are serialised at once, so later changes have no effect. */
export type EventParts = Record<string, { entity: object }>;

export const paymentPart = (payment: PaymentRecord): EventParts => ({
  payment: { entity: paymentView(payment, true) },
});

export const orderPart = (order: OrderRecord): EventParts => ({
  order: { entity: { ...order.entity, description: null, checkout: null } },
});

export const refundPart = (refund: RefundRecord): EventParts => ({ refund: { entity: refund.entity } });

export const disputePart = (dispute: DisputeRecord): EventParts => ({ dispute: { entity: dispute.entity } });

export const settlementPart = (settlement: SettlementEntity): EventParts => ({
  settlement: { entity: settlement },
});

export const downtimePart = (downtime: DowntimeEntity): EventParts => ({
  "payment.downtime": { entity: downtime },
});

export interface Envelope {
  accountId: string | null;
  event: string;
  contains: string[];
  payload: unknown;
  /** Unix seconds; null omits the field, as some real deliveries do. */
  createdAt: number | null;
}

/** The gateway sends refund events with sorted keys, all others in this order. */
export function envelopeOf(envelope: Envelope): unknown {
  const body = {
    entity: "event",
    ...(envelope.accountId === null ? {} : { account_id: envelope.accountId }),
    event: envelope.event,
    contains: envelope.contains,
    payload: envelope.payload,
    ...(envelope.createdAt === null ? {} : { created_at: envelope.createdAt }),
  };
  return envelope.event.startsWith("refund.") ? sortKeys(body) : body;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (!isRecord(value)) return value;
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(pairs.map(([key, part]) => [key, sortKeys(part)]));
}

/** All styles are valid JSON of the same value; only `compact` equals its parsed and re-stringified form. */
export function serialize(value: unknown, style: BodyStyle): string {
  if (style === "spaced") return spaced(value);
  const compact = JSON.stringify(value);
  return style === "escaped" ? escaped(compact) : compact;
}

/** `\/` as PHP writes it, and `\uXXXX` for non-ASCII characters and for `@`, which every event contains. */
function escaped(json: string): string {
  return json
    .replaceAll("/", "\\/")
    .replace(/[\u0080-\uffff@]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`;
  if (!isRecord(value)) return JSON.stringify(value) ?? "null";
  const pairs = Object.entries(value).filter(([, part]) => part !== undefined);
  return `{${pairs.map(([key, part]) => `${JSON.stringify(key)}: ${spaced(part)}`).join(", ")}}`;
}

/** Null for the empty secret: the event is sent unsigned. */
export function signBody(body: string | Buffer, secret: string): string | null {
  return secret === "" ? null : createHmac("sha256", secret).update(body).digest("hex");
}
