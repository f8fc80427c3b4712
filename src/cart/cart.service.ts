import type { Types } from "mongoose";
import { Cart, type CartDoc, type CartItemDoc } from "../../models/index.js";
import { findContact } from "../../services/aggregates/cart/buyer-contact.js";
import {
  addLineOnce,
  cartItemNotFound,
  clearLines,
  getChangeableLine,
  holdsAlready,
  removeLine,
  setLineQuantity,
} from "../../services/aggregates/cart/cart-lines.js";
import { gatherByOwner } from "../../services/aggregates/cart/cart-reads.js";
import { COUPON_REASONS, couponInvalid } from "../../services/aggregates/cart/promotions.js";
import type { CartSource } from "../../utils/constants.js";
import type { Owner, Profile } from "../../utils/principal.js";
import {
  type CurrentCart,
  changeCartIfAny,
  changeLineOf,
  changeOpenCart,
  type OwnLine,
} from "./current-cart.service.js";

export { type CurrentCart, findCart } from "./current-cart.service.js";

export interface ChangedLine extends CurrentCart {
  line: CartItemDoc;
}

const NUMBERS = { itemCount: 1, totalQuantity: 1, grandTotal: 1, currency: 1 } as const;
const MINI = { _id: 0, userId: 1, sessionId: 1, ...NUMBERS } as const;
type MiniCart = Pick<CartDoc, keyof typeof NUMBERS | "userId" | "sessionId">;

/** The few numbers of a page header: one indexed read, for all who ask at the same moment. */
export const findMiniCart: (owner: Owner) => Promise<MiniCart | null> = gatherByOwner(({ filter, hint }) =>
  Cart.find(filter, MINI).hint(hint).lean<MiniCart[]>(),
);

export interface ItemToAdd {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId?: string;
  source: CartSource;
  /** Of the client's idempotency key: the same one again adds nothing more. */
  requestKey?: string;
}

/**
 * Adds units of a variant to the owner's cart, which is made if there is none.
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

/** @throws NotFoundError CART_ITEM_NOT_FOUND when it is gone by now; RuleError FREE_GIFT_LOCKED, OUT_OF_STOCK, CART_LIMIT */
export async function updateItem(own: OwnLine, quantity: number): Promise<ChangedLine> {
  const { _id } = own.cartItem;
  const changed = await changeLineOf(own, async (draft) => {
    draft.isUnchanged = holdsAlready(getChangeableLine(draft, _id), quantity);
    if (!draft.isUnchanged) await setLineQuantity(draft, _id, quantity);
  });
  return withLine(changed, own.cartItem);
}

/** @throws as `updateItem` */
export const removeItem = (own: OwnLine): Promise<CurrentCart> =>
  changeLineOf(own, (draft) => removeLine(draft, own.cartItem._id));

/** Empties the cart, which is thereby abandoned. @returns null when there was none */
export const clearCart = (owner: Owner): Promise<CurrentCart | null> => changeCartIfAny(owner, clearLines);

/**
 * Applies a coupon; one that is applied already changes nothing. It is validated for the person who buys:
 * `profile` is what the token says, which counts when no checkout knows better.
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
 * Takes a coupon off; one that is not applied changes nothing.
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
