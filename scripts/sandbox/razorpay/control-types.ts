import type {
  CardEntity,
  DisputeEntity,
  DisputePhase,
  DowntimeEntity,
  DowntimeSeverity,
  OrderEntity,
  PaymentEntity,
  PaymentMethod,
  RefundEntity,
  SettlementEntity,
} from "./types.js";

export interface RazorpaySimulatorOptions {
  /** Must begin with `rzp_test_`; live keys are refused. */
  keyId: string;
  keySecret: string;
  /** Empty: events go out unsigned, as the real dashboard allows. */
  webhookSecret: string;
  webhookUrls: string[];
  accountId?: string;
  /** Milliseconds, as `Date.now`. `advance()` comes on top. */
  now?: () => number;
  /** Time between a fact and the first delivery of its event (ms). */
  webhookDelayMs?: number;
}

export const OUTCOMES = ["success", "fail", "late", "cancel", "authorize_only", "pending"] as const;
/**
 * - `success`: authorised, and captured when the order says so (what most payments do).
 * - `fail`, `cancel`: failed by the bank or by the buyer.
 * - `late`: fails now with `payment_timed_out`; `settleLate()` authorises the same payment id.
 * - `authorize_only`: authorised, the gateway's automatic capture has not run yet (`autoCapture()`).
 * - `pending`: the buyer has not finished; stays `created` until `settleLate()`.
 */
export type Outcome = (typeof OUTCOMES)[number];

export const SECOND_PAYMENT_RULES = ["refuse", "accept", "gateway_refund"] as const;
/** What happens to a payment of an order that already has an authorised or captured one. */
export type SecondPaymentRule = (typeof SECOND_PAYMENT_RULES)[number];

export interface AttemptDetails {
  /** Default: what is due on the order. Another value makes the gateway lie about the amount. */
  amount?: number;
  currency?: string;
  /** Default `refuse`, as the real gateway; `settleLate` defaults to `gateway_refund`. */
  ifPaid?: SecondPaymentRule;
  vpa?: string | null;
  bank?: string;
  wallet?: string;
  card?: Partial<Omit<CardEntity, "id" | "entity">>;
  email?: string | null;
  contact?: string | null;
  description?: string | null;
  notes?: Record<string, string | number>;
  /** For outcomes `fail` and `cancel`. */
  errorReason?: string;
  errorDescription?: string;
}

export interface Attempt {
  method: PaymentMethod;
  outcome: Outcome;
  details?: AttemptDetails;
}

export interface AttemptResult {
  paymentId: string;
  orderId: string;
  status: PaymentEntity["status"];
  /** What Checkout hands to the page: present once the payment is authorised. */
  signature?: string;
  /** What `payment.failed` hands to the page. */
  error?: { code: string; description: string; source: string; step: string; reason: string };
}

export const FAULT_ACTIONS = [
  "status401",
  "status429",
  "status500",
  "status502",
  "status503",
  "hang",
  "reset",
  "html200",
  "empty500",
  "null500",
  "delay",
] as const;
export type FaultAction = (typeof FAULT_ACTIONS)[number];

export interface FaultRule {
  /** Method and path below `/v1`: `POST /orders`, `GET /payments/:id`, `* /payments/*`. */
  match: string;
  action: FaultAction;
  /** `before`: nothing is done; `after`: everything is done and only the answer is spoilt. Default `before`. */
  when?: "before" | "after";
  /** Default 1. */
  times?: number | "always";
  /** For `delay`: how long (default 1000). */
  delayMs?: number;
  /** Strikes a matching call with this chance only (0..1, default 1); seeded, see `settings.seed`. */
  probability?: number;
}

export interface ActiveFault extends Required<FaultRule> {
  id: string;
  hits: number;
}

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

export interface SimulatorSettings {
  /** For orders without `payment.capture`. */
  accountCapture: "automatic" | "manual";
  /** List calls do not show what is younger than this (seconds); point reads do. */
  listLagSeconds: number;
  /** How long a capture or refund holds the payment's write lock (ms); 0 = no window for a race. */
  writeLatencyMs: number;
  /** Paise available for refunds; null = without limit. */
  balance: number | null;
  /** `instant`: processed at once, without bank reference; `pending`: until `settleRefund()`. */
  refundMode: "instant" | "pending";
  /** Settles pending refunds by itself after this (ms); null = only `settleRefund()`. */
  refundSettleMs: number | null;
  /** When the refund of 2468 paise fails (ms after its creation). */
  refundFailureMs: number;
  /** Whether the refund of 2468 paise looks processed until it fails. */
  failingRefundLooksProcessed: boolean;
  /** Whether `payment.amount_refunded` falls back after a failed refund (undocumented). */
  failedRefundRestoresAmount: boolean;
  /** Whether `optimum` refunds go instantly, or fall back to normal with `refund.speed_changed`. */
  instantRefunds: boolean;
  alreadyCapturedText: "captured" | "order_paid";
  lowBalanceText: "balance" | "invalid_request";
  /** What empty `error_*` fields of new payments hold. */
  emptyErrors: "null" | "blank";
  /** Of the chances in faults and of shuffling. */
  seed: number;
  webhooks: WebhookSettings;
}

export type SettingsPatch = Partial<Omit<SimulatorSettings, "webhooks">> & {
  webhooks?: Partial<WebhookSettings>;
};

/** Rows are only ever appended, and written beside the entities, not from them. */
export interface CaptureRow {
  paymentId: string;
  orderId: string | null;
  receipt: string | null;
  amount: number;
  currency: string;
  by: "merchant" | "gateway";
  /** Milliseconds of the simulator's clock. */
  at: number;
}

export interface RefundRow {
  refundId: string;
  paymentId: string;
  orderId: string | null;
  amount: number;
  receipt: string | null;
  idempotencyKey: string | null;
  /** `merchant`: over the API; `dashboard`: by hand at the gateway; `gateway`: automatic. */
  by: "merchant" | "dashboard" | "gateway";
  /** False: the money was only authorised, so there is no capture row to set it against. */
  ofCapture: boolean;
  at: number;
}

export interface RefundOutcomeRow {
  refundId: string;
  status: "pending" | "processed" | "failed";
  at: number;
}

export interface Ledger {
  captures: CaptureRow[];
  /** `status` is that of the refund's last row in `refundOutcomes`. */
  refunds: (RefundRow & { status: RefundOutcomeRow["status"] })[];
  refundOutcomes: RefundOutcomeRow[];
}

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

export interface DisputeRequest {
  amount?: number;
  phase?: DisputePhase;
  reasonCode?: string;
  /** Seconds from now (default 7 days). */
  respondInSeconds?: number;
}

export const DISPUTE_MOVES = ["under_review", "action_required", "won", "lost", "closed"] as const;
export type DisputeMove = (typeof DISPUTE_MOVES)[number];

export interface DowntimeRequest {
  method: PaymentMethod;
  severity?: DowntimeSeverity;
  instrument?: Record<string, string>;
  scheduled?: boolean;
}


/** Everything a test or the demo can make the gateway do. Also over HTTP, see `control-routes.ts`. */
export interface RazorpayControl {
  /** @throws GatewayError `order_already_paid` when the order has an authorised or captured payment. */
  pay(orderId: string, attempt: Attempt): AttemptResult;
  settleLate(paymentId: string, options?: { ifPaid?: SecondPaymentRule; capture?: boolean }): AttemptResult;
  /** The gateway's own automatic capture, of an `authorize_only` payment. */
  autoCapture(paymentId: string): PaymentEntity;
  /** The Checkout signature: HMAC-SHA256 of `order_id|payment_id` with the key secret. */
  signCheckout(orderId: string, paymentId: string): string;
  settleRefund(refundId: string, status: "processed" | "failed"): RefundEntity;
  /** A refund made by hand in the gateway's dashboard. */
  refundInDashboard(paymentId: string, amount?: number): RefundEntity;
  /** Pays out everything captured and refunded since the last settlement; null when there is nothing. */
  settle(): SettlementEntity | null;
  openDispute(paymentId: string, request?: DisputeRequest): DisputeEntity;
  moveDispute(disputeId: string, move: DisputeMove): DisputeEntity;
  startDowntime(request: DowntimeRequest): DowntimeEntity;
  updateDowntime(downtimeId: string, severity: DowntimeSeverity): DowntimeEntity;
  resolveDowntime(downtimeId: string): DowntimeEntity;
  /** Overwrites fields of an entity without any event: a gateway that lies. */
  tamper(entityId: string, patch: Record<string, unknown>): void;

  settings(): SimulatorSettings;
  configure(patch: SettingsPatch): SimulatorSettings;
  setFault(rule: FaultRule): ActiveFault;
  faults(): ActiveFault[];
  clearFaults(): void;
  /** Moves the clock; due retries, capture expiries and refund outcomes happen before it returns. */
  advance(seconds: number): void;
  now(): number;

  setWebhookUrls(urls: string[]): void;
  endpoints(): EndpointRecord[];
  enableEndpoint(url: string): void;
  /** New events are signed with it; retries of older events keep their signature. */
  rotateWebhookSecret(secret: string): void;
  events(): EventRecord[];
  deliveries(): DeliveryRecord[];
  sendEvent(event: string, payload: unknown, options?: SendEventOptions): Promise<SentEvent>;
  /** One of the bodies of spec `razorpay.md` §5, see `SAMPLE_NAMES`. */
  sendSample(name: string, options?: SendEventOptions): Promise<SentEvent>;
  /** Sends held events and waits for the answers. */
  release(options?: ReleaseOptions): Promise<DeliveryRecord[]>;
  /** The same bytes and signature once more, at any time. */
  redeliver(eventId: string): Promise<DeliveryRecord[]>;
  /** The dashboard's replay: unacknowledged, at most 7 days old, signed with the current secret. */
  replay(eventId: string): Promise<DeliveryRecord[]>;
  /** Resolves when no delivery is under way or due without further events; rejects at its time-out. */
  flushWebhooks(options?: FlushOptions): Promise<void>;

  ledger(): Ledger;
  entity(id: string): OrderEntity | PaymentEntity | RefundEntity | SettlementEntity | DisputeEntity | DowntimeEntity | null;
  paymentsOf(orderId: string): PaymentEntity[];
  refundsOf(paymentId: string): RefundEntity[];
  /** Requests that the gateway accepted but does not understand (`expand[expand]`). */
  warnings(): string[];
  /** Forgets everything but the endpoints and the secret; settings return to their defaults. */
  reset(): void;
}
