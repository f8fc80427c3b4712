import { model, type Types } from "mongoose";
import { oneOf, optionalDate, optionalText, reference, text } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";

export const INVOICE_DELIVERY_STATES = ["queued", "sent", "failed"] as const;
export type InvoiceDeliveryState = (typeof INVOICE_DELIVERY_STATES)[number];

/** One e-mail with an invoice. Stored apart from the invoice, which never changes. */
export interface InvoiceDeliveryDoc {
  _id: Types.ObjectId;
  invoiceId: Types.ObjectId;
  invoiceNumber: string;
  orderId: Types.ObjectId;
  to: string;
  state: InvoiceDeliveryState;
  sentAt: Date | null;
  error: string | null;
  requestedById: string | null;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<InvoiceDeliveryDoc>("invoiceDeliveries", {
  invoiceId: reference,
  invoiceNumber: text,
  orderId: reference,
  to: text,
  state: oneOf(INVOICE_DELIVERY_STATES, "queued"),
  sentAt: optionalDate,
  error: optionalText,
  requestedById: optionalText,
});

schema.index({ invoiceId: 1, createdAt: -1 });

export const InvoiceDelivery = model<InvoiceDeliveryDoc>("InvoiceDelivery", schema);
