import type { InvoiceDoc, TemplateDesign } from "../../../models/index.js";
import type { Paise } from "../../../utils/money.js";

/** How the order was or will be paid, as the document prints it. */
export interface PrintedPayment {
  /** "UPI", "Cash on delivery", … */
  method: string;
  /** `settled`: nothing is due although less was paid, because lines were cancelled. */
  status: "paid" | "unpaid" | "settled";
  /** The gateway's payment id. */
  reference: string | null;
  /** Store credit and points that pay for part of it. */
  creditUsed: Paise;
  pointsUsed: Paise;
  /** Without credit and points. */
  amountPaid: Paise;
  balanceDue: Paise;
  /** The text of the QR code; null when nothing is due. */
  upiLink: string | null;
}

type PrintedInvoice = Pick<
  InvoiceDoc,
  | "invoiceNumber"
  | "type"
  | "documentTitle"
  | "orderNumber"
  | "originalInvoiceNumber"
  | "refundNumber"
  | "reason"
  | "issuedAt"
  | "placeOfSupply"
  | "supplyType"
  | "hasGstEffect"
  | "supplier"
  | "buyer"
  | "billingAddress"
  | "shippingAddress"
  | "gstin"
  | "pricesIncludeTax"
  | "taxSummary"
  | "totals"
  | "amountInWords"
> & {
  lines: Omit<InvoiceDoc["lines"][number], "orderItemId">[];
};

/** Everything that is printed. The same input gives the same bytes. Plain data: it crosses to a worker thread. */
export interface PrintedDocument {
  invoice: PrintedInvoice;
  /** Credit notes: when the original invoice was issued. */
  originalIssuedAt: Date | null;
  template: TemplateDesign;
  payment: PrintedPayment | null;
  /** Printed across the pages of a preview. */
  watermark: string | null;
}
