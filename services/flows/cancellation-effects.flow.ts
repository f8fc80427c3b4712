import type { Types } from "mongoose";
import {
  Order,
  type OrderCancellation,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
} from "../../models/index.js";
import { ORDER_STATUS } from "../../utils/constants.js";
import { toRupees } from "../../utils/money.js";
import { unwrap } from "../../utils/result.js";
import { findInvoiceToCredit } from "../aggregates/invoice/invoice-reads.js";
import { requestUnpaidNote } from "../aggregates/invoice/request-document.js";
import { namedItems, recipientOf } from "../aggregates/order/order-messages.js";
import { sendNotification } from "../integrations/engagement-integration.service.js";
import { returnInventory } from "../integrations/inventory-integration.service.js";
import { reverseCouponUsage } from "../integrations/pricing-integration.service.js";
import { orderLink } from "../platform/links.service.js";

/** What follows a cancellation, run by the outbox. Each may run again, and has its effect once. */

interface Cancelled {
  order: OrderDoc;
  cancellation: OrderCancellation;
  isWhole: boolean;
}

async function readCancelled(orderId: Types.ObjectId, cancellationId: Types.ObjectId): Promise<Cancelled> {
  const order = await Order.findById(orderId).orFail().lean<OrderDoc>();
  const cancellation = order.cancellations.find(({ _id }) => _id.equals(cancellationId));
  if (!cancellation) throw new Error(`order ${order.orderNumber} has no such cancellation`);
  return { order, cancellation, isWhole: order.status === ORDER_STATUS.CANCELLED };
}

/** Units that had not left the warehouse can be sold again. Those of a parcel come back, or not, on their own way. */
export async function returnStock(orderId: Types.ObjectId, cancellationId: Types.ObjectId): Promise<void> {
  const { cancellation } = await readCancelled(orderId, cancellationId);
  const lines = await OrderItem.find({ orderId }).lean<OrderItemDoc[]>();
  const items = cancellation.items.flatMap(({ orderItemId, toStock }) => {
    const line = lines.find(({ _id }) => _id.equals(orderItemId));
    return line && toStock > 0 ? [{ variantId: line.variantId, quantity: toStock, reason: "cancelled" }] : [];
  });
  if (items.length === 0) return;
  const reference = `cancellation:${cancellationId.toHexString()}`;
  unwrap(await returnInventory({ orderId: orderId.toHexString(), items, reference }));
}

/** A coupon can be used again once the whole order is cancelled. */
export async function returnCoupons(orderId: Types.ObjectId, cancellationId: Types.ObjectId): Promise<void> {
  const { order, isWhole } = await readCancelled(orderId, cancellationId);
  if (!isWhole) return;
  for (const { code } of order.appliedCoupons)
    unwrap(await reverseCouponUsage({ code, orderId: orderId.toHexString() }));
}

/**
 * What was never paid has no refund, and so no credit note yet. What was paid is credited with its refunds.
 * @throws InvoiceNotReadyError while the invoice is under way: the outbox tries again
 */
export async function requestNoteOfCancellation(
  orderId: Types.ObjectId,
  cancellationId: Types.ObjectId,
): Promise<void> {
  const { order, cancellation, isWhole } = await readCancelled(orderId, cancellationId);
  const { unpaid, reason, invoiceNumber } = cancellation;
  if (unpaid.amount === 0 || invoiceNumber === null) return;
  const invoice = await findInvoiceToCredit(orderId);
  // An earlier version of the service kept no number: there the times have to tell.
  if (!invoice || (invoiceNumber === undefined && invoice.issuedAt > cancellation.at)) return;
  await requestUnpaidNote({ order, unpaidId: cancellationId, isEverything: isWhole, reason });
}

/** Template `order_cancelled`: also `reason`, `items`, and `isComplete` when nothing of the order is left. */
export async function notifyCancelled(
  orderId: Types.ObjectId,
  cancellationId: Types.ObjectId,
): Promise<void> {
  const { order, cancellation, isWhole } = await readCancelled(orderId, cancellationId);
  const lines = await OrderItem.find({ orderId }).lean<OrderItemDoc[]>();
  const customer = recipientOf(order);
  unwrap(
    await sendNotification({
      channels: ["email", "sms"],
      to: customer.to,
      template: "order_cancelled",
      data: {
        orderNumber: order.orderNumber,
        customerName: customer.name,
        grandTotal: toRupees(order.grandTotal),
        reason: cancellation.reason,
        items: namedItems(cancellation.items, lines),
        isComplete: isWhole,
        link: orderLink(order),
      },
      dedupeKey: `order_cancelled:${cancellationId.toHexString()}`,
    }),
  );
}
