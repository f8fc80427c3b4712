import type { ClientSession, Types } from "mongoose";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { PAYMENT_STATUS, REFUND_STATUS } from "../../../utils/constants.js";
import { orderPaymentMachine } from "../../../utils/state-machines.js";
import { tryTransition } from "../../platform/transition.service.js";

const { PAID, REFUNDED } = PAYMENT_STATUS;

/** In the caller's transaction, after `refundedAmount` has changed: what an order shows of its completed refunds. */
export async function followRefunds(orderId: Types.ObjectId | null, tx: ClientSession): Promise<void> {
  if (!orderId) return;
  await followPaymentStatus(orderId, tx);
  await followLines(orderId, tx);
}

/**
 * In the caller's transaction: a paid order is `refunded` while all of it is refunded, and `paid` again when a refund is
 * retracted. One of which something is still to be collected stays `pending`, whatever was refunded of it before.
 */
export async function followPaymentStatus(orderId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const order = await Order.findById(orderId).session(tx).lean<OrderDoc>();
  if (!order) return;
  const isRefunded = order.paidAmount > 0 && order.refundedAmount === order.paidAmount;
  const [from, to] = isRefunded ? [PAID, REFUNDED] : [REFUNDED, PAID];
  if (order.paymentStatus !== from) return;
  await tryTransition({
    machine: orderPaymentMachine,
    model: Order,
    id: orderId,
    from,
    to,
    by: { type: "system" },
    note: isRefunded ? "refunded in full" : "a refund failed",
    tx,
  });
}

/**
 * `quantityRefunded` of each line is what the completed refunds of the order contain. It is computed anew each time, so
 * a refund that completes, fails and completes again counts once. The callers have changed the order in the same
 * transaction, so two of them cannot read past each other.
 */
async function followLines(orderId: Types.ObjectId, tx: ClientSession): Promise<void> {
  const completed = await Refund.find({ orderId, status: REFUND_STATUS.COMPLETED }, { items: 1 })
    .session(tx)
    .lean<Pick<RefundDoc, "items">[]>();
  const units = new Map<string, number>();
  for (const { orderItemId, quantity } of completed.flatMap(({ items }) => items)) {
    const id = orderItemId.toHexString();
    units.set(id, (units.get(id) ?? 0) + quantity);
  }
  const lines = await OrderItem.find({ orderId }, { quantity: 1, quantityRefunded: 1 })
    .session(tx)
    .lean<Pick<OrderItemDoc, "_id" | "quantity" | "quantityRefunded">[]>();
  for (const { _id, quantity, quantityRefunded: before } of lines) {
    const quantityRefunded = Math.min(quantity, units.get(_id.toHexString()) ?? 0);
    if (quantityRefunded === before) continue;
    await OrderItem.updateOne({ _id }, { $set: { quantityRefunded } }).session(tx);
  }
}
