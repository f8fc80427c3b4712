import { Cart, type CartDoc, CartItem, type CartItemDoc } from "../models/index.js";
import { cartItemNotFound } from "../services/aggregates/cart/cart-lines.js";
import { CART_STATUS } from "../utils/constants.js";
import { ForbiddenError } from "../utils/errors.js";
import { toObjectId } from "../utils/helpers.js";
import { ownerFilter } from "../utils/principal.js";
import type { Ownership } from "./route.types.js";

/** A cart item of the caller's, and its cart. */
export interface OwnCartItem {
  cart: Pick<CartDoc, "_id" | "status">;
  cartItem: CartItemDoc;
}

/**
 * For routes with `:itemId`. An item in another caller's cart is 403, while other documents are 404; the API
 * promises this. An item whose cart has become an order no longer exists.
 */
export const cartOwnership: Ownership<OwnCartItem> = {
  param: "itemId",
  refuses: ["FORBIDDEN", "CART_ITEM_NOT_FOUND"],
  async find(itemId, { owner }) {
    const cartItem = await CartItem.findById(toObjectId(itemId)).lean<CartItemDoc>();
    if (!cartItem) throw cartItemNotFound();
    const own = owner && { _id: cartItem.cartId, ...ownerFilter(owner) };
    const cart = own && (await Cart.findOne(own, { status: 1 }).lean<CartDoc>());
    if (!cart) throw new ForbiddenError("This item is not in your cart");
    if (cart.status === CART_STATUS.CONVERTED) throw cartItemNotFound();
    return { cart, cartItem };
  },
};
