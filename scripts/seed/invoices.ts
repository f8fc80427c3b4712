import type mongoose from "mongoose";
import type { InvoiceDoc, InvoiceSupplier } from "../../models/index.js";
import { buildCreditNote } from "../../services/aggregates/invoice/credit-note-document.js";
import {
  getState,
  type NumberlessDocument,
  readSupplier,
  seal,
} from "../../services/aggregates/invoice/document-parts.js";
import { buildSaleDocument } from "../../services/aggregates/invoice/sale-document.js";
import { seriesOf } from "../../services/calculations/document-terms.js";
import { formatNumber } from "../../services/platform/order-number.service.js";
import { calculateGstinCheckCharacter } from "../../utils/gst/gstin.js";
import { businessYear, dayNumberOf, periodStart, type Span, spanOfMonth } from "../../utils/periods.js";
import { type Basket, makeBaskets, pickFrom } from "./baskets.js";
import { writeBatches } from "./batches.js";
import { toDocuments } from "./order-documents.js";

/** Every twentieth buyer is registered, and every twelfth document credits the one before it. */
const BUSINESS_EVERY = 20;
const NOTE_EVERY = 12;
const BATCH = 500;
const HSN_DIGITS = 6;

/** The month before this moment, in India. */
export function monthBefore(at: Date): Span {
  const [year = 0, month = 1] = periodStart(dayNumberOf(at), "month").split("-").map(Number);
  return month === 1 ? spanOfMonth(year - 1, 12) : spanOfMonth(year, month - 1);
}

export interface InvoiceShare {
  count: number;
  /** The documents are spread evenly over the month before. */
  until: Date;
  onProgress(done: number): void;
}

/** Writes invoices and credit notes of the last month, without their orders. Their series must be new. */
export async function writeInvoices(db: mongoose.mongo.Db, share: InvoiceShare): Promise<void> {
  const { from, to } = monthBefore(share.until);
  const { count, onProgress } = share;
  const make = maker(await readSupplier(), from);
  const gap = (to.getTime() - from.getTime()) / count;
  await writeBatches(db, Math.ceil(count / BATCH), (index) => {
    const first = index * BATCH;
    if (first > 0 && index % 40 === 0) onProgress(first);
    const size = Math.min(BATCH, count - first);
    const invoices = Array.from({ length: size }, (_, offset) =>
      make(first + offset, new Date(Math.floor(from.getTime() + (first + offset) * gap))),
    );
    return { invoices };
  });
  await saveCounters(db, to);
}

function maker(supplier: InvoiceSupplier, placed: Date) {
  const baskets = makeBaskets();
  const last = new Map<string, number>();
  const number = (document: NumberlessDocument): InvoiceDoc => {
    const series = seriesOf(document.type, businessYear(document.issuedAt));
    const sequence = (last.get(series) ?? 0) + 1;
    last.set(series, sequence);
    return seal(document, { series, sequence, invoiceNumber: formatNumber(series, sequence) });
  };
  let previous: InvoiceDoc | null = null;
  return (index: number, issuedAt: Date): InvoiceDoc => {
    const basket = pickFrom(baskets, index);
    const document: NumberlessDocument =
      previous && index % NOTE_EVERY === NOTE_EVERY - 1
        ? creditNote(previous, issuedAt)
        : invoice({ index, placed, basket }, { issuedAt, supplier });
    previous = number(document);
    return previous;
  };
}

interface Sold {
  index: number;
  placed: Date;
  basket: Basket;
}

function invoice({ index, placed, basket }: Sold, context: { issuedAt: Date; supplier: InvoiceSupplier }) {
  const orderNumber = formatNumber(`ORD-${businessYear(placed)}`, index + 1);
  const documents = toDocuments({ number: index, orderNumber, placed, until: placed, basket });
  const [order] = documents.orders;
  if (!order) throw new Error("no order was made");
  const gstin = index % BUSINESS_EVERY === 0 ? gstinIn(basket.city.state, index) : null;
  return buildSaleDocument(
    { order: { ...order, gstin }, items: documents.orderItems, createdById: null },
    { ...context, hsnDigits: HSN_DIGITS, templateVersion: 0 },
  );
}

const creditNote = (invoice: InvoiceDoc, issuedAt: Date): NumberlessDocument =>
  buildCreditNote(
    {
      request: {
        _id: `cancellation:${invoice.orderId.toHexString()}`,
        orderId: invoice.orderId,
        ...{ refundId: null, unpaidId: null, items: [], reason: "Cancelled", createdById: null },
      },
      ...{ orderStatus: "cancelled", invoice, earlierNotes: [], refund: null, unpaid: null },
    },
    { issuedAt, templateVersion: 0 },
  );

function gstinIn(state: string, index: number): string {
  const body = `${getState(state).code}AABCB${String(1000 + (index % 9000))}K1Z`;
  return body + calculateGstinCheckCharacter(body);
}

/** The worker continues after the last numbers, and not before the last date. */
async function saveCounters(db: mongoose.mongo.Db, lastIssuedAt: Date): Promise<void> {
  const series = await db
    .collection("invoices")
    .aggregate<{ _id: string; sequence: number }>([
      { $group: { _id: "$series", sequence: { $max: "$sequence" } } },
    ])
    .toArray();
  const counters = db.collection<{ _id: string; sequence: number; lastIssuedAt: Date }>("counters");
  for (const { _id, sequence } of series)
    await counters.updateOne({ _id }, { $max: { sequence, lastIssuedAt } }, { upsert: true });
}
