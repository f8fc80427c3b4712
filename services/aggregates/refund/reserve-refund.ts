import type { ClientSession, Types } from "mongoose";
import { Order, Payment } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_DESTINATION, type RefundDestination } from "../../../utils/constants.js";
import type { Paise } from "../../../utils/money.js";

/**
 * The only file that checks a refund's limit and the only writer of `refundReserved` and `refundedAmount`, and of
 * `refundRequested` of an order.
 *
 * A payment and an order count their refunds in two fields: `refundReserved` is on its way, `refundedAmount` has
 * been returned. Neither is ever negative, and together they never exceed what was received: `capturedAmount` of
 * the payment, `paidAmount` of the order. Every move below is a compare-and-set that checks all three conditions
 * on both documents, in the caller's transaction, so parallel refunds cannot exceed the limit either.
 *
 * Refunds that wait for approval are `refundRequested` of the order. A new request has to find room beside all of
 * them. They give way to everything else: what has been returned at the gateway is a fact, and a request that then finds
 * no room is refused when it is approved.
 */

export interface RefundAmount {
  paymentId: Types.ObjectId | null;
  /** Of an order, only a refund to the original method takes from the payment: its gateway returns it. */
  destination: RefundDestination;
  /** Null for money that became no order. Then every refund takes from the payment, which alone has a limit. */
  orderId: Types.ObjectId | null;
  amount: Paise;
}

/** Ends the caller's transaction: the move would break a limit, and nothing is written. */
export class RefundLimitError extends Error {
  constructor(
    readonly limitedBy: "payment" | "order",
    id: Types.ObjectId,
    amount: Paise,
  ) {
    super(`a refund of ${amount} paise exceeds what ${limitedBy} ${id.toHexString()} allows`);
    this.name = "RefundLimitError";
  }
}

/**
 * An amount that is asked for, and waits for approval.
 * @throws RefundLimitError when less than the amount is left of the order, beside what was asked for before
 */
export async function requestRefundAmount(orderId: Types.ObjectId, amount: Paise, tx: ClientSession) {
  if (amount <= 0) throw new RangeError(`not an amount to refund: ${amount}`);
  const committed = { $add: ["$refundedAmount", "$refundReserved", REQUESTED, amount] };
  const filter = { _id: orderId, $expr: { $lte: [committed, "$paidAmount"] } };
  await changeRequested(filter, { orderId, amount, by: amount }, tx);
}

/** The request was approved, rejected or changed: its amount is not asked for any more. */
export const withdrawRequested = (orderId: Types.ObjectId, amount: Paise, tx: ClientSession): Promise<void> =>
  changeRequested({ _id: orderId, refundRequested: { $gte: amount } }, { orderId, amount, by: -amount }, tx);

async function changeRequested(
  filter: Record<string, unknown>,
  { orderId, amount, by }: { orderId: Types.ObjectId; amount: Paise; by: number },
  tx: ClientSession,
): Promise<void> {
  const update = { $inc: { refundRequested: by } };
  const { matchedCount } = await Order.collection.updateOne(filter, update, { session: tx });
  if (matchedCount !== 1) throw new RefundLimitError("order", orderId, amount);
}

/**
 * Reserves an amount before its refund is written or sent.
 * @throws RefundLimitError when less than the amount is left of the payment or the order; RangeError when the
 *   amount is not positive
 */
export async function reserveRefund(refund: RefundAmount, tx: ClientSession): Promise<void> {
  if (refund.amount <= 0) throw new RangeError(`not an amount to refund: ${refund.amount}`);
  await move(refund, { refundReserved: refund.amount, refundedAmount: 0 }, tx);
}

/** The refund failed or was rejected: the amount can be refunded again. @throws RefundLimitError */
export const releaseReservation = (refund: RefundAmount, tx: ClientSession): Promise<void> =>
  move(refund, { refundReserved: -refund.amount, refundedAmount: 0 }, tx);

/** The reserved amount has been returned. @throws RefundLimitError */
export const completeReservation = (refund: RefundAmount, tx: ClientSession): Promise<void> =>
  move(refund, { refundReserved: -refund.amount, refundedAmount: refund.amount }, tx);

/** The gateway retracted a completed refund: the amount can be refunded again. @throws RefundLimitError */
export const retractRefunded = (refund: RefundAmount, tx: ClientSession): Promise<void> =>
  move(refund, { refundReserved: 0, refundedAmount: -refund.amount }, tx);

/** The gateway refunded an amount that was never reserved here. @throws RefundLimitError */
export const recordRefunded = (refund: RefundAmount, tx: ClientSession): Promise<void> =>
  move(refund, { refundReserved: 0, refundedAmount: refund.amount }, tx);

/** Orders from before requests were counted have no such field. */
const REQUESTED = { $ifNull: ["$refundRequested", 0] };

type Change = Record<"refundReserved" | "refundedAmount", number>;

async function move(refund: RefundAmount, change: Change, tx: ClientSession): Promise<void> {
  const { paymentId, orderId, amount, destination } = refund;
  // The driver does not set it as Mongoose does, and the analyses of payments and orders go by it.
  const update = { $inc: change, $set: { updatedAt: now() } };
  if (paymentId && (destination === REFUND_DESTINATION.ORIGINAL || orderId === null)) {
    const filter = { _id: paymentId, ...staysWithin("$capturedAmount", change) };
    const { matchedCount } = await Payment.collection.updateOne(filter, update, { session: tx });
    if (matchedCount !== 1) throw new RefundLimitError("payment", paymentId, amount);
  }
  if (orderId) {
    const filter = { _id: orderId, ...staysWithin("$paidAmount", change) };
    const { matchedCount } = await Order.collection.updateOne(filter, update, { session: tx });
    if (matchedCount !== 1) throw new RefundLimitError("order", orderId, amount);
  }
}

/** Part of a filter: after the change, 0 ≤ each of the two fields, and their sum ≤ what was received. */
function staysWithin(received: "$capturedAmount" | "$paidAmount", change: Change) {
  const refundReserved = { $add: ["$refundReserved", change.refundReserved] };
  const refundedAmount = { $add: ["$refundedAmount", change.refundedAmount] };
  return {
    $expr: {
      $and: [
        { $gte: [refundReserved, 0] },
        { $gte: [refundedAmount, 0] },
        { $lte: [{ $add: [refundReserved, refundedAmount] }, received] },
      ],
    },
  };
}
