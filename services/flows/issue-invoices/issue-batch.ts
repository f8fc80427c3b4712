import { type ClientSession, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import {
  Counter,
  type CounterDoc,
  Invoice,
  type InvoiceDoc,
  InvoiceRequest,
  type InvoiceRequestDoc,
  Order,
  SKIP_VALIDATORS_RETURN_NEW,
} from "../../../models/index.js";
import { INVOICE_TYPE, type InvoiceType } from "../../../utils/constants.js";
import { toRupees } from "../../../utils/money.js";
import { businessYear } from "../../../utils/periods.js";
import { adminActor } from "../../../utils/principal.js";
import { type DocumentNumber, seal } from "../../aggregates/invoice/document-parts.js";
import { isSale } from "../../aggregates/invoice/invoice-reads.js";
import { MAX_NUMBER_LENGTH, seriesOf } from "../../calculations/document-terms.js";
import { recordAudit } from "../../platform/audit.service.js";
import { formatNumber } from "../../platform/order-number.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { type Decision, decideDocuments } from "./decide-document.js";
import { type IssueFacts, readContext, readFacts } from "./issue-facts.js";
import { closeRequests, requestEarlierNotes } from "./request-outcomes.js";

/** Documents in one transaction. More would hold the counter longer than a request waits for its own document. */
export const BATCH = 50;

/** The series has no number left with at most 16 characters. */
export class SeriesFullError extends Error {
  constructor(series: string) {
    super(`the series ${series} has no number left`);
    this.name = "SeriesFullError";
  }
}

export interface BatchRequest {
  type: InvoiceType;
  /** Of requests of this type. */
  ids: readonly string[];
  /** The database's time. */
  at: Date;
}

/**
 * Issues the documents of some requests in one transaction: counter, documents, the orders' invoice numbers, and the
 * end of the requests. Nothing outside the transaction decides: two workers at once conflict at the counter, and a
 * request that was answered in the meantime is not found. Refused requests end with their reason.
 * @returns how many documents were issued
 * @throws SeriesFullError; OutcomeUnknownError when the commit got no answer: the next batch finds out. After any error
 *   but that one, nothing was issued
 */
export async function issueBatch(batch: BatchRequest): Promise<number> {
  const context = await readContext();
  const issued = await inTransaction(async (tx) => {
    const requests = await findRequests(batch, tx);
    const facts = await readFacts(requests, tx);
    const issuedAt = await decideTime(batch, { requests, facts }, tx);
    const decisions = decideDocuments(requests, facts, { ...context, issuedAt });
    const documents = await writeDocuments(batch.type, { decisions, issuedAt }, tx);
    await closeRequests(decisions, tx);
    if (batch.type === INVOICE_TYPE.SALE) await requestEarlierNotes(decisions, facts, tx);
    return documents;
  });
  for (const { invoiceNumber, orderNumber, origin } of issued)
    logger.info({ invoiceNumber, orderNumber, origin }, "> Document issued");
  return issued.length;
}

function findRequests({ ids, type }: BatchRequest, tx: ClientSession): Promise<InvoiceRequestDoc[]> {
  return InvoiceRequest.find({ _id: trusted({ $in: [...ids] }), type, refusal: null })
    .sort({ _id: 1 })
    .session(tx)
    .lean<InvoiceRequestDoc[]>()
    .exec();
}

/**
 * The batch's time, unless the database's clock has gone back (after a failover): a document is never dated before an
 * earlier one of its type, nor a credit note before its invoice.
 */
async function decideTime(
  { type, at }: BatchRequest,
  { requests, facts }: { requests: readonly InvoiceRequestDoc[]; facts: IssueFacts },
  tx: ClientSession,
): Promise<Date> {
  const year = businessYear(at);
  // Also next year's: it may have begun before the clock went back.
  const series = [seriesOf(type, year), seriesOf(type, year + 1)];
  const counters = await Counter.find({ _id: trusted({ $in: series }) })
    .session(tx)
    .lean<CounterDoc[]>();
  const invoices = requests.flatMap((request) => facts.documentsOf(request)).filter(isSale);
  const earliest = [
    ...counters.map(({ lastIssuedAt }) => lastIssuedAt),
    ...invoices.map(({ issuedAt }) => issuedAt),
  ];
  return new Date(Math.max(at.getTime(), ...earliest.map((time) => time?.getTime() ?? 0)));
}

async function writeDocuments(
  type: InvoiceType,
  { decisions, issuedAt }: { decisions: readonly Decision[]; issuedAt: Date },
  tx: ClientSession,
): Promise<InvoiceDoc[]> {
  const wanted = decisions.filter((decision) => decision.kind === "document");
  if (wanted.length === 0) return [];
  const numbers = await drawNumbers({ type, issuedAt, count: wanted.length }, tx);
  const documents = wanted.map(({ document }, index) => {
    const number = numbers[index];
    if (!number) throw new Error("fewer numbers than documents");
    return seal(document, number);
  });
  await Invoice.insertMany(documents, { session: tx, lean: true });
  await markOrders(documents, tx);
  await auditRequested(documents, tx);
  return documents;
}

/** Documents that an admin has asked for. */
async function auditRequested(documents: readonly InvoiceDoc[], tx: ClientSession): Promise<void> {
  for (const { invoiceNumber, orderNumber, totals, reason, createdById } of documents) {
    if (createdById === null) continue;
    const after = { orderNumber, grandTotal: toRupees(totals.grandTotal), reason };
    const about = { action: "invoice.issue", resourceType: "invoice", resourceId: invoiceNumber };
    await recordAudit({ actor: adminActor(createdById), ...about, after }, tx);
  }
}

/** Each counter is one document, so the numbers of two transactions never overlap, and an aborted one draws none. */
async function drawNumbers(
  { type, issuedAt, count }: { type: InvoiceType; issuedAt: Date; count: number },
  tx: ClientSession,
): Promise<DocumentNumber[]> {
  const series = seriesOf(type, businessYear(issuedAt));
  const counter = await Counter.findOneAndUpdate(
    { _id: series },
    { $inc: { sequence: count }, $set: { lastIssuedAt: issuedAt } },
    { ...SKIP_VALIDATORS_RETURN_NEW, upsert: true, session: tx },
  ).lean<CounterDoc>();
  const last = counter?.sequence ?? count;
  if (formatNumber(series, last).length > MAX_NUMBER_LENGTH) throw new SeriesFullError(series);
  return Array.from({ length: count }, (_unused, index) => {
    const sequence = last - count + 1 + index;
    return { series, sequence, invoiceNumber: formatNumber(series, sequence) };
  });
}

/**
 * Writes the orders, so that a change of an order conflicts with its invoice: a unit is either cancelled before, or
 * invoiced. For a credit note the write makes two notes of one order conflict, also when New Year lies between them and
 * their series differ.
 */
async function markOrders(documents: readonly InvoiceDoc[], tx: ClientSession): Promise<void> {
  const writes = documents.map((document) => ({
    updateOne: isSale(document)
      ? {
          filter: { _id: document.orderId, invoiceNumber: null },
          update: { $set: { invoiceNumber: document.invoiceNumber } },
        }
      : { filter: { _id: document.orderId }, update: { $set: { updatedAt: document.issuedAt } } },
  }));
  const { matchedCount } = await Order.bulkWrite(writes, { session: tx });
  if (matchedCount !== documents.length) throw new Error("an order has an invoice number without an invoice");
}
