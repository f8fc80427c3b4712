import { Types } from "mongoose";
import {
  releaseIdleCart,
  releaseUnusedReservation,
  syncReservation,
} from "../../services/aggregates/cart/reservation-sync.js";
import { releaseOrReclaimCoupons } from "../../services/aggregates/checkout-session/coupon-uses.js";
import { findConfirmedOrder } from "../../services/aggregates/order/load-order.js";
import {
  notifyCancelled,
  requestNoteOfCancellation,
  returnCoupons,
  returnStock,
} from "../../services/flows/cancellation-effects.flow.js";
import { notifyInvoice } from "../../services/flows/email-invoice.flow.js";
import {
  earnLoyaltyOfOrder,
  notifyDelivered,
  notifyReturnedToOrigin,
  notifySellers,
  notifyShipped,
} from "../../services/flows/fulfilment-messages.flow.js";
import {
  requestInvoiceOfOrder,
  requestInvoiceOnDispatch,
  requestNoteOfRefund,
  requestNoteOfReturn,
} from "../../services/flows/issue-invoices/request-invoices.flow.js";
import {
  notifyDispute,
  notifyOrderConfirmed,
  notifyPaymentFailed,
} from "../../services/flows/notifications.flow.js";
import { performRefund } from "../../services/flows/perform-refund/perform-refund.flow.js";
import {
  manualOrderReversals,
  UNDO_MESSAGE,
} from "../../services/flows/place-manual-order/take-goods.step.js";
import { placementReversals, toReversalRound } from "../../services/flows/place-order/undo.step.js";
import { pullSettlement } from "../../services/flows/reconcile/pull-settlement.flow.js";
import {
  notifyRefundApproved,
  notifyRefundAttention,
  notifyRefundCompleted,
  notifyRefundRejected,
  notifyRefundRequested,
} from "../../services/flows/refund-notifications.flow.js";
import { restockReturn } from "../../services/flows/refund-return.flow.js";
import { notifyCartAbandoned } from "../../services/flows/remind-abandoned-cart.flow.js";
import { notifyUnfinishedCheckout } from "../../services/flows/remind-checkout.flow.js";
import {
  notifyInspectionFailed,
  notifyPickupScheduled,
  notifyReturnApproved,
  notifyReturnReceived,
  notifyReturnRejected,
  notifyReturnRequested,
} from "../../services/flows/return-notifications.flow.js";
import { AUDIT_MESSAGE, sendAuditRow } from "../../services/platform/audit.service.js";
import type { OutboxHandler, OutboxHandlers } from "../../services/platform/outbox-worker.service.js";

type Payload = Record<string, unknown>;

function idIn(payload: Payload, field: string): Types.ObjectId {
  const value = payload[field];
  if (typeof value !== "string" || !Types.ObjectId.isValid(value))
    throw new TypeError(`payload without ${field}`);
  return new Types.ObjectId(value);
}

function textIn(payload: Payload, field: string): string {
  const value = payload[field];
  if (typeof value !== "string") throw new TypeError(`payload without ${field}`);
  return value;
}

function dateIn(payload: Payload, field: string): Date {
  const date = new Date(textIn(payload, field));
  if (Number.isNaN(date.getTime())) throw new TypeError(`payload without ${field}`);
  return date;
}

function numberIn(payload: Payload, field: string): number {
  const value = payload[field];
  if (typeof value !== "number") throw new TypeError(`payload without ${field}`);
  return value;
}

function textsIn(payload: Payload, field: string): string[] {
  const value = payload[field];
  if (!Array.isArray(value)) throw new TypeError(`payload without ${field}`);
  return value.map(String);
}

/** A handler that needs only the id of its subject. */
const about = (name: string, field: string, work: (id: Types.ObjectId) => Promise<void>): OutboxHandler => ({
  name,
  deliver: (payload) => work(idIn(payload, field)),
});

/** A handler that follows a cancellation. */
const afterCancelling = (
  name: string,
  work: (orderId: Types.ObjectId, cancellationId: Types.ObjectId) => Promise<void>,
): OutboxHandler => ({
  name,
  deliver: (payload) => work(idIn(payload, "orderId"), idIn(payload, "cancellationId")),
});

/** Nothing while an order waits for its confirmation: another message comes with it. The order is read once for all. */
async function afterConfirming(payload: Payload): Promise<OutboxHandler[]> {
  const order = await findConfirmedOrder(idIn(payload, "orderId"));
  if (!order) return [];
  return [
    { name: "confirmation", deliver: () => notifyOrderConfirmed(order) },
    { name: "invoice", deliver: () => requestInvoiceOfOrder(order) },
    { name: "sellers", deliver: () => notifySellers(order) },
  ];
}

/** What happens after each type of outbox message. */
export const outboxHandlers: OutboxHandlers = {
  "order.placed": afterConfirming,
  "order.confirmed": afterConfirming,
  "order.delivered": [about("loyalty", "orderId", earnLoyaltyOfOrder)],
  "shipment.shipped": [
    about("message", "shipmentId", notifyShipped),
    about("invoice", "shipmentId", requestInvoiceOnDispatch),
  ],
  "shipment.delivered": [about("message", "shipmentId", notifyDelivered)],
  "shipment.returned": [
    about("message", "shipmentId", notifyReturnedToOrigin),
    about("credit-note", "shipmentId", requestNoteOfReturn),
  ],
  "order.cancelled": [
    afterCancelling("stock", returnStock),
    afterCancelling("coupons", returnCoupons),
    afterCancelling("credit-note", requestNoteOfCancellation),
    afterCancelling("message", notifyCancelled),
  ],
  "payment.failed": [about("message", "paymentId", notifyPaymentFailed)],
  "refund.requested": [about("message", "refundId", notifyRefundRequested)],
  "refund.approved": [about("message", "refundId", notifyRefundApproved)],
  "refund.rejected": [about("message", "refundId", notifyRefundRejected)],
  "refund.send": [about("gateway", "refundId", performRefund)],
  "refund.completed": [
    about("message", "refundId", notifyRefundCompleted),
    about("credit-note", "refundId", requestNoteOfRefund),
  ],
  "refund.attention": [about("message", "refundId", notifyRefundAttention)],
  "return.requested": [about("message", "returnId", notifyReturnRequested)],
  "return.approved": [about("message", "returnId", notifyReturnApproved)],
  "return.rejected": [about("message", "returnId", notifyReturnRejected)],
  "return.pickup_scheduled": [about("message", "returnId", notifyPickupScheduled)],
  "return.received": [about("message", "returnId", notifyReturnReceived)],
  "return.inspection_failed": [about("message", "returnId", notifyInspectionFailed)],
  "return.completed": [about("stock", "returnId", restockReturn)],
  "payment.dispute": [
    {
      name: "message",
      deliver: (payload) => notifyDispute(idIn(payload, "paymentId"), textIn(payload, "disputeId")),
    },
  ],
  "settlement.pull": [
    {
      name: "payments",
      deliver: (payload) =>
        pullSettlement({ settlementId: textIn(payload, "settlementId"), date: dateIn(payload, "date") }),
    },
  ],
  "placement.reverse": placementReversals.map(({ name, reverse }) => ({
    name,
    deliver: (payload) =>
      reverse(idIn(payload, "checkoutSessionId"), toReversalRound(textIn(payload, "round"))),
  })),
  [UNDO_MESSAGE]: manualOrderReversals.map(({ name, reverse }) => ({
    name,
    deliver: (payload) =>
      reverse({ orderId: idIn(payload, "orderId"), couponCodes: textsIn(payload, "couponCodes") }),
  })),
  "coupon.release": [
    {
      name: "pricing",
      deliver: (payload) =>
        releaseOrReclaimCoupons(idIn(payload, "checkoutSessionId"), textsIn(payload, "codes")),
    },
  ],
  "reservation.release": [
    {
      name: "inventory",
      deliver: (payload) =>
        releaseUnusedReservation(idIn(payload, "cartId"), textIn(payload, "reservationId")),
    },
  ],
  "reservation.sync": [{ name: "inventory", deliver: syncReservation }],
  "checkout.reminder": [
    {
      name: "message",
      deliver: (payload) =>
        notifyUnfinishedCheckout(idIn(payload, "checkoutSessionId"), textIn(payload, "addressKey")),
    },
  ],
  "cart.release": [
    {
      name: "inventory",
      deliver: (payload) =>
        releaseIdleCart(idIn(payload, "cartId"), {
          version: numberIn(payload, "version"),
          status: textIn(payload, "status"),
        }),
    },
  ],
  "invoice.email": [about("message", "deliveryId", notifyInvoice)],
  "cart.abandoned": [about("message", "cartId", notifyCartAbandoned)],
  [AUDIT_MESSAGE]: [about("auth", "auditLogId", sendAuditRow)],
};
