import Joi from "joi";
import { cartOwnership } from "../../middlewares/cart-ownership.middleware.js";
import { customerWithGuestId, describedRouter, guest } from "../../middlewares/described-router.js";
import { AppliedCouponView, CartItemView, CartView, NoticeView } from "../../utils/views/cart.view.js";
import * as controller from "./cart.controller.js";
import * as schemas from "./cart.validation.js";
import { MiniCartView, RecommendationView } from "./cart.view.js";

const consumer = describedRouter({ base: "/api/cart", tag: "Cart" });

/** Refusals of every write of a cart. */
const WRITE_REFUSES = [
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "VERSION_CONFLICT",
  "OUTCOME_UNKNOWN",
] as const;

/** A change that leaves lines in the cart also calls other services. */
export const CHANGE_REFUSES = [
  ...WRITE_REFUSES,
  "UPSTREAM_BAD_RESPONSE",
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
] as const;

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
 * @description The caller's cart, or an empty one if there is none. Reading never creates a cart
 * @access Guest or customer
 */
consumer.get(
  "/",
  { summary: "Get the cart", access: guest("empty"), answers: { 200: CartView }, caching: "private" },
  controller.getCart,
);

/**
 * @route GET /api/cart/mini
 * @description Number of lines and units, and the total, for a page header
 * @access Guest or customer
 */
consumer.get(
  "/mini",
  {
    summary: "Cart summary",
    access: guest("empty"),
    answers: { 200: MiniCartView },
    caching: "private",
  },
  controller.getMiniCart,
);

/**
 * @route POST /api/cart/items
 * @description Adds units of a variant and reserves them; creates the cart, and a guest id, if there is none
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
 * @description Sets the quantity of a line and of its reservation
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
 * @description Removes a line and releases its reservation; removing the last line abandons the cart
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
 * @description Applies a coupon. A cart holds several only if all of them are stackable
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
 * @description Removes a coupon from the cart
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
 * @description After login: moves the guest's cart, saved items and orders to the customer. Repeating the call changes nothing
 * @access Customer, with X-Session-Id
 */
consumer.post(
  "/merge",
  {
    summary: "Merge the guest's cart",
    access: customerWithGuestId(),
    answers: { 200: MergeAnswer },
    refuses: CHANGE_REFUSES,
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.merge,
);

/**
 * @route GET /api/cart/recommendations
 * @description Products related to those in the cart; empty while the catalog is down
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

export { consumer };
