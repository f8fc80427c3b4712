import Joi from "joi";
import { cartOwnership } from "../../middlewares/cart-ownership.middleware.js";
import { customer, describedRouter, guest } from "../../middlewares/described-router.js";
import { listView } from "../../utils/view-schemas.js";
import { CartView } from "../../utils/views/cart.view.js";
import * as controller from "./cart.controller.js";
import { CHANGE_REFUSES } from "./cart.route.js";
import * as schemas from "./cart.validation.js";
import { SavedItemView } from "./cart.view.js";

/** Items that are saved for later or moved to the wishlist. */
const savedItems = describedRouter({ base: "/api/cart", tag: "Cart" });

const CartAnswer = Joi.object({ cart: CartView.required() });
const SavedItemAnswer = CartAnswer.keys({ savedItem: SavedItemView.required() });

/**
 * @route POST /api/cart/items/:itemId/save-later
 * @description Moves a line to the saved items and releases its stock; quantities of the same variant are added
 * @access Guest or customer, owner
 */
savedItems.post(
  "/items/:itemId/save-later",
  {
    summary: "Save for later",
    access: guest("reject"),
    owner: cartOwnership,
    schemas: schemas.saveForLaterSchema,
    answers: { 200: SavedItemAnswer },
    refuses: ["FREE_GIFT_LOCKED", ...CHANGE_REFUSES],
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.saveForLater,
);

/**
 * @route GET /api/cart/saved-items
 * @description The saved items, newest first, with the stock that is free now
 * @access Guest or customer
 */
savedItems.get(
  "/saved-items",
  {
    summary: "Saved items",
    access: guest("reject"),
    schemas: schemas.listSavedItemsSchema,
    answers: { 200: listView(SavedItemView) },
    caching: "private",
  },
  controller.listSavedItems,
);

/**
 * @route POST /api/cart/saved-items/:savedItemId/move-to-cart
 * @description Moves a saved item to the cart at today's price and reserves it
 * @access Guest or customer, owner
 */
savedItems.post(
  "/saved-items/:savedItemId/move-to-cart",
  {
    summary: "Move to the cart",
    access: guest("reject"),
    schemas: schemas.moveToCartSchema,
    answers: { 200: CartAnswer },
    refuses: ["SAVED_ITEM_NOT_FOUND", "OUT_OF_STOCK", "PRODUCT_NOT_FOUND", "CART_LIMIT", ...CHANGE_REFUSES],
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.moveToCart,
);

/**
 * @route DELETE /api/cart/saved-items/:savedItemId
 * @description Deletes a saved item
 * @access Guest or customer, owner
 */
savedItems.delete(
  "/saved-items/:savedItemId",
  {
    summary: "Delete a saved item",
    access: guest("reject"),
    schemas: schemas.deleteSavedItemSchema,
    answers: { 200: Joi.valid(null) },
    refuses: ["SAVED_ITEM_NOT_FOUND"],
    rateClass: "cart",
  },
  controller.deleteSavedItem,
);

/**
 * @route POST /api/cart/items/:itemId/move-wishlist
 * @description Adds a line to the wishlist, then removes it from the cart; if the first fails, the cart is unchanged
 * @access Customer, owner
 */
savedItems.post(
  "/items/:itemId/move-wishlist",
  {
    summary: "Move to the wishlist",
    access: customer(),
    owner: cartOwnership,
    schemas: schemas.moveToWishlistSchema,
    answers: { 200: CartAnswer },
    refuses: ["FREE_GIFT_LOCKED", ...CHANGE_REFUSES],
    idempotency: "optional",
    rateClass: "cart",
  },
  controller.moveToWishlist,
);

export { savedItems };
