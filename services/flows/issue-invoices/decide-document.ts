import type { InvoiceRequestDoc, OrderDoc, OrderItemDoc, RefundDoc } from "../../../models/index.js";
import { INVOICE_TYPE, REFUND_STATUS } from "../../../utils/constants.js";
import { AppError, orderNotFound } from "../../../utils/errors.js";
import { buildCreditNote, type CreditedPart } from "../../aggregates/invoice/credit-note-document.js";
import type { NumberlessDocument } from "../../aggregates/invoice/document-parts.js";
import { isSale } from "../../aggregates/invoice/invoice-reads.js";
import { buildSaleDocument, type IssueContext } from "../../aggregates/invoice/sale-document.js";
import { isForGoods } from "../../aggregates/refund/refund-facts.js";
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

/** Refunds that exist when an order is invoiced. */
export interface EarlierRefunds {
  /** Completed, and about what is invoiced now: they need a credit note. */
  toCredit: RefundDoc[];
  /** About units that were cancelled before and are not invoiced: they need none. */
  notInvoiced: RefundDoc[];
}

/** @param refunds of the order, oldest first: cancelled units belong to the first refunds that name them */
export function sortEarlierRefunds(
  refunds: readonly RefundDoc[],
  items: readonly OrderItemDoc[],
): EarlierRefunds {
  const cancelled = new Map(
    items.map(({ _id, quantityCancelled }) => [_id.toHexString(), quantityCancelled]),
  );
  const alive = refunds.filter((refund) => refund.status !== REFUND_STATUS.REJECTED && isForGoods(refund));
  const notInvoiced: RefundDoc[] = [];
  for (const refund of alive) {
    const named = refund.items.map(({ orderItemId, quantity }) => ({
      id: orderItemId.toHexString(),
      quantity,
    }));
    const fits = named.every(({ id, quantity }) => (cancelled.get(id) ?? 0) >= quantity);
    if (named.length === 0 || refund.shippingAmount > 0 || !fits) continue;
    if (sharesUnits(refund) && !notInvoiced.some(({ _id }) => refund.splitFromId?.equals(_id))) continue;
    for (const { id, quantity } of named) cancelled.set(id, (cancelled.get(id) ?? 0) - quantity);
    notInvoiced.push(refund);
  }
  const toCredit = alive.filter(
    (refund) => refund.status === REFUND_STATUS.COMPLETED && !notInvoiced.includes(refund),
  );
  return { toCredit, notInvoiced };
}

/** The units of a line that two sources pay for are in the first part; the other names none of them. */
const sharesUnits = ({ splitFromId, items }: RefundDoc): boolean =>
  splitFromId !== null && items.some(({ quantity }) => quantity === 0);
