import type { Types } from "mongoose";
import { config } from "../../config/env.config.js";
import { type OrderDoc, Payment, type PaymentDoc } from "../../models/index.js";
import { PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";
import { failureMessageOf } from "../../utils/payment-failures.js";
import { unwrap } from "../../utils/result.js";
import { findCustomer } from "../aggregates/checkout-session/find-customer.js";
import { recipientOf } from "../aggregates/order/order-messages.js";
import { sendNotification } from "../integrations/engagement-integration.service.js";
import { orderLink } from "../platform/links.service.js";

/**
 * Messages to customers and staff, sent by the Engagement service. Delivered at least once and deduplicated by
 * key at the receiver. `data` always carries a number, `customerName`, the amounts in rupees and a `link`. Messages about
 * refunds are in `refund-notifications.flow.ts`.
 */

/** Template `order_confirmed`: also `paymentMethod`, `paymentStatus`. Sent once. */
export async function notifyOrderConfirmed(order: OrderDoc): Promise<void> {
  const customer = recipientOf(order);
  unwrap(
    await sendNotification({
      channels: ["email", "sms"],
      to: customer.to,
      template: "order_confirmed",
      data: {
        orderNumber: order.orderNumber,
        customerName: customer.name,
        grandTotal: toRupees(order.grandTotal),
        amountDue: toRupees(order.amountDue),
        paymentMethod: order.paymentMethod,
        paymentStatus: order.paymentStatus,
        link: orderLink(order),
      },
      dedupeKey: `order_confirmed:${order._id.toHexString()}`,
    }),
  );
}

/** Template `payment_failed`: without `orderNumber`, because there is no order yet; also `reason`. */
export async function notifyPaymentFailed(paymentId: Types.ObjectId): Promise<void> {
  const payment = await Payment.findById(paymentId).lean<PaymentDoc>();
  // Captured or superseded in the meantime: the message would be wrong.
  if (payment?.status !== PAYMENT_GATEWAY_STATUS.FAILED || payment.supersededAt) return;
  const customer = await findCustomer(payment.checkoutSessionId);
  if (!customer) return;
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: customer.to,
      template: "payment_failed",
      data: {
        customerName: customer.name,
        amount: toRupees(payment.amount),
        reason: failureMessageOf(payment) ?? "",
        link: `${config.storefrontUrl}/checkout/${payment.checkoutSessionId?.toHexString() ?? ""}`,
      },
      dedupeKey: `payment_failed:${payment._id.toHexString()}`,
    }),
  );
}

/**
 * Template `payment_dispute_admin`, at each change of a dispute; also `disputeId`, `status`, `phase`, `reason`,
 * `respondBy`, `amountDeducted`. Sends the newest state, which may be newer than the change.
 */
export async function notifyDispute(paymentId: Types.ObjectId, disputeId: string): Promise<void> {
  const payment = await Payment.findById(paymentId).lean<PaymentDoc>();
  const dispute = payment?.disputes.find(({ id }) => id === disputeId);
  if (!payment || !dispute) return;
  const customer = await findCustomer(payment.checkoutSessionId);
  const { status, phase, reason, respondBy } = dispute;
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: { userId: "admin" },
      template: "payment_dispute_admin",
      data: {
        orderNumber: payment.orderNumber ?? "",
        customerName: customer?.name ?? "",
        amount: toRupees(dispute.amount),
        amountDeducted: toRupees(dispute.amountDeducted),
        ...{ disputeId, status, phase, reason, respondBy },
        link: `${config.publicUrl}/api/admin/payments/${paymentId.toHexString()}`,
      },
      dedupeKey: `payment_dispute_admin:${disputeId}:${status}:${phase}:${dispute.reportedAt.getTime()}`,
    }),
  );
}
