import { type ClientSession, type Types, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import {
  Order,
  type OrderDoc,
  Payment,
  type PaymentDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import { REFUND_DESTINATION, REFUND_INITIATOR, REFUND_STATUS } from "../../../utils/constants.js";
import { minPaise, type Paise, subtractPaise } from "../../../utils/money.js";
import { refundMachine } from "../../../utils/state-machines.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { insertOutsideRefund } from "./gateway-refunds.js";
import { releaseReservation } from "./reserve-refund.js";
import { oweSystemRefund } from "./system-refunds.js";

/** What a dispute of a payment means for the payment's refunds. */

/** `failureReason` of a refund that was not sent, or that the gateway refused, because of a dispute. */
export const BLOCKED_BY_DISPUTE = "The payment is disputed: refunds are blocked until the dispute ends";

const UNSETTLED = { $in: [REFUND_STATUS.PENDING, REFUND_STATUS.PROCESSING] };

/** A refund that waits for the end of a dispute. Staff see it; nothing is sent and nothing is retried. */
export async function parkRefund({ _id, refundNumber }: RefundDoc): Promise<void> {
  const parked = await Refund.updateOne(
    { _id, status: trusted(UNSETTLED), failureReason: trusted({ $ne: BLOCKED_BY_DISPUTE }) },
    { $set: { attention: true, failureReason: BLOCKED_BY_DISPUTE } },
  );
  if (parked.modifiedCount === 0) return;
  logger.warn({ refundId: _id.toHexString(), refundNumber }, "> A refund waits for the end of a dispute");
}

const ofSystem = (paymentId: Types.ObjectId) => ({
  paymentId,
  initiatedByType: REFUND_INITIATOR.SYSTEM,
  destination: REFUND_DESTINATION.ORIGINAL,
});

/**
 * In the caller's transaction, when a dispute has ended: the refunds that it has blocked are sent.
 * @param once tells this end of a dispute from others, for the message's key
 */
export async function resumeRefunds(
  paymentId: Types.ObjectId,
  { once, refundNumber }: { once: string; refundNumber: string },
  tx: ClientSession,
): Promise<void> {
  const waiting = await Refund.find({
    paymentId,
    failureReason: BLOCKED_BY_DISPUTE,
    status: trusted(UNSETTLED),
  })
    .session(tx)
    .lean<RefundDoc[]>();
  for (const { _id } of waiting) {
    const refundId = _id.toHexString();
    const dedupeKey = `refund.send:${refundId}:${once}`;
    await enqueueOutbox([{ type: "refund.send", dedupeKey, payload: { refundId } }], tx);
  }
  // Of a payment that pays for an order, staff decide whether to refund again.
  if (!(await Payment.exists({ _id: paymentId, surplus: true }).session(tx))) return;
  const failed = await Refund.findOne({
    ...ofSystem(paymentId),
    status: REFUND_STATUS.FAILED,
    failureReason: BLOCKED_BY_DISPUTE,
  })
    .session(tx)
    .lean<RefundDoc>();
  // What it would have returned is owed again; the failed one stays as it is.
  if (failed?.systemReason)
    await oweSystemRefund({ paymentId, reason: failed.systemReason, refundNumber }, tx);
}

export interface Loss {
  payment: PaymentDoc;
  /** What the gateway has taken back. */
  amount: Paise;
  refundNumbers: { loss: string; rest: string };
}

/**
 * In the caller's transaction: the amount of a lost dispute becomes a completed refund. Refunds that were still to be
 * sent make room for it; what then is left of money that pays for no order is owed again.
 * @returns the part of the amount that exceeds what is left, and is not counted
 */
export async function recordLoss(
  { payment, amount, refundNumbers }: Loss,
  tx: ClientSession,
): Promise<Paise> {
  await withdrawUnsent(payment._id, "The dispute of the payment was lost", tx);
  const counted = minPaise(amount, await readWhatIsLeft(payment._id, tx));
  if (counted > 0) {
    const { COMPLETED } = REFUND_STATUS;
    const refund = {
      amount: counted,
      status: COMPLETED,
      reason: "dispute_lost",
      gatewayRefundId: null,
    } as const;
    await insertOutsideRefund(payment, { ...refund, refundNumber: refundNumbers.loss }, tx);
  }
  const { surplus } = payment;
  if (surplus) {
    const owed = { paymentId: payment._id, reason: "surplus", refundNumber: refundNumbers.rest } as const;
    await oweSystemRefund(owed, tx);
  }
  const exceeding = subtractPaise(amount, counted);
  if (exceeding > 0) await Payment.updateOne({ _id: payment._id }, { $set: { attention: true } }).session(tx);
  return exceeding;
}

/**
 * In the caller's transaction: rejects the refunds of the system that are still to be sent, so that money which left the
 * payment in another way can be counted. The caller owes again what is then left.
 */
export async function withdrawUnsent(
  paymentId: Types.ObjectId,
  rejectionReason: string,
  tx: ClientSession,
): Promise<void> {
  const unsent = await Refund.find({ ...ofSystem(paymentId), status: REFUND_STATUS.PENDING })
    .session(tx)
    .lean<RefundDoc[]>();
  for (const { _id } of unsent) {
    const withdrawn = await tryTransition({
      machine: refundMachine,
      model: Refund,
      id: _id,
      from: REFUND_STATUS.PENDING,
      to: REFUND_STATUS.REJECTED,
      set: { attention: false, rejectionReason },
      by: { type: "system" },
      note: rejectionReason,
      tx,
    });
    if (withdrawn.changed) await releaseReservation(withdrawn.document, tx);
  }
}

/** Of the payment, and of its order if it has one: credit that was returned counts on the order alone. */
async function readWhatIsLeft(paymentId: Types.ObjectId, tx: ClientSession): Promise<Paise> {
  const payment = await Payment.findById(paymentId).session(tx).orFail().lean<PaymentDoc>();
  const ofPayment = subtractPaise(payment.capturedAmount, payment.refundedAmount, payment.refundReserved);
  if (!payment.orderId) return ofPayment;
  const order = await Order.findById(payment.orderId).session(tx).orFail().lean<OrderDoc>();
  return minPaise(ofPayment, subtractPaise(order.paidAmount, order.refundedAmount, order.refundReserved));
}
