import type { ClientSession } from "mongoose";
import { countOrder } from "../../../config/metrics.config.js";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  type PaymentDoc,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import {
  ORDER_SOURCE,
  ORDER_STATUS,
  PAYMENT_GATEWAY,
  PAYMENT_GATEWAY_STATUS,
  PAYMENT_METHOD,
  PAYMENT_STATUS,
} from "../../../utils/constants.js";
import { OverloadedError } from "../../../utils/errors.js";
import { toRupees, ZERO_PAISE } from "../../../utils/money.js";
import { actorOf } from "../../../utils/principal.js";
import { codPaymentMachine, orderMachine, orderPaymentMachine } from "../../../utils/state-machines.js";
import { firstHistory, newOrder, newOrderItem } from "../../aggregates/order/new-order.js";
import { buildSellerOrders } from "../../aggregates/order/seller-orders.js";
import { insertPayment } from "../../aggregates/payment/open-payment.js";
import { recordAudit } from "../../platform/audit.service.js";
import { startHistory } from "../../platform/history.service.js";
import { enqueueOutbox, withdrawOutboxMessage } from "../../platform/outbox.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import type { PreparedSale } from "./prepare-sale.step.js";
import { undoKeyOf } from "./take-goods.step.js";

const { MANUAL, COD } = PAYMENT_METHOD;
const { PENDING, CAPTURED } = PAYMENT_GATEWAY_STATUS;

/**
 * The one transaction of a manual order: the message that would undo it is withdrawn, and order, lines, first history
 * rows, payment, audit row and one outbox message are written.
 * @throws OverloadedError when the message was delivered already, because the request took too long: nothing is taken
 *   any more; OutcomeUnknownError; the duplicate-key error for a request that was done before, or a receipt that belongs
 *   to another payment
 */
export async function commitManualOrder(prepared: PreparedSale, orderNumber: string): Promise<OrderDoc> {
  const order = await buildOrder(prepared, orderNumber);
  const items = prepared.lines.map((line) => newOrderItem(line, order));
  order.sellerOrders = buildSellerOrders(items, order.status);
  await inTransaction((tx) => writeOrder(prepared, { order, items }, tx));
  countOrder(order);
  return order;
}

async function buildOrder(prepared: PreparedSale, orderNumber: string): Promise<OrderDoc> {
  const { orderId, request, sale, shippingAddress, billingAddress, gstin, paymentMethod } = prepared;
  const { userId, email, phone, requestKey, by } = request;
  const { internalNote: note } = request;
  const isPaid = paymentMethod === null || paymentMethod === MANUAL;
  const { codAutoConfirm } = await getSettings("payments");
  const isConfirmed = isPaid || (paymentMethod === COD && codAutoConfirm);
  const at = now();
  return newOrder({
    ...{ _id: orderId, orderNumber, checkoutSessionId: null, cartId: null },
    ...(userId ? { userId } : {}),
    ...(requestKey ? { requestKey } : {}),
    status: isConfirmed ? ORDER_STATUS.CONFIRMED : orderMachine.initial,
    paymentStatus: isPaid ? PAYMENT_STATUS.PAID : orderPaymentMachine.initial,
    paymentMethod,
    ...{ email, phone, customerName: prepared.customerName },
    ...{ sale, loyaltyPoints: 0 },
    paidAmount: isPaid ? sale.totals.amountDue : ZERO_PAISE,
    ...{ shippingAddress, billingAddress, gstin },
    ...{ placeOfSupply: prepared.placeOfSupply, isSezBuyer: false },
    shippingMethod: prepared.shippingMethod,
    ...{ isGiftOrder: false, giftMessage: null, customerNotes: request.customerNotes },
    internalNotes: note === null ? [] : [{ note, by: by.adminId, byName: by.name ?? null, at, requestKey }],
    source: ORDER_SOURCE.ADMIN,
    termsAcceptedAt: null,
    at,
  });
}

interface NewOrder {
  order: OrderDoc;
  items: OrderItemDoc[];
}

async function writeOrder(
  prepared: PreparedSale,
  { order, items }: NewOrder,
  tx: ClientSession,
): Promise<void> {
  if (!(await withdrawOutboxMessage(undoKeyOf(order._id), tx))) throw new OverloadedError();
  await Order.insertMany([order], { session: tx, lean: true });
  await OrderItem.insertMany(items, { session: tx, lean: true });
  await startHistory(firstHistory(order, actorOf(prepared.request.by)), tx);
  if (prepared.paymentMethod) await insertPayment(paymentOf(prepared, order), tx);
  await auditOrder(prepared, order, tx);
  const orderId = order._id.toHexString();
  await enqueueOutbox(
    [{ type: "order.placed", dedupeKey: `order.placed:${orderId}`, payload: { orderId } }],
    tx,
  );
}

type NewPayment = Parameters<typeof insertPayment>[0];

function paymentOf({ request, paymentMethod }: PreparedSale, order: OrderDoc): NewPayment {
  const { by } = request;
  const { amountDue: amount, _id: orderId, orderNumber } = order;
  const began = firstEntry(codPaymentMachine.initial, actorOf(by));
  const payment: NewPayment = {
    ...{ checkoutSessionId: null, orderId, orderNumber, amount },
    ...(order.userId ? { userId: order.userId } : {}),
    gateway: paymentMethod === COD ? PAYMENT_GATEWAY.COD : PAYMENT_GATEWAY.MANUAL,
    method: paymentMethod,
    statusHistory: [began],
  };
  return paymentMethod === MANUAL
    ? { ...payment, ...capturedBy(payment, request, order.createdAt) }
    : payment;
}

/** Paid already: the administrator's reference is the receipt. */
function capturedBy(
  { amount, statusHistory }: NewPayment,
  { by, paymentReference: reference }: PreparedSale["request"],
  at: Date,
): Partial<PaymentDoc> {
  if (reference === null) throw new TypeError("a payment that was received needs its reference");
  const entry = firstEntry(CAPTURED, actorOf(by), `received: ${reference}`);
  return {
    ...{ status: CAPTURED, capturedAmount: amount, capturedAt: at },
    receipt: { reference, amount, receivedAt: at, recordedAt: at, recordedById: by.adminId },
    statusHistory: [...statusHistory, { ...entry, from: PENDING }],
  };
}

async function auditOrder(
  { request, ownPrices, paymentMethod }: PreparedSale,
  order: OrderDoc,
  tx: ClientSession,
): Promise<void> {
  const { orderNumber, grandTotal } = order;
  const prices = ownPrices.map(({ variantId, catalogPrice, unitPrice }) => ({
    ...{ variantId, catalogPrice: toRupees(catalogPrice), unitPrice: toRupees(unitPrice) },
  }));
  await recordAudit(
    {
      actor: actorOf(request.by),
      ...{ action: "order.manual", resourceType: "order", resourceId: order._id.toHexString() },
      after: {
        ...{ orderNumber, grandTotal: toRupees(grandTotal), paymentMethod },
        ...(request.paymentReference ? { paymentReference: request.paymentReference } : {}),
        ownPrices: prices,
      },
    },
    tx,
  );
}
