import { model, type Types } from "mongoose";
import {
  CURRENCY,
  PAYMENT_GATEWAY_STATUS,
  PAYMENT_GATEWAY_STATUSES,
  PAYMENT_GATEWAYS,
  PAYMENT_METHODS,
  PAYMENT_MISMATCH_REASONS,
  PAYMENT_NEXT_STEPS,
  type PaymentGatewayName,
  type PaymentGatewayStatus,
  type PaymentMethod,
  type PaymentMismatchReason,
  type PaymentNextStep,
} from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import { touchedDaysIndex } from "./parts/day-tally.js";
import { type Dispute, disputePart } from "./parts/dispute.js";
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

/** The parts of the means of payment that may be stored: never a card number, never a full VPA. */
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

/** Why the gateway's report does not count as paid, and what was expected. */
export interface PaymentMismatch {
  reason: PaymentMismatchReason;
  expectedAmount: Paise;
  expectedCurrency: string;
  /** The gateway's offer that reduced the amount, if known. */
  offerId: string | null;
  at: Date;
}

/** Money that an admin has recorded as received, for a payment without a gateway. */
export interface Receipt {
  /** Of the bank or the courier, in the form of `receiptReference`. */
  reference: string;
  /** What came with it; parcels may have collected a part of the payment before. */
  amount: Paise;
  receivedAt: Date;
  recordedAt: Date;
  recordedById: string;
}

/** When the sweep asks the gateway about this payment next. */
export interface PaymentSweep {
  nextAt: Date;
  attempts: number;
  /** When the customer chose this payment again; its times count from then. Missing: from its creation. */
  since?: Date;
}

/** One attempt to pay. It belongs to a checkout session, and also to the order once that is placed. */
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
  /** Null until the gateway reports it, for attempts that started at the gateway. */
  method: PaymentMethod | null;
  methodDetails: PaymentMethodDetails | null;
  status: PaymentGatewayStatus;
  currency: string;
  /** The expected amount; after a mismatch, the amount that the gateway captured. */
  amount: Paise;
  capturedAmount: Paise;
  refundedAmount: Paise;
  /** Refunds that are not completed yet; see `services/aggregates/refund/reserve-refund.ts` for the limit. */
  refundReserved: Paise;
  fee: Paise | null;
  /** Tax contained in the fee. */
  tax: Paise | null;
  /** Why it failed: a code of the gateway, or our own (`superseded`, `expired`, …). */
  errorCode: string | null;
  /** The finer reason, from the bank or the issuer where the gateway passes it on. */
  errorReason: string | null;
  /** The text of the gateway, or our own. Customers get a sentence made from `nextStep` where there is one. */
  errorMessage: string | null;
  /** What the customer can do next; null unless the gateway reported a failure. */
  nextStep: PaymentNextStep | null;
  /** The gateway's most recent report: only allowed fields, masked. For people to read. */
  gatewayResponse: unknown;
  authorizedAt: Date | null;
  capturedAt: Date | null;
  retryOf: Types.ObjectId | null;
  /** It pays for the order: at most one payment per checkout session. */
  accepted: boolean;
  /** Captured, but pays for no order: to be refunded. */
  surplus: boolean;
  /** From this time on a capture does not pay for the checkout, and the gateway order is not offered again. */
  supersededAt: Date | null;
  mismatch: PaymentMismatch | null;
  /** A person has to look at it. */
  attention: boolean;
  reconciledAt: Date | null;
  settlement: Settlement | null;
  receipt: Receipt | null;
  /** By the time they became known here. A payment may have several, one after another. */
  disputes: Dispute[];
  /** Null when the gateway need not be asked again. */
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

const receiptPart = definePart<Receipt>({
  reference: text,
  amount: moneyFromZero,
  receivedAt: date,
  recordedAt: date,
  recordedById: text,
});

const mismatchPart = definePart<PaymentMismatch>({
  reason: oneOf(PAYMENT_MISMATCH_REASONS),
  expectedAmount: moneyFromZero,
  expectedCurrency: text,
  offerId: optionalText,
  at: date,
});

const sweepPart = definePart<PaymentSweep>({ nextAt: date, attempts: count, since: { type: Date } });

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
  status: oneOf(PAYMENT_GATEWAY_STATUSES, PAYMENT_GATEWAY_STATUS.PENDING),
  currency: { ...text, default: CURRENCY },
  amount: moneyFromZero,
  capturedAmount: moneyFromZero,
  refundedAmount: moneyFromZero,
  refundReserved: moneyFromZero,
  fee: optionalMoney,
  tax: optionalMoney,
  errorCode: optionalText,
  errorReason: optionalText,
  errorMessage: optionalText,
  nextStep: optionalOneOf(PAYMENT_NEXT_STEPS),
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
  receipt: optionalPart(receiptPart),
  disputes: listOf(disputePart),
  sweep: optionalPart(sweepPart),
  statusHistory: listOf(statusEntryPart),
});

schema.index({ orderId: 1, createdAt: -1 });
schema.index({ checkoutSessionId: 1, createdAt: -1 });
schema.index(
  { gatewayOrderId: 1, createdAt: -1 },
  { partialFilterExpression: { gatewayOrderId: { $gt: "" } } },
);
schema.index(
  { gatewayPaymentId: 1, gateway: 1 },
  {
    name: "one_record_per_gateway_payment",
    unique: true,
    partialFilterExpression: { gatewayPaymentId: { $gt: "" } },
  },
);
schema.index(
  { checkoutSessionId: 1 },
  {
    name: "one_accepted_payment_per_session",
    unique: true,
    partialFilterExpression: { accepted: true, checkoutSessionId: { $type: "objectId" } },
  },
);
schema.index(
  { idempotencyKey: 1 },
  { unique: true, partialFilterExpression: { idempotencyKey: { $gt: "" } } },
);
// Accepted payments without an order: recovery reads these every 20 seconds.
schema.index(
  { updatedAt: 1 },
  {
    name: "payments_awaiting_order",
    partialFilterExpression: { accepted: true, surplus: false, orderId: null },
  },
);
/** Captured, and neither an order nor a refund of it is written. */
export const CAPTURED_WITHOUT_ORDER = {
  status: PAYMENT_GATEWAY_STATUS.CAPTURED,
  surplus: false,
  orderId: null,
} as const;
// The sweep reads these every minute, and the operators' page every few seconds.
export const CAPTURED_WITHOUT_ORDER_INDEX = "captured_without_order";
schema.index(
  { capturedAt: 1 },
  { name: CAPTURED_WITHOUT_ORDER_INDEX, partialFilterExpression: CAPTURED_WITHOUT_ORDER },
);
schema.index({ "sweep.nextAt": 1 }, { partialFilterExpression: { "sweep.nextAt": { $exists: true } } });
schema.index({ "disputes.id": 1 }, { partialFilterExpression: { "disputes.id": { $gt: "" } } });
schema.index(
  { "receipt.reference": 1 },
  {
    name: "one_payment_per_receipt",
    unique: true,
    partialFilterExpression: { "receipt.reference": { $gt: "" } },
  },
);
// The admin's list and export name both leading fields with all their values, so every filter is in order of creation.
export const PAYMENTS_BY_GATEWAY_INDEX = "payments_by_gateway";
schema.index({ gateway: 1, status: 1, createdAt: -1 }, { name: PAYMENTS_BY_GATEWAY_INDEX });
export const PAYMENTS_BY_METHOD_INDEX = "payments_by_method";
schema.index({ method: 1, status: 1, createdAt: -1, gateway: 1 }, { name: PAYMENTS_BY_METHOD_INDEX });
export const PAYMENTS_WITH_ATTENTION_INDEX = "payments_with_attention";
schema.index(
  { createdAt: -1 },
  { name: PAYMENTS_WITH_ATTENTION_INDEX, partialFilterExpression: { attention: true } },
);
// All that the analysis counts, so that it reads no documents.
export const PAYMENTS_BY_CREATION_INDEX = "payments_by_creation";
schema.index(
  {
    ...{ createdAt: -1, method: 1, status: 1, surplus: 1, supersededAt: 1 },
    ...{ capturedAmount: 1, refundedAmount: 1, fee: 1, tax: 1 },
  },
  { name: PAYMENTS_BY_CREATION_INDEX },
);
schema.index(...touchedDaysIndex);

export const Payment = model<PaymentDoc>("Payment", schema);
