import { type ClientSession, Types } from "mongoose";
import { Payment, type PaymentDoc } from "../../../models/index.js";
import {
  REFUND_DESTINATION,
  REFUND_INITIATOR,
  REFUND_STATUS,
  REFUND_TYPE,
  type RefundSystemReason,
} from "../../../utils/constants.js";
import { type Paise, subtractPaise } from "../../../utils/money.js";
import { ownerFieldsOf } from "../../../utils/principal.js";
import { destinationThroughGateway } from "../../calculations/refund-split.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { firstEntry } from "../../platform/transition.service.js";
import { insertRefund, messageOf } from "./refund-rows.js";
import { reserveRefund } from "./reserve-refund.js";

/** Refunds that the service decides on its own: money that pays for no order. */

export interface OwedRefund {
  paymentId: Types.ObjectId;
  reason: RefundSystemReason;
  /** Drawn before the transaction (`generateUniqueRefundNumber`); an unused number leaves a gap, which is allowed. */
  refundNumber: string;
}

/**
 * In the caller's transaction: marks a captured payment as surplus and writes the refund of all that is left of
 * it. The gateway is called later, from the outbox row written here.
 *
 * Repeatable: when nothing is left, nothing is owed. Two callers at once conflict on the payment document.
 * @returns the refund's id, or null when nothing is left
 */
export async function oweSystemRefund(owed: OwedRefund, tx: ClientSession): Promise<Types.ObjectId | null> {
  const { paymentId, reason, refundNumber } = owed;
  const payment = await Payment.findById(paymentId).session(tx).lean<PaymentDoc>();
  if (!payment) return null;
  const amount = subtractPaise(payment.capturedAmount, payment.refundedAmount, payment.refundReserved);
  if (amount <= 0) return null;
  const destination = destinationThroughGateway(amount, payment.userId !== undefined);
  await reserveRefund({ paymentId, orderId: payment.orderId, amount, destination }, tx);
  await Payment.updateOne({ _id: paymentId }, { $set: { surplus: true } }).session(tx);
  const refund = {
    ...newSystemRefund(payment, { amount, reason, refundNumber }),
    ...{ type: REFUND_TYPE.FULL, destination },
    // It needs no approval.
    status: REFUND_STATUS.PROCESSING,
    history: [firstEntry(REFUND_STATUS.PROCESSING, { type: "system" }, reason)],
  };
  await insertRefund(refund, tx);
  await enqueueOutbox([messageOf("refund.send", refund)], tx);
  return refund._id;
}

interface SystemRefund {
  amount: Paise;
  reason: RefundSystemReason;
  refundNumber: string;
}

/** What all refunds that no person initiated have in common; type, status and history are the caller's. */
export const newSystemRefund = (payment: PaymentDoc, { amount, reason, refundNumber }: SystemRefund) => ({
  _id: new Types.ObjectId(),
  orderId: payment.orderId,
  orderNumber: payment.orderNumber,
  ...ownerFieldsOf(payment),
  checkoutSessionId: payment.checkoutSessionId,
  paymentId: payment._id,
  refundNumber,
  reason: "other",
  systemReason: reason,
  amount,
  items: [],
  destination: REFUND_DESTINATION.ORIGINAL,
  initiatedByType: REFUND_INITIATOR.SYSTEM,
});
