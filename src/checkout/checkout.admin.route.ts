import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./checkout.admin.controller.js";
import * as schemas from "./checkout.admin.validation.js";
import { AdminCheckoutView, CheckoutListView, FunnelView } from "./checkout.admin.view.js";

const admin = describedRouter({ base: "/api/admin/checkouts", tag: "Checkout" });

/**
 * @route GET /api/admin/checkouts
 * @description Checkouts by date, status and customer
 * @access Admin (carts:read)
 */
admin.get(
  "/",
  {
    summary: "Checkouts",
    access: adminWith("carts:read"),
    schemas: schemas.listCheckoutsSchema,
    answers: { 200: CheckoutListView },
  },
  controller.listCheckouts,
);

/**
 * @route GET /api/admin/checkouts/funnel
 * @description How many of the checkouts that started in a range of dates reached each step
 * @access Admin (carts:read)
 */
admin.get(
  "/funnel",
  {
    summary: "The checkout funnel",
    access: adminWith("carts:read"),
    priority: "report",
    schemas: schemas.getFunnelSchema,
    answers: { 200: FunnelView },
  },
  controller.getFunnel,
);

/**
 * @route GET /api/admin/checkouts/:sessionId
 * @description A checkout with all its payment attempts
 * @access Admin (carts:read)
 */
admin.get(
  "/:sessionId",
  {
    summary: "A checkout",
    access: adminWith("carts:read"),
    schemas: schemas.getCheckoutByIdSchema,
    answers: { 200: AdminCheckoutView },
    refuses: ["CHECKOUT_NOT_FOUND"],
  },
  controller.getCheckoutById,
);

export { admin };
