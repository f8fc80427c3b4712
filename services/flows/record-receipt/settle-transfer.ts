import type { ClientSession, Types } from "mongoose";
import { ORDER_STATUS, PAYMENT_STATUS } from "../../../utils/constants.js";
import { type Paise, ZERO_PAISE } from "../../../utils/money.js";
import type { StatusNote } from "../../aggregates/order/follow-lines.js";
import { moveWithSellers } from "../../aggregates/order/move-with-sellers.js";
import { readOrderLines } from "../../aggregates/order/order-lines.js";
import { oweOrderRefund, startedBySystem } from "../../aggregates/refund/owe-order-refund.js";
import { readRefundFacts } from "../../aggregates/refund/refund-facts.js";

/** What follows from the money of a bank transfer, in the transaction that records it. */

/** What came beyond what is due goes back to the customer. */
export async function oweSurplus(
  orderId: Types.ObjectId,
  { surplus, refundNumbers }: { surplus: Paise; refundNumbers: readonly string[] },
  tx: ClientSession,
): Promise<void> {
  if (surplus === 0) return;
  const facts = await readRefundFacts(orderId, { except: null }, tx);
  const content = { items: [], shippingAmount: ZERO_PAISE };
  await oweOrderRefund(
    { facts, amount: surplus, content, origin: startedBySystem("surplus"), returnId: null, refundNumbers },
    tx,
  );
}

/** An order that waited for its money is confirmed; the outbox requests its invoice and sends its mail. */
export async function confirmIfPaid(
  orderId: Types.ObjectId,
  note: StatusNote,
  tx: ClientSession,
): Promise<void> {
  const read = await readOrderLines(orderId, tx);
  const { status, paymentStatus } = read.order;
  if (status !== ORDER_STATUS.PENDING || paymentStatus !== PAYMENT_STATUS.PAID) return;
  await moveWithSellers(read, { ...note, to: ORDER_STATUS.CONFIRMED }, tx);
}
