import { model, type Types } from "mongoose";
import {
  CURRENCY,
  PAYMENT_GATEWAY_STATUSES,
  PAYMENT_GATEWAYS,
  PAYMENT_METHODS,
  PAYMENT_MISMATCH_REASONS,
  type PaymentGatewayName,
  type PaymentGatewayStatus,
  type PaymentMethod,
  type PaymentMismatchReason,
} from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import {
  count,
  date,
  json,
  listOf,
  moneyFromZero,
  no,
  oneOf,
  optionalDate,
  optionalMoney,
  optionalOneOf,
  optionalPart,
  optionalReference,
  optionalText,
  ownerId,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type StatusEntry, statusEntryPart } from "./parts/trail.js";

/** What may be kept of the means of payment: never a card number, never a full VPA. */
export interface PaymentMethodDetails {
  /** The gateway's own value, also where `method` has no equivalent (`emi`, `paylater`, …). */
  gatewayMethod?: string;
  last4?: string;
  network?: string;
  bank?: string;
  wallet?: string;
  /** Masked. */
  vpa?: string;
}

export interface Settlement {
  id: string;
  utr: string | null;
  settledAt: Date | null;
}

export const DISPUTE_STATUSES = ["open", "under_review", "won", "lost", "closed"] as const;
export type DisputeStatus = (typeof DISPUTE_STATUSES)[number];

/** An open one blocks refunds. */
export interface Dispute {
  id: string;
  status: DisputeStatus;
  phase: string | null;
  reason: string | null;
  amount: Paise | null;
  openedAt: Date;
  closedAt: Date | null;
}

/** Why the gateway's report does not count as paid, and what was expected. */
export interface PaymentMismatch {
  reason: PaymentMismatchReason;
  expectedAmount: Paise;
  expectedCurrency: string;
  /** The gateway's offer that lowered the amount, where it is known. */
  offerId: string | null;
  at: Date;
}

/** When the sweep asks the gateway about this payment next. */
export interface PaymentSweep {
  nextAt: Date;
  attempts: number;
}

/** One attempt to pay (D11): it belongs to a checkout session first, and to the order once there is one. */
export interface PaymentDoc {
  _id: Types.ObjectId;
  checkoutSessionId: Types.ObjectId | null;
  orderId: Types.ObjectId | null;
  orderNumber: string | null;
  userId?: string;
  sessionId?: string;
  idempotencyKey: string | null;
  gateway: PaymentGatewayName;
  /** Shared by the attempts at one amount. */
  gatewayOrderId: string | null;
  gatewayPaymentId: string | null;
  /** Null until the gateway tells, for attempts it knew before we did. */
  method: PaymentMethod | null;
  methodDetails: PaymentMethodDetails | null;
  status: PaymentGatewayStatus;
  currency: string;
  /** What was asked for; after a mismatch, what the gateway took. */
  amount: Paise;
  capturedAmount: Paise;
  refundedAmount: Paise;
  /** Refunds on their way; refundedAmount + refundReserved ≤ capturedAmount (I2). */
  refundReserved: Paise;
  fee: Paise | null;
  /** Tax contained in the fee. */
  tax: Paise | null;
  errorCode: string | null;
  errorMessage: string | null;
  /** The gateway's last word, masked. */
  gatewayResponse: unknown;
  authorizedAt: Date | null;
  capturedAt: Date | null;
  retryOf: Types.ObjectId | null;
  /** The one that pays for the order: at most one a checkout session (I7). */
  accepted: boolean;
  /** Captured, but pays for no order: to be refunded. */
  surplus: boolean;
  /** From then on a capture no longer pays for the checkout, and the gateway order is not offered again. */
  supersededAt: Date | null;
  mismatch: PaymentMismatch | null;
  /** A person has to look at it. */
  attention: boolean;
  reconciledAt: Date | null;
  settlement: Settlement | null;
  dispute: Dispute | null;
  /** Null when nothing is left to ask. */
  sweep: PaymentSweep | null;
  statusHistory: StatusEntry[];
  createdAt: Date;
  updatedAt: Date;
}

const methodDetailsPart = definePart<PaymentMethodDetails>({
  gatewayMethod: { type: String },
  last4: { type: String },
  network: { type: String },
  bank: { type: String },
  wallet: { type: String },
  vpa: { type: String },
});

const settlementPart = definePart<Settlement>({ id: text, utr: optionalText, settledAt: optionalDate });

const disputePart = definePart<Dispute>({
  id: text,
  status: oneOf(DISPUTE_STATUSES, "open"),
  phase: optionalText,
  reason: optionalText,
  amount: optionalMoney,
  openedAt: date,
  closedAt: optionalDate,
});

const mismatchPart = definePart<PaymentMismatch>({
  reason: oneOf(PAYMENT_MISMATCH_REASONS),
  expectedAmount: moneyFromZero,
  expectedCurrency: text,
  offerId: optionalText,
  at: date,
});

const sweepPart = definePart<PaymentSweep>({ nextAt: date, attempts: count });

const schema = defineSchema<PaymentDoc>("payments", {
  checkoutSessionId: optionalReference,
  orderId: optionalReference,
  orderNumber: optionalText,
  userId: ownerId,
  sessionId: ownerId,
  idempotencyKey: optionalText,
  gateway: oneOf(PAYMENT_GATEWAYS),
  gatewayOrderId: optionalText,
  gatewayPaymentId: optionalText,
  method: optionalOneOf(PAYMENT_METHODS),
  methodDetails: optionalPart(methodDetailsPart),
  status: oneOf(PAYMENT_GATEWAY_STATUSES, "pending"),
  currency: { ...text, default: CURRENCY },
  amount: moneyFromZero,
  capturedAmount: moneyFromZero,
  refundedAmount: moneyFromZero,
  refundReserved: moneyFromZero,
  fee: optionalMoney,
  tax: optionalMoney,
  errorCode: optionalText,
  errorMessage: optionalText,
  gatewayResponse: json,
  authorizedAt: optionalDate,
  capturedAt: optionalDate,
  retryOf: optionalReference,
  accepted: no,
  surplus: no,
  supersededAt: optionalDate,
  mismatch: optionalPart(mismatchPart),
  attention: no,
  reconciledAt: optionalDate,
  settlement: optionalPart(settlementPart),
  dispute: optionalPart(disputePart),
  sweep: optionalPart(sweepPart),
  statusHistory: listOf(statusEntryPart),
});

schema.index({ orderId: 1 });
schema.index({ checkoutSessionId: 1, createdAt: -1 });
schema.index(
  { gatewayOrderId: 1, createdAt: -1 },
  { partialFilterExpression: { gatewayOrderId: { $gt: "" } } },
);
schema.index(
  { gatewayPaymentId: 1, gateway: 1 },
  {
    name: "one_record_a_gateway_payment",
    unique: true,
    partialFilterExpression: { gatewayPaymentId: { $gt: "" } },
  },
);
schema.index(
  { checkoutSessionId: 1 },
  {
    name: "one_accepted_payment_a_session",
    unique: true,
    partialFilterExpression: { accepted: true, checkoutSessionId: { $type: "objectId" } },
  },
);
schema.index(
  { idempotencyKey: 1 },
  { unique: true, partialFilterExpression: { idempotencyKey: { $gt: "" } } },
);
// Money that is here and has no order yet: recovery looks at these every minute.
schema.index(
  { updatedAt: 1 },
  {
    name: "payments_awaiting_order",
    partialFilterExpression: { accepted: true, surplus: false, orderId: null },
  },
);
// Captured money that has neither an order nor a refund: the sweep looks at it every minute.
schema.index(
  { capturedAt: 1 },
  {
    name: "captured_without_order",
    partialFilterExpression: { status: "captured", surplus: false, orderId: null },
  },
);
schema.index({ "sweep.nextAt": 1 }, { partialFilterExpression: { "sweep.nextAt": { $exists: true } } });
schema.index({ status: 1, createdAt: -1 });
schema.index({ createdAt: -1 });

export const Payment = model<PaymentDoc>("Payment", schema);
