import { type ClientSession, Types } from "mongoose";
import { Payment, type PaymentDoc, Refund } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import type { RefundSystemReason } from "../../../utils/constants.js";
import { addPaise, type Paise, paise, subtractPaise } from "../../../utils/money.js";
import { refundMachine } from "../../../utils/state-machines.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";

export interface OwedRefund {
  paymentId: Types.ObjectId;
  reason: RefundSystemReason;
  /** Drawn before the transaction (`generateUniqueRefundNumber`); a number that goes unused is a gap, which is allowed. */
  refundNumber: string;
}

/** What was captured and is neither given back nor on its way. */
export const refundableOf = (
  payment: Pick<PaymentDoc, "capturedAmount" | "refundedAmount" | "refundReserved">,
): Paise => subtractPaise(payment.capturedAmount, payment.refundedAmount, payment.refundReserved);

/**
 * In the caller's transaction: writes down that all that is left of a captured payment goes back, because
 * it pays for no order. The gateway is called later, from the outbox row written here.
 *
 * Repeatable: when nothing is left, nothing is owed. Two callers at once conflict on the payment document.
 * @returns the refund's id, or null when nothing is left.
 */
export async function oweSystemRefund(owed: OwedRefund, tx: ClientSession): Promise<Types.ObjectId | null> {
  const payment = await Payment.findById(owed.paymentId).session(tx).lean<PaymentDoc>();
  if (!payment) return null;
  const amount = refundableOf(payment);
  if (amount <= 0) return null;
  await Payment.updateOne(
    { _id: payment._id },
    { $set: { surplus: true, refundReserved: addPaise(payment.refundReserved, amount) } },
  ).session(tx);
  const refundId = new Types.ObjectId();
  await Refund.create([newRefund(refundId, payment, owed, amount)], { session: tx });
  await enqueueOutbox(
    [
      {
        type: "refund.send",
        dedupeKey: `refund.send:${refundId.toHexString()}`,
        payload: { refundId: refundId.toHexString() },
      },
    ],
    tx,
  );
  return refundId;
}

function newRefund(refundId: Types.ObjectId, payment: PaymentDoc, owed: OwedRefund, amount: Paise) {
  return {
    _id: refundId,
    orderId: payment.orderId ?? null,
    checkoutSessionId: payment.checkoutSessionId,
    paymentId: payment._id,
    refundNumber: owed.refundNumber,
    type: "full" as const,
    reason: "other",
    systemReason: owed.reason,
    status: refundMachine.initial,
    amount: paise(amount),
    items: [],
    destination: "original" as const,
    initiatedByType: "system" as const,
    history: [
      {
        from: null,
        to: refundMachine.initial,
        at: now(),
        note: owed.reason,
        by: { type: "system" as const },
      },
    ],
  };
}
