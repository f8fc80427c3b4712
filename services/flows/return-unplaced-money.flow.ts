import type { Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { CheckoutSession, type CheckoutSessionDoc, Payment, type PaymentDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import {
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  PAYMENT_GATEWAY_STATUS,
  type RefundSystemReason,
} from "../../utils/constants.js";
import { oweSystemRefund } from "../aggregates/refund/system-refunds.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/** Accepted for the session, and linked to no order: the commit of an order links its payment. */
const unplacedOf = (checkoutSessionId: Types.ObjectId) => ({
  checkoutSessionId,
  ...{ accepted: true, status: PAYMENT_GATEWAY_STATUS.CAPTURED, orderId: null },
});

/**
 * Refunds a payment that was accepted for a checkout session and can no longer become its order: the session has failed,
 * its frozen amount is no longer the one that was paid, or its order was placed on another payment or on none. Everything
 * is read again inside the transaction; a placement in flight prevents the refund. A session that is still open can be
 * paid again.
 * @returns whether this call wrote a refund
 */
export async function returnUnplacedMoney(checkoutSessionId: Types.ObjectId): Promise<boolean> {
  if (!(await Payment.exists(unplacedOf(checkoutSessionId)))) return false;
  const refundNumber = await generateUniqueRefundNumber();
  const owed = await inTransaction(async (tx) => {
    const payment = await Payment.findOne(unplacedOf(checkoutSessionId)).session(tx).lean<PaymentDoc>();
    if (!payment) return null;
    const checkout = await CheckoutSession.findById(checkoutSessionId).session(tx).lean<CheckoutSessionDoc>();
    if (checkout && canStillBePlaced(checkout, payment)) return null;
    if (checkout && checkout.status !== CHECKOUT_STATUS.FAILED) {
      // This payment must neither block the next payment of the session nor be offered again.
      const closed = { accepted: false, supersededAt: now() };
      await Payment.updateOne({ _id: payment._id }, { $set: closed }).session(tx);
    }
    const reason = reasonOf(checkout);
    const refundId = await oweSystemRefund({ paymentId: payment._id, reason, refundNumber }, tx);
    return refundId && { paymentId: payment._id.toHexString(), reason };
  });
  if (!owed) return false;
  logger.warn(
    { checkoutSessionId: checkoutSessionId.toHexString(), ...owed, refundNumber },
    "> An accepted payment can no longer become an order; it is refunded",
  );
  return true;
}

function reasonOf(checkout: CheckoutSessionDoc | null): RefundSystemReason {
  if (checkout?.status === CHECKOUT_STATUS.COMPLETED) return "surplus";
  return checkout?.frozen && checkout.status === CHECKOUT_STATUS.FAILED ? "undo" : "superseded";
}

function canStillBePlaced(checkout: CheckoutSessionDoc, payment: PaymentDoc): boolean {
  if (checkout.placement) return true;
  if (!checkout.frozen || checkout.frozen.totals.amountDue !== payment.amount) return false;
  return (
    checkout.status === CHECKOUT_STATUS.PAYMENT_PENDING ||
    (checkout.status === CHECKOUT_STATUS.FAILED && checkout.failureReason === CHECKOUT_FAILURE.EXPIRED)
  );
}
