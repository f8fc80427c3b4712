import Joi from "joi";
import type {
  OrderDoc,
  OrderItemDoc,
  OrderStatusHistoryDoc,
  PaymentDoc,
  ShipmentDoc,
} from "../../models/index.js";
import { now } from "../clock.js";
import {
  CHANGED_BY_TYPES,
  FULFILLMENT_STATUSES,
  ORDER_SOURCES,
  ORDER_STATUSES,
  PAYMENT_STATUSES,
  SHIPMENT_STATUS,
  STATUS_TYPE,
  STATUS_TYPES,
} from "../constants.js";
import { toRupees } from "../money.js";
import { returnableUnits } from "../returnable-units.js";
import { CANCELLABLE } from "../state-machines.js";
import { moment, momentOrNull, nullable, rupees } from "../view-schemas.js";
import { AppliedCouponView, toAppliedCouponView } from "./cart.view.js";
import {
  freeUnitsOf,
  OrderItemView,
  ShipmentView,
  toOrderItemView,
  toShipmentView,
} from "./order-parts.view.js";
import {
  AddressView,
  dueFields,
  id,
  ShippingMethodView,
  text,
  textOrNull,
  toAddressView,
  toShippingMethodView,
  toTotalsView,
  totalsFields,
} from "./parts.view.js";
import { PaymentView, toPaymentView } from "./payment.view.js";
import { viewOf } from "./view-of.js";

export interface OrderViewSource {
  order: OrderDoc;
  items: readonly OrderItemDoc[];
  payment: PaymentDoc | null;
  shipments: readonly ShipmentDoc[];
}

const toOrderTotalsView = (order: OrderDoc) => ({
  ...toTotalsView(order),
  storeCredit: toRupees(order.storeCreditAmount),
  loyaltyDiscount: toRupees(order.loyaltyDiscount),
  amountDue: toRupees(order.amountDue),
});

/** Before shipment, and of a partly shipped order the units that are in no parcel. */
const canCancel = (order: OrderDoc, items: readonly OrderItemDoc[]): boolean =>
  CANCELLABLE.includes(order.status) && items.some((item) => freeUnitsOf(item) > 0);

const toOrderHead = (order: OrderDoc) => ({
  id: order._id.toHexString(),
  orderNumber: order.orderNumber,
  status: order.status,
  paymentStatus: order.paymentStatus,
  fulfillmentStatus: order.fulfillmentStatus,
  currency: order.currency,
  totals: toOrderTotalsView(order),
  paidAmount: toRupees(order.paidAmount),
  refundedAmount: toRupees(order.refundedAmount),
  email: order.email,
  phone: order.phone,
  shippingAddress: toAddressView(order.shippingAddress),
  billingAddress: toAddressView(order.billingAddress),
  gstin: order.gstin ?? undefined,
  shippingMethod: order.shippingMethod && toShippingMethodView(order.shippingMethod),
  appliedCoupons: order.appliedCoupons.map(toAppliedCouponView),
  isGiftOrder: order.isGiftOrder,
  giftMessage: order.giftMessage,
  customerNotes: order.customerNotes,
  source: order.source,
});

const toEstimateView = ({ estimatedDelivery }: OrderDoc) =>
  estimatedDelivery && { from: estimatedDelivery.from, to: estimatedDelivery.to };

const toOrderDates = (order: OrderDoc) => ({
  estimatedDelivery: toEstimateView(order),
  placedAt: order.createdAt,
  confirmedAt: order.confirmedAt ?? undefined,
  shippedAt: order.shippedAt ?? undefined,
  deliveredAt: order.deliveredAt ?? undefined,
  cancelledAt: order.cancelledAt ?? undefined,
  cancellationReason: order.cancellationReason ?? undefined,
});

/** A parcel that the shipping service did not accept was never on its way: customers do not see it. */
const isShown = ({ status }: ShipmentDoc): boolean => status !== SHIPMENT_STATUS.REFUSED;

/** An order as its customer sees it: without staff ids, internal notes and data of the gateway. */
export function toOrderView({ order, items, payment, shipments }: OrderViewSource) {
  const at = now();
  return {
    ...toOrderHead(order),
    items: items.map(toOrderItemView),
    payment: payment && toPaymentView({ ...payment, orderNumber: order.orderNumber }),
    shipments: shipments.filter(isShown).map(toShipmentView),
    ...toOrderDates(order),
    canCancel: canCancel(order, items),
    canReturn: items.some((item) => returnableUnits(item, at).quantity > 0),
  };
}

export const OrderTotalsView = viewOf<ReturnType<typeof toOrderTotalsView>>("OrderTotals", {
  ...totalsFields,
  ...dueFields,
});

const EstimateView = Joi.object({
  from: momentOrNull.required(),
  to: momentOrNull.required(),
}).allow(null);

export const OrderView = viewOf<ReturnType<typeof toOrderView>>(
  "OrderView",
  {
    id,
    orderNumber: text,
    status: Joi.string().valid(...ORDER_STATUSES),
    paymentStatus: Joi.string().valid(...PAYMENT_STATUSES),
    fulfillmentStatus: Joi.string().valid(...FULFILLMENT_STATUSES),
    currency: text,
    items: Joi.array().items(OrderItemView),
    totals: OrderTotalsView,
    paidAmount: rupees,
    refundedAmount: rupees,
    email: text,
    phone: text,
    shippingAddress: AddressView,
    billingAddress: AddressView,
    shippingMethod: nullable(ShippingMethodView),
    appliedCoupons: Joi.array().items(AppliedCouponView),
    isGiftOrder: Joi.boolean(),
    giftMessage: textOrNull,
    customerNotes: textOrNull,
    source: Joi.string().valid(...ORDER_SOURCES),
    estimatedDelivery: EstimateView,
    payment: nullable(PaymentView),
    shipments: Joi.array().items(ShipmentView),
    placedAt: moment,
    canCancel: Joi.boolean(),
    canReturn: Joi.boolean(),
  },
  {
    gstin: text,
    confirmedAt: moment,
    shippedAt: moment,
    deliveredAt: moment,
    cancelledAt: moment,
    cancellationReason: text,
  },
);

/** A status change as customers see it: without the id of the person who made it. */
export const toStatusChangeView = (row: OrderStatusHistoryDoc) => ({
  type: row.statusType,
  from: row.fromStatus,
  to: row.toStatus,
  at: row.createdAt,
  note: row.note,
  changedByType: row.changedByType,
});

export const StatusChangeView = viewOf<ReturnType<typeof toStatusChangeView>>("StatusChange", {
  type: Joi.string().valid(...STATUS_TYPES),
  from: textOrNull,
  to: text,
  at: moment,
  note: textOrNull,
  changedByType: Joi.string().valid(...CHANGED_BY_TYPES),
});

/** As customers see it: what became of a parcel is in its own status. */
export const toCustomerHistory = (history: readonly OrderStatusHistoryDoc[]) =>
  history.filter(({ statusType }) => statusType !== STATUS_TYPE.SHIPMENT).map(toStatusChangeView);

export const toTrackingView = (
  { order, shipments }: Pick<OrderViewSource, "order" | "shipments">,
  history: readonly OrderStatusHistoryDoc[],
) => ({
  status: order.status,
  statusHistory: toCustomerHistory(history),
  shipments: shipments.filter(isShown).map(toShipmentView),
  estimatedDelivery: toEstimateView(order),
});

export const TrackingView = viewOf<ReturnType<typeof toTrackingView>>("OrderTracking", {
  status: Joi.string().valid(...ORDER_STATUSES),
  statusHistory: Joi.array().items(StatusChangeView),
  shipments: Joi.array().items(ShipmentView),
  estimatedDelivery: EstimateView,
}).required();
