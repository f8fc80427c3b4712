import { Types } from "mongoose";
import type {
  InvoiceDoc,
  InvoiceLine,
  InvoiceRequestDoc,
  RefundDoc,
  UnpaidContent,
} from "../../../models/index.js";
import { INVOICE_TYPE, ORDER_STATUS, type OrderStatus, REFUND_STATUS } from "../../../utils/constants.js";
import { InvoiceNotReadyError, NotFoundError, RuleError } from "../../../utils/errors.js";
import { groupBy } from "../../../utils/helpers.js";
import { addPaise, paise, subtractPaise, toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { amountInWords } from "../../calculations/amount-in-words.js";
import {
  type CreditAmounts,
  type CreditableInvoice,
  CreditExceedsError,
  type CreditedAmounts,
  type CreditPart,
  creditRefund,
  creditRest,
  creditUnits,
} from "../../calculations/credit-amounts.js";
import { creditNoteTable, financialYear, hasGstEffect } from "../../calculations/document-terms.js";
import { DOCUMENT_TITLES, summariseTax, totalRows } from "../../calculations/invoice-rows.js";
import { toCreditedRefund } from "../refund/refund-facts.js";
import type { NumberlessDocument } from "./document-parts.js";
import type { IssueContext } from "./sale-document.js";

export type CreditRequest = Pick<
  InvoiceRequestDoc,
  "_id" | "orderId" | "refundId" | "unpaidId" | "items" | "reason" | "createdById"
>;

/** What an earlier note took of its invoice. */
export type CreditedPart = Pick<InvoiceDoc, "lines" | "totals">;

/** What a credit note is decided from. */
export interface CreditSource {
  request: CreditRequest;
  orderStatus: OrderStatus;
  invoice: InvoiceDoc | null;
  /** Issued before, of the same invoice. */
  earlierNotes: readonly CreditedPart[];
  /** The request's refund. */
  refund: RefundDoc | null;
  /** What the request's cancellation or returned parcel left unpaid. */
  unpaid: UnpaidContent | null;
}

/**
 * A credit note: at the rates, heads and place of supply of the invoice, from what earlier notes left of it.
 * @throws InvoiceNotReadyError before the invoice; NotFoundError REFUND_NOT_FOUND; RuleError REFUND_NOT_COMPLETED,
 *   ORDER_NOT_INVOICEABLE (only a cancelled order is credited as a whole; a refund of goods that are not on the invoice is
 *   not credited), CREDIT_EXCEEDS_INVOICE
 */
export function buildCreditNote(
  source: CreditSource,
  { issuedAt, templateVersion }: Pick<IssueContext, "issuedAt" | "templateVersion">,
): NumberlessDocument {
  const { request, refund } = source;
  const invoice = assertCreditable(source);
  const amounts = creditOf(source, toCreditable(invoice, source.earlierNotes));
  const lines = amounts.parts.map((part) => toCreditLine(part, invoice));
  const rows = lines.map((line) => ({ ...line, orderItemId: line.orderItemId?.toHexString() ?? null }));
  const totals = totalRows(rows, amounts.roundOff);
  const { orderId, orderNumber, placeOfSupply, supplyType, supplier, buyer, gstin, pricesIncludeTax } =
    invoice;
  return {
    _id: new Types.ObjectId(),
    type: INVOICE_TYPE.CREDIT_NOTE,
    status: invoice.status,
    documentTitle: DOCUMENT_TITLES.creditNote,
    ...{ orderId, orderNumber },
    originalInvoiceId: invoice._id,
    originalInvoiceNumber: invoice.invoiceNumber,
    refundId: refund?._id ?? null,
    refundNumber: refund?.refundNumber ?? null,
    reason: request.reason,
    issuedAt,
    financialYear: financialYear(issuedAt),
    origin: request._id,
    ...{ placeOfSupply, supplyType, supplier, buyer, gstin, pricesIncludeTax },
    returnTable: creditNoteTable(invoice.returnTable),
    hasGstEffect: hasGstEffect(issuedAt, invoice.issuedAt),
    billingAddress: invoice.billingAddress,
    shippingAddress: invoice.shippingAddress,
    lines,
    taxSummary: summariseTax(rows),
    totals,
    amountInWords: amountInWords(totals.grandTotal),
    templateVersion,
    createdById: request.createdById,
    createdAt: issuedAt,
  };
}

/** @throws as `buildCreditNote` */
function assertCreditable({ request, orderStatus, invoice, refund }: CreditSource): InvoiceDoc {
  if (request.refundId) {
    if (!refund?.orderId?.equals(request.orderId))
      throw new NotFoundError("REFUND_NOT_FOUND", "The order has no such refund");
    if (refund.status !== REFUND_STATUS.COMPLETED)
      throw new RuleError("REFUND_NOT_COMPLETED", "Only a completed refund is credited");
  }
  if (!invoice) throw new InvoiceNotReadyError();
  if (refund && namesNothingOf(invoice, refund)) throw new RuleError("ORDER_NOT_INVOICEABLE", NOT_INVOICED);
  const isWhole = !request.refundId && !request.unpaidId && request.items.length === 0;
  // Returned to origin: requested by the service itself. Goods that a customer sends back are credited by their refunds.
  const isReturned = orderStatus === ORDER_STATUS.RETURNED && request.createdById === null;
  if (isWhole && orderStatus !== ORDER_STATUS.CANCELLED && !isReturned)
    throw new RuleError(
      "ORDER_NOT_INVOICEABLE",
      "Only a cancelled order is credited as a whole; name the items or the refund",
    );
  return invoice;
}

export const NOT_INVOICED =
  "The refund is of units that were cancelled before the invoice, which does not contain them";

/** Of lines that were cancelled before the invoice, and paid back later. Other goods must not be credited for them. */
function namesNothingOf({ lines }: InvoiceDoc, { items, shippingAmount }: RefundDoc): boolean {
  const isInvoiced = ({ orderItemId: id }: RefundDoc["items"][number]) =>
    lines.some(({ orderItemId }) => orderItemId?.equals(id));
  return items.length > 0 && shippingAmount === 0 && !items.some(isInvoiced);
}

/** @throws RuleError CREDIT_EXCEEDS_INVOICE */
function creditOf({ request, refund, unpaid }: CreditSource, invoice: CreditableInvoice): CreditAmounts {
  try {
    const amount = refund ?? unpaid;
    if (amount) return creditRefund(invoice, toCreditedRefund(amount));
    if (request.items.length === 0) return creditRest(invoice);
    return creditUnits(invoice, sumUnits(request.items));
  } catch (error) {
    if (!(error instanceof CreditExceedsError)) throw error;
    const left = toRupees(error.left);
    throw new RuleError("CREDIT_EXCEEDS_INVOICE", `Of this invoice, ₹${left} can still be credited`, {
      left,
    });
  }
}

function sumUnits(items: readonly { orderItemId: Types.ObjectId; quantity: number }[]): Map<string, number> {
  const units = new Map<string, number>();
  for (const { orderItemId, quantity } of items) {
    const id = orderItemId.toHexString();
    units.set(id, (units.get(id) ?? 0) + quantity);
  }
  return units;
}

/** Recognises a line of the invoice in its credit notes. A charge has one row per kind and rate. */
const lineId = ({ orderItemId, description, rateBps }: InvoiceLine): string =>
  orderItemId?.toHexString() ?? `${description}:${rateBps}`;

/** An invoice with what earlier notes credited of it. */
export function toCreditable(invoice: InvoiceDoc, notes: readonly CreditedPart[]): CreditableInvoice {
  const credited = groupBy(
    notes.flatMap(({ lines }) => lines),
    lineId,
  );
  return {
    lines: invoice.lines.map((line) => ({
      id: lineId(line),
      isCharge: line.orderItemId === null,
      sold: sumLines([line]),
      credited: sumLines(credited.get(lineId(line)) ?? []),
    })),
    roundOffLeft: subtractPaise(
      invoice.totals.roundOff,
      addPaise(...notes.map(({ totals }) => totals.roundOff)),
    ),
  };
}

function sumLines(lines: readonly InvoiceLine[]): CreditedAmounts {
  const sum = (of: (line: InvoiceLine) => number) =>
    paise(lines.reduce((total, line) => total + of(line), 0));
  return {
    units: sum(({ quantity }) => quantity),
    taxableValue: sum(({ taxableValue }) => taxableValue),
    total: sum(({ total }) => total),
    cgst: sum(({ cgst }) => cgst),
    sgst: sum(({ sgst }) => sgst),
    utgst: sum(({ utgst }) => utgst),
    igst: sum(({ igst }) => igst),
  };
}

/** A line of a note. Without units (a part of the value) it has no unit price. */
function toCreditLine({ id, units, ...amounts }: CreditPart, invoice: InvoiceDoc): InvoiceLine {
  const line = invoice.lines.find((candidate) => lineId(candidate) === id);
  if (!line) throw new Error(`the invoice has no line ${id}`);
  const unitPrice = units === 0 ? ZERO_PAISE : line.unitPrice;
  const charged = invoice.pricesIncludeTax ? amounts.total : amounts.taxableValue;
  return {
    ...line,
    ...{ quantity: units, unitPrice },
    // So that price × quantity − discount is what is credited.
    discount: units === 0 ? ZERO_PAISE : paise(unitPrice * units - charged),
    ...amounts,
  };
}
