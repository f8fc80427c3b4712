import type { Types } from "mongoose";
import { config } from "../../config/env.config.js";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  type SellerOrder,
  Shipment,
  type ShipmentDoc,
} from "../../models/index.js";
import { ORDER_STATUS } from "../../utils/constants.js";
import { paise, subtractPaise, toRupees } from "../../utils/money.js";
import { isRefused, unwrap } from "../../utils/result.js";
import { linesOfSeller } from "../aggregates/order/follow-lines.js";
import { namedItems, recipientOf } from "../aggregates/order/order-messages.js";
import { getSeller } from "../integrations/auth-integration.service.js";
import { earnLoyalty, sendNotification } from "../integrations/engagement-integration.service.js";
import { orderLink } from "../platform/links.service.js";

/** What customers and sellers are told about parcels, and the points for a delivered order. Deduplicated at the receiver. */

type ParcelTemplate = "order_shipped" | "order_delivered" | "order_returned_to_origin";

/** Templates about one parcel: also `carrier`, `trackingNumber`, `estimatedDelivery`, `items`, `codAmount`, `isComplete`. */
async function notifyOfParcel(parcelId: Types.ObjectId, template: ParcelTemplate): Promise<void> {
  const parcel = await Shipment.findById(parcelId).orFail().lean<ShipmentDoc>();
  const order = await Order.findById(parcel.orderId).orFail().lean<OrderDoc>();
  const lines = await OrderItem.find({ orderId: order._id }).lean<OrderItemDoc[]>();
  const customer = recipientOf(order);
  const { carrier, trackingNumber, estimatedDelivery, codAmount } = parcel;
  unwrap(
    await sendNotification({
      channels: ["email", "sms"],
      to: customer.to,
      template,
      data: {
        orderNumber: order.orderNumber,
        customerName: customer.name,
        grandTotal: toRupees(order.grandTotal),
        codAmount: toRupees(codAmount),
        ...{ carrier, trackingNumber, estimatedDelivery },
        items: namedItems(parcel.items, lines),
        isComplete: order.status !== ORDER_STATUS.PROCESSING,
        link: orderLink(order),
      },
      dedupeKey: `${template}:${parcelId.toHexString()}`,
    }),
  );
}

export const notifyShipped = (parcelId: Types.ObjectId) => notifyOfParcel(parcelId, "order_shipped");
export const notifyDelivered = (parcelId: Types.ObjectId) => notifyOfParcel(parcelId, "order_delivered");
export const notifyReturnedToOrigin = (parcelId: Types.ObjectId) =>
  notifyOfParcel(parcelId, "order_returned_to_origin");

/** The order is delivered: its customer earns points for what was paid and kept. Guests earn none. */
export async function earnLoyaltyOfOrder(orderId: Types.ObjectId): Promise<void> {
  const order = await Order.findById(orderId).orFail().lean<OrderDoc>();
  const { userId, paidAmount, refundedAmount, refundReserved, loyaltyDiscount } = order;
  const orderAmount = subtractPaise(paidAmount, refundedAmount, refundReserved, loyaltyDiscount);
  if (!userId || orderAmount <= 0) return;
  unwrap(await earnLoyalty({ userId, orderId: orderId.toHexString(), orderAmount }));
}

/** Each seller is told about their own lines, once the order is confirmed. */
export async function notifySellers(order: OrderDoc): Promise<void> {
  if (order.sellerOrders.length === 0) return;
  const lines = await OrderItem.find({ orderId: order._id }).lean<OrderItemDoc[]>();
  for (const part of order.sellerOrders) await notifySeller(order, part, lines);
}

/** Template `seller_new_order`: `amount` is that of the seller's lines; also `items`. Without the customer's contact. */
async function notifySeller(
  order: OrderDoc,
  part: SellerOrder,
  lines: readonly OrderItemDoc[],
): Promise<void> {
  const found = await getSeller(part.sellerId);
  // A seller who has left the shop: an admin ships the lines.
  if (isRefused(found)) return;
  const { name, email } = unwrap(found);
  const own = linesOfSeller(part, lines);
  unwrap(
    await sendNotification({
      channels: ["email"],
      to: { userId: part.sellerId, ...(email ? { email } : {}) },
      template: "seller_new_order",
      data: {
        orderNumber: order.orderNumber,
        customerName: name,
        amount: toRupees(paise(own.reduce((sum, { lineTotal }) => sum + lineTotal, 0))),
        items: own.map(({ sku, name: item, quantity }) => ({ sku, name: item, quantity })),
        // The page of the order, without the signature that would show the customer's address.
        link: `${config.storefrontUrl}/orders/${order.orderNumber}`,
      },
      dedupeKey: `seller_new_order:${order._id.toHexString()}:${part.sellerId}`,
    }),
  );
}
