import Joi from "joi";
import { cartOwnership } from "../../middlewares/cart-ownership.middleware.js";
import {
  admin as adminWith,
  customerWithSession,
  describedRouter,
  guest,
} from "../../middlewares/described-router.js";
import * as adminController from "./cart.admin.controller.js";
import * as adminSchemas from "./cart.admin.validation.js";
import {
  AbandonedCartListView,
  AdminCartView,
  CartAnalyticsView,
  CartSettingsView,
} from "./cart.admin.view.js";
import * as controller from "./cart.controller.js";
import { CHANGE_REFUSES, WRITE_REFUSES } from "./cart.refusals.js";
import * as schemas from "./cart.validation.js";
import { AppliedCouponView, CartItemView, CartView, MiniCartView, NoticeView } from "./cart.view.js";
import { RecommendationView } from "./recommendation.view.js";

const consumer = describedRouter({ base: "/api/cart", tag: "Cart" });

const CartAnswer = Joi.object({ cart: CartView.required() });
const CartItemAnswer = CartAnswer.keys({ cartItem: CartItemView.required() });
const MergeAnswer = CartAnswer.keys({
  merged: Joi.boolean().required(),
  notices: Joi.array().items(NoticeView).required(),
});
const RecommendationsAnswer = Joi.object({ products: Joi.array().items(RecommendationView).required() });
const CouponAnswer = CartAnswer.keys({ discount: AppliedCouponView.required() });

/**
 * @route GET /api/cart
 * @description The caller's cart; an empty one when there is none. Reading never makes one
 * @access Guest or customer
 */
consumer.get(
  "/",
  { summary: "The cart", access: guest("empty"), answers: { 200: CartView }, caching: "private" },
  controller.getCart,
);

/**
 * @route GET /api/cart/mini
 * @description Lines, units and total for a page header
 * @access Guest or customer
 */
consumer.get(
  "/mini",
  {
    summary: "The cart in short",
    access: guest("empty"),
    answers: { 200: MiniCartView },
    caching: "private",
  },
  controller.getMiniCart,
);

/**
 * @route POST /api/cart/items
 * @description Adds units of a variant and reserves them; makes the cart, and a guest session, if there is none
 * @access Guest or customer
 */
consumer.post(
  "/items",
  {
    summary: "Add to the cart",
    access: guest("mint"),
    schemas: schemas.addItemSchema,
    answers: { 200: CartItemAnswer },
    refuses: ["OUT_OF_STOCK", "PRODUCT_NOT_FOUND", "CART_LIMIT", ...CHANGE_REFUSES],
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.addItem,
);

/**
 * @route PUT /api/cart/items/:itemId
 * @description Sets a line's quantity and its reservation
 * @access Guest or customer, owner
 */
consumer.put(
  "/items/:itemId",
  {
    summary: "Change a quantity",
    access: guest("reject"),
    owner: cartOwnership,
    schemas: schemas.updateItemSchema,
    answers: { 200: CartItemAnswer },
    refuses: ["OUT_OF_STOCK", "CART_LIMIT", "FREE_GIFT_LOCKED", ...CHANGE_REFUSES],
    rateClass: "cart",
  },
  controller.updateItem,
);

/**
 * @route DELETE /api/cart/items/:itemId
 * @description Removes a line and releases its reservation; without its last line the cart is abandoned
 * @access Guest or customer, owner
 */
consumer.delete(
  "/items/:itemId",
  {
    summary: "Remove from the cart",
    access: guest("reject"),
    owner: cartOwnership,
    schemas: schemas.removeItemSchema,
    answers: { 200: CartAnswer },
    refuses: ["FREE_GIFT_LOCKED", ...CHANGE_REFUSES],
    rateClass: "cart",
  },
  controller.removeItem,
);

/**
 * @route DELETE /api/cart
 * @description Removes every line and releases every reservation
 * @access Guest or customer
 */
consumer.delete(
  "/",
  {
    summary: "Empty the cart",
    access: guest("reject"),
    answers: { 200: CartAnswer },
    refuses: WRITE_REFUSES,
    rateClass: "cart",
  },
  controller.clearCart,
);

/**
 * @route POST /api/cart/coupons
 * @description Applies a coupon; one at a time, unless all of them are stackable
 * @access Guest or customer
 */
consumer.post(
  "/coupons",
  {
    summary: "Apply a coupon",
    access: guest("mint"),
    schemas: schemas.applyCouponSchema,
    answers: { 200: CouponAnswer },
    refuses: ["COUPON_INVALID", ...CHANGE_REFUSES],
    idempotency: "optional",
    rateClass: "coupon",
  },
  controller.applyCoupon,
);

/**
 * @route DELETE /api/cart/coupons/:code
 * @description Takes a coupon off the cart
 * @access Guest or customer
 */
consumer.delete(
  "/coupons/:code",
  {
    summary: "Remove a coupon",
    access: guest("reject"),
    schemas: schemas.removeCouponSchema,
    answers: { 200: CartAnswer },
    refuses: CHANGE_REFUSES,
    rateClass: "cart",
  },
  controller.removeCoupon,
);

/**
 * @route POST /api/cart/merge
 * @description On login: brings the guest session's cart and saved items to the customer; again, it changes nothing
 * @access Customer, with X-Session-Id
 */
consumer.post(
  "/merge",
  {
    summary: "Merge the guest's cart",
    access: customerWithSession(),
    answers: { 200: MergeAnswer },
    refuses: CHANGE_REFUSES,
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.merge,
);

/**
 * @route GET /api/cart/recommendations
 * @description Products that go with what is in the cart, without those; empty while the catalog is away
 * @access Guest or customer
 */
consumer.get(
  "/recommendations",
  {
    summary: "Recommendations",
    access: guest("empty"),
    schemas: schemas.getRecommendationsSchema,
    answers: { 200: RecommendationsAnswer },
  },
  controller.getRecommendations,
);

const admin = describedRouter({ base: "/api/admin/carts", tag: "Cart" });

/**
 * @route GET /api/admin/carts/abandoned
 * @description Abandoned carts by date, owner and value
 * @access Admin (carts:read)
 */
admin.get(
  "/abandoned",
  {
    summary: "Abandoned carts",
    access: adminWith("carts:read"),
    schemas: adminSchemas.listAbandonedCartsSchema,
    answers: { 200: AbandonedCartListView },
  },
  adminController.listAbandonedCarts,
);

/**
 * @route GET /api/admin/carts/analytics
 * @route GET /api/admin/carts/analytics/abandonment
 * @description What became of the carts begun in a range of dates (served under two names)
 * @access Admin (carts:read)
 */
for (const path of ["/analytics", "/analytics/abandonment"]) {
  admin.get(
    path,
    {
      summary: "Abandonment of carts",
      access: adminWith("carts:read"),
      schemas: adminSchemas.getAnalyticsSchema,
      answers: { 200: CartAnalyticsView },
    },
    adminController.getAnalytics,
  );
}

/**
 * @route GET /api/admin/carts/settings
 * @description How long carts live, and their limits
 * @access Admin (carts:read)
 */
admin.get(
  "/settings",
  { summary: "Settings of carts", access: adminWith("carts:read"), answers: { 200: CartSettingsView } },
  adminController.getCartSettings,
);

/**
 * @route PUT /api/admin/carts/settings
 * @description Changes those that are named; audited, and for new carts
 * @access Admin (settings:write)
 */
admin.put(
  "/settings",
  {
    summary: "Change settings of carts",
    access: adminWith("settings:write"),
    schemas: adminSchemas.putCartSettingsSchema,
    answers: { 200: CartSettingsView },
    refuses: ["VERSION_CONFLICT", "OUTCOME_UNKNOWN"],
  },
  adminController.putCartSettings,
);

/**
 * @route GET /api/admin/carts/:cartId
 * @description A cart in full, with its reservations and its owner
 * @access Admin (carts:read)
 */
admin.get(
  "/:cartId",
  {
    summary: "A cart",
    access: adminWith("carts:read"),
    schemas: adminSchemas.getCartByIdSchema,
    answers: { 200: AdminCartView },
    refuses: ["CART_NOT_FOUND"],
  },
  adminController.getCartById,
);

export { admin, consumer };
