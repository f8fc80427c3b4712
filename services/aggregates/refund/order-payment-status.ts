import type { ClientSession, Types } from "mongoose";
import { Order, type OrderDoc } from "../../../models/index.js";
import { PAYMENT_STATUS } from "../../../utils/constants.js";
import { orderPaymentMachine } from "../../../utils/state-machines.js";
import { tryTransition } from "../../platform/transition.service.js";

const { PAID, REFUNDED } = PAYMENT_STATUS;

/**
 * In the caller's transaction, after `refundedAmount` has changed: a paid order is `refunded` while all of it is
 * refunded, and `paid` again when the gateway retracts a refund.
 */
export async function followRefunds(orderId: Types.ObjectId | null, tx: ClientSession): Promise<void> {
  if (!orderId) return;
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
