import type { Types } from "mongoose";
import { config } from "../../config/env.config.js";
import { Order, type OrderDoc, OrderItem, type OrderItemDoc, type ReturnDoc } from "../../models/index.js";
import { addPaise, multiplyPaise, toRupees, ZERO_PAISE } from "../../utils/money.js";
import { unwrap } from "../../utils/result.js";
import { recipientOf } from "../aggregates/order/order-messages.js";
import { getReturn } from "../aggregates/return/return-rows.js";
import {
  type NotificationTemplate,
  sendNotification,
} from "../integrations/engagement-integration.service.js";
import { orderLink } from "../platform/links.service.js";

/**
 * Messages about returns, run by the outbox and deduplicated at the receiver. `data` always has `orderNumber`,
 * `returnNumber` (from the approval on), `customerName`, `amount` (the price of the goods, in rupees), `items` and `link`.
 */

/** Template `return_requested_admin`; also `reason`, `customerNotes`. */
export async function notifyReturnRequested(returnId: Types.ObjectId): Promise<void> {
  const read = await readAbout(returnId);
  const { reason, customerNotes } = read.found;
  await send("return_requested_admin", read, {
    to: { userId: "admin" },
    data: {
      ...{ reason, customerNotes: customerNotes ?? "" },
      link: `${config.publicUrl}/api/admin/returns/${returnId.toHexString()}`,
    },
  });
}

/** Template `return_approved`. */
export const notifyReturnApproved = (returnId: Types.ObjectId) =>
  tellCustomer("return_approved", returnId, () => ({}));

/** Template `return_rejected`; also `reason`. */
export const notifyReturnRejected = (returnId: Types.ObjectId) =>
  tellCustomer("return_rejected", returnId, ({ rejectionReason }) => ({ reason: rejectionReason ?? "" }));

/** Template `return_pickup_scheduled`; also `pickupDate`, `slot`, `carrier`, `trackingNumber`. */
export const notifyPickupScheduled = (returnId: Types.ObjectId) =>
  tellCustomer("return_pickup_scheduled", returnId, ({ pickup }) => ({
    ...{ pickupDate: pickup?.date ?? null, slot: pickup?.slot ?? null },
    ...{ carrier: pickup?.carrier ?? null, trackingNumber: pickup?.trackingNumber ?? null },
  }));

/** Template `return_received`. */
export const notifyReturnReceived = (returnId: Types.ObjectId) =>
  tellCustomer("return_received", returnId, () => ({}));

/**
 * Template `return_inspection_failed`, when not every unit has passed; also `notes` and `refund`, and `items` with what
 * passed and the note of each line.
 */
export const notifyInspectionFailed = (returnId: Types.ObjectId) =>
  tellCustomer("return_inspection_failed", returnId, (found) => ({
    notes: found.rejectionReason ?? found.inspection?.notes ?? "",
    refund: found.refundBreakdown ? toRupees(found.refundBreakdown.total) : 0,
    items: inspectedItems(found),
  }));

const inspectedItems = ({ items, inspection }: ReturnDoc) =>
  items.map(({ orderItemId, name, quantity }) => {
    const result = inspection?.items.find((item) => item.orderItemId.equals(orderItemId));
    return { name, quantity, quantityPassed: result?.quantityPassed ?? 0, note: result?.note ?? "" };
  });

interface About {
  found: ReturnDoc;
  order: OrderDoc;
  lines: OrderItemDoc[];
}

async function readAbout(returnId: Types.ObjectId): Promise<About> {
  const found = await getReturn(returnId);
  const order = await Order.findById(found.orderId).orFail().lean<OrderDoc>();
  const lines = await OrderItem.find({ orderId: order._id }).lean<OrderItemDoc[]>();
  return { found, order, lines };
}

async function tellCustomer(
  template: NotificationTemplate,
  returnId: Types.ObjectId,
  dataOf: (found: ReturnDoc) => Record<string, unknown>,
): Promise<void> {
  const read = await readAbout(returnId);
  const data = { ...dataOf(read.found), link: orderLink(read.order) };
  await send(template, read, { to: recipientOf(read.order).to, data });
}

interface Message {
  to: { userId?: string; email?: string; phone?: string };
  data: Record<string, unknown>;
}

async function send(
  template: NotificationTemplate,
  { found, order, lines }: About,
  { to, data }: Message,
): Promise<void> {
  const { _id, returnNumber, orderNumber, items } = found;
  const prices = items.map(({ orderItemId, quantity }) => {
    const line = lines.find((candidate) => candidate._id.equals(orderItemId));
    return line ? multiplyPaise(line.unitPrice, quantity) : ZERO_PAISE;
  });
  unwrap(
    await sendNotification({
      channels: ["email"],
      to,
      template,
      data: {
        orderNumber,
        ...(returnNumber ? { returnNumber } : {}),
        customerName: recipientOf(order).name,
        amount: toRupees(addPaise(...prices)),
        items: items.map(({ name, quantity }) => ({ name, quantity })),
        ...data,
      },
      dedupeKey: `${template}:${_id.toHexString()}`,
    }),
  );
}
