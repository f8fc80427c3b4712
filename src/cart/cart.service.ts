import type { Types } from "mongoose";
import { Cart, type CartDoc, type CartItemDoc } from "../../models/index.js";
import { boughtLines } from "../../services/aggregates/cart/cart-draft.js";
import {
  addLineOnce,
  cartItemNotFound,
  clearLines,
  getChangeableLine,
  hasQuantity,
  removeLine,
  setLineQuantity,
} from "../../services/aggregates/cart/cart-lines.js";
import { findActiveCart, findCartLines, gatherByOwner } from "../../services/aggregates/cart/cart-reads.js";
import { COUPON_REASONS, couponInvalid, findContact } from "../../services/aggregates/cart/promotions.js";
import {
  type MergeRequest,
  mergeGuestIntoCustomer,
} from "../../services/flows/merge-cart/merge-cart.flow.js";
import {
  type CatalogProduct,
  getRelatedProducts,
} from "../../services/integrations/catalog-integration.service.js";
import type { CartSource } from "../../utils/constants.js";
import type { Owner, Profile } from "../../utils/principal.js";
import {
  type CurrentCart,
  changeCartIfAny,
  changeLineOf,
  changeOpenCart,
  findCart,
  type OwnLine,
} from "./current-cart.service.js";

export interface ChangedLine extends CurrentCart {
  line: CartItemDoc;
}

const NUMBERS = { itemCount: 1, totalQuantity: 1, grandTotal: 1, currency: 1 } as const;
const MINI = { _id: 0, userId: 1, sessionId: 1, ...NUMBERS } as const;
type MiniCart = Pick<CartDoc, keyof typeof NUMBERS | "userId" | "sessionId">;

/** The numbers of a page header: one indexed query for all reads of the same moment. */
export const findMiniCart: (owner: Owner) => Promise<MiniCart | null> = gatherByOwner(({ filter, hint }) =>
  Cart.find(filter, MINI).hint(hint).lean<MiniCart[]>(),
);

interface ItemToAdd {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId?: string;
  source: CartSource;
  /** Derived from the idempotency key: a repeat with the same key adds nothing. */
  requestKey?: string;
}

/**
 * Adds units of a variant to the owner's cart, which is created if there is none.
 * @throws NotFoundError PRODUCT_NOT_FOUND; RuleError OUT_OF_STOCK, CART_LIMIT; and as `changeCart`
 */
export async function addItem(
  owner: Owner,
  { source, requestKey, ...item }: ItemToAdd,
): Promise<ChangedLine> {
  const wanted = { ...item, bundleId: item.bundleId ?? null };
  let added: CartItemDoc | null = null;
  const changed = await changeOpenCart({ owner, source }, async (draft) => {
    added = await addLineOnce(draft, wanted, requestKey ?? null);
  });
  return withLine(changed, added);
}

/** @throws NotFoundError CART_ITEM_NOT_FOUND when it is gone; RuleError FREE_GIFT_LOCKED, OUT_OF_STOCK, CART_LIMIT */
export async function updateItem(own: OwnLine, quantity: number): Promise<ChangedLine> {
  const { _id } = own.cartItem;
  const changed = await changeLineOf(own, async (draft) => {
    draft.isUnchanged = hasQuantity(getChangeableLine(draft, _id), quantity);
    if (!draft.isUnchanged) await setLineQuantity(draft, _id, quantity);
  });
  return withLine(changed, own.cartItem);
}

/** @throws as `updateItem` */
export const removeItem = (own: OwnLine): Promise<CurrentCart> =>
  changeLineOf(own, (draft) => removeLine(draft, own.cartItem._id));

/** Removes every line, which abandons the cart. @returns null when there is none */
export const clearCart = (owner: Owner): Promise<CurrentCart | null> => changeCartIfAny(owner, clearLines);

/**
 * Applies a coupon; one that is applied already changes nothing. It is validated for the buyer's contact: that of
 * the checkout, or else of the cart, or else `profile`, the token's claims.
 * @param code in its stored form
 * @throws RuleError COUPON_INVALID with `reason`
 */
export async function applyCoupon(
  owner: Owner,
  code: string,
  profile: Profile,
): Promise<CurrentCart & { code: string }> {
  const changed = await changeCartIfAny(owner, async (draft) => {
    draft.isUnchanged = draft.couponCodes.includes(code);
    if (draft.isUnchanged) return;
    await findContact(draft, profile);
    draft.couponCodes.push(code);
    draft.requiredCoupon = code;
  });
  if (!changed) throw couponInvalid(code, COUPON_REASONS.empty);
  return { ...changed, code };
}

/**
 * Removes a coupon; one that is not applied changes nothing.
 * @param code in its stored form
 * @returns null when there is no cart
 */
export function removeCoupon(owner: Owner, code: string): Promise<CurrentCart | null> {
  return changeCartIfAny(owner, (draft) => {
    draft.isUnchanged = !draft.couponCodes.includes(code);
    draft.couponCodes = draft.couponCodes.filter((applied) => applied !== code);
  });
}

function withLine(current: CurrentCart, wanted: { _id: Types.ObjectId } | null): ChangedLine {
  const line = current.lines.find((candidate) => wanted !== null && candidate._id.equals(wanted._id));
  if (!line) throw cartItemNotFound();
  return { ...current, line };
}

/**
 * Merges the guest's cart into the customer's and reads the result.
 * @returns `current` is null when neither has a cart
 * @throws as `mergeGuestIntoCustomer`
 */
export async function mergeCarts(
  request: MergeRequest,
): Promise<{ current: CurrentCart | null; merged: boolean }> {
  const merged = await mergeGuestIntoCustomer(request);
  return { merged, current: await findCart({ userId: request.userId }) };
}

/** Each line costs a catalog call (cached for a minute); the newest few are enough. */
const LINES_TO_RELATE = 5;

/**
 * Products related to those in the cart and not in it: the first of each line, newest line first, then the second of
 * each, and so on. Empty without a cart and while the catalog is down.
 */
export async function recommend(owner: Owner, limit: number): Promise<CatalogProduct[]> {
  const cart = await findActiveCart(owner);
  const lines = cart ? boughtLines(await findCartLines(cart._id)) : [];
  const results = await Promise.all(newestProducts(lines).map((productId) => getRelatedProducts(productId)));
  const related = results.map((result) => (result.success ? result.data : []));
  const inCart = new Set(lines.map((line) => line.productId));
  const wanted = interleave(related).filter(({ id, status }) => status === "active" && !inCart.has(id));
  return [...new Map(wanted.map((product) => [product.id, product])).values()].slice(0, limit);
}

const newestProducts = (lines: readonly CartItemDoc[]): string[] =>
  [...new Set(lines.map((line) => line.productId).reverse())].slice(0, LINES_TO_RELATE);

/** The first of each list, then the second of each, … */
function interleave<T>(lists: readonly (readonly T[])[]): T[] {
  const longest = Math.max(0, ...lists.map((list) => list.length));
  return Array.from({ length: longest }, (_unused, index) =>
    lists.flatMap((list) => list.slice(index, index + 1)),
  ).flat();
}
