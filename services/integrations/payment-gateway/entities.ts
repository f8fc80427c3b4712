import type { PaymentGatewayName, PaymentMethod, PaymentNextStep } from "../../../utils/constants.js";
import type { Paise } from "../../../utils/money.js";

/** What any payment gateway reports, in the domain's terms. Amounts are paise, times are `Date`s. */

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

/**
 * - `requires_action`: the customer has to do something first, such as confirm in an app. No money has moved.
 * - `cancelled`: given up by the customer, or voided after it was authorised. Nothing was captured.
 */
export type GatewayPaymentStatus =
  | "created"
  | "requires_action"
  | "authorized"
  | "captured"
  | "refunded"
  | "failed"
  | "cancelled";

/** An entity in the gateway's own words: only fields that are allowed, and masked. For people to read. */
export type MaskedEntity = Readonly<Record<string, unknown>>;

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
  /** Why the attempt failed, in the words of the gateway: its own code and text. */
  errorCode: string | null;
  errorDescription: string | null;
  /** The finer reason, from the bank or the issuer where the gateway passes it on. */
  errorReason: string | null;
  /** The same for every gateway: what the customer can do next. Null when nothing failed. */
  nextStep: PaymentNextStep | null;
  notes: Record<string, string>;
  createdAt: Date | null;
  authorizedAt: Date | null;
  capturedAt: Date | null;
  masked: MaskedEntity;
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

/** A payout to the merchant's bank account. */
export interface GatewaySettlement {
  id: string;
  /** Credits less debits of its rows; below zero, it is collected from the next payouts. */
  amount: Paise;
  /** The gateway's own name of it. */
  status: string;
  /** Contains `tax`. */
  fees: Paise;
  tax: Paise;
  /** The bank's reference; null until the bank has one. */
  utr: string | null;
  /** The day of its rows in the settlement report. */
  createdAt: Date;
}

/** `adjustment`: a correction, such as a dispute that was lost. `other`: a type that is not known here. */
export const SETTLEMENT_ROW_TYPES = ["payment", "refund", "transfer", "adjustment", "other"] as const;
export type SettlementRowType = (typeof SETTLEMENT_ROW_TYPES)[number];

/** One line of the gateway's settlement report. */
export interface SettlementRow {
  /** A payment's or refund's id, or that of a transfer or an adjustment. */
  entityId: string;
  type: SettlementRowType;
  currency: string;
  debit: Paise;
  credit: Paise;
  amount: Paise;
  /** Contains `tax`. */
  fee: Paise;
  tax: Paise;
  settled: boolean;
  settlementId: string | null;
  /** The bank's reference of the payout; null until the bank has one. */
  settlementUtr: string | null;
  settledAt: Date | null;
  /** On rows of refunds. */
  paymentId: string | null;
  orderId: string | null;
  orderReceipt: string | null;
  disputeId: string | null;
  description: string | null;
  createdAt: Date | null;
}

export type GatewayEventPart = "payment" | "order" | "refund" | "dispute" | "downtime" | "settlement";

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
  settlement: GatewaySettlement | null;
  /** Its entities by their names, such as `payment` and `refund`. */
  masked: Readonly<Record<string, MaskedEntity>>;
  /** Parts that could not be read, with the reason. */
  unreadable: { part: GatewayEventPart; reason: string }[];
}
