import type { GatewayRefundSpeed } from "../../../utils/constants.js";
import type { Paise } from "../../../utils/money.js";

/** What this service asks of a payment gateway. */

export interface NewGatewayOrder {
  /** At least ₹1. */
  amount: Paise;
  /** Our payment's id. The order is found by it, so one that is too long is replaced, never cut. */
  receipt: string;
  /** Longer than the gateway allows: shortened. */
  notes?: Record<string, string>;
  /** Default `PAYMENT_CAPTURE`. */
  capture?: "automatic" | "manual";
}

export interface NewGatewayRefund {
  paymentId: string;
  amount: Paise;
  /** Unique among the payment's refunds. */
  receipt: string;
  /** The same key never refunds twice. */
  idempotencyKey: string;
  /** Default `normal`. A gateway that cannot do `optimum` refunds at its normal speed. */
  speed?: GatewayRefundSpeed;
  notes?: Record<string, string>;
}

export interface PaymentCapture {
  paymentId: string;
  /** Exactly what was authorised. */
  amount: Paise;
}

export interface CheckoutOptionsRequest {
  gatewayOrderId: string;
  amount: Paise;
  prefill?: { name?: string | null; email?: string | null; contact?: string | null };
  method?: string | null;
}

/** What the gateway's script in the browser needs to open the payment window. Nothing else reads it. */
export type CheckoutOptions = Readonly<Record<string, unknown>>;

/** What the gateway's script hands to the browser after the payment, as the client posts it. */
export type CheckoutAnswer = Readonly<Record<string, unknown>>;

/** The payment that the browser says it has made; nothing is verified yet. */
export interface ClaimedPayment {
  gatewayOrderId: string;
  gatewayPaymentId: string;
}

/** A part of a list: entries from `from` (included) to `to` (excluded), newest first. */
export interface ListRequest {
  from: Date;
  to: Date;
  /** `next` of the page before; missing for the first page. */
  cursor?: string;
}

/**
 * A page of a list. An entry may come on two pages, so recognise entries by their ids; none is left out because others
 * are added while pages are read.
 */
export interface GatewayPage<T> {
  items: T[];
  /** Entries of the gateway's page, those that could not be read included. */
  count: number;
  /** Null on the last page. Meaningless outside this gateway, and for other dates. */
  next: string | null;
}

export type WebhookHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Checks who sent a webhook. */
export interface WebhookVerifier {
  /** Whether the headers can belong to a signed webhook: cheap, and asked before a large body is read. */
  canBeSigned(headers: WebhookHeaders): boolean;
  /** Whether the raw bytes were signed with one of the configured secrets; in constant time. */
  isAuthentic(rawBody: Buffer, headers: WebhookHeaders): boolean;
}

export interface WebhookIdentity {
  /** The gateway's id of the event, from a header or from the body; null when it sends none that can be used. */
  eventId: string | null;
  /** The gateway's name of it, `unknown` when it has none. At most 100 characters. */
  type: string;
  /** The payment that it is about, directly or through a refund or a dispute; null: none. */
  paymentId: string | null;
}
