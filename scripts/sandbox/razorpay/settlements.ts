import { invalidField } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { collection, readPage } from "./lists.js";
import type { PaymentRecord, RefundRecord, SettlementRecord } from "./store.js";
import {
  type Collection,
  type Notes,
  newId,
  type ReconRow,
  randomDigits,
  type SettlementEntity,
} from "./types.js";
import type { Fields } from "./validation.js";
import { settlementPart } from "./webhook-body.js";

/** Settlement days are Indian days. */
const IST_OFFSET_SECONDS = 5.5 * 60 * 60;

type RowBasis = Pick<
  ReconRow,
  "settled" | "on_hold" | "settled_at" | "posted_at" | "settlement_id" | "settlement_utr" | "credit_type"
>;

/** Pays out all captures and refunds since the last settlement; null if there are none. */
export function settle(gateway: Gateway): SettlementEntity | null {
  const { store, clock, webhooks } = gateway;
  if (store.unsettledPayments.length + store.unsettledRefunds.length === 0) return null;
  const now = clock.nowSeconds();
  const id = newId("setl");
  const utr = `SIMUTR${randomDigits(10)}`;
  const basis: RowBasis = {
    settled: true,
    on_hold: false,
    settled_at: now,
    posted_at: null,
    settlement_id: id,
    settlement_utr: utr,
    credit_type: "default",
  };
  const rows = [
    ...store.unsettledPayments.splice(0).map((payment) => paymentRow(payment, basis)),
    ...store.unsettledRefunds.splice(0).map((refund) => refundRow(refund, basis)),
  ];
  const total = (pick: (row: ReconRow) => number) => rows.reduce((sum, row) => sum + pick(row), 0);
  const entity: SettlementEntity = {
    id,
    entity: "settlement",
    amount: total((row) => row.credit - row.debit),
    status: "processed",
    fees: total((row) => row.fee),
    tax: total((row) => row.tax),
    utr,
    created_at: now,
  };
  const record: SettlementRecord = { entity, createdMs: clock.now(), rows };
  store.settlements.add(record);
  webhooks.emit("settlement.processed", settlementPart(entity));
  return entity;
}

/** In the report, notes are a JSON string. */
const notesText = (notes: Notes): string => JSON.stringify(notes);

function paymentRow(payment: PaymentRecord, basis: RowBasis): ReconRow {
  const { entity, card, order } = payment;
  const fee = entity.fee ?? 0;
  return {
    ...basis,
    entity_id: entity.id,
    type: "payment",
    debit: 0,
    credit: entity.amount - fee,
    amount: entity.amount,
    currency: entity.currency,
    fee,
    tax: entity.tax ?? 0,
    created_at: entity.created_at,
    description: entity.description,
    notes: notesText(entity.notes),
    payment_id: null,
    order_id: entity.order_id,
    order_receipt: order?.entity.receipt ?? null,
    method: entity.method,
    card_network: card?.network ?? null,
    card_issuer: card?.issuer ?? null,
    card_type: card?.type ?? null,
    dispute_id: null,
  };
}

function refundRow(refund: RefundRecord, basis: RowBasis): ReconRow {
  const { entity, payment } = refund;
  return {
    ...paymentRow(payment, basis),
    entity_id: entity.id,
    type: "refund",
    debit: entity.amount,
    credit: 0,
    amount: entity.amount,
    fee: 0,
    tax: 0,
    created_at: entity.created_at,
    description: null,
    notes: notesText(entity.notes),
    payment_id: payment.entity.id,
  };
}

/** `GET /settlements/recon/combined?year&month[&day]&count(≤1000)&skip`. */
export function reconReport(gateway: Gateway, query: Fields): Collection<ReconRow> {
  const { year, month, day } = readDate(query);
  const page = readPage(query, 1000);
  const prefix = `${year}-${month}${day === null ? "" : `-${day}`}`;
  const rows = gateway.store.settlements.rows
    .filter((settlement) => indianDate(settlement.entity.created_at).startsWith(prefix))
    .flatMap((settlement) => settlement.rows);
  return collection(rows.slice(page.skip, page.skip + page.count));
}

const indianDate = (seconds: number): string =>
  new Date((seconds + IST_OFFSET_SECONDS) * 1000).toISOString().slice(0, 10);

function readDate(query: Fields): { year: string; month: string; day: string | null } {
  const { year, month, day } = query;
  if (typeof year !== "string" || !/^\d{4}$/.test(year)) {
    throw invalidField("The year must be 4 digits.", "year");
  }
  if (typeof month !== "string" || !/^(0?[1-9]|1[0-2])$/.test(month)) {
    throw invalidField("The month is not a valid month.", "month");
  }
  if (day === undefined) return { year, month: month.padStart(2, "0"), day: null };
  if (typeof day !== "string" || !/^(0?[1-9]|[12]\d|3[01])$/.test(day)) {
    throw invalidField("The day is not a valid day.", "day");
  }
  return { year, month: month.padStart(2, "0"), day: day.padStart(2, "0") };
}
