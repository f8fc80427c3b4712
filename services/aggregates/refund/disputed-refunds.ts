import { type ClientSession, type Types, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { countRefundTrouble } from "../../../config/metrics.config.js";
import {
  Order,
  type OrderDoc,
  Payment,
  type PaymentDoc,
  Refund,
  type RefundDoc,
} from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_INITIATOR,
  REFUND_SOURCE,
  REFUND_STATUS,
} from "../../../utils/constants.js";
import { addPaise, minPaise, type Paise, subtractPaise } from "../../../utils/money.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { recordFailure } from "./fail-refund.js";
import { insertOutsideRefund } from "./gateway-refunds.js";
import { isInFlight } from "./refund-attempt.js";
import { REFUND_TROUBLE, type RefundTrouble } from "./refund-trouble.js";
import { oweSystemRefund } from "./system-refunds.js";

/** What a dispute of a payment, and money that left it in another way, mean for the payment's refunds. */

/** `failureReason` of a refund that was not sent, or that the gateway refused, because of a dispute. */
const BLOCKED = REFUND_TROUBLE.BLOCKED_BY_DISPUTE;

/** A refund that waits for the end of a dispute. Staff are told once; nothing is sent and nothing is retried. */
export async function parkRefund({ _id, refundNumber, attempts, history }: RefundDoc): Promise<void> {
  const refundId = _id.toHexString();
  const isParked = await inTransaction(async (tx) => {
    const parked = await Refund.updateOne(
      { _id, status: REFUND_STATUS.PROCESSING, failureReason: trusted({ $ne: BLOCKED.reason }) },
      { $set: { attention: true, failureReason: BLOCKED.reason } },
    ).session(tx);
    if (parked.modifiedCount === 0) return false;
    const dedupeKey = `refund.attention:${refundId}:parked:${attempts.length}:${history.length}`;
    await enqueueOutbox([{ type: "refund.attention", dedupeKey, payload: { refundId } }], tx);
    return true;
  });
  if (!isParked) return;
  countRefundTrouble(BLOCKED.code);
  logger.warn({ refundId, refundNumber }, "> A refund waits for the end of a dispute");
}

/** Refunds by the payment's gateway. */
const atGateway = (paymentId: Types.ObjectId) => ({
  paymentId,
  source: REFUND_SOURCE.PAYMENT,
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
  const blocked = { ...atGateway(paymentId), failureReason: BLOCKED.reason };
  const waiting = await Refund.find({ ...blocked, status: REFUND_STATUS.PROCESSING })
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
    ...blocked,
    status: REFUND_STATUS.FAILED,
    initiatedByType: REFUND_INITIATOR.SYSTEM,
  })
    .session(tx)
    .lean<RefundDoc>();
  // What it would have returned is owed again; the failed one stays as it is.
  if (failed?.systemReason)
    await oweSystemRefund({ paymentId, reason: failed.systemReason, refundNumber }, tx);
}

/**
 * What lost disputes took of the payment, and no refund counts. Not the amount of one report: what found no room beside a
 * refund in flight counts once that refund has failed.
 */
export async function readUncountedLoss(
  { _id, disputes }: Pick<PaymentDoc, "_id" | "disputes">,
  tx?: ClientSession,
): Promise<Paise> {
  const counted = await Refund.find({ paymentId: _id, systemReason: "dispute_lost" }, { amount: 1 })
    .session(tx ?? null)
    .lean<Pick<RefundDoc, "amount">[]>();
  const taken = addPaise(...disputes.map(({ amountDeducted }) => amountDeducted));
  return subtractPaise(taken, ...counted.map(({ amount }) => amount));
}

export interface Loss {
  payment: PaymentDoc;
  /** What the gateway has taken back and is not counted yet. */
  amount: Paise;
  refundNumbers: { loss: string; rest: string };
}

/**
 * In the caller's transaction: the amount of a lost dispute becomes a completed refund. Refunds that were still to be
 * sent make room for it; what then is left of money that pays for no order is owed again.
 * @returns the part of the amount that exceeds what is left, and is not counted now
 */
export async function recordLoss(
  { payment, amount, refundNumbers }: Loss,
  tx: ClientSession,
): Promise<Paise> {
  await makeRoom(payment, { amount, why: REFUND_TROUBLE.LOST_DISPUTE }, tx);
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
 * In the caller's transaction: refunds that are still to be sent fail, so that money which left the payment in another way
 * can be counted, and is not returned twice. Of money that pays for no order, all of them do: the caller owes again what
 * is then left. Of an order's payment, only as many as have to, and staff decide about them again.
 */
export async function makeRoom(
  { _id, surplus }: Pick<PaymentDoc, "_id" | "surplus">,
  { amount, why }: { amount: Paise; why: RefundTrouble },
  tx: ClientSession,
): Promise<void> {
  const processing = await Refund.find({ ...atGateway(_id), status: REFUND_STATUS.PROCESSING })
    .sort({ createdAt: -1 })
    .session(tx)
    .lean<RefundDoc[]>();
  for (const refund of processing.filter((row) => !isInFlight(row))) {
    if (!surplus && (await readWhatIsLeft(_id, tx)) >= amount) return;
    await recordFailure(refund, { ...why, isReplaced: surplus }, tx);
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
