import type { SecondPaymentRule } from "./control-types.js";
import { captureRefusals, operationInProgress, orderAlreadyPaid } from "./errors.js";
import type { Gateway } from "./gateway.js";
import { bankReferences, calculateFee } from "./instruments.js";
import { hasAuthorized } from "./orders.js";
import { refundByGateway } from "./refunds.js";
import type { OrderRecord, PaymentRecord } from "./store.js";
import type { PaymentEntity } from "./types.js";
import { readAmount, readCurrency, readFields } from "./validation.js";
import { orderPart, paymentPart } from "./webhook-body.js";

/** Without an order option, payments that are not captured within 3 days are refunded. */
const ACCOUNT_EXPIRY_MINUTES = 3 * 24 * 60;

export const isTaken = (order: OrderRecord): boolean =>
  order.entity.status === "paid" || hasAuthorized(order);

export interface Authorization {
  ifPaid: SecondPaymentRule;
  /** Whether an automatic capture runs now. */
  capture: boolean;
}

export function authorize(gateway: Gateway, payment: PaymentRecord, how: Authorization): void {
  const surplus = payment.order !== null && isTaken(payment.order);
  const empty = gateway.settings.emptyErrors === "blank" ? "" : null;
  Object.assign(payment.entity, {
    status: "authorized",
    error_code: empty,
    error_description: empty,
    error_source: empty,
    error_step: empty,
    error_reason: empty,
    acquirer_data: bankReferences(payment.entity.method),
  });
  gateway.webhooks.emit("payment.authorized", paymentPart(payment));
  if (surplus && how.ifPaid === "gateway_refund") {
    refundByGateway(gateway, payment);
  } else if (how.capture && capturesAutomatically(gateway, payment)) {
    capturePayment(gateway, payment, "gateway");
  } else scheduleExpiry(gateway, payment);
}

/** A payment without an order is never captured automatically. */
function capturesAutomatically(gateway: Gateway, payment: PaymentRecord): boolean {
  if (!payment.order) return false;
  return (payment.order.capture ?? gateway.settings.accountCapture) === "automatic";
}

function scheduleExpiry(gateway: Gateway, payment: PaymentRecord): void {
  const minutes = payment.order?.manualExpiryMinutes ?? ACCOUNT_EXPIRY_MINUTES;
  gateway.clock.after(minutes * 60_000, () => {
    if (payment.entity.status === "authorized") refundByGateway(gateway, payment);
  });
}

export function autoCapture(gateway: Gateway, paymentId: string): PaymentEntity {
  const payment = gateway.store.payments.get(paymentId);
  if (payment.entity.status === "authorized") capturePayment(gateway, payment, "gateway");
  return payment.entity;
}

/** Captures the money: changes payment, order, ledger and balance, and emits the events. */
export function capturePayment(gateway: Gateway, payment: PaymentRecord, by: "merchant" | "gateway"): void {
  const { store, settings, clock, webhooks } = gateway;
  const { entity, order } = payment;
  const cost = calculateFee(entity.amount);
  Object.assign(entity, { status: "captured", captured: true, ...cost });
  store.ledger.appendCapture({
    paymentId: entity.id,
    orderId: entity.order_id,
    receipt: order?.entity.receipt ?? null,
    amount: entity.amount,
    currency: entity.currency,
    by,
    at: clock.now(),
  });
  store.unsettledPayments.push(payment);
  if (settings.balance !== null) settings.balance += entity.amount - cost.fee;
  webhooks.emit("payment.captured", paymentPart(payment));
  if (order && countTowardsOrder(order, entity)) {
    webhooks.emit("order.paid", { ...paymentPart(payment), ...orderPart(order) });
  }
}

/** Whether this payment completed the order. */
function countTowardsOrder(order: OrderRecord, payment: PaymentEntity): boolean {
  const { entity } = order;
  if (entity.status === "paid" || payment.currency !== entity.currency) return false;
  entity.amount_paid = Math.min(entity.amount, entity.amount_paid + payment.amount);
  entity.amount_due = entity.amount - entity.amount_paid;
  if (entity.amount_due > 0) return false;
  entity.status = "paid";
  return true;
}

/** One write per payment at a time; a concurrent one is refused, not queued. */
export async function withWriteLock<T>(gateway: Gateway, paymentId: string, work: () => T): Promise<T> {
  const { store, settings, clock } = gateway;
  if (store.writeLocks.has(paymentId)) throw operationInProgress();
  if (settings.writeLatencyMs === 0) return work();
  store.writeLocks.add(paymentId);
  try {
    await new Promise<void>((resolve) => clock.after(settings.writeLatencyMs, resolve));
    return work();
  } finally {
    store.writeLocks.delete(paymentId);
  }
}

/** `POST /payments/:id/capture`. */
export async function captureByMerchant(
  gateway: Gateway,
  paymentId: string,
  body: unknown,
): Promise<PaymentEntity> {
  const fields = readFields(body, ["amount", "currency"]);
  const amount = readAmount(fields);
  const currency = readCurrency(fields);
  const payment = gateway.store.payments.get(paymentId);
  return withWriteLock(gateway, paymentId, () => {
    assertCapturable(gateway, payment, amount, currency);
    capturePayment(gateway, payment, "merchant");
    return payment.entity;
  });
}

function assertCapturable(gateway: Gateway, payment: PaymentRecord, amount: number, currency: string): void {
  const { entity, order } = payment;
  if (entity.status === "captured") {
    throw gateway.settings.alreadyCapturedText === "captured"
      ? captureRefusals.alreadyCaptured()
      : orderAlreadyPaid(entity.order_id);
  }
  if (entity.status !== "authorized") throw captureRefusals.wrongStatus();
  if (order?.entity.status === "paid") throw orderAlreadyPaid(entity.order_id);
  if (currency !== entity.currency) throw captureRefusals.wrongCurrency();
  if (amount !== entity.amount) throw captureRefusals.wrongAmount();
  if (order && amount > order.entity.amount_due) throw captureRefusals.exceedsOrder();
}
