import type { CartDoc, CartItemDoc } from "../../models/index.js";
import { cartItemNotFound } from "../../services/aggregates/cart/cart-lines.js";
import { isCartGone } from "../../services/aggregates/cart/cart-reads.js";
import type { CartChange } from "../../services/aggregates/cart/change-cart.js";
import {
  type CurrentCart,
  changeAndRead,
  changeOpenCart,
  withStock,
} from "../../services/aggregates/cart/current-cart.js";
import { findCatalogNotices, withCatalogNotices } from "../../services/aggregates/cart/notices.js";
import { findOrReviveCart, readCartState } from "../../services/aggregates/cart/open-cart.js";
import { CART_STATUS } from "../../utils/constants.js";
import type { Owner } from "../../utils/principal.js";

export { type CurrentCart, changeOpenCart };

/** Reads and changes of an owner's cart, with its stock: what every operation of this module builds on. */

/**
 * The owner's cart, compared with stock and catalog. Nothing is stored and no cart is created. Works while every
 * other service is down.
 */
export async function findCart(owner: Owner): Promise<CurrentCart | null> {
  const state = await readCartState(owner);
  if (!state) return null;
  const [current, fromCatalog] = await Promise.all([withStock(state), findCatalogNotices(state.lines)]);
  return { ...current, notices: withCatalogNotices(current.notices, fromCatalog) };
}

/** A line of the owner's cart, as `cartOwnership` hands it to a handler. */
export interface OwnLine {
  owner: Owner;
  cart: Pick<CartDoc, "_id" | "status">;
  cartItem: CartItemDoc;
}

/**
 * Changes one line of the owner's cart. A cart that was abandoned for its age is resumed first, unless its owner
 * has begun another one; when the cart is gone, so is the line.
 */
export async function changeLineOf({ cart, owner }: OwnLine, work: CartChange): Promise<CurrentCart> {
  if (cart.status === CART_STATUS.ABANDONED) await findOrReviveCart(owner);
  try {
    return await changeAndRead(cart._id, work);
  } catch (error) {
    throw isCartGone(error) ? cartItemNotFound() : error;
  }
}

/** Changes the owner's cart. @returns null when there is none */
export async function changeCartIfAny(owner: Owner, work: CartChange): Promise<CurrentCart | null> {
  const cart = await findOrReviveCart(owner);
  try {
    return cart && (await changeAndRead(cart._id, work));
  } catch (error) {
    if (isCartGone(error)) return null;
    throw error;
  }
}
