/** Settings, events and deliveries of webhooks, as controls and tests see them. */

export interface WebhookSettings {
  /** Delay of the first delivery (ms). */
  delayMs: number;
  /** Extra byte-identical copies, sent at the same time. */
  duplicates: number;
  /** Each delivery waits a random time up to this (ms), so events arrive out of order. */
  shuffleMs: number;
  /** Events that are not delivered. They stay in `events()` and can be replayed. */
  drop: "none" | "all" | string[];
  /** Collected until `release()`. */
  hold: boolean;
  /** `escaped`: `\/` and `\uXXXX`; `spaced`: blanks after `:` and `,`. */
  style: BodyStyle;
  /** 1: the real ladder of hours; 0.001: milliseconds instead of seconds. */
  ladderScale: number;
  /** A delivery without an answer within this time fails (ms). */
  timeoutMs: number;
}

export const BODY_STYLES = ["compact", "escaped", "spaced"] as const;
export type BodyStyle = (typeof BODY_STYLES)[number];

export interface EventRecord {
  id: string;
  event: string;
  /** Milliseconds. */
  createdAt: number;
  body: string;
  signature: string | null;
  state: "scheduled" | "held" | "dropped";
  /** URLs that answered 2xx. */
  acknowledgedBy: string[];
}

export interface DeliveryRecord {
  eventId: string;
  event: string;
  url: string;
  /** 1 for the first delivery. */
  attempt: number;
  kind: "first" | "retry" | "duplicate" | "replay" | "sent";
  /** Null: no answer (time-out, refused, reset); see `error`. */
  status: number | null;
  error: string | null;
  signature: string | null;
  startedAt: number;
  durationMs: number;
}

export interface EndpointRecord {
  url: string;
  enabled: boolean;
  failingSince: number | null;
}

export interface SendEventOptions {
  contains?: string[];
  eventId?: string;
  /** Signs with another secret. */
  secret?: string;
  /** Replaces the signature; null sends none. */
  signature?: string | null;
  accountId?: string | null;
  /** Unix seconds; null omits the field. */
  createdAt?: number | null;
  style?: BodyStyle;
  /** Sent as is, instead of an envelope made from event and payload. */
  rawBody?: string;
  headers?: Record<string, string | string[]>;
  /** Default: every endpoint. */
  url?: string;
  /** Deliveries in parallel (default 1). */
  copies?: number;
}

export interface SentEvent {
  eventId: string;
  body: string;
  signature: string | null;
  deliveries: DeliveryRecord[];
}

export interface ReleaseOptions {
  /** Default: all held events. */
  eventIds?: string[];
  order?: "fifo" | "reverse" | "shuffled";
  /** Sends all at once; by default each event is answered before the next is sent. */
  parallel?: boolean;
}

export interface FlushOptions {
  /** Also waits for retries of failed deliveries. */
  retries?: boolean;
  /** Real milliseconds until it rejects (default 10000). */
  timeoutMs?: number;
}
