import type { Types } from "mongoose";
import {
  Order,
  type OrderDoc,
  OrderStatusHistory,
  type OrderStatusHistoryDoc,
  Payment,
  type PaymentDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { orderNotFound } from "../../../utils/errors.js";
import { loadOrder, type OrderOverview } from "./load-order.js";

/** An order with everything that an administrator sees of it. */
export interface AdminOrder extends OrderOverview {
  history: OrderStatusHistoryDoc[];
  /** Every attempt to pay for it. */
  payments: PaymentDoc[];
  refunds: RefundDoc[];
}

/** More than an order can have by itself, so that one answer stays bounded. */
const MOST = 200;

/** @throws NotFoundError ORDER_NOT_FOUND */
export async function getOrder(orderId: Types.ObjectId): Promise<OrderDoc> {
  const order = await Order.findById(orderId).lean<OrderDoc>();
  if (!order) throw orderNotFound();
  return order;
}

/** @throws NotFoundError ORDER_NOT_FOUND */
export async function getAdminOrder(orderId: Types.ObjectId): Promise<AdminOrder> {
  const order = await getOrder(orderId);
  const [overview, history, payments, refunds] = await Promise.all([
    loadOrder(order),
    OrderStatusHistory.find({ orderId })
      .sort({ createdAt: 1, _id: 1 })
      .limit(MOST)
      .lean<OrderStatusHistoryDoc[]>(),
    findPayments(order),
    Refund.find({ orderId }).sort({ createdAt: 1 }).limit(MOST).lean<RefundDoc[]>(),
  ]);
  return { ...overview, history, payments, refunds };
}

/** An order from a checkout has the checkout's attempts; any other, those that name it. */
function findPayments({ _id, checkoutSessionId }: OrderDoc): Promise<PaymentDoc[]> {
  return Payment.find(checkoutSessionId ? { checkoutSessionId } : { orderId: _id }, { gatewayResponse: 0 })
    .sort({ createdAt: 1 })
    .limit(MOST)
    .lean<PaymentDoc[]>()
    .exec();
}
