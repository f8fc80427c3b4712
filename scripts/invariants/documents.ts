import type { InvoiceDoc, InvoiceLine, OrderDoc, OrderItemDoc, RefundDoc } from "../../models/index.js";
import { cumulativeShare } from "../../services/calculations/allocation.js";
import { contentHash } from "../../services/calculations/content-hash.js";
import { unpaidPartsOf } from "../../services/calculations/unpaid-parts.js";
import { paise } from "../../utils/money.js";
import type { Facts } from "./facts.js";
import { type Check, duplicatesOf, type Finding, finding, groupBy, sumOf } from "./invariants.js";

/** Invoices and credit notes: their numbers, their sums, and the orders and refunds that they are about. In paise. */

const HEADS = ["cgst", "sgst", "utgst", "igst"] as const;
const SUMS = ["taxableValue", ...HEADS] as const;
const MAX_NUMBER_LENGTH = 16;
const KOLKATA_OFFSET_MS = 5.5 * 3_600_000;
const yearInKolkata = (at: Date): number => new Date(at.getTime() + KOLKATA_OFFSET_MS).getUTCFullYear();

const isNote = ({ type }: InvoiceDoc): boolean => type === "credit_note";
const isSale = ({ type }: InvoiceDoc): boolean => type === "sale";

const documentNumbers: Check = ({ invoices, counters }) => {
  const problems = [...groupBy(invoices, ({ series }) => series)].flatMap(([series, unsorted]) => {
    const documents = [...unsorted].sort((a, b) => a.sequence - b.sequence);
    const counter = counters.find(({ _id }) => _id === series);
    const isFull = documents.every(({ sequence }, index) => sequence === index + 1);
    return [
      ...(isFull ? [] : [finding("the series has a gap or a number twice", series)]),
      ...(counter?.sequence === documents.length
        ? []
        : [finding(`${documents.length} documents, the counter is at ${counter?.sequence}`, series)]),
      ...documents.flatMap((document, index) => numberProblems(document, documents[index - 1])),
    ];
  });
  const twice = duplicatesOf(invoices, ({ invoiceNumber }) => invoiceNumber);
  return [...problems, ...twice.map(([number]) => finding("the number is used twice", number))];
};

function numberProblems(document: InvoiceDoc, previous: InvoiceDoc | undefined): Finding[] {
  const { invoiceNumber, series, sequence, issuedAt } = document;
  const prefix = isSale(document) ? "INV" : "CN";
  const problems: string[] = [];
  if (invoiceNumber !== `${series}-${String(sequence).padStart(6, "0")}`)
    problems.push(`the number does not fit ${series}, ${sequence}`);
  if (invoiceNumber.length > MAX_NUMBER_LENGTH) problems.push("the number has more than 16 characters");
  if (series !== `${prefix}-${yearInKolkata(issuedAt)}`) problems.push(`the series is ${series}`);
  if (previous && previous.issuedAt > issuedAt) problems.push("it is dated before the previous number");
  return problems.map((problem) => finding(problem, invoiceNumber));
}

const sealedDocuments: Check = ({ invoices }) =>
  invoices
    .filter((document) => contentHash(document) !== document.contentHash)
    .map(({ invoiceNumber }) => finding("it was changed after it was issued", invoiceNumber));

const documentSums: Check = ({ invoices }) =>
  invoices.flatMap((document) => {
    const { lines, taxSummary, totals, invoiceNumber } = document;
    const problems: string[] = [];
    const supplied = lines.filter(({ isFreeGift }) => !isFreeGift);
    for (const field of SUMS) {
      const ofLines = sumOf(lines, (line) => line[field]);
      if (totals[field] !== ofLines) problems.push(`${field} is ${totals[field]}, the lines have ${ofLines}`);
    }
    const total = sumOf(lines, (line) => line.total) + totals.roundOff;
    if (totals.grandTotal !== total) problems.push(`grandTotal is ${totals.grandTotal}, not ${total}`);
    if (totals.cgst !== totals.sgst + totals.utgst) problems.push("CGST differs from SGST or UTGST");
    if (lines.some((line) => line.total !== sumOf([...SUMS], (field) => line[field])))
      problems.push("a line does not add up");
    if (summaryOf(taxSummary) !== summaryOf(supplied))
      problems.push("the tax summary differs from the lines");
    return problems.map((problem) => finding(problem, invoiceNumber));
  });

type Summarised = Pick<InvoiceLine, (typeof SUMS)[number] | "hsnCode" | "uqc" | "rateBps" | "quantity"> & {
  orderItemId?: unknown;
};

/** Sums by HSN code, unit and rate, as text; a charge has no quantity. */
function summaryOf(rows: readonly Summarised[]): string {
  const groups = groupBy(rows, ({ hsnCode, uqc, rateBps }) => `${hsnCode}:${uqc}:${rateBps}`);
  const sums = [...groups].map(([key, group]) => [
    key,
    sumOf(group, ({ orderItemId, quantity }) => (orderItemId === null ? 0 : quantity)),
    ...SUMS.map((field) => sumOf(group, (row) => row[field])),
  ]);
  return JSON.stringify(sums.sort());
}

const saleInvoices: Check = (facts) => {
  const sales = facts.invoices.filter(isSale);
  const twice = duplicatesOf(sales, ({ orderId }) => orderId).map(([orderId, documents]) =>
    finding(
      "the order has several invoices",
      orderId,
      ...documents.map(({ invoiceNumber }) => invoiceNumber),
    ),
  );
  const ofOrder = new Map(sales.map((invoice) => [invoice.orderId.toHexString(), invoice]));
  const known = new Set(facts.orders.map(({ _id }) => _id.toHexString()));
  const lost = sales
    .filter(({ orderId }) => !known.has(orderId.toHexString()))
    .map(({ invoiceNumber }) => finding("the invoice has no order", invoiceNumber));
  const itemsOf = groupBy(facts.orderItems, ({ orderId }) => orderId);
  const unequal = facts.orders.flatMap((order): Finding[] => {
    const invoice = ofOrder.get(order._id.toHexString());
    const number = order.invoiceNumber ?? null;
    if (number !== (invoice?.invoiceNumber ?? null))
      return [finding(`the order says ${number}, its invoice is ${invoice?.invoiceNumber}`, order._id)];
    if (!invoice) return [];
    const expected = order.grandTotal - valueNotInvoiced(invoice, itemsOf.get(order._id.toHexString()) ?? []);
    if (invoice.totals.grandTotal === expected) return [];
    const problem = `the invoice is about ${invoice.totals.grandTotal}, the order about ${expected}`;
    return [finding(problem, invoice.invoiceNumber, order.orderNumber)];
  });
  return [...twice, ...lost, ...unequal];
};

/** What the order's lines are worth in units that the invoice leaves out: those cancelled before it. */
const valueNotInvoiced = (invoice: InvoiceDoc, items: readonly OrderItemDoc[]): number =>
  sumOf(items, (item) => {
    const line = invoice.lines.find(({ orderItemId }) => orderItemId?.equals(item._id));
    const { taxableValue, taxes, quantity } = item;
    const paid = paise(taxableValue + sumOf([...HEADS], (head) => taxes[head]));
    return cumulativeShare(paid, quantity - (line?.quantity ?? 0), quantity);
  });

const creditNotes: Check = ({ invoices }) => {
  const sales = new Map(invoices.filter(isSale).map((invoice) => [invoice._id.toHexString(), invoice]));
  const notes = groupBy(invoices.filter(isNote), ({ originalInvoiceId }) => originalInvoiceId);
  return [...notes].flatMap(([id, ofInvoice]) => {
    const invoice = sales.get(id);
    if (!invoice)
      return [finding("the credit note has no invoice", ...ofInvoice.map((note) => note.invoiceNumber))];
    return excessOf(invoice, ofInvoice);
  });
};

const creditedRefunds: Check = (facts) => [...refundProblems(facts), ...unpaidProblems(facts)];

const lineKey = ({ orderItemId, description, rateBps }: InvoiceLine): string =>
  orderItemId?.toHexString() ?? `${description}:${rateBps}`;

/** Per line and head, and in total: never more than was invoiced. */
function excessOf(invoice: InvoiceDoc, notes: readonly InvoiceDoc[]): Finding[] {
  const credited = groupBy(
    notes.flatMap(({ lines }) => lines),
    lineKey,
  );
  const invoiced = new Map(invoice.lines.map((line) => [lineKey(line), line]));
  const problems = [...credited].flatMap(([key, rows]) => {
    const line = invoiced.get(key);
    if (!line) return [`a credited line is not on the invoice: ${key}`];
    return (["quantity", "total", ...SUMS] as const)
      .filter((field) => sumOf(rows, (row) => row[field]) > line[field])
      .map((field) => `more ${field} is credited than was invoiced: ${line.description}`);
  });
  const total = sumOf(notes, ({ totals }) => totals.grandTotal);
  if (total > invoice.totals.grandTotal)
    problems.push(`credited ${total}, invoiced ${invoice.totals.grandTotal}`);
  return problems.map((problem) => finding(problem, invoice.invoiceNumber));
}

/**
 * A completed refund of an invoiced order has one note of its amount, or a request that is open, or was refused for good
 * reason. What a transfer brought beyond what was due was never invoiced.
 */
function refundProblems(facts: Facts): Finding[] {
  const { invoices, invoiceRequests, refunds, orders } = facts;
  const isInvoiced = new Set(
    orders.filter(({ invoiceNumber }) => invoiceNumber).map(({ _id }) => _id.toHexString()),
  );
  const requests = new Map(invoiceRequests.map((request) => [request._id, request]));
  const notesOf = groupBy(
    invoices.filter(({ refundId }) => refundId !== null),
    ({ refundId }) => refundId,
  );
  return refunds
    .filter(
      ({ status, orderId, systemReason }) =>
        status === "completed" &&
        systemReason !== "surplus" &&
        orderId &&
        isInvoiced.has(orderId.toHexString()),
    )
    .flatMap((refund) => {
      const id = refund._id.toHexString();
      const amounts = (notesOf.get(id) ?? []).map(({ totals }) => totals.grandTotal);
      const refusal = requests.get(`refund:${id}`)?.refusal;
      const isExcess = refusal?.code === "CREDIT_EXCEEDS_INVOICE";
      if (isExcess && amounts.length === 0 && hasRoom(refund, facts))
        return [
          finding(`the note of a refund of ${refund.amount} was refused, but fits`, refund.refundNumber),
        ];
      if (amounts.length === 0 && requests.has(`refund:${id}`)) return [];
      if (amounts.length === 1 && amounts[0] === refund.amount) return [];
      const problem = `a refund of ${refund.amount} is credited with ${amounts.join(" and ") || "nothing"}`;
      return [finding(problem, refund.refundNumber)];
    });
}

/** Whether an invoice can be credited with a refund, beside other refunds, what will not be paid, and notes by hand. */
function hasRoom({ orderId, amount }: RefundDoc, { invoices, orders }: Facts): boolean {
  const ofOrder = invoices.filter((document) => orderId?.equals(document.orderId));
  const order = orders.find(({ _id }) => orderId?.equals(_id));
  const others = ofOrder.filter(({ refundId, createdById }) => refundId !== null || createdById !== null);
  const credited = sumOf(others.filter(isNote), ({ totals }) => totals.grandTotal);
  const unpaid = sumOf(order ? invoicedUnpaidParts(order) : [], (part) => part.unpaid.amount);
  const invoiced = sumOf(ofOrder.filter(isSale), ({ totals }) => totals.grandTotal);
  return credited + unpaid + amount <= invoiced;
}

/**
 * What is invoiced and will never be paid, because it was cancelled or came back before, has a note of its amount, or
 * one that credits the whole order, or a request that is open or refused.
 */
function unpaidProblems({ invoices, invoiceRequests, orders }: Facts): Finding[] {
  const totals = new Map(invoices.map(({ origin, totals: { grandTotal } }) => [origin, grandTotal]));
  const requested = new Set(invoiceRequests.map(({ _id }) => _id));
  return orders.flatMap((order) =>
    invoicedUnpaidParts(order)
      .filter(({ unpaid }) => order.invoiceNumber && unpaid.amount > 0)
      .flatMap(({ _id, unpaid }) => {
        const origins = [`unpaid:${_id.toHexString()}`, `cancellation:${order._id.toHexString()}`];
        if (origins.some((origin) => requested.has(origin))) return [];
        const [credited, whole] = origins.map((origin) => totals.get(origin));
        if (credited === unpaid.amount || whole !== undefined) return [];
        const problem = `${unpaid.amount} will not be paid, its note is about ${credited ?? "nothing"}`;
        return [finding(problem, order.orderNumber, _id)];
      }),
  );
}

const invoicedUnpaidParts = (order: OrderDoc) =>
  unpaidPartsOf({
    ...order,
    cancellations: order.cancellations.filter(({ invoiceNumber }) => invoiceNumber !== null),
  });

export const documentChecks = {
  documentNumbers,
  sealedDocuments,
  documentSums,
  saleInvoices,
  creditNotes,
  creditedRefunds,
};
