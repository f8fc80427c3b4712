import type { Types } from "mongoose";
import type { CreditedUnits } from "../../../models/index.js";

/** What an admin asks to have credited: a refund, some units, or (neither) a whole cancelled order. */
export interface CreditNoteOrder {
  orderId: Types.ObjectId;
  refundId: Types.ObjectId | null;
  items: CreditedUnits[];
  reason: string;
  createdById: string | null;
  /** Makes a repeated request for units the same request. */
  requestKey?: string;
}

/** Asks the worker for the order's sale invoice. A repeat changes nothing. */
export async function requestSaleInvoice(
  _orderId: Types.ObjectId,
  _createdById: string | null,
): Promise<string> {
  throw new Error("stub");
}

/** Asks the worker for a credit note. @returns the document's origin */
export async function requestCreditNote(_order: CreditNoteOrder): Promise<string> {
  throw new Error("stub");
}
