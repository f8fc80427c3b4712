import type { Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  Order,
  Payment,
  type PaymentDoc,
} from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { oweSystemRefund } from "../aggregates/refund/system-refunds.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/**
 * Refunds money that was accepted for a checkout session which can no longer become an order: the session
 * failed for good, or what was paid for is no longer what is frozen. Everything is read again inside the
 * transaction; an order, or a placement in flight, stops it. A session that is still open can be paid again.
 * @returns whether this call wrote a refund
 */
export async function returnUnplacedMoney(checkoutSessionId: Types.ObjectId): Promise<boolean> {
  const refundNumber = await generateUniqueRefundNumber();
  const owed = await inTransaction(async (tx) => {
    const payment = await Payment.findOne({
      checkoutSessionId,
      accepted: true,
      status: "captured",
      orderId: null,
    })
      .session(tx)
      .lean<PaymentDoc>();
    if (!payment || (await Order.exists({ _id: checkoutSessionId }).session(tx))) return null;
    const checkout = await CheckoutSession.findById(checkoutSessionId).session(tx).lean<CheckoutSessionDoc>();
    if (checkout && canStillBePlaced(checkout, payment)) return null;
    if (checkout && checkout.status !== "failed") {
      // Closed: it must neither block the next payment of the session nor be offered again.
      const closed = { accepted: false, supersededAt: now() };
      await Payment.updateOne({ _id: payment._id }, { $set: closed }).session(tx);
    }
    return oweSystemRefund({ paymentId: payment._id, reason: reasonOf(checkout), refundNumber }, tx);
  });
  if (owed) {
    logger.warn(
      { checkoutSessionId: checkoutSessionId.toHexString(), refundNumber },
      "> Accepted money could not become an order; it is refunded",
    );
  }
  return owed !== null;
}

const reasonOf = (checkout: CheckoutSessionDoc | null) =>
  checkout?.frozen && checkout.status === "failed" ? "undo" : "superseded";

function canStillBePlaced(checkout: CheckoutSessionDoc, payment: PaymentDoc): boolean {
  if (checkout.placement) return true;
  if (!checkout.frozen || checkout.frozen.totals.amountDue !== payment.amount) return false;
  return (
    checkout.status === "payment_pending" ||
    (checkout.status === "failed" && checkout.failureReason === "expired")
  );
}
