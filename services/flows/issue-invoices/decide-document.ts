import type { InvoiceRequestDoc, OrderDoc } from "../../../models/index.js";
import { INVOICE_TYPE } from "../../../utils/constants.js";
import { AppError, orderNotFound } from "../../../utils/errors.js";
import { buildCreditNote, type CreditedPart } from "../../aggregates/invoice/credit-note-document.js";
import type { NumberlessDocument } from "../../aggregates/invoice/document-parts.js";
import { isSale } from "../../aggregates/invoice/invoice-reads.js";
import { buildSaleDocument, type IssueContext } from "../../aggregates/invoice/sale-document.js";
import { unpaidPartsOf } from "../../calculations/unpaid-parts.js";
import type { IssueFacts } from "./issue-facts.js";

/** What becomes of a request. */
export type Decision = { request: InvoiceRequestDoc } & (
  | { kind: "document"; document: NumberlessDocument; order: OrderDoc }
  | { kind: "refused"; error: AppError }
  /** The document was issued before. */
  | { kind: "issued" }
);

/** Decides the requests of a batch in their order: each credit note starts from what the ones before it left. */
export function decideDocuments(
  requests: readonly InvoiceRequestDoc[],
  facts: IssueFacts,
  context: IssueContext,
): Decision[] {
  const newNotes = new Map<string, CreditedPart[]>();
  return requests.map((request): Decision => {
    if (facts.documentsOf(request).some(({ origin }) => origin === request._id))
      return { request, kind: "issued" };
    const order = facts.orderOf(request);
    const notes = newNotes.get(request.orderId.toHexString()) ?? [];
    try {
      if (!order) throw orderNotFound();
      const document =
        request.type === INVOICE_TYPE.SALE
          ? buildSaleDocument(
              { order, items: facts.itemsOf(order), createdById: request.createdById },
              context,
            )
          : buildCreditNote(creditSourceOf({ request, order, notes }, facts), context);
      if (request.type !== INVOICE_TYPE.SALE)
        newNotes.set(request.orderId.toHexString(), [...notes, document]);
      return { request, kind: "document", document, order };
    } catch (error) {
      // Anything else is a mistake of ours or in the data: it fails the batch, and the request is tried again alone.
      if (error instanceof AppError) return { request, kind: "refused", error };
      throw error;
    }
  });
}

interface CreditAsked {
  request: InvoiceRequestDoc;
  order: OrderDoc;
  /** Of the same batch. */
  notes: readonly CreditedPart[];
}

function creditSourceOf({ request, order, notes }: CreditAsked, facts: IssueFacts) {
  const documents = facts.documentsOf(request);
  return {
    request,
    orderStatus: order.status,
    invoice: documents.find(isSale) ?? null,
    earlierNotes: [...documents.filter((document) => !isSale(document)), ...notes],
    refund: facts.refundsOf(request).find(({ _id }) => request.refundId?.equals(_id)) ?? null,
    unpaid: unpaidPartsOf(order).find(({ _id }) => request.unpaidId?.equals(_id))?.unpaid ?? null,
  };
}
