import type { PaymentGatewayName, PaymentMethod } from "../../utils/constants.js";
import type { Paise } from "../../utils/money.js";
import type { Result } from "../../utils/result.js";

/**
 * What this service needs from a payment gateway, in the domain's terms. A second gateway is another
 * implementation. No call throws; amounts are paise, times are `Date`s.
 *
 * Codes of a refusal: `ALREADY_CAPTURED`, `CAPTURE_AMOUNT_MISMATCH`, `CAPTURE_CURRENCY_MISMATCH`,
 * `NOT_CAPTURABLE`, `FULLY_REFUNDED`, `REFUND_EXCEEDS_CAPTURE`, `NOT_REFUNDABLE`, `INSUFFICIENT_BALANCE`,
 * `INVALID_REQUEST`, `PAYMENT_DISPUTED`, `PAYMENT_TOO_OLD`, `DUPLICATE_RECEIPT`, `AMOUNT_TOO_SMALL`,
 * `INVALID_SPEED`, `NOT_FOUND` (look-ups only), `INVALID_ID`, `INVALID_AMOUNT`. Anything else that the
 * gateway answers is unknown or unavailable, and raises an alarm.
 */

/** What may be stored about the means of payment: never a card number, never a full VPA. */
export interface GatewayMethodDetails {
  /** The gateway's own name of the method (`upi`, `emi`, `paylater`, …). */
  gatewayMethod?: string;
  last4?: string;
  network?: string;
  bank?: string;
  wallet?: string;
  /** Masked. */
  vpa?: string;
}

export interface GatewayOrder {
  id: string;
  amount: Paise;
  amountPaid: Paise;
  amountDue: Paise;
  currency: string;
  receipt: string | null;
  status: "created" | "attempted" | "paid";
  /** Attempts to pay it, failed ones too. */
  attempts: number;
  /** An offer of the gateway that lowers the amount paid. */
  offerId: string | null;
  notes: Record<string, string>;
  createdAt: Date | null;
}

export type GatewayPaymentStatus = "created" | "authorized" | "captured" | "refunded" | "failed";

export interface GatewayPayment {
  gateway: PaymentGatewayName;
  id: string;
  /** Null for a payment that was made without a gateway order. */
  orderId: string | null;
  amount: Paise;
  currency: string;
  /** An unknown status counts as `created`: nothing has happened yet. */
  status: GatewayPaymentStatus;
  /** Whether it was ever captured: a refunded payment may not have been. */
  captured: boolean;
  /** Authorised, and only this service will capture it (`PAYMENT_CAPTURE=manual`). */
  awaitsManualCapture: boolean;
  /** Null: not reported, or a method without an equivalent here; see `methodDetails.gatewayMethod`. */
  method: PaymentMethod | null;
  methodDetails: GatewayMethodDetails;
  /** Null until captured; contains `tax`. */
  fee: Paise | null;
  tax: Paise | null;
  /** `customer`: `amount` contains the fee. Null: not reported. */
  feeBearer: "customer" | "business" | null;
  /** An offer of the gateway that lowered `amount`. */
  offerId: string | null;
  /** Whether a failed refund lowers it again is not documented: derive the rest from the refunds. */
  amountRefunded: Paise;
  refundStatus: "partial" | "full" | null;
  errorCode: string | null;
  errorDescription: string | null;
  errorReason: string | null;
  notes: Record<string, string>;
  createdAt: Date | null;
  authorizedAt: Date | null;
  capturedAt: Date | null;
}

export interface GatewayRefund {
  id: string;
  paymentId: string;
  amount: Paise;
  currency: string;
  /** `processed` often comes at once, before the bank has a reference. */
  status: "pending" | "processed" | "failed";
  receipt: string | null;
  notes: Record<string, string>;
  /** The bank's reference (ARN, RRN or UTR), filled in later. */
  bankReference: string | null;
  speed: string | null;
  createdAt: Date | null;
}

export interface GatewayDispute {
  id: string;
  paymentId: string;
  amount: Paise;
  currency: string;
  /** 0 until lost. */
  amountDeducted: Paise;
  status: "open" | "under_review" | "won" | "lost" | "closed";
  phase: string;
  reasonCode: string | null;
  respondBy: Date | null;
  createdAt: Date;
}

export interface GatewayDowntime {
  id: string;
  method: PaymentMethod | null;
  status: "started" | "updated" | "resolved";
  severity: "low" | "medium" | "high";
  scheduled: boolean;
  begin: Date;
  end: Date | null;
  /** E.g. `{bank: "HDFC"}`; empty: the whole method. */
  instrument: Record<string, string>;
}

/** What the gateway paid out to the bank account at once. */
export interface GatewaySettlement {
  id: string;
  /** Credits less debits of its rows. */
  amount: Paise;
  status: string;
  /** Contains `tax`. */
  fees: Paise;
  tax: Paise;
  /** The bank's reference; null until it is paid out. */
  utr: string | null;
  createdAt: Date | null;
}

/** One line of the gateway's settlement report. */
export interface SettlementRow {
  /** A payment's or refund's id, or that of an adjustment. */
  entityId: string;
  type: string;
  debit: Paise;
  credit: Paise;
  amount: Paise;
  fee: Paise;
  tax: Paise;
  settled: boolean;
  settlementId: string | null;
  settlementUtr: string | null;
  settledAt: Date | null;
  /** On rows of refunds. */
  paymentId: string | null;
  orderId: string | null;
  orderReceipt: string | null;
  disputeId: string | null;
  createdAt: Date | null;
}

export type GatewayEventPart = "payment" | "order" | "refund" | "dispute" | "downtime";

/** A parsed webhook. Parts that are missing or invalid are null. */
export interface GatewayEvent {
  /** The gateway's name of it, e.g. `payment.captured`. */
  type: string;
  /** The part that the event is about; null: none that this service uses. */
  subject: GatewayEventPart | null;
  /** It is meant for another merchant's account. */
  isForeignAccount: boolean;
  occurredAt: Date | null;
  payment: GatewayPayment | null;
  order: GatewayOrder | null;
  refund: GatewayRefund | null;
  dispute: GatewayDispute | null;
  downtime: GatewayDowntime | null;
  /** Parts that could not be read, with the reason. */
  unreadable: { part: GatewayEventPart; reason: string }[];
}

export interface NewGatewayOrder {
  /** At least ₹1. */
  amount: Paise;
  /** Our payment's id; at most 40 characters. */
  receipt: string;
  /** At most 15 pairs of at most 256 characters. */
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
  notes?: Record<string, string>;
}

/** What the storefront needs to open the gateway's payment window. */
export interface CheckoutOptions {
  key: string;
  orderId: string;
  /** Paise, as the gateway's script requires. */
  amount: Paise;
  currency: string;
  name: string;
  prefill: { name?: string; email?: string; contact?: string; method?: string };
  method: string | null;
}

export interface CheckoutOptionsRequest {
  gatewayOrderId: string;
  amount: Paise;
  prefill?: { name?: string | null; email?: string | null; contact?: string | null };
  method?: string | null;
}

export interface Page {
  skip?: number;
  /** At most 100 (settlement rows: 1000). */
  count?: number;
}

export interface PaymentPage {
  payments: GatewayPayment[];
  /** Items of the page, those that could not be read included: fewer than asked for means the last page. */
  count: number;
}

export interface RefundPage {
  refunds: GatewayRefund[];
  /** As in `PaymentPage`. */
  count: number;
}

export interface PaymentCapture {
  paymentId: string;
  /** Exactly what was authorised. */
  amount: Paise;
}

/** The three fields that the client sends after payment. */
export interface CheckoutClaim {
  /** From our own database, never from the client. */
  gatewayOrderId: string;
  gatewayPaymentId: string;
  signature: string;
}

/** A month, or a day of it, in the gateway's (Indian) calendar. */
export interface SettlementPeriod {
  year: number;
  month: number;
  day?: number;
}

export interface PaymentGateway {
  readonly name: PaymentGatewayName;
  /** The headers of a webhook that carry its signature and its id, in lower case. */
  readonly webhookHeaders: { signature: string; eventId: string };

  /** An unknown outcome is looked up by receipt; the same receipt gives the same order where the gateway can. */
  createGatewayOrder(order: NewGatewayOrder): Promise<Result<GatewayOrder>>;
  /** Null: none with that receipt (yet: lists may lag). */
  findGatewayOrderByReceipt(receipt: string): Promise<Result<GatewayOrder | null>>;
  getGatewayOrder(orderId: string): Promise<Result<GatewayOrder>>;

  getGatewayPayment(paymentId: string): Promise<Result<GatewayPayment>>;
  /** Every attempt, failed ones too. One that cannot be read is left out with an alarm, unless it is the only one. */
  listPaymentsOfOrder(orderId: string): Promise<Result<GatewayPayment[]>>;
  /** Newest first; may lag minutes behind `getGatewayPayment`. */
  listPayments(range: { from: Date; to: Date } & Page): Promise<Result<PaymentPage>>;
  /** A payment that is already captured is a success when amount and currency are right and nothing is refunded. */
  capturePayment(capture: PaymentCapture): Promise<Result<GatewayPayment>>;

  createRefund(refund: NewGatewayRefund): Promise<Result<GatewayRefund>>;
  findRefundByReceipt(paymentId: string, receipt: string): Promise<Result<GatewayRefund | null>>;
  getRefund(refundId: string): Promise<Result<GatewayRefund>>;
  /** All refunds of a payment, including those made by the gateway itself. */
  listRefunds(paymentId: string): Promise<Result<GatewayRefund[]>>;
  /** Of all payments, newest first; may lag minutes behind `getRefund`. */
  listRefundsBetween(range: { from: Date; to: Date } & Page): Promise<Result<RefundPage>>;

  listDowntimes(): Promise<Result<GatewayDowntime[]>>;
  settlementRows(period: SettlementPeriod & Page): Promise<Result<SettlementRow[]>>;
  getSettlement(settlementId: string): Promise<Result<GatewaySettlement>>;

  verifyCheckoutSignature(claim: CheckoutClaim): boolean;
  /** Over the raw bytes; any of the configured secrets may match. */
  verifyWebhookSignature(raw: Buffer, signature: string | undefined): boolean;
  /** Null when the body is not an event. */
  parseWebhook(payload: unknown): GatewayEvent | null;
  checkoutOptions(request: CheckoutOptionsRequest): CheckoutOptions;
}
