import type { Types } from "mongoose";
import { logger } from "../../config/logger.config.js";
import {
  CheckoutSession,
  type CheckoutSessionDoc,
  Order,
  Payment,
  type PaymentDoc,
} from "../../models/index.js";
import { nextRefundNumber } from "../platform/number.service.js";
import { inTransaction } from "../platform/transaction.service.js";
import { oweSystemRefund } from "./steps/payment/owe-refund.step.js";

/**
 * Money that was accepted for a session which can no longer become an order goes back by itself (I6): the
 * session failed for good, or what was paid for is no longer what is frozen. Everything is looked at again
 * inside the transaction; an order, or a placement under way, stops it.
 * @returns whether a refund was written by this call.
 */
export async function returnUnplacedMoney(checkoutSessionId: Types.ObjectId): Promise<boolean> {
  const refundNumber = await nextRefundNumber();
  const owed = await inTransaction(async (session) => {
    const payment = await Payment.findOne({
      checkoutSessionId,
      accepted: true,
      status: "captured",
      orderId: null,
    })
      .session(session)
      .lean<PaymentDoc>();
    if (!payment || (await Order.exists({ _id: checkoutSessionId }).session(session))) return null;
    const checkout = await CheckoutSession.findById(checkoutSessionId)
      .session(session)
      .lean<CheckoutSessionDoc>();
    if (checkout && canStillBePlaced(checkout)) return null;
    return oweSystemRefund(
      { paymentId: payment._id, reason: checkout?.frozen ? "undo" : "superseded", refundNumber },
      session,
    );
  });
  if (owed) {
    logger.warn(
      { checkoutSessionId: checkoutSessionId.toHexString(), refundNumber },
      "> Accepted money could not become an order; it goes back",
    );
  }
  return owed !== null;
}

function canStillBePlaced(checkout: CheckoutSessionDoc): boolean {
  if (checkout.placement) return true;
  if (!checkout.frozen) return false;
  return (
    checkout.status === "payment_pending" ||
    (checkout.status === "failed" && checkout.failureReason === "expired")
  );
}
