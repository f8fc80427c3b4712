import type { Types } from "mongoose";
import type { InvoiceDoc } from "../../../models/index.js";
import type { CreditNoteOrder } from "../../aggregates/invoice/request-document.js";

/** Issues every document that is due. @returns how many */
export async function issueDueInvoices(_signal?: AbortSignal): Promise<number> {
  throw new Error("stub");
}

export interface IssuedDocument {
  invoice: InvoiceDoc;
  /** False when the document existed before the call. */
  created: boolean;
}

/**
 * The order's sale invoice, issued now if there is none.
 * @throws NotFoundError ORDER_NOT_FOUND; RuleError ORDER_NOT_INVOICEABLE; OutcomeUnknownError when the worker does not
 *   get to it in time (the request stays, so a repeat finds the invoice)
 */
export async function issueSaleInvoice(_orderId: Types.ObjectId, _by: string): Promise<IssuedDocument> {
  throw new Error("stub");
}

/**
 * A credit note for some units, a completed refund, or a whole cancelled order.
 * @throws NotFoundError ORDER_NOT_FOUND, REFUND_NOT_FOUND; InvoiceNotReadyError; RuleError CREDIT_EXCEEDS_INVOICE,
 *   REFUND_NOT_COMPLETED, ORDER_NOT_INVOICEABLE; OutcomeUnknownError as above
 */
export async function issueCreditNote(_order: CreditNoteOrder): Promise<IssuedDocument> {
  throw new Error("stub");
}
