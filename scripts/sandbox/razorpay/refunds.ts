import { refundRefusals } from "./errors.js";
import type { Gateway } from "./gateway.js";
import type { RefundRow } from "./ledger.js";
import type { PaymentRecord, RefundRecord } from "./store.js";
import {
  type Notes,
  newId,
  type RefundEntity,
  type RefundSpeed,
  type RefundStatus,
  randomDigits,
} from "./types.js";
import { paymentPart, refundPart } from "./webhook-body.js";

/** A refund of this amount (₹24.68) fails in test mode. */
const FAILING_AMOUNT = 2468;

export interface RefundOrder {
  amount: number;
  speed: RefundSpeed;
  notes: Notes;
  receipt: string | null;
  idempotencyKey: string | null;
  by: RefundRow["by"];
}

/** The amount without pending or processed refunds; from the refunds, not from `amount_refunded`. */
export function refundableAmount(payment: PaymentRecord): number {
  return payment.refunds
    .filter((refund) => refund.entity.status !== "failed")
    .reduce((rest, refund) => rest - refund.entity.amount, payment.entity.amount);
}

/** The gateway refunds uncaptured money itself: the capture expired, or the order was paid twice. */
export function refundByGateway(gateway: Gateway, payment: PaymentRecord): RefundRecord {
  const speed = payment.order?.refundSpeed ?? "normal";
  const { amount } = payment.entity;
  return makeRefund(gateway, payment, {
    amount,
    speed,
    notes: [],
    receipt: null,
    idempotencyKey: null,
    by: "gateway",
  });
}

export function makeRefund(gateway: Gateway, payment: PaymentRecord, order: RefundOrder): RefundRecord {
  const { store, settings, clock, webhooks } = gateway;
  const fails = order.amount === FAILING_AMOUNT;
  const status = firstStatus(gateway, order, fails);
  const refund: RefundRecord = {
    entity: newRefund(gateway, payment, order, status),
    createdMs: clock.now(),
    payment,
  };
  store.refunds.add(refund);
  payment.refunds.push(refund);
  writeLedger(gateway, refund, order);
  if (settings.balance !== null && payment.entity.captured) settings.balance -= order.amount;
  markRefunded(gateway, payment);
  webhooks.emit("refund.created", { ...refundPart(refund), ...paymentPart(payment) });
  if (order.speed === "optimum" && refund.entity.speed_processed === "normal") {
    webhooks.emit("refund.speed_changed", { ...refundPart(refund), ...paymentPart(payment) });
  }
  if (status === "processed") announceProcessed(gateway, refund);
  scheduleOutcome(gateway, refund, fails);
  return refund;
}

function firstStatus(gateway: Gateway, order: RefundOrder, fails: boolean): RefundStatus {
  const { settings } = gateway;
  if (fails) return settings.failingRefundLooksProcessed ? "processed" : "pending";
  return settings.refundMode === "instant" || order.by === "gateway" ? "processed" : "pending";
}

function scheduleOutcome(gateway: Gateway, refund: RefundRecord, fails: boolean): void {
  const { settings, clock } = gateway;
  if (fails) clock.after(settings.refundFailureMs, () => finishRefund(gateway, refund, "failed"));
  else if (refund.entity.status === "pending" && settings.refundSettleMs !== null) {
    clock.after(settings.refundSettleMs, () => finishRefund(gateway, refund, "processed"));
  }
}

function newRefund(
  gateway: Gateway,
  payment: PaymentRecord,
  order: RefundOrder,
  status: RefundStatus,
): RefundEntity {
  const instant = order.speed === "optimum" && gateway.settings.instantRefunds;
  return {
    id: newId("rfnd"),
    entity: "refund",
    amount: order.amount,
    currency: payment.entity.currency,
    payment_id: payment.entity.id,
    notes: order.notes,
    receipt: order.receipt,
    // The bank's reference arrives later, even for a refund that is processed at once.
    acquirer_data: { [referenceName(payment)]: null },
    created_at: gateway.clock.nowSeconds(),
    batch_id: null,
    status,
    speed_requested: order.speed,
    speed_processed: instant ? "instant" : "normal",
  };
}

function referenceName(payment: PaymentRecord): string {
  if (payment.entity.method === "card") return "arn";
  return payment.entity.method === "upi" ? "rrn" : "utr";
}

function writeLedger(gateway: Gateway, refund: RefundRecord, order: RefundOrder): void {
  const { store, clock } = gateway;
  const payment = refund.payment.entity;
  const at = clock.now();
  store.ledger.appendRefund({
    refundId: refund.entity.id,
    paymentId: payment.id,
    orderId: payment.order_id,
    amount: order.amount,
    receipt: order.receipt,
    idempotencyKey: order.idempotencyKey,
    by: order.by,
    ofCapture: payment.captured,
    at,
  });
  store.ledger.appendRefundOutcome({ refundId: refund.entity.id, status: refund.entity.status, at });
}

/**
 * Updates the payment's refund fields from its refunds; `refunded` requires processed refunds. Whether failed
 * refunds still count in `amount_refunded` is not documented, so it is a setting.
 */
function markRefunded(gateway: Gateway, payment: PaymentRecord): void {
  const { entity, refunds } = payment;
  const total = (status: RefundStatus) =>
    refunds.reduce((sum, { entity: refund }) => sum + (refund.status === status ? refund.amount : 0), 0);
  const stillCounted = gateway.settings.failedRefundRestoresAmount ? 0 : total("failed");
  const returned = Math.min(entity.amount, total("pending") + total("processed") + stillCounted);
  entity.amount_refunded = returned;
  if (returned === 0) entity.refund_status = null;
  else entity.refund_status = returned === entity.amount ? "full" : "partial";
  if (total("processed") === entity.amount) entity.status = "refunded";
  else if (entity.status === "refunded") entity.status = "captured";
}

function announceProcessed(gateway: Gateway, refund: RefundRecord): void {
  if (refund.payment.entity.captured) gateway.store.unsettledRefunds.push(refund);
  gateway.webhooks.emit("refund.processed", { ...refundPart(refund), ...paymentPart(refund.payment) });
}

/** Applies the bank's answer. A refund that looked processed can still fail. Returns false if nothing changes. */
export function finishRefund(
  gateway: Gateway,
  refund: RefundRecord,
  status: "processed" | "failed",
): boolean {
  const { entity, payment } = refund;
  if (entity.status === "failed" || entity.status === status) return false;
  const { store, settings, clock, webhooks } = gateway;
  entity.status = status;
  store.ledger.appendRefundOutcome({ refundId: entity.id, status, at: clock.now() });
  if (status === "processed") {
    entity.acquirer_data = { [referenceName(payment)]: randomDigits(12) };
    markRefunded(gateway, payment);
    announceProcessed(gateway, refund);
    return true;
  }
  if (settings.balance !== null && payment.entity.captured) settings.balance += entity.amount;
  markRefunded(gateway, payment);
  webhooks.emit("refund.failed", { ...refundPart(refund), ...paymentPart(payment) });
  return true;
}

/** A refund from the dashboard; the service sees it only by webhook or reconciliation. */
export function refundInDashboard(gateway: Gateway, paymentId: string, amount?: number): RefundRecord {
  const payment = gateway.store.payments.get(paymentId);
  if (payment.entity.status !== "captured") throw refundRefusals.notCaptured();
  const left = refundableAmount(payment);
  const wanted = amount ?? left;
  if (left === 0) throw refundRefusals.nothingLeft();
  if (wanted > left) throw refundRefusals.exceedsRest();
  return makeRefund(gateway, payment, {
    amount: wanted,
    speed: "normal",
    notes: [],
    receipt: null,
    idempotencyKey: null,
    by: "dashboard",
  });
}
