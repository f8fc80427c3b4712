import type { ClientSession } from "mongoose";
import { Order, type OrderDoc } from "../../../models/index.js";
import { PAYMENT_STATUS } from "../../../utils/constants.js";
import { ConflictError } from "../../../utils/errors.js";
import { addPaise, type Paise, subtractPaise } from "../../../utils/money.js";
import { orderPaymentMachine } from "../../../utils/state-machines.js";
import { applyTransition } from "../../platform/transition.service.js";

export interface ReceivedPayment {
  /** As read in the transaction. */
  order: OrderDoc;
  amount: Paise;
  /** The admin who recorded it. */
  adminId: string;
  /** For the order's history. */
  note: string;
}

/**
 * In the caller's transaction: adds money that was received to `paidAmount`. The order is paid once that reaches its
 * total less what was cancelled; credit and points are in it from the start.
 * @throws ConflictError VERSION_CONFLICT when the order has changed since it was read
 */
export async function receivePayment(received: ReceivedPayment, tx: ClientSession): Promise<void> {
  const { order, amount, adminId, note } = received;
  const { status, paymentStatus, grandTotal, cancelledAmount } = order;
  const paidAmount = addPaise(order.paidAmount, amount);
  const seen = { status, grandTotal, cancelledAmount, paidAmount: order.paidAmount };
  if (paidAmount < subtractPaise(grandTotal, cancelledAmount)) {
    const filter = { _id: order._id, ...seen, paymentStatus };
    const written = await Order.updateOne(filter, { $set: { paidAmount }, $inc: { version: 1 } }).session(tx);
    if (written.modifiedCount !== 1) throw orderChanged();
    return;
  }
  const { changed } = await applyTransition({
    machine: orderPaymentMachine,
    model: Order,
    id: order._id,
    from: paymentStatus,
    to: PAYMENT_STATUS.PAID,
    guard: seen,
    set: { paidAmount },
    raiseVersion: true,
    by: { type: "admin", id: adminId },
    note,
    tx,
  });
  if (!changed) throw orderChanged();
}

const orderChanged = () =>
  new ConflictError("VERSION_CONFLICT", "The order changed in the meantime; read it and try again");
