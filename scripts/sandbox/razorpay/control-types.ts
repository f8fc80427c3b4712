import type { ActiveGatewayFault, GatewayFaultRule } from "./faults.js";
import type { GatewayLedger } from "./ledger.js";
import type { SettingsPatch, SimulatorSettings } from "./settings.js";
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
import type {
  DeliveryRecord,
  EndpointRecord,
  EventRecord,
  FlushOptions,
  ReleaseOptions,
  SendEventOptions,
  SentEvent,
} from "./webhook-types.js";

export interface RazorpaySimulatorOptions {
  /** Must begin with `rzp_test_`; live keys are refused. */
  keyId: string;
  keySecret: string;
  /** Empty: events are sent unsigned, as the real dashboard allows. */
  webhookSecret: string;
  webhookUrls: string[];
  accountId?: string;
  /** Milliseconds, as `Date.now`. `advance()` adds to it. */
  now?: () => number;
  /** Delay of the first delivery of an event (ms). */
  webhookDelayMs?: number;
}

export const OUTCOMES = ["success", "fail", "late", "cancel", "authorize_only", "pending"] as const;
/**
 * - `success`: authorised, and captured if the order asks for it (most payments).
 * - `fail`, `cancel`: failed by the bank or by the buyer.
 * - `late`: fails now with `payment_timed_out`; `settleLate()` authorises the same payment id.
 * - `authorize_only`: authorised; the gateway's automatic capture has not run yet (`autoCapture()`).
 * - `pending`: the buyer has not finished; the payment stays `created` until `settleLate()`.
 */
export type Outcome = (typeof OUTCOMES)[number];

/** What happens to a payment of an order that already has an authorised or captured one. */
export type SecondPaymentRule = "refuse" | "accept" | "gateway_refund";

export interface AttemptDetails {
  /** Default: the amount due on the order. Another value simulates a wrong amount. */
  amount?: number;
  currency?: string;
  /** Default `refuse`, like the real gateway; `settleLate` defaults to `gateway_refund`. */
  ifPaid?: SecondPaymentRule;
  vpa?: string | null;
  bank?: string;
  wallet?: string;
  card?: Partial<Omit<CardEntity, "id" | "entity">>;
  email?: string | null;
  contact?: string | null;
  description?: string | null;
  notes?: Record<string, string | number>;
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
  /** What Checkout passes to the page, once the payment is authorised. */
  signature?: string;
  /** What `payment.failed` passes to the page. */
  error?: { code: string; description: string; source: string; step: string; reason: string };
}

export interface DisputeRequest {
  amount?: number;
  phase?: DisputePhase;
  reasonCode?: string;
  /** Seconds from now (default 7 days). */
  respondInSeconds?: number;
}

export type DisputeMove = "under_review" | "action_required" | "won" | "lost" | "closed";

export interface DowntimeRequest {
  method: PaymentMethod;
  severity?: DowntimeSeverity;
  instrument?: Record<string, string>;
  scheduled?: boolean;
}

/** What buyers, banks and the gateway do with money. */
export interface MoneyControl {
  /** @throws GatewayError `order_already_paid` when the order has an authorised or captured payment. */
  pay(orderId: string, attempt: Attempt): AttemptResult;
  /** Gateway orders of this many paise, each captured at once: for benches. */
  payMany(count: number, amount: number): AttemptResult[];
  settleLate(paymentId: string, options?: { ifPaid?: SecondPaymentRule; capture?: boolean }): AttemptResult;
  /** The gateway's own automatic capture, of an `authorize_only` payment. */
  autoCapture(paymentId: string): PaymentEntity;
  /** The Checkout signature: HMAC-SHA256 of `order_id|payment_id` with the key secret. */
  signCheckout(orderId: string, paymentId: string): string;
  settleRefund(refundId: string, status: "processed" | "failed"): RefundEntity;
  /** A refund made by hand in the gateway's dashboard. */
  refundInDashboard(paymentId: string, amount?: number): RefundEntity;
  /** Pays out all captures and refunds since the last settlement; null if there are none. */
  settle(): SettlementEntity | null;
  openDispute(paymentId: string, request?: DisputeRequest): DisputeEntity;
  moveDispute(disputeId: string, move: DisputeMove): DisputeEntity;
  startDowntime(request: DowntimeRequest): DowntimeEntity;
  updateDowntime(downtimeId: string, severity: DowntimeSeverity): DowntimeEntity;
  resolveDowntime(downtimeId: string): DowntimeEntity;
  /** Overwrites fields of an entity without an event: wrong answers of the gateway. */
  tamper(entityId: string, patch: Record<string, unknown>): void;
}

/** Endpoints, events and deliveries. */
export interface WebhookControl {
  setWebhookUrls(urls: string[]): void;
  endpoints(): EndpointRecord[];
  enableEndpoint(url: string): void;
  /** Signs new events with this secret; retries of older events keep their signature. */
  rotateWebhookSecret(secret: string): void;
  events(): EventRecord[];
  deliveries(): DeliveryRecord[];
  sendEvent(event: string, payload: unknown, options?: SendEventOptions): Promise<SentEvent>;
  /** Sends one of the sample bodies, see `SAMPLE_NAMES`. */
  sendSample(name: string, options?: SendEventOptions): Promise<SentEvent>;
  /** Sends held events and waits for the answers. */
  release(options?: ReleaseOptions): Promise<DeliveryRecord[]>;
  /** Sends the same bytes and signature again. */
  redeliver(eventId: string): Promise<DeliveryRecord[]>;
  /** The dashboard's replay: of unacknowledged events up to 7 days old, signed with the current secret. */
  replay(eventId: string): Promise<DeliveryRecord[]>;
  /** Resolves when no delivery is scheduled or in flight; rejects after its time-out. */
  flushWebhooks(options?: FlushOptions): Promise<void>;
}

/** Settings, faults, time, and what the gateway has recorded. */
export interface SimulatorControl {
  settings(): SimulatorSettings;
  configure(patch: SettingsPatch): SimulatorSettings;
  setFault(rule: GatewayFaultRule): ActiveGatewayFault;
  faults(): ActiveGatewayFault[];
  clearFaults(): void;
  /** Moves the clock; due retries, capture expiries and refund outcomes run before it returns. */
  advance(seconds: number): void;
  now(): number;
  ledger(): GatewayLedger;
  entity(
    id: string,
  ): OrderEntity | PaymentEntity | RefundEntity | SettlementEntity | DisputeEntity | DowntimeEntity | null;
  paymentsOf(orderId: string): PaymentEntity[];
  refundsOf(paymentId: string): RefundEntity[];
  /** Requests with parameters that the gateway ignores (`expand[expand]`). */
  warnings(): string[];
  /** Deletes everything except the endpoints and the secret; restores the default settings. */
  reset(): void;
}

/** Everything that a test or the demo can change or read. */
export type RazorpayControl = MoneyControl & WebhookControl & SimulatorControl;
