import type { Types } from "mongoose";
import { trusted } from "mongoose";
import {
  Order,
  type OrderDoc,
  Payment,
  type PaymentDoc,
  WebhookEvent,
  type WebhookEventDoc,
} from "../../models/index.js";
import type { MaskedEntity } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import { type Page, paginate } from "../../services/platform/paginate.service.js";
import { paymentNotFound } from "../../utils/errors.js";
import type { ListQuery } from "../../utils/request-schemas.js";
import { type PaymentFilters, selectPayments } from "./payments.selection.service.js";

export { recordReceipt } from "../../services/flows/record-receipt/record-receipt.flow.js";

const NOTHING: Page<PaymentDoc> = { items: [], total: 0 };

/** Payments by the time they began, newest first by default. */
export async function listPayments(
  query: ListQuery<"createdAt"> & PaymentFilters,
): Promise<Page<PaymentDoc>> {
  const selection = await selectPayments(query);
  if (!selection) return NOTHING;
  const projection = { gatewayResponse: 0, statusHistory: 0 };
  return paginate({ model: Payment, projection, ...selection }, query);
}

/** @throws NotFoundError PAYMENT_NOT_FOUND */
export async function getPayment(paymentId: Types.ObjectId): Promise<PaymentDoc> {
  const payment = await Payment.findById(paymentId).lean<PaymentDoc>();
  if (!payment) throw paymentNotFound();
  return payment;
}

export interface PaymentFile {
  payment: PaymentDoc;
  /** The other attempts to pay for the same checkout, oldest first. */
  attempts: PaymentDoc[];
  order: OrderDoc | null;
}

/** Far more than anyone has tried. */
const MAX_ATTEMPTS = 100;

/** @throws NotFoundError PAYMENT_NOT_FOUND */
export async function getPaymentFile(paymentId: Types.ObjectId): Promise<PaymentFile> {
  const payment = await getPayment(paymentId);
  const [attempts, order] = await Promise.all([
    findOtherAttempts(payment),
    payment.orderId ? Order.findById(payment.orderId).lean<OrderDoc>() : null,
  ]);
  return { payment, attempts, order };
}

/** Of the checkout; without one, of the gateway order. */
async function findOtherAttempts(payment: PaymentDoc): Promise<PaymentDoc[]> {
  const { _id, checkoutSessionId, gatewayOrderId } = payment;
  const together = checkoutSessionId ? { checkoutSessionId } : gatewayOrderId ? { gatewayOrderId } : null;
  if (!together) return [];
  return Payment.find({ ...together, _id: trusted({ $ne: _id }) }, { gatewayResponse: 0 })
    .sort({ createdAt: 1 })
    .limit(MAX_ATTEMPTS)
    .lean<PaymentDoc[]>();
}

export interface GatewayRecord {
  payment: PaymentDoc;
  /** Newest first. */
  events: StoredEvent[];
}

export interface StoredEvent {
  stored: WebhookEventDoc;
  /** Its entities by their names; null once the body has been removed. */
  content: Readonly<Record<string, MaskedEntity>> | null;
}

const MAX_EVENTS = 50;

/**
 * What the gateway has said about a payment: its latest report, and the events about it that are stored.
 * @throws NotFoundError PAYMENT_NOT_FOUND
 */
export async function getGatewayRecord(paymentId: Types.ObjectId): Promise<GatewayRecord> {
  const payment = await getPayment(paymentId);
  const { gatewayPaymentId } = payment;
  const events = gatewayPaymentId ? await findEvents(gatewayPaymentId) : [];
  return { payment, events };
}

async function findEvents(gatewayPaymentId: string): Promise<StoredEvent[]> {
  const events = await WebhookEvent.find({ gatewayPaymentId })
    .sort({ receivedAt: -1 })
    .limit(MAX_EVENTS)
    .lean<WebhookEventDoc[]>();
  return events.map((stored) => ({
    stored,
    content: paymentGateway.parseWebhook(stored.payload)?.masked ?? null,
  }));
}
