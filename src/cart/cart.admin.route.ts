import { admin as adminWith, describedRouter } from "../../middlewares/described-router.js";
import * as controller from "./cart.admin.controller.js";
import * as schemas from "./cart.admin.validation.js";
import {
  AbandonedCartListView,
  AdminCartView,
  CartAnalyticsView,
  CartSettingsView,
} from "./cart.admin.view.js";

const admin = describedRouter({ base: "/api/admin/carts", tag: "Cart" });

/**
 * @route GET /api/admin/carts/abandoned
 * @description Lists abandoned carts; filters by date, owner and value
 * @access Admin (carts:read)
 */
admin.get(
  "/abandoned",
  {
    summary: "Abandoned carts",
    access: adminWith("carts:read"),
    schemas: schemas.listAbandonedCartsSchema,
    answers: { 200: AbandonedCartListView },
  },
  controller.listAbandonedCarts,
);

/**
 * @route GET /api/admin/carts/analytics
 * @route GET /api/admin/carts/analytics/abandonment
 * @description How many of the carts created in a range of dates were abandoned or ordered (one handler, two paths)
 * @access Admin (carts:read)
 */
for (const path of ["/analytics", "/analytics/abandonment"]) {
  admin.get(
    path,
    {
      summary: "Cart analytics",
      access: adminWith("carts:read"),
      priority: "report",
      schemas: schemas.getAnalyticsSchema,
      answers: { 200: CartAnalyticsView },
    },
    controller.getAnalytics,
  );
}

/**
 * @route GET /api/admin/carts/settings
 * @description Lifetime and limits of carts
 * @access Admin (carts:read)
 */
admin.get(
  "/settings",
  { summary: "Cart settings", access: adminWith("carts:read"), answers: { 200: CartSettingsView } },
  controller.getCartSettings,
);

/**
 * @route PUT /api/admin/carts/settings
 * @description Changes the given settings; audited. Limits apply at once, the lifetime to new carts
 * @access Admin (settings:write)
 */
admin.put(
  "/settings",
  {
    summary: "Change cart settings",
    access: adminWith("settings:write"),
    schemas: schemas.putCartSettingsSchema,
    answers: { 200: CartSettingsView },
    refuses: ["VERSION_CONFLICT", "OUTCOME_UNKNOWN"],
  },
  controller.putCartSettings,
);

/**
 * @route GET /api/admin/carts/:cartId
 * @description A cart with its reservations and its owner
 * @access Admin (carts:read)
 */
admin.get(
  "/:cartId",
  {
    summary: "A cart",
    access: adminWith("carts:read"),
    schemas: schemas.getCartByIdSchema,
    answers: { 200: AdminCartView },
    refuses: ["CART_NOT_FOUND"],
  },
  controller.getCartById,
);

export { admin };
