import type { ClientSession } from "mongoose";
import { type ChangedBy, Order, type OrderDoc } from "../../../models/index.js";
import { PAYMENT_STATUS, type PaymentStatus } from "../../../utils/constants.js";
import { addPaise, type Paise, subtractPaise, ZERO_PAISE } from "../../../utils/money.js";
import { orderPaymentMachine } from "../../../utils/state-machines.js";
import { orderChanged } from "../../platform/changed-meanwhile.js";
import { applyTransition } from "../../platform/transition.service.js";
import { followPaymentStatus } from "../refund/follow-refunds.js";

export interface OrderMoney {
  /** As read in the transaction. */
  order: OrderDoc;
  /** Money that was received. */
  received?: Paise;
  /** What will never be due: units cancelled or returned to origin before they were paid for. */
  cancelled?: Paise;
  by: ChangedBy;
  /** For the order's history. */
  note: string;
}

/**
 * In the caller's transaction: adds to `paidAmount` and `cancelledAmount`. The order is paid once the one reaches its
 * total less the other; credit and points are in `paidAmount` from the start. It is failed when nothing was paid and
 * nothing is due any more.
 * @throws ConflictError VERSION_CONFLICT when the order has changed since it was read
 */
export async function changeOrderMoney(change: OrderMoney, tx: ClientSession): Promise<void> {
  const { order, received = ZERO_PAISE, cancelled = ZERO_PAISE, by, note } = change;
  const { status, paymentStatus, grandTotal } = order;
  const paidAmount = addPaise(order.paidAmount, received);
  const cancelledAmount = addPaise(order.cancelledAmount, cancelled);
  const seen = {
    ...{ status, grandTotal },
    ...{ cancelledAmount: order.cancelledAmount, paidAmount: order.paidAmount },
  };
  const set = { paidAmount, cancelledAmount };
  const to = paymentStatusOf(paymentStatus, { paidAmount, due: subtractPaise(grandTotal, cancelledAmount) });
  if (to === paymentStatus) {
    const filter = { _id: order._id, ...seen, paymentStatus };
    const written = await Order.updateOne(filter, { $set: set, $inc: { version: 1 } }).session(tx);
    if (written.modifiedCount !== 1) throw orderChanged(order._id);
    return;
  }
  const { changed } = await applyTransition({
    machine: orderPaymentMachine,
    model: Order,
    id: order._id,
    from: paymentStatus,
    to,
    guard: seen,
    set,
    raiseVersion: true,
    by,
    note,
    tx,
  });
  if (!changed) throw orderChanged(order._id);
  // What was collected before may have been refunded already.
  if (to === PAYMENT_STATUS.PAID) await followPaymentStatus(order._id, tx);
}

function paymentStatusOf(
  status: PaymentStatus,
  { paidAmount, due }: { paidAmount: Paise; due: Paise },
): PaymentStatus {
  if (status !== PAYMENT_STATUS.PENDING && status !== PAYMENT_STATUS.FAILED) return status;
  if (paidAmount < due) return status;
  return paidAmount === 0 ? PAYMENT_STATUS.FAILED : PAYMENT_STATUS.PAID;
}
