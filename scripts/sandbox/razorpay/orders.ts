import { isRecord } from "../shared/values.js";
import { amountTooLarge, invalidField } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { collection, readExpand, readFlag, readPage, selectPage } from "./lists.js";
import type { OrderRecord } from "./store.js";
import { type Collection, newId, type OrderEntity, type PaymentEntity } from "./types.js";
import {
  type Fields,
  readAmount,
  readBoolean,
  readChoice,
  readCurrency,
  readFields,
  readInteger,
  readNotes,
  readText,
} from "./validation.js";
import { paymentView } from "./webhook-body.js";

const CREATE_FIELDS = [
  "amount",
  "currency",
  "receipt",
  "notes",
  "partial_payment",
  "first_payment_min_amount",
  "unique_receipt",
  "payment",
  "customer_id",
  "checkout_config_id",
  "method",
];
const MAXIMUM_EXPIRY_MINUTES = 7200;
const MINIMUM_AUTOMATIC_EXPIRY_MINUTES = 12;

interface CaptureOptions {
  capture: "automatic" | "manual" | null;
  manualExpiryMinutes: number | null;
  refundSpeed: "normal" | "optimum";
}

function readExpiry(options: Fields, field: string): number | null {
  return options[field] === undefined ? null : readInteger(options, field);
}

function readCaptureOptions(fields: Fields): CaptureOptions {
  if (fields.payment === undefined) {
    return { capture: null, manualExpiryMinutes: null, refundSpeed: "normal" };
  }
  if (!isRecord(fields.payment)) throw invalidField("payment must be an object.", "payment");
  const payment = readFields(fields.payment, ["capture", "capture_options"]);
  const options = readFields(payment.capture_options, [
    "automatic_expiry_period",
    "manual_expiry_period",
    "refund_speed",
  ]);
  const automatic = readExpiry(options, "automatic_expiry_period");
  const manual = readExpiry(options, "manual_expiry_period") ?? MAXIMUM_EXPIRY_MINUTES;
  assertExpiries(automatic, manual);
  return {
    capture: readChoice(payment, "capture", ["automatic", "manual"]),
    manualExpiryMinutes: manual,
    refundSpeed: readChoice(options, "refund_speed", ["normal", "optimum"]) ?? "normal",
  };
}

function assertExpiries(automatic: number | null, manual: number): void {
  if (automatic !== null && automatic < MINIMUM_AUTOMATIC_EXPIRY_MINUTES) {
    throw invalidField("The automatic expiry period must be at least 12.", "automatic_expiry_period");
  }
  if (manual > MAXIMUM_EXPIRY_MINUTES) {
    throw invalidField("The manual expiry period may not be greater than 7200.", "manual_expiry_period");
  }
  if (manual < (automatic ?? 1)) {
    throw invalidField(
      "The manual expiry period must be greater than or equal to the automatic expiry period.",
      "manual_expiry_period",
    );
  }
}

/** `POST /orders`. With `unique_receipt`, a repeated receipt returns the first order, whatever else differs. */
export function createOrder(gateway: Gateway, body: unknown): OrderEntity {
  const fields = readFields(body, CREATE_FIELDS);
  const amount = readAmount(fields);
  if (amount > gateway.settings.maximumAmount) throw amountTooLarge();
  const currency = readCurrency(fields);
  const receipt = readText(fields, "receipt", 40);
  const record: OrderRecord = {
    ...readCaptureOptions(fields),
    entity: newOrder({ amount, currency, receipt }, gateway.clock.nowSeconds()),
    createdMs: gateway.clock.now(),
    partialPayment: readBoolean(fields, "partial_payment"),
    payments: [],
  };
  record.entity.notes = readNotes(fields);
  if (readBoolean(fields, "unique_receipt") && receipt !== null) {
    const first = gateway.store.ordersByReceipt.get(receipt)?.[0];
    if (first) return first.entity;
  }
  return gateway.store.addOrder(record).entity;
}

function newOrder(given: Pick<OrderEntity, "amount" | "currency" | "receipt">, now: number): OrderEntity {
  return {
    id: newId("order"),
    entity: "order",
    amount: given.amount,
    amount_paid: 0,
    amount_due: given.amount,
    currency: given.currency,
    receipt: given.receipt,
    offer_id: null,
    status: "created",
    attempts: 0,
    notes: [],
    created_at: now,
  };
}

type OrderView = OrderEntity & { payments?: Collection<PaymentEntity> };

function orderView(record: OrderRecord, expand: Set<string>): OrderView {
  if (!expand.has("payments") && !expand.has("payments.card")) return record.entity;
  const payments = record.payments.map((payment) => paymentView(payment, expand.has("payments.card")));
  return { ...record.entity, payments: collection(payments.reverse()) };
}

/** `GET /orders`. Can lag behind point reads, also when filtered by receipt. */
export function listOrders(gateway: Gateway, query: Fields): Collection<OrderView> {
  const { store, settings, clock } = gateway;
  const page = readPage(query);
  const authorized = readFlag(query, "authorized");
  const expand = readExpand(query);
  const receipt = typeof query.receipt === "string" && query.receipt !== "" ? query.receipt : null;
  const rows = receipt === null ? store.orders.rows : (store.ordersByReceipt.get(receipt) ?? []);
  const chosen = selectPage(rows, {
    page,
    visibleUntilMs: clock.now() - settings.listLagSeconds * 1000,
    matches: (record) => authorized === undefined || hasAuthorized(record) === authorized,
  });
  return collection(chosen.map((record) => orderView(record, expand)));
}

export const hasAuthorized = (record: OrderRecord): boolean =>
  record.payments.some((payment) => payment.entity.status === "authorized");

/** `GET /orders/:id/payments`: all attempts, newest first. Never lags. */
export function listOrderPayments(gateway: Gateway, id: string, query: Fields): Collection<PaymentEntity> {
  const withCard = readExpand(query).has("card");
  const payments = gateway.store.orders.get(id).payments.map((payment) => paymentView(payment, withCard));
  return collection(payments.reverse());
}
