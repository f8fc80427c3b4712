import { admin as adminWith, describedRouter, guest } from "../../middlewares/described-router.js";
import { orderOwnership } from "../../middlewares/order-ownership.middleware.js";
import * as controller from "./cancellation.controller.js";
import * as schemas from "./cancellation.validation.js";
import { AdminOrderView } from "./fulfilment.view.js";
import { OrderView } from "./orders.view.js";

const consumer = describedRouter({ base: "/api/orders", tag: "Orders" });
const admin = describedRouter({ base: "/api/admin/orders", tag: "Orders" });

/**
 * @route POST /api/orders/:orderNumber/cancel
 * @description Cancels what has not been shipped; what was paid for it goes back to where it came from
 * @access Guest or customer, owner
 */
consumer.post(
  "/:orderNumber/cancel",
  {
    summary: "Cancel the order",
    description:
      "Of an order that is partly shipped, the rest is cancelled. `ORDER_NOT_CANCELLABLE` says why in `details.reason`.",
    access: guest("reject"),
    owner: orderOwnership,
    schemas: schemas.cancelOrderSchema,
    answers: { 200: OrderView },
    refuses: ["ORDER_NOT_CANCELLABLE"],
    idempotency: "required",
  },
  controller.cancelOrder,
);

/**
 * @route POST /api/admin/orders/:orderId/cancel
 * @description Cancels an order or units of it, with a refund of what was paid for them
 * @access Admin (orders:cancel)
 */
admin.post(
  "/:orderId/cancel",
  {
    summary: "Cancel an order",
    description:
      "Without `items`, all that is not shipped; with `allowAfterShipment` also what is on its way. `refund` names the destination, or `false` keeps the money; by default it goes back to where it came from. While the payment is disputed, only that: the refund then waits for the end of the dispute.",
    access: adminWith("orders:cancel"),
    schemas: schemas.cancelByAdminSchema,
    answers: { 200: AdminOrderView },
    refuses: ["ORDER_NOT_FOUND", "ORDER_NOT_CANCELLABLE", "NOT_REFUNDABLE", "PAYMENT_DISPUTED"],
    idempotency: "optional",
  },
  controller.cancelByAdmin,
);

export { admin, consumer };
