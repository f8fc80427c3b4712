import type { Types } from "mongoose";
import type { InvoiceDoc } from "../../../models/index.js";

/** All documents of an order, oldest first. */
export async function listInvoicesOfOrder(_orderId: Types.ObjectId): Promise<InvoiceDoc[]> {
  throw new Error("stub");
}

/** @throws NotFoundError INVOICE_NOT_FOUND */
export async function getInvoice(_invoiceNumber: string): Promise<InvoiceDoc> {
  throw new Error("stub");
}
