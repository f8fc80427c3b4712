import type { AddressSnapshot, InvoiceDoc, TemplateDesign } from "../../../models/index.js";
import type { Paise } from "../../../utils/money.js";

/** How the order was or will be paid, as the document prints it. */
export interface PrintedPayment {
  /** "UPI", "Cash on delivery", … */
  method: string;
  status: "paid" | "unpaid" | "refunded";
  /** The gateway's payment id. */
  reference: string | null;
  /** Store credit and points that pay for part of it. */
  creditUsed: Paise;
  pointsUsed: Paise;
  balanceDue: Paise;
  /** The text of the QR code; null when nothing is due. */
  upiLink: string | null;
}

/** Everything that is printed. The same input gives the same bytes. Plain data: it crosses to a worker thread. */
export interface PrintedDocument {
  invoice: Omit<InvoiceDoc, "_id" | "orderId" | "originalInvoiceId" | "refundId" | "lines"> & {
    lines: Omit<InvoiceDoc["lines"][number], "orderItemId">[];
    /** Printed across the page of a preview. */
    watermark?: string;
  };
  billingAddress: AddressSnapshot;
  template: TemplateDesign;
  payment: PrintedPayment | null;
}
