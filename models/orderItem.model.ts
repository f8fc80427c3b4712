import { model, type Types } from "mongoose";
import {
  LINE_FULFILLMENT_STATUS,
  LINE_FULFILLMENT_STATUSES,
  type LineFulfillmentStatus,
} from "../utils/constants.js";
import { count, oneOf, optionalDate, reference } from "./parts/fields.js";
import { defineSchema } from "./parts/schema.js";
import { type ItemSnapshot, itemSnapshotFields, type LinePrice, linePriceFields } from "./parts/snapshots.js";
import { type LineTotals, lineTotalsFields } from "./parts/totals.js";

/** One line of an order: what was sold, and how many units are in which state. */
export interface OrderItemDoc extends ItemSnapshot, LinePrice, LineTotals {
  _id: Types.ObjectId;
  orderId: Types.ObjectId;
  /** In a shipment that was requested, whatever became of it since; such units can no longer be cancelled. */
  quantityAllocated: number;
  quantityFulfilled: number;
  quantityDelivered: number;
  quantityCancelled: number;
  /** Of returns that were not rejected, and not (yet) taken back: on the way, or refused by the inspection. */
  quantityReturnPromised: number;
  quantityReturned: number;
  /** Shipped, never delivered, and on the way back or back. */
  quantityReturnedToOrigin: number;
  quantityRefunded: number;
  fulfillmentStatus: LineFulfillmentStatus;
  /** Set on delivery. */
  returnableUntil: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const schema = defineSchema<OrderItemDoc>("orderItems", {
  orderId: reference,
  ...itemSnapshotFields,
  ...linePriceFields,
  ...lineTotalsFields,
  quantityAllocated: count,
  quantityFulfilled: count,
  quantityDelivered: count,
  quantityCancelled: count,
  quantityReturnPromised: count,
  quantityReturned: count,
  quantityReturnedToOrigin: count,
  quantityRefunded: count,
  fulfillmentStatus: oneOf(LINE_FULFILLMENT_STATUSES, LINE_FULFILLMENT_STATUS.PENDING),
  returnableUntil: optionalDate,
});

schema.index({ orderId: 1 });
schema.index({ productId: 1, createdAt: -1 });
schema.index({ sku: 1 });

export const OrderItem = model<OrderItemDoc>("OrderItem", schema);
