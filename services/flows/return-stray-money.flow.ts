import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { CAPTURED_WITHOUT_ORDER, Payment, type PaymentDoc, Refund } from "../../models/index.js";
import { isPast } from "../../utils/clock.js";
import { oweSystemRefund } from "../aggregates/refund/system-refunds.js";
import { generateUniqueRefundNumber } from "../platform/order-number.service.js";
import { inTransaction } from "../platform/transaction.service.js";

/** The client, the webhook and the recovery job have this long to turn a capture into an order or a refund. */
const LEFT_TO_OTHERS_MS = 60_000;

export type CapturedPayment = Pick<PaymentDoc, "_id" | "accepted" | "checkoutSessionId">;

/** Payments that are captured and have neither an order nor a refund, oldest first. */
export function findCapturedWithoutOrder(limit: number): Promise<CapturedPayment[]> {
  return Payment.find(
    {
      ...CAPTURED_WITHOUT_ORDER,
      $expr: trusted(isPast("capturedAt", LEFT_TO_OTHERS_MS)),
    },
    { accepted: 1, checkoutSessionId: 1 },
  )
    .sort({ capturedAt: 1 })
    .limit(limit)
    .lean<CapturedPayment[]>();
}

/**
 * Writes the refund of a captured payment that pays for no order: it was never accepted for its session, and it has
 * no refund. Everything is read again inside the transaction.
 * @returns whether this call wrote the refund
 */
export async function returnStrayMoney(paymentId: Types.ObjectId): Promise<boolean> {
  const refundNumber = await generateUniqueRefundNumber();
  const owed = await inTransaction(async (tx) => {
    const stray = await Payment.exists({
      ...{ _id: paymentId, accepted: false },
      ...CAPTURED_WITHOUT_ORDER,
    }).session(tx);
    if (!stray || (await Refund.exists({ paymentId }).session(tx))) return null;
    return oweSystemRefund({ paymentId, reason: "surplus", refundNumber }, tx);
  });
  if (!owed) return false;
  logger.error(
    { paymentId: paymentId.toHexString(), refundNumber },
    "> A captured payment had neither an order nor a refund; it is refunded",
  );
  return true;
}
