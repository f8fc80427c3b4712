import type { OrderItemDoc, PaymentDoc, ShipmentDoc } from "../../models/index.js";
import { CURRENCY } from "../../utils/constants.js";
import { ZERO_PAISE } from "../../utils/money.js";
import { SHIPPING } from "./baskets.js";
import { KINDS, type OrderFacts, paymentHistoryOf } from "./order-facts.js";

const DIGITS = 9;
const numbered = (prefix: string, number: number): string =>
  `${prefix}${String(number).padStart(DIGITS, "0")}`;

export function toPayment({
  basket,
  progress,
  paymentId,
  orderId,
  orderNumber,
  owner,
  number,
}: OrderFacts): PaymentDoc {
  const { isCod } = basket;
  const { at, payment: status } = progress;
  const amount = basket.totals.amountDue;
  const isCaptured = status === "captured";
  const capturedAt = isCod ? at.delivered : at.placed;
  return {
    _id: paymentId,
    checkoutSessionId: orderId,
    orderId,
    orderNumber,
    ...owner,
    idempotencyKey: null,
    gateway: isCod ? "cod" : "razorpay",
    gatewayOrderId: isCod ? null : numbered("order_Seed", number),
    gatewayPaymentId: isCod ? null : numbered("pay_Seed", number),
    method: isCod ? "cod" : "upi",
    methodDetails: isCod ? null : { vpa: "s***@okbank" },
    status,
    currency: CURRENCY,
    amount,
    capturedAmount: isCaptured ? amount : ZERO_PAISE,
    refundedAmount: ZERO_PAISE,
    refundReserved: ZERO_PAISE,
    fee: null,
    tax: null,
    errorCode: null,
    errorReason: null,
    errorMessage: null,
    nextStep: null,
    gatewayResponse: null,
    receipt: null,
    authorizedAt: null,
    capturedAt: isCaptured ? capturedAt : null,
    retryOf: null,
    accepted: !isCod,
    surplus: false,
    supersededAt: null,
    mismatch: null,
    attention: false,
    reconciledAt: null,
    settlement: null,
    disputes: [],
    sweep: null,
    statusHistory: paymentHistoryOf(progress, isCod),
    createdAt: at.placed,
    updatedAt: at.placed,
  };
}

/** One shipment, once the order has been shipped. */
export function toShipments(facts: OrderFacts, items: readonly OrderItemDoc[]): ShipmentDoc[] {
  const { progress, basket, orderId, newId, number } = facts;
  if (progress.fulfillmentStatus !== "fulfilled") return [];
  const isDelivered = progress.status === "delivered";
  const { shipped, delivered } = progress.at;
  return [
    {
      _id: newId(KINDS.shipment),
      orderId,
      sellerId: null,
      items: items.map(({ _id, quantity }) => ({ orderItemId: _id, quantity })),
      status: isDelivered ? "delivered" : "in_transit",
      address: null,
      isManual: false,
      shipmentId: numbered("shp_seed", number),
      methodId: SHIPPING.id,
      carrier: SHIPPING.carrier,
      trackingNumber: numbered("BD", number),
      codAmount: basket.isCod ? basket.totals.amountDue : ZERO_PAISE,
      events: [{ status: "picked_up", location: "Bengaluru", at: shipped, description: null }],
      estimatedDelivery: delivered,
      shippedAt: shipped,
      recalledAt: null,
      deliveredAt: isDelivered ? delivered : null,
      refusalCode: null,
      requestKey: null,
      syncedAt: isDelivered ? delivered : shipped,
      createdAt: shipped,
      updatedAt: isDelivered ? delivered : shipped,
    },
  ];
}
