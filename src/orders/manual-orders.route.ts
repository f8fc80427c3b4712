import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import { AdminOrderView } from "../../utils/views/admin-order.view.js";
import * as controller from "./manual-orders.controller.js";
import * as schemas from "./manual-orders.validation.js";

const manualOrders = describedRouter({ base: "/api/admin/orders", tag: "Orders" });

/**
 * @route POST /api/admin/orders/manual
 * @description Enters an order for a customer: its stock is taken, and it gets a number and an invoice like any other
 * @access Admin (orders:write)
 */
manualOrders.post(
  "/manual",
  {
    summary: "Enter an order",
    description:
      "For a sale by phone. `unitPrice` takes the place of the catalog's price; 0 is a gift. `manual` is paid already, with its `paymentReference`. `bank_transfer` stays pending until its receipt is recorded.",
    access: adminWith("orders:write"),
    schemas: schemas.placeManualOrderSchema,
    answers: { 201: AdminOrderView },
    refuses: [
      "PRODUCT_NOT_FOUND",
      "OUT_OF_STOCK",
      "COUPON_INVALID",
      "PINCODE_NOT_SERVICEABLE",
      "INVALID_GSTIN",
      "SHIPPING_METHOD_UNAVAILABLE",
      "COD_UNAVAILABLE",
    ],
    idempotency: "optional",
  },
  controller.placeManualOrder,
);

export { manualOrders };
