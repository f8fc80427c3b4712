import type { Types } from "mongoose";
import { Order, type OrderDoc, Refund, type RefundDoc } from "../../../models/index.js";
import { ORDER_STATUS, REFUND_STATUS } from "../../../utils/constants.js";
import { findInvoiceOf, saleOrigin } from "../../aggregates/invoice/invoice-reads.js";
import { requestCreditNote, requestSaleInvoice } from "../../aggregates/invoice/request-document.js";
import { getSettings } from "../../platform/settings.service.js";

/** Follow-ups of orders and refunds, run by the outbox. Each may run again: a request is stored once. */

/** A confirmed order is invoiced, where the setting `tax.invoiceIssueOn` is `confirmation`. */
export async function requestInvoiceOfOrder(orderId: Types.ObjectId): Promise<void> {
  if ((await getSettings("tax")).invoiceIssueOn !== "confirmation") return;
  const order = await Order.findById(orderId, { status: 1, invoiceNumber: 1 }).lean<
    Pick<OrderDoc, "status" | "invoiceNumber">
  >();
  if (!order || order.invoiceNumber) return;
  if (order.status === ORDER_STATUS.PENDING || order.status === ORDER_STATUS.CANCELLED) return;
  await requestSaleInvoice(orderId, null);
}

/**
 * A completed refund of an invoiced order is credited. Without an invoice there is nothing to credit yet: the
 * transaction that issues the invoice requests the note.
 */
export async function requestNoteOfRefund(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund?.orderId || refund.status !== REFUND_STATUS.COMPLETED) return;
  const { orderId, systemReason, reason } = refund;
  if (!(await findInvoiceOf(saleOrigin(orderId)))) return;
  await requestCreditNote({
    ...{ orderId, refundId, items: [], createdById: null },
    reason: systemReason ?? reason,
  });
}
