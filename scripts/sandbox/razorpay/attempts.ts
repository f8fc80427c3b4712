import { createHmac } from "node:crypto";
import type { Attempt, AttemptResult, SecondPaymentRule } from "./control-types.js";
import { GatewayError, orderAlreadyPaid } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { BLANK_REFERENCES, FAILURES, type Instrument, instrumentOf } from "./instruments.js";
import { authorize, isTaken } from "./payments.js";
import type { OrderRecord, PaymentRecord } from "./store.js";
import { newId, type PaymentEntity } from "./types.js";
import { readNotes } from "./validation.js";
import { paymentPart } from "./webhook-body.js";

export function signCheckout(gateway: Gateway, orderId: string, paymentId: string): string {
  return createHmac("sha256", gateway.options.keySecret).update(`${orderId}|${paymentId}`).digest("hex");
}

/** A buyer's attempt to pay an order, as made in Checkout. */
export function attemptPayment(gateway: Gateway, orderId: string, attempt: Attempt): AttemptResult {
  const order = gateway.store.orders.get(orderId);
  const { outcome, details = {} } = attempt;
  const rule = details.ifPaid ?? "refuse";
  if (isTaken(order) && rule === "refuse") throw orderAlreadyPaid(orderId);
  const instrument = instrumentOf(attempt.method, details);
  const payment = openPayment(gateway, order, attempt, instrument);
  if (outcome === "pending") return toResult(gateway, payment);
  if (outcome === "success" || outcome === "authorize_only") {
    authorize(gateway, payment, { ifPaid: rule, capture: outcome === "success" });
  } else failPayment(gateway, payment, FAILURES[outcome]);
  return toResult(gateway, payment);
}

function openPayment(
  gateway: Gateway,
  order: OrderRecord,
  attempt: Attempt,
  instrument: Instrument,
): PaymentRecord {
  const payment: PaymentRecord = {
    entity: newPayment(gateway, order, attempt, instrument),
    createdMs: gateway.clock.now(),
    card: instrument.card,
    order,
    refunds: [],
    disputes: [],
  };
  gateway.store.payments.add(payment);
  order.payments.push(payment);
  order.entity.attempts += 1;
  if (order.entity.status === "created") order.entity.status = "attempted";
  return payment;
}

function newPayment(
  gateway: Gateway,
  order: OrderRecord,
  attempt: Attempt,
  instrument: Instrument,
): PaymentEntity {
  const details = attempt.details ?? {};
  const amount = details.amount ?? (order.entity.amount_due || order.entity.amount);
  const empty = gateway.settings.emptyErrors === "blank" ? "" : null;
  return {
    id: newId("pay"),
    entity: "payment",
    amount,
    currency: details.currency ?? order.entity.currency,
    base_amount: amount,
    status: "created",
    order_id: order.entity.id,
    invoice_id: null,
    international: false,
    method: attempt.method,
    amount_refunded: 0,
    amount_transferred: 0,
    refund_status: null,
    captured: false,
    description: details.description ?? null,
    ...instrument.fields,
    email: details.email === undefined ? "buyer@example.com" : details.email,
    contact: details.contact === undefined ? "+919000000001" : details.contact,
    notes: readNotes({ notes: details.notes }),
    fee: null,
    tax: null,
    error_code: empty,
    error_description: empty,
    error_source: empty,
    error_step: empty,
    error_reason: empty,
    acquirer_data: BLANK_REFERENCES[attempt.method],
    created_at: gateway.clock.nowSeconds(),
  };
}

function failPayment(
  gateway: Gateway,
  payment: PaymentRecord,
  failure: { description: string; source: string; step: string; reason: string },
): void {
  Object.assign(payment.entity, {
    status: "failed",
    error_code: "BAD_REQUEST_ERROR",
    error_description: failure.description,
    error_source: failure.source,
    error_step: failure.step,
    error_reason: failure.reason,
  });
  gateway.webhooks.emit("payment.failed", paymentPart(payment));
}

/** The bank authorises the payment late: the only way out of `failed`. */
export function settleLate(
  gateway: Gateway,
  paymentId: string,
  options: { ifPaid?: SecondPaymentRule; capture?: boolean } = {},
): AttemptResult {
  const payment = gateway.store.payments.get(paymentId);
  const { status } = payment.entity;
  if (status !== "failed" && status !== "created") {
    throw new GatewayError(400, "BAD_REQUEST_ERROR", `a payment that is ${status} cannot be settled late`);
  }
  const rule = options.ifPaid ?? "gateway_refund";
  if (payment.order && isTaken(payment.order) && rule === "refuse") {
    throw orderAlreadyPaid(payment.entity.order_id);
  }
  authorize(gateway, payment, { ifPaid: rule, capture: options.capture ?? true });
  return toResult(gateway, payment);
}

function toResult(gateway: Gateway, payment: PaymentRecord): AttemptResult {
  const { id, status, order_id: orderId } = payment.entity;
  const result: AttemptResult = { paymentId: id, orderId: orderId ?? "", status };
  if (status === "failed") return { ...result, error: errorOf(payment.entity) };
  if (status === "created") return result;
  return { ...result, signature: signCheckout(gateway, result.orderId, id) };
}

function errorOf(payment: PaymentEntity): NonNullable<AttemptResult["error"]> {
  return {
    code: payment.error_code ?? "",
    description: payment.error_description ?? "",
    source: payment.error_source ?? "",
    step: payment.error_step ?? "",
    reason: payment.error_reason ?? "",
  };
}
