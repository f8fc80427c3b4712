import Joi from "joi";
import { describedRouter, guest } from "../../middlewares/described-router.js";
import * as controller from "./cart.controller.js";
import * as schemas from "./cart.validation.js";
import { AppliedCouponView, CartItemView, CartView, MiniCartView } from "./cart.view.js";

const consumer = describedRouter({ base: "/api/cart", tag: "Cart" });

const CartAnswer = Joi.object({ cart: CartView.required() });
const CartItemAnswer = CartAnswer.keys({ cartItem: CartItemView.required() });
const CouponAnswer = CartAnswer.keys({ discount: AppliedCouponView.required() });

/** Every change of a cart may meet these. */
const CHANGE_REFUSES = [
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "VERSION_CONFLICT",
  "UPSTREAM_BAD_RESPONSE",
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
  "OUTCOME_UNKNOWN",
] as const;

/**
 * @route GET /api/cart
 * @description The caller's cart; an empty one when there is none. Reading never makes one
 * @access Guest or customer
 */
consumer.get(
  "/",
  { summary: "The cart", access: guest("empty"), answers: { 200: CartView } },
  controller.getCart,
);

/**
 * @route GET /api/cart/mini
 * @description Lines, units and total for a page header
 * @access Guest or customer
 */
consumer.get(
  "/mini",
  { summary: "The cart in short", access: guest("empty"), answers: { 200: MiniCartView } },
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
    schemas: schemas.addItem,
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
    schemas: schemas.updateItem,
    answers: { 200: CartItemAnswer },
    refuses: [
      "OUT_OF_STOCK",
      "CART_LIMIT",
      "FREE_GIFT_LOCKED",
      "FORBIDDEN",
      "CART_ITEM_NOT_FOUND",
      ...CHANGE_REFUSES,
    ],
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
    schemas: schemas.removeItem,
    answers: { 200: CartAnswer },
    refuses: ["FREE_GIFT_LOCKED", "FORBIDDEN", "CART_ITEM_NOT_FOUND", ...CHANGE_REFUSES],
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
    refuses: CHANGE_REFUSES,
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
    schemas: schemas.applyCoupon,
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
    schemas: schemas.removeCoupon,
    answers: { 200: CartAnswer },
    refuses: CHANGE_REFUSES,
    rateClass: "cart",
  },
  controller.removeCoupon,
);

export { consumer };
