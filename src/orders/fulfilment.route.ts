import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./fulfilment.controller.js";
import * as schemas from "./fulfilment.validation.js";
import { AdminOrderView, ShippedOrderView } from "./fulfilment.view.js";

const fulfilment = describedRouter({ base: "/api/admin/orders", tag: "Orders" });

/**
 * @route POST /api/admin/orders/:orderId/fulfillments
 * @description Ships units of an order in one parcel; without items, all that are open
 * @access Admin (orders:status)
 */
fulfilment.post(
  "/:orderId/fulfillments",
  {
    summary: "Ship an order",
    description:
      "Allocates the units, then requests the parcel from the shipping service. 202 with the shipment `creating`: the outcome is not known yet, the units stay allocated, and `order-sync` finds it out. After `SHIPMENT_REFUSED` the units are free again.",
    access: adminWith("orders:status"),
    schemas: schemas.shipOrderSchema,
    answers: { 200: ShippedOrderView, 202: ShippedOrderView },
    refuses: ["ORDER_NOT_FOUND", "ORDER_NOT_SHIPPABLE", "SHIPMENT_REFUSED", "SHIPPING_METHOD_UNAVAILABLE"],
    idempotency: "optional",
  },
  controller.shipOrder,
);

/**
 * @route PUT /api/admin/orders/:orderId/status
 * @description Moves an order by its state table, with everything that belongs to the move
 * @access Admin (orders:status)
 */
fulfilment.put(
  "/:orderId/status",
  {
    summary: "Change the status of an order",
    description:
      "`shipped` counts all open lines as fulfilled, in a parcel that the shipping service knows nothing of. `delivered` and `returned` (to origin) end the way of every parcel. Repeating the current status changes nothing. Orders are cancelled with their own request.",
    access: adminWith("orders:status"),
    schemas: schemas.changeStatusSchema,
    answers: { 200: AdminOrderView },
    refuses: ["ORDER_NOT_FOUND", "INVALID_STATUS_TRANSITION", "ORDER_NOT_SHIPPABLE", "PAYMENT_REQUIRED"],
  },
  controller.changeStatus,
);

/**
 * @route PUT /api/admin/orders/:orderId/sellers/:sellerId/status
 * @description Moves the part of an order that one seller ships; the order's status follows from its lines
 * @access Admin (orders:status)
 */
fulfilment.put(
  "/:orderId/sellers/:sellerId/status",
  {
    summary: "Change the status of a seller's part",
    description:
      "As the status of the order, for the lines of one seller. With the current status, tracking number, estimated delivery and note are stored.",
    access: adminWith("orders:status"),
    schemas: schemas.changeSellerStatusSchema,
    answers: { 200: AdminOrderView },
    refuses: [
      "ORDER_NOT_FOUND",
      "SELLER_ORDER_NOT_FOUND",
      "INVALID_STATUS_TRANSITION",
      "ORDER_NOT_SHIPPABLE",
    ],
  },
  controller.changeSellerStatus,
);

export { fulfilment };
