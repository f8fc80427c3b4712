import type { ActiveFault, FaultRule } from "./faults.js";
import type { Ledger } from "./ledger.js";
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
  entity(
    id: string,
  ): OrderEntity | PaymentEntity | RefundEntity | SettlementEntity | DisputeEntity | DowntimeEntity | null;
  paymentsOf(orderId: string): PaymentEntity[];
  refundsOf(paymentId: string): RefundEntity[];
  /** Requests that the gateway accepted but does not understand (`expand[expand]`). */
  warnings(): string[];
  /** Forgets everything but the endpoints and the secret; settings return to their defaults. */
  reset(): void;
}
