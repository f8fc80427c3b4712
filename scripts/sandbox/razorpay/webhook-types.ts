/** Webhooks as the controls and the logs see them. */

export interface WebhookSettings {
  /** First delivery after the fact (ms). */
  delayMs: number;
  /** Extra byte-identical copies, sent at the same time. */
  duplicates: number;
  /** Each delivery waits a random time up to this (ms): events overtake one another. */
  shuffleMs: number;
  /** Never delivered: all, or these event names. They stay in `events()` and can be replayed. */
  drop: "none" | "all" | string[];
  /** Collected until `release()`. */
  hold: boolean;
  /** `escaped`: `\/` and `\uXXXX`; `spaced`: blanks after `:` and `,`. */
  style: BodyStyle;
  /** 1 = the real ladder of hours; 0.001 = milliseconds for seconds. */
  ladderScale: number;
  /** No answer within this is a failure (ms). */
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
  /** Sends this signature instead; null sends none. */
  signature?: string | null;
  accountId?: string | null;
  /** Unix seconds; null leaves the field out. */
  createdAt?: number | null;
  style?: BodyStyle;
  /** Sent as it is, instead of an envelope made from event and payload. */
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
  /** One after the other, each answered before the next is sent (default), or all at once. */
  parallel?: boolean;
}

export interface FlushOptions {
  /** Waits for the retries of failed deliveries too. */
  retries?: boolean;
  /** Real milliseconds until it gives up with an error (default 10000). */
  timeoutMs?: number;
}
