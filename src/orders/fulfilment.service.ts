import type { ShipmentDoc } from "../../models/index.js";
import { type AdminOrder, getAdminOrder } from "../../services/aggregates/order/load-admin-order.js";
import * as orderStatus from "../../services/flows/change-order-status/change-order-status.flow.js";
import * as sellerStatus from "../../services/flows/change-order-status/change-seller-status.flow.js";
import * as shipping from "../../services/flows/ship-order/ship-order.flow.js";

/** @throws as the flow */
export async function shipOrder(
  request: shipping.ShippingRequest,
): Promise<{ order: AdminOrder; shipment: ShipmentDoc }> {
  const shipment = await shipping.shipOrder(request);
  return { order: await getAdminOrder(request.orderId), shipment };
}

/** @throws as the flow */
export async function changeStatus(change: orderStatus.OrderStatusChange): Promise<AdminOrder> {
  await orderStatus.changeOrderStatus(change);
  return getAdminOrder(change.orderId);
}

/** @throws as the flow */
export async function changeSellerStatus(change: sellerStatus.SellerStatusChange): Promise<AdminOrder> {
  await sellerStatus.changeSellerStatus(change);
  return getAdminOrder(change.orderId);
}
