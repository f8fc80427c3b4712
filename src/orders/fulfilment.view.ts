import type { ShipmentDoc } from "../../models/index.js";
import {
  type AdminOrderSource,
  AdminOrderView,
  toAdminOrderView,
} from "../../utils/views/admin-order.view.js";
import { ShipmentView, toShipmentView } from "../../utils/views/order-parts.view.js";

export { AdminOrderView, toAdminOrderView };

/** The order, and the parcel that was just requested. */
export const toShippedOrderView = (order: AdminOrderSource, shipment: ShipmentDoc) => ({
  ...toAdminOrderView(order),
  shipment: toShipmentView(shipment),
});

export const ShippedOrderView = AdminOrderView.keys({ shipment: ShipmentView.required() }).meta({
  className: "ShippedOrder",
});
