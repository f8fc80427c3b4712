import type { Types } from "mongoose";
import { config } from "../../config/env.config.js";
import { Order, type OrderDoc, Refund, type RefundDoc } from "../../models/index.js";
import { REFUND_DESTINATION, REFUND_STATUS } from "../../utils/constants.js";
import { addPaise, type Paise, toRupees } from "../../utils/money.js";
import { unwrap } from "../../utils/result.js";
import { findCustomer, type MessageRecipient } from "../aggregates/checkout-session/find-customer.js";
import { recipientOf } from "../aggregates/order/order-messages.js";
import {
  type NotificationTemplate,
  sendNotification,
} from "../integrations/engagement-integration.service.js";
import { orderLink } from "../platform/links.service.js";

/**
 * Messages about refunds, as `notifications.flow.ts`. `data` always has `refundNumber`, `customerName`, `amount` in rupees
 * and a `link`, and of a refund of an order its `orderNumber`. Of a bank account it has nothing.
 */

/** Template `refund_requested_admin`: a customer's request waits for approval; also `reason`, `notes`. */
export async function notifyRefundRequested(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (refund?.status !== REFUND_STATUS.PENDING) return;
  await tellAdmin("refund_requested_admin", refund, { reason: refund.reason, notes: refund.notes ?? "" });
}

/**
 * Template `refund_approved`; also `destination`, and `bankAccountNeeded`: the customer has to say where the money goes. The
 * amount is that of all parts.
 */
export async function notifyRefundApproved(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund) return;
  const parts = await findParts(refund);
  const bankAccountNeeded = parts.some(
    ({ destination, bankAccount }) => destination === REFUND_DESTINATION.BANK_TRANSFER && !bankAccount,
  );
  const amount = addPaise(...parts.map((part) => part.amount));
  await tellCustomer("refund_approved", refund, {
    amount,
    destination: refund.destination,
    bankAccountNeeded,
  });
}

/** The refund and those that were approved together with it. */
async function findParts(refund: RefundDoc): Promise<RefundDoc[]> {
  const { orderId, _id } = refund;
  if (!orderId) return [refund];
  const others = await Refund.find({ orderId, splitFromId: _id }).lean<RefundDoc[]>();
  return [refund, ...others];
}

/** Template `refund_rejected`; also `reason`, as the admin wrote it. */
export async function notifyRefundRejected(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (refund?.status !== REFUND_STATUS.REJECTED) return;
  await tellCustomer("refund_rejected", refund, { reason: refund.rejectionReason ?? "" });
}

/**
 * Templates `refund_completed`, for a refund of an order, and `payment_refunded_late`, for a payment that became no
 * order; also `reason`, `destination`, `utr`. The amount of a lost dispute was returned by the customer's bank.
 */
export async function notifyRefundCompleted(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund || refund.systemReason === "dispute_lost") return;
  const { orderId, systemReason, reason, destination, utr } = refund;
  const template = orderId ? "refund_completed" : "payment_refunded_late";
  await tellCustomer(template, refund, { reason: systemReason ?? reason, destination, utr: utr ?? "" });
}

/** Template `refund_attention_admin`: a refund that could not be made; also `reason`. Once for each attempt. */
export async function notifyRefundAttention(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund) return;
  await tellAdmin(
    "refund_attention_admin",
    refund,
    { reason: refund.failureReason ?? "" },
    refund.attempts.length,
  );
}

async function tellCustomer(
  template: NotificationTemplate,
  refund: RefundDoc,
  data: { amount?: Paise } & Record<string, unknown>,
): Promise<void> {
  const customer = await findRecipient(refund);
  if (!customer) return;
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: customer.to,
      template,
      data: {
        ...numbersOf(refund),
        customerName: customer.name,
        ...data,
        amount: toRupees(data.amount ?? refund.amount),
        link: refund.orderNumber ? orderLink({ orderNumber: refund.orderNumber }) : config.storefrontUrl,
      },
      dedupeKey: `${template}:${refund._id.toHexString()}`,
    }),
  );
}

async function tellAdmin(
  template: NotificationTemplate,
  refund: RefundDoc,
  data: Record<string, unknown>,
  occurrence?: number,
): Promise<void> {
  const id = refund._id.toHexString();
  const customer = await findRecipient(refund);
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: { userId: "admin" },
      template,
      data: {
        ...numbersOf(refund),
        customerName: customer?.name ?? "",
        amount: toRupees(refund.amount),
        ...data,
        link: `${config.publicUrl}/api/admin/refunds/${id}`,
      },
      dedupeKey: [template, id, ...(occurrence === undefined ? [] : [occurrence])].join(":"),
    }),
  );
}

const numbersOf = ({ refundNumber, orderNumber }: RefundDoc) => ({
  ...(orderNumber ? { orderNumber } : {}),
  refundNumber,
});

/** An order knows its customer, also without a checkout. */
async function findRecipient(refund: RefundDoc): Promise<MessageRecipient | null> {
  const { orderId, checkoutSessionId } = refund;
  const order = orderId ? await Order.findById(orderId).lean<OrderDoc>() : null;
  return order ? recipientOf(order) : findCustomer(checkoutSessionId);
}
