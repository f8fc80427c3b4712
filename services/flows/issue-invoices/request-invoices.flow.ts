import type { Types } from "mongoose";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Refund,
  type RefundDoc,
  Shipment,
  type ShipmentDoc,
} from "../../../models/index.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { findInvoiceToCredit, findSaleInvoice } from "../../aggregates/invoice/invoice-reads.js";
import {
  requestCreditNote,
  requestSaleInvoice,
  requestUnpaidNote,
} from "../../aggregates/invoice/request-document.js";
import { RETURNED_TO_ORIGIN } from "../../aggregates/order/return-shipment.js";
import { isForGoods } from "../../aggregates/refund/refund-facts.js";
import { cameBackUndelivered } from "../../calculations/fulfilment.js";
import { getSettings } from "../../platform/settings.service.js";

/** Follow-ups of orders and refunds, run by the outbox. Each may run again: a request is stored once. */

/** A confirmed order is invoiced, where the setting `tax.invoiceIssueOn` is `confirmation`. */
export async function requestInvoiceOfOrder(order: Pick<OrderDoc, "_id" | "invoiceNumber">): Promise<void> {
  if ((await getSettings("tax")).invoiceIssueOn !== "confirmation" || order.invoiceNumber) return;
  await requestSaleInvoice(order._id, null);
}

/**
 * A parcel is dispatched: at the latest now the order is invoiced, also where `tax.invoiceIssueOn` was `dispatch` when it was
 * confirmed and is `confirmation` by now.
 */
export async function requestInvoiceOnDispatch(parcelId: Types.ObjectId): Promise<void> {
  const { orderId } = await Shipment.findById(parcelId).orFail().lean<ShipmentDoc>();
  const order = await Order.findById(orderId, { invoiceNumber: 1 })
    .orFail()
    .lean<Pick<OrderDoc, "invoiceNumber">>();
  if (!order.invoiceNumber) await requestSaleInvoice(orderId, null);
}

/**
 * A parcel has come back, and what it should have collected will not be paid: the invoice is credited with that. What was
 * prepaid is credited with its refunds.
 * @throws InvoiceNotReadyError while the invoice is under way: the outbox tries again
 */
export async function requestNoteOfReturn(parcelId: Types.ObjectId): Promise<void> {
  const { orderId } = await Shipment.findById(parcelId).orFail().lean<ShipmentDoc>();
  const order = await Order.findById(orderId).orFail().lean<OrderDoc>();
  if (!(order.uncollectedParcels ?? []).some(({ _id }) => _id.equals(parcelId))) return;
  if (!(await findInvoiceToCredit(orderId))) return;
  const lines = await OrderItem.find({ orderId }).lean<OrderItemDoc[]>();
  const isEverything = cameBackUndelivered(lines);
  await requestUnpaidNote({ order, unpaidId: parcelId, isEverything, reason: RETURNED_TO_ORIGIN });
}

/**
 * A completed refund of an invoiced order is credited. Without an invoice there is nothing to credit yet: the
 * transaction that issues the invoice requests the note.
 */
export async function requestNoteOfRefund(refundId: Types.ObjectId): Promise<void> {
  const refund = await Refund.findById(refundId).lean<RefundDoc>();
  if (!refund?.orderId || refund.status !== REFUND_STATUS.COMPLETED) return;
  const { orderId, systemReason, reason } = refund;
  if (!isForGoods(refund)) return;
  if (!(await findSaleInvoice(orderId))) return;
  await requestCreditNote({
    ...{ orderId, refundId, items: [], createdById: null },
    reason: systemReason ?? reason,
  });
}
