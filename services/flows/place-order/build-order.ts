import { Types } from "mongoose";
import {
  type AddressSnapshot,
  customerNameOf,
  type FrozenLine,
  type OrderDoc,
  type OrderItemDoc,
  orderSearchKeys,
} from "../../../models/index.js";
import { CURRENCY, LINE_FULFILLMENT_STATUS, ORDER_STATUS, PAYMENT_STATUS } from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import { addPaise, ZERO_PAISE } from "../../../utils/money.js";
import { fulfillmentMachine, orderMachine, orderPaymentMachine } from "../../../utils/state-machines.js";
import { placeOfSupplyOf } from "../../aggregates/checkout/checkout-state.js";
import type { HistoryDraft } from "../../platform/history.service.js";
import type { Claim } from "./claim.step.js";
import { pointsUsed } from "./effects.step.js";

export interface OrderFacts {
  orderNumber: string;
  at: Date;
  /** Where `codAutoConfirm` is off, COD orders wait for an admin. */
  confirmed: boolean;
}

/** A new order, built only from what was frozen with its payment. */
export function buildOrder(claim: Claim, facts: OrderFacts): OrderDoc {
  const { checkout, frozen, payment } = claim;
  const { totals } = frozen;
  const { email, phone, shippingAddress } = contactAndAddress(claim);
  const isPaid = payment === null || payment.gateway !== "cod";
  const creditAndPoints = addPaise(totals.storeCredit, totals.loyaltyDiscount);
  return {
    _id: checkout._id,
    orderNumber: facts.orderNumber,
    checkoutSessionId: checkout._id,
    cartId: checkout.cartId,
    ...ownerOf(claim),
    status: facts.confirmed ? ORDER_STATUS.CONFIRMED : orderMachine.initial,
    paymentStatus: isPaid ? PAYMENT_STATUS.PAID : orderPaymentMachine.initial,
    fulfillmentStatus: fulfillmentMachine.initial,
    paymentMethod: payment?.method ?? null,
    email,
    phone,
    customerName: customerNameOf(checkout),
    currency: CURRENCY,
    subtotal: totals.subtotal,
    discountTotal: totals.discountTotal,
    shippingTotal: totals.shippingTotal,
    taxTotal: totals.taxTotal,
    roundOff: totals.roundOff,
    grandTotal: totals.grandTotal,
    pricesIncludeTax: totals.pricesIncludeTax,
    charges: frozen.charges,
    storeCreditAmount: totals.storeCredit,
    loyaltyPoints: pointsUsed(claim),
    loyaltyDiscount: totals.loyaltyDiscount,
    amountDue: totals.amountDue,
    paidAmount: isPaid ? addPaise(creditAndPoints, totals.amountDue) : creditAndPoints,
    refundedAmount: ZERO_PAISE,
    refundReserved: ZERO_PAISE,
    refundRequested: ZERO_PAISE,
    cancelledAmount: ZERO_PAISE,
    cancellations: [],
    disputes: [],
    shippingAddress,
    billingAddress: checkout.billingAddress ?? shippingAddress,
    gstin: checkout.gstin,
    // Older versions did not freeze it.
    placeOfSupply: frozen.placeOfSupply ?? placeOfSupplyOf(checkout),
    isSezBuyer: frozen.isSezBuyer ?? false,
    invoiceNumber: null,
    shippingMethod: checkout.shippingMethod,
    appliedCoupons: frozen.coupons,
    appliedDiscounts: frozen.discounts,
    isGiftOrder: checkout.isGiftOrder,
    giftMessage: checkout.giftMessage,
    customerNotes: checkout.customerNotes,
    internalNotes: [],
    tags: [],
    editHistory: [],
    sellerOrders: [],
    source: checkout.source,
    estimatedDelivery: estimateDelivery(claim, facts.at),
    termsAcceptedAt: checkout.termsAcceptedAt,
    cancellationReason: null,
    cancelledById: null,
    cancelledAt: null,
    confirmedAt: facts.confirmed ? facts.at : null,
    shippedAt: null,
    deliveredAt: null,
    version: 0,
    searchKeys: orderSearchKeys({ email, phone, tags: [], sellerIds: sellersOf(frozen.lines) }),
    createdAt: facts.at,
    updatedAt: facts.at,
  };
}

const sellersOf = (lines: readonly FrozenLine[]) => lines.map(({ sellerId }) => sellerId);

const ownerOf = ({ checkout }: Claim) => ({
  ...(checkout.userId ? { userId: checkout.userId } : {}),
  ...(checkout.sessionId ? { sessionId: checkout.sessionId } : {}),
});

/** For the types: a session cannot have been frozen without these. */
function contactAndAddress({ checkout }: Claim): {
  email: string;
  phone: string;
  shippingAddress: AddressSnapshot;
} {
  const { email, phone, shippingAddress } = checkout;
  if (!email || !phone || !shippingAddress) {
    throw new RuleError("CHECKOUT_INCOMPLETE", "Contact or address is missing");
  }
  return { email, phone, shippingAddress };
}

const DAY_MS = 86_400_000;

function estimateDelivery({ checkout }: Claim, at: Date): OrderDoc["estimatedDelivery"] {
  const method = checkout.shippingMethod;
  if (!method) return null;
  return {
    from: new Date(at.getTime() + method.estimatedDaysMin * DAY_MS),
    to: new Date(at.getTime() + method.estimatedDaysMax * DAY_MS),
  };
}

export function buildOrderItems({ frozen }: Claim, order: OrderDoc): OrderItemDoc[] {
  return frozen.lines.map((line) => toOrderItem(line, order));
}

function toOrderItem(line: FrozenLine, order: OrderDoc): OrderItemDoc {
  const { cartItemId: _cartItemId, reservationId: _reservationId, ...sold } = line;
  return {
    ...sold,
    _id: new Types.ObjectId(),
    orderId: order._id,
    quantityAllocated: 0,
    quantityFulfilled: 0,
    quantityDelivered: 0,
    quantityCancelled: 0,
    quantityReturnPromised: 0,
    quantityReturned: 0,
    quantityReturnedToOrigin: 0,
    quantityRefunded: 0,
    fulfillmentStatus: LINE_FULFILLMENT_STATUS.PENDING,
    returnableUntil: null,
    createdAt: order.createdAt,
    updatedAt: order.createdAt,
  };
}

const SYSTEM = { type: "system" } as const;

/** Each of the three histories starts at null and has a row for every move, so that the timeline is complete. */
export function buildFirstHistory(order: OrderDoc): HistoryDraft[] {
  const orderId = order._id;
  const rows: HistoryDraft[] = [
    { orderId, statusType: "order", from: null, to: orderMachine.initial, by: SYSTEM },
    { orderId, statusType: "payment", from: null, to: orderPaymentMachine.initial, by: SYSTEM },
    { orderId, statusType: "fulfillment", from: null, to: fulfillmentMachine.initial, by: SYSTEM },
  ];
  if (order.status !== orderMachine.initial) {
    rows.push({ orderId, statusType: "order", from: orderMachine.initial, to: order.status, by: SYSTEM });
  }
  if (order.paymentStatus !== orderPaymentMachine.initial) {
    rows.push({
      orderId,
      statusType: "payment",
      from: orderPaymentMachine.initial,
      to: order.paymentStatus,
      by: SYSTEM,
    });
  }
  return rows;
}
