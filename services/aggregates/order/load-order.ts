import { type Types, trusted } from "mongoose";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Payment,
  type PaymentDoc,
  Shipment,
  type ShipmentDoc,
} from "../../../models/index.js";
import { ORDER_STATUS } from "../../../utils/constants.js";
import { orderNotFound } from "../../../utils/errors.js";
import { isOwnedBy, type Owner } from "../../../utils/principal.js";

/** An order with everything a view shows of it. */
export interface OrderOverview {
  order: OrderDoc;
  items: OrderItemDoc[];
  payment: PaymentDoc | null;
  shipments: ShipmentDoc[];
}

/** The parts of these orders: three queries for a whole page, not three per order. */
export async function loadOrders(orders: readonly OrderDoc[]): Promise<OrderOverview[]> {
  if (orders.length === 0) return [];
  const ofThese = () => ({ orderId: trusted({ $in: orders.map((order) => order._id) }) });
  const [items, payments, shipments] = await Promise.all([
    OrderItem.find(ofThese()).sort({ _id: 1 }).lean<OrderItemDoc[]>(),
    Payment.find(ofThese()).lean<PaymentDoc[]>(),
    Shipment.find(ofThese()).sort({ createdAt: 1 }).lean<ShipmentDoc[]>(),
  ]);
  return orders.map((order) => {
    const ofThis = (row: { orderId: Types.ObjectId | null }) => row.orderId?.equals(order._id) ?? false;
    return {
      order,
      items: items.filter(ofThis),
      payment: payments.find(ofThis) ?? null,
      shipments: shipments.filter(ofThis),
    };
  });
}

export async function loadOrder(order: OrderDoc): Promise<OrderOverview> {
  const [overview] = await loadOrders([order]);
  return overview ?? { order, items: [], payment: null, shipments: [] };
}

/**
 * An order that a request names in its body or query.
 * @throws NotFoundError ORDER_NOT_FOUND, also for another caller's
 */
export async function getOwnOrder(orderNumber: string, owner: Owner): Promise<OrderDoc> {
  const order = await Order.findOne({ orderNumber }).lean<OrderDoc>();
  if (!order || !isOwnedBy(order, owner)) throw orderNotFound();
  return order;
}

/** For what follows a confirmation. Null while the order waits for it, and once it is cancelled. */
export async function findConfirmedOrder(id: Types.ObjectId): Promise<OrderDoc | null> {
  const order = await Order.findById(id).orFail().lean<OrderDoc>();
  return order.status === ORDER_STATUS.PENDING || order.status === ORDER_STATUS.CANCELLED ? null : order;
}
