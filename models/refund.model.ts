import { model, type Types } from "mongoose";
import {
  REFUND_DESTINATIONS,
  REFUND_INITIATORS,
  REFUND_SOURCE,
  REFUND_SOURCES,
  REFUND_STATUS,
  REFUND_STATUSES,
  REFUND_SYSTEM_REASONS,
  REFUND_TYPES,
  type RefundDestination,
  type RefundInitiator,
  type RefundSource,
  type RefundStatus,
  type RefundSystemReason,
  type RefundType,
} from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import {
  count,
  date,
  listOf,
  money,
  no,
  oneOf,
  optionalCount,
  optionalDate,
  optionalOneOf,
  optionalPart,
  optionalReference,
  optionalText,
  ownerId,
  reference,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type StaffNote, type StatusEntry, staffNotePart, statusEntryPart } from "./parts/trail.js";

export interface RefundItem {
  orderItemId: Types.ObjectId;
  /** 0 where only a part of the units' price is refunded, and their other part by another refund. */
  quantity: number;
  amount: Paise;
}

/** What one source of an order's money gives back. */
export interface RefundPart {
  source: RefundSource;
  /** Of the source `payment`. */
  paymentId: Types.ObjectId | null;
  destination: RefundDestination;
  amount: Paise;
}

/** `accountNumber` is ciphertext (`utils/encryption.ts`); only the last four digits are ever shown. */
export interface RefundBankAccount {
  accountHolder: string;
  accountNumber: string;
  last4: string;
  ifsc: string;
}

export const REFUND_ATTEMPT_OUTCOMES = ["sent", "refused", "unknown", "completed"] as const;
export type RefundAttemptOutcome = (typeof REFUND_ATTEMPT_OUTCOMES)[number];

/** One call to the gateway. A retry after a definite failure has a new key and the next receipt. */
export interface RefundAttempt {
  at: Date;
  key: string;
  receipt: string;
  outcome: RefundAttemptOutcome;
  /** The code of the failure, such as `INSUFFICIENT_BALANCE` or `TIMEOUT`. */
  error: string | null;
}

/**
 * `pending` waits for approval. From then on a refund has one source and one destination: approving one of several
 * parts keeps the first, and inserts a refund for each other part. Written before anything is sent, and never deleted:
 * a time-out leaves it `processing`.
 */
export interface RefundDoc {
  _id: Types.ObjectId;
  refundNumber: string;
  /** Null for a payment that became no order. */
  orderId: Types.ObjectId | null;
  orderNumber: string | null;
  checkoutSessionId: Types.ObjectId | null;
  /** The payment that it gives back; null for store credit, points, and a request of several parts. */
  paymentId: Types.ObjectId | null;
  source: RefundSource;
  /** While `pending`: how the amount will be split over the sources when it is approved. Empty from then on. */
  parts: RefundPart[];
  /** The refund that was approved together with this one. */
  splitFromId: Types.ObjectId | null;
  /** Loyalty points that go back, for the source `points`. */
  points: number | null;
  returnId: Types.ObjectId | null;
  userId?: string;
  sessionId?: string;
  gatewayRefundId: string | null;
  /** How the gateway returns it: `instant` or `normal`. */
  speed: string | null;
  type: RefundType;
  reason: string;
  systemReason: RefundSystemReason | null;
  status: RefundStatus;
  amount: Paise;
  items: RefundItem[];
  /** The part of `amount` that refunds shipping and fees. */
  shippingAmount: Paise;
  destination: RefundDestination;
  bankAccount: RefundBankAccount | null;
  utr: string | null;
  initiatedByType: RefundInitiator;
  initiatedById: string | null;
  /** A repetition of the request that asked for it finds this refund. */
  requestKey: string | null;
  approvedById: string | null;
  notes: string | null;
  adminNotes: StaffNote[];
  rejectionReason: string | null;
  failureReason: string | null;
  /** A person has to look at it. */
  attention: boolean;
  history: StatusEntry[];
  attempts: RefundAttempt[];
  /** When the sweep looks at a `processing` refund again; null: now. */
  dueAt: Date | null;
  processedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const refundItemPart = definePart<RefundItem>({ orderItemId: reference, quantity: count, amount: money });

const refundPartPart = definePart<RefundPart>({
  source: oneOf(REFUND_SOURCES),
  paymentId: optionalReference,
  destination: oneOf(REFUND_DESTINATIONS),
  amount: money,
});

const bankAccountPart = definePart<RefundBankAccount>({
  accountHolder: text,
  accountNumber: text,
  last4: text,
  ifsc: text,
});

const attemptPart = definePart<RefundAttempt>({
  at: date,
  key: text,
  receipt: text,
  outcome: oneOf(REFUND_ATTEMPT_OUTCOMES),
  error: optionalText,
});

const schema = defineSchema<RefundDoc>("refunds", {
  refundNumber: text,
  orderId: optionalReference,
  orderNumber: optionalText,
  checkoutSessionId: optionalReference,
  paymentId: optionalReference,
  source: oneOf(REFUND_SOURCES, REFUND_SOURCE.PAYMENT),
  parts: listOf(refundPartPart),
  splitFromId: optionalReference,
  points: optionalCount,
  returnId: optionalReference,
  userId: ownerId,
  sessionId: ownerId,
  gatewayRefundId: optionalText,
  speed: optionalText,
  type: oneOf(REFUND_TYPES),
  reason: text,
  systemReason: optionalOneOf(REFUND_SYSTEM_REASONS),
  status: oneOf(REFUND_STATUSES, REFUND_STATUS.PENDING),
  amount: { ...money, min: 1 },
  items: listOf(refundItemPart),
  shippingAmount: money,
  destination: oneOf(REFUND_DESTINATIONS, "original"),
  bankAccount: optionalPart(bankAccountPart),
  utr: optionalText,
  initiatedByType: oneOf(REFUND_INITIATORS),
  initiatedById: optionalText,
  requestKey: optionalText,
  approvedById: optionalText,
  notes: optionalText,
  adminNotes: listOf(staffNotePart),
  rejectionReason: optionalText,
  failureReason: optionalText,
  attention: no,
  history: listOf(statusEntryPart),
  attempts: listOf(attemptPart),
  dueAt: optionalDate,
  processedAt: optionalDate,
});

schema.index({ refundNumber: 1 }, { unique: true });
schema.index(
  { gatewayRefundId: 1 },
  { unique: true, partialFilterExpression: { gatewayRefundId: { $gt: "" } } },
);
schema.index({ utr: 1 }, { unique: true, partialFilterExpression: { utr: { $gt: "" } } });
schema.index({ orderId: 1, createdAt: -1 });
schema.index({ paymentId: 1 });
schema.index({ checkoutSessionId: 1 });
schema.index({ userId: 1, createdAt: -1 });
schema.index({ sessionId: 1, createdAt: -1 }, { partialFilterExpression: { sessionId: { $gt: "" } } });
schema.index({ status: 1, createdAt: -1 });
schema.index({ createdAt: -1 });
export const REFUNDS_BY_DESTINATION_INDEX = "refunds_by_destination";
schema.index({ destination: 1, status: 1, createdAt: -1 }, { name: REFUNDS_BY_DESTINATION_INDEX });
export const REFUNDS_WITH_ATTENTION_INDEX = "refunds_with_attention";
schema.index(
  { createdAt: -1 },
  { name: REFUNDS_WITH_ATTENTION_INDEX, partialFilterExpression: { attention: true } },
);
/** With everything that the analysis adds up, so that it reads no document. */
export const COMPLETED_REFUNDS_INDEX = "completed_refunds";
schema.index(
  { processedAt: 1, orderId: 1, destination: 1, reason: 1, systemReason: 1, amount: 1, status: 1 },
  { name: COMPLETED_REFUNDS_INDEX, partialFilterExpression: { status: REFUND_STATUS.COMPLETED } },
);
schema.index(
  { dueAt: 1, createdAt: -1 },
  { name: "refunds_under_way", partialFilterExpression: { status: REFUND_STATUS.PROCESSING } },
);

export const Refund = model<RefundDoc>("Refund", schema);
