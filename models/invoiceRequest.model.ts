import { model, type Types } from "mongoose";
import { INVOICE_TYPES, type InvoiceType } from "../utils/constants.js";
import {
  count,
  date,
  json,
  listOf,
  oneOf,
  optionalDate,
  optionalReference,
  optionalText,
  quantity,
  reference,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";

/** Units of an order line that a credit note reverses. */
export interface CreditedUnits {
  orderItemId: Types.ObjectId;
  quantity: number;
}

/** Why a document cannot be issued: the error that the caller who asked for it gets. */
export interface InvoiceRefusal {
  code: string;
  message: string;
  details: unknown;
}

/**
 * A document that the invoice worker has to issue. The transaction that issues it deletes the request, so each request
 * leads to one document.
 */
export interface InvoiceRequestDoc {
  /** The document's `origin`: a second request for the same document changes nothing. */
  _id: string;
  type: InvoiceType;
  orderId: Types.ObjectId;
  /** Credit notes: the refund, what was unpaid, or the units; none of them reverses whatever is left of the invoice. */
  refundId: Types.ObjectId | null;
  /** The cancellation or the returned parcel whose unpaid part is credited. */
  unpaidId: Types.ObjectId | null;
  items: CreditedUnits[];
  reason: string | null;
  createdById: string | null;
  dueAt: Date;
  attempts: number;
  lastError: string | null;
  /** Why there will be no document: for an admin who waits for it, and for a refund. Other refused requests are deleted. */
  refusal: InvoiceRefusal | null;
  /** When a refused request is deleted. Null for a refund: the reason why it has no credit note is kept. */
  expiresAt: Date | null;
  createdAt: Date;
}

const creditedUnitsPart = definePart<CreditedUnits>({ orderItemId: reference, quantity });

const schema = defineSchema<InvoiceRequestDoc>(
  "invoiceRequests",
  {
    _id: text,
    type: oneOf(INVOICE_TYPES),
    orderId: reference,
    refundId: optionalReference,
    unpaidId: optionalReference,
    items: listOf(creditedUnitsPart),
    reason: optionalText,
    createdById: optionalText,
    dueAt: date,
    attempts: count,
    lastError: optionalText,
    refusal: json,
    expiresAt: optionalDate,
  },
  "created",
);

// Refused requests are not due.
schema.index({ type: 1, dueAt: 1 }, { partialFilterExpression: { refusal: null } });
schema.index({ orderId: 1 });
schema.index({ expiresAt: 1 }, { expireAfterSeconds: 0 });

export const InvoiceRequest = model<InvoiceRequestDoc>("InvoiceRequest", schema);
