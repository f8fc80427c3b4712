import type { ClientSession, Types } from "mongoose";
import { ORDER_STATUS, PAYMENT_METHOD, PAYMENT_STATUS } from "../../../utils/constants.js";
import type { StatusNote } from "./follow-lines.js";
import { moveWithSellers } from "./move-with-sellers.js";
import { getOrderLines } from "./order-lines.js";

/**
 * In the caller's transaction, after money came or less became due: an order that waited for its money is confirmed. The
 * outbox requests its invoice and sends its mail. Cash on delivery waits for an administrator instead.
 */
export async function confirmIfPaid(
  orderId: Types.ObjectId,
  note: StatusNote,
  tx: ClientSession,
): Promise<void> {
  const read = await getOrderLines(orderId, tx);
  const { status, paymentStatus, paymentMethod } = read.order;
  const isPaid = paymentStatus === PAYMENT_STATUS.PAID && paymentMethod !== PAYMENT_METHOD.COD;
  if (status !== ORDER_STATUS.PENDING || !isPaid) return;
  await moveWithSellers(read, { ...note, to: ORDER_STATUS.CONFIRMED }, tx);
}
