import { Types } from "mongoose";
import {
  type ChangedBy,
  type FrozenCheckout,
  type OrderDoc,
  type OrderItemDoc,
  orderSearchKeys,
  type ShippingMethodSnapshot,
  type SoldLine,
} from "../../../models/index.js";
import { DAY_MS } from "../../../utils/clock.js";
import { CURRENCY, LINE_FULFILLMENT_STATUS, ORDER_STATUS } from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { fulfillmentMachine, orderMachine, orderPaymentMachine } from "../../../utils/state-machines.js";
import type { HistoryDraft } from "../../platform/history.service.js";

/** The documents of a new order: one placed from a checkout, or one that an administrator enters. */

/** What was agreed, as it was frozen. */
export type Sale = Pick<FrozenCheckout, "charges" | "totals" | "coupons" | "discounts"> & {
  lines: readonly Pick<SoldLine, "sellerId">[];
};

const soldFor = ({ totals, charges, coupons, discounts }: Sale) => ({
  subtotal: totals.subtotal,
  discountTotal: totals.discountTotal,
  shippingTotal: totals.shippingTotal,
  taxTotal: totals.taxTotal,
  roundOff: totals.roundOff,
  grandTotal: totals.grandTotal,
  pricesIncludeTax: totals.pricesIncludeTax,
  charges,
  storeCreditAmount: totals.storeCredit,
  loyaltyDiscount: totals.loyaltyDiscount,
  amountDue: totals.amountDue,
  appliedCoupons: coupons,
  appliedDiscounts: discounts,
});

/** What every order begins with. */
const untouched = () => ({
  fulfillmentStatus: fulfillmentMachine.initial,
  currency: CURRENCY,
  refundedAmount: ZERO_PAISE,
  refundReserved: ZERO_PAISE,
  refundRequested: ZERO_PAISE,
  cancelledAmount: ZERO_PAISE,
  cancellations: [],
  uncollectedParcels: [],
  disputes: [],
  invoiceNumber: null,
  tags: [],
  editHistory: [],
  sellerOrders: [],
  cancellationReason: null,
  cancelledById: null,
  cancelledAt: null,
  shippedAt: null,
  deliveredAt: null,
  version: 0,
});

type Derived =
  | keyof ReturnType<typeof soldFor>
  | keyof ReturnType<typeof untouched>
  | "searchKeys"
  | "estimatedDelivery"
  | "confirmedAt"
  | "createdAt"
  | "updatedAt";

/** What differs from order to order. */
export interface OrderTerms extends Omit<OrderDoc, Derived> {
  sale: Sale;
  at: Date;
}

export function newOrder({ sale, at, ...terms }: OrderTerms): OrderDoc {
  return {
    ...untouched(),
    ...soldFor(sale),
    ...terms,
    estimatedDelivery: estimateDelivery(terms.shippingMethod, at),
    confirmedAt: terms.status === ORDER_STATUS.CONFIRMED ? at : null,
    searchKeys: orderSearchKeys({
      ...terms,
      tags: [],
      sellerIds: sale.lines.map(({ sellerId }) => sellerId),
    }),
    createdAt: at,
    updatedAt: at,
  };
}

function estimateDelivery(method: ShippingMethodSnapshot | null, at: Date): OrderDoc["estimatedDelivery"] {
  if (!method) return null;
  return {
    from: new Date(at.getTime() + method.estimatedDaysMin * DAY_MS),
    to: new Date(at.getTime() + method.estimatedDaysMax * DAY_MS),
  };
}

export const newOrderItem = (line: SoldLine, order: OrderDoc): OrderItemDoc => ({
  ...line,
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
});

/** Each of the three histories starts at null and has a row for every move, so that the timeline is complete. */
export function firstHistory(order: OrderDoc, by: ChangedBy): HistoryDraft[] {
  const orderId = order._id;
  const rows: HistoryDraft[] = [
    { orderId, statusType: "order", from: null, to: orderMachine.initial, by },
    { orderId, statusType: "payment", from: null, to: orderPaymentMachine.initial, by },
    { orderId, statusType: "fulfillment", from: null, to: fulfillmentMachine.initial, by },
  ];
  if (order.status !== orderMachine.initial) {
    rows.push({ orderId, statusType: "order", from: orderMachine.initial, to: order.status, by });
  }
  if (order.paymentStatus !== orderPaymentMachine.initial) {
    rows.push({
      ...{ orderId, statusType: "payment", by },
      ...{ from: orderPaymentMachine.initial, to: order.paymentStatus },
    });
  }
  return rows;
}
