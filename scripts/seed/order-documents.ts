import {
  type CartDoc,
  type CartItemDoc,
  type CheckoutSessionDoc,
  type FrozenLine,
  type OrderDoc,
  type OrderItemDoc,
  type OrderStatusHistoryDoc,
  type OutboxMessageDoc,
  orderSearchKeys,
  type PaymentDoc,
  type ShipmentDoc,
} from "../../models/index.js";
import { CURRENCY } from "../../utils/constants.js";
import { findState } from "../../utils/gst/states.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { chargesOf, SHIPPING } from "./baskets.js";
import { toCart, toCartItems, toFrozenLines, toSession } from "./cart-documents.js";
import { factsOf, historyOf, KINDS, type OrderFacts, type OrderSeed } from "./order-facts.js";
import { toPayment, toShipments } from "./payment-documents.js";

/** All documents of one order, by collection. */
export interface OrderDocuments {
  carts: CartDoc[];
  cartItems: CartItemDoc[];
  checkoutSessions: CheckoutSessionDoc[];
  orders: OrderDoc[];
  orderItems: OrderItemDoc[];
  orderStatusHistories: OrderStatusHistoryDoc[];
  payments: PaymentDoc[];
  shipments: ShipmentDoc[];
  outboxMessages: OutboxMessageDoc[];
}

const DAY_MS = 86_400_000;
const RETURN_DAYS = 7;

/** An order as the service would have stored it, with its cart, session, payment, shipment and histories. */
export function toDocuments(seed: OrderSeed): OrderDocuments {
  const facts = factsOf(seed);
  const cartItems = toCartItems(facts);
  const lines = toFrozenLines(facts, cartItems);
  const orderItems = toOrderItems(facts, lines);
  return {
    carts: [toCart(facts)],
    cartItems,
    checkoutSessions: [toSession(facts, lines)],
    orders: [toOrder(facts)],
    orderItems,
    orderStatusHistories: toHistory(facts),
    payments: [toPayment(facts)],
    shipments: toShipments(facts, orderItems),
    outboxMessages: [toMessage(facts)],
  };
}

function toOrder(facts: OrderFacts): OrderDoc {
  const { orderId, cartId, owner, progress, basket, address, email, placed } = facts;
  const { subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, amountDue } = basket.totals;
  const { at, status } = progress;
  const isShipped = progress.fulfillmentStatus === "fulfilled";
  const isCancelled = status === "cancelled";
  return {
    _id: orderId,
    orderNumber: facts.orderNumber,
    checkoutSessionId: orderId,
    cartId,
    ...owner,
    status,
    paymentStatus: progress.paymentStatus,
    fulfillmentStatus: progress.fulfillmentStatus,
    paymentMethod: basket.isCod ? "cod" : "upi",
    email,
    phone: address.phone,
    customerName: address.name,
    currency: CURRENCY,
    ...{ subtotal, discountTotal, shippingTotal, taxTotal, roundOff, grandTotal, amountDue },
    pricesIncludeTax: true,
    charges: chargesOf(basket),
    storeCreditAmount: ZERO_PAISE,
    loyaltyPoints: 0,
    loyaltyDiscount: ZERO_PAISE,
    paidAmount: progress.paymentStatus === "paid" ? amountDue : ZERO_PAISE,
    refundedAmount: ZERO_PAISE,
    refundReserved: ZERO_PAISE,
    refundRequested: ZERO_PAISE,
    disputes: [],
    cancelledAmount: isCancelled ? grandTotal : ZERO_PAISE,
    cancellations: [],
    uncollectedParcels: [],
    shippingAddress: address,
    billingAddress: address,
    gstin: null,
    placeOfSupply: findState(address.state)?.code ?? null,
    isSezBuyer: false,
    invoiceNumber: null,
    shippingMethod: SHIPPING,
    appliedCoupons: [],
    appliedDiscounts: [],
    isGiftOrder: false,
    giftMessage: null,
    customerNotes: null,
    internalNotes: [],
    tags: [],
    editHistory: [],
    sellerOrders: [],
    source: "web",
    estimatedDelivery: {
      from: daysAfter(placed, SHIPPING.estimatedDaysMin),
      to: daysAfter(placed, SHIPPING.estimatedDaysMax),
    },
    termsAcceptedAt: placed,
    cancellationReason: isCancelled ? "Changed my mind" : null,
    cancelledById: null,
    cancelledAt: isCancelled ? at.cancelled : null,
    confirmedAt: placed,
    shippedAt: isShipped ? at.shipped : null,
    deliveredAt: status === "delivered" ? at.delivered : null,
    version: 0,
    searchKeys: orderSearchKeys({
      ...{ email, phone: address.phone, tags: [] },
      sellerIds: basket.lines.map(({ variant }) => variant.sellerId ?? null),
    }),
    createdAt: placed,
    updatedAt: placed,
  };
}

const daysAfter = (from: Date, days: number): Date => new Date(from.getTime() + days * DAY_MS);

function toOrderItems(
  { orderId, progress, newId, placed }: OrderFacts,
  lines: readonly FrozenLine[],
): OrderItemDoc[] {
  const isShipped = progress.fulfillmentStatus === "fulfilled";
  const isDelivered = progress.status === "delivered";
  const isCancelled = progress.status === "cancelled";
  return lines.map(({ cartItemId: _cartItem, reservationId: _reservation, ...sold }, index) => ({
    ...sold,
    _id: newId(KINDS.orderItem, index),
    orderId,
    quantityAllocated: isShipped ? sold.quantity : 0,
    quantityFulfilled: isShipped ? sold.quantity : 0,
    quantityDelivered: isDelivered ? sold.quantity : 0,
    quantityCancelled: isCancelled ? sold.quantity : 0,
    quantityReturnPromised: 0,
    quantityReturned: 0,
    quantityReturnedToOrigin: 0,
    quantityRefunded: 0,
    fulfillmentStatus: isCancelled ? "cancelled" : isShipped ? "fulfilled" : "pending",
    returnableUntil: isDelivered && sold.isReturnable ? daysAfter(progress.at.delivered, RETURN_DAYS) : null,
    createdAt: placed,
    updatedAt: placed,
  }));
}

const toHistory = ({ orderId, progress, basket, newId }: OrderFacts): OrderStatusHistoryDoc[] =>
  historyOf(progress, basket.isCod).map((row, index) => ({
    ...row,
    _id: newId(KINDS.history, index),
    orderId,
  }));

function toMessage({ orderId, newId, placed }: OrderFacts): OutboxMessageDoc {
  return {
    _id: newId(KINDS.message),
    type: "order.placed",
    dedupeKey: `order.placed:${orderId.toHexString()}`,
    payload: { orderId: orderId.toHexString() },
    state: "delivered",
    dueAt: placed,
    attempts: 1,
    done: [],
    lease: null,
    lastError: null,
    requestId: null,
    traceparent: null,
    deliveredAt: placed,
    createdAt: placed,
  };
}
