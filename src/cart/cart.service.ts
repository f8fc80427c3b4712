import { Types } from "mongoose";
import { Cart, type CartDoc, CartItem, type CartItemDoc } from "../../models/index.js";
import { type CartDraft, type CartState, idOf } from "../../services/flows/steps/cart-draft.step.js";
import {
  addLine,
  cartItemNotFound,
  clearLines,
  getChangeableLine,
  holdsAlready,
  removeLine,
  setLineQuantity,
} from "../../services/flows/steps/cart-lines.step.js";
import { COUPON_REASONS, couponInvalid } from "../../services/flows/steps/cart-promotions.step.js";
import { type CartChange, changeCart } from "../../services/flows/steps/change-cart.step.js";
import { findOrReviveCart, openCart, readCartState } from "../../services/flows/steps/find-cart.step.js";
import {
  type Availability,
  availabilityOf,
  forgetStockLevels,
  noticesOf,
  readStockLevels,
} from "../../services/flows/steps/stock-levels.step.js";
import type { CartSource, Notice } from "../../utils/constants.js";
import { ForbiddenError, NotFoundError } from "../../utils/errors.js";
import { type Owner, ownerFilter } from "../../utils/principal.js";

/** A cart as it is now, with what is in stock and what there is to tell. */
export interface CurrentCart extends CartState {
  /** By the line's id; null: inventory cannot be asked. */
  availability: ReadonlyMap<string, Availability | null>;
  notices: Notice[];
}

export interface ChangedLine extends CurrentCart {
  line: CartItemDoc;
}

/** The owner's cart. Never makes one, and works while every neighbour is down. */
export async function findCart(owner: Owner): Promise<CurrentCart | null> {
  const state = await readCartState(owner);
  return state && withStock(state);
}

async function withStock(state: CartState): Promise<CurrentCart> {
  const stock = await readStockLevels(state.lines);
  const availability = new Map(state.lines.map((line) => [idOf(line), availabilityOf(line, stock)]));
  return { ...state, availability, notices: noticesOf(state, stock) };
}

const MINI = { _id: 0, itemCount: 1, totalQuantity: 1, grandTotal: 1, currency: 1 } as const;
type MiniCart = Pick<CartDoc, "itemCount" | "totalQuantity" | "grandTotal" | "currency">;

/** The few numbers of a page header: one indexed read. */
export function findMiniCart(owner: Owner): Promise<MiniCart | null> {
  return Cart.findOne({ ...ownerFilter(owner), status: "active" }, MINI).lean<MiniCart>();
}

export interface ItemToAdd {
  productId: string;
  variantId: string;
  quantity: number;
  bundleId?: string;
  source: CartSource;
}

/** Somebody may empty the cart between our finding and our taking it; then another one is opened. */
const ATTEMPTS = 3;

/**
 * Adds units of a variant to the owner's cart, which is made if there is none.
 * @throws NotFoundError PRODUCT_NOT_FOUND; RuleError OUT_OF_STOCK, CART_LIMIT; and as `changeCart`
 */
export async function addItem(owner: Owner, { source, ...item }: ItemToAdd): Promise<ChangedLine> {
  const wanted = { ...item, bundleId: item.bundleId ?? null };
  for (let attempt = 1; ; attempt += 1) {
    const cart = await openCart(owner, source);
    let added: CartItemDoc | null = null;
    try {
      const changed = await change(cart._id, async (draft) => {
        added = await addLine(draft, wanted);
      });
      return withLine(changed, added);
    } catch (error) {
      if (attempt === ATTEMPTS || !isCartGone(error)) throw error;
    }
  }
}

const isCartGone = (error: unknown): boolean =>
  error instanceof NotFoundError && error.code === "CART_NOT_FOUND";

/** @throws NotFoundError CART_ITEM_NOT_FOUND, ForbiddenError; RuleError FREE_GIFT_LOCKED, OUT_OF_STOCK, CART_LIMIT */
export async function updateItem(owner: Owner, itemId: string, quantity: number): Promise<ChangedLine> {
  const item = await getOwnLine(owner, itemId);
  const changed = await changeLineOf(item.cartId, async (draft) => {
    draft.isUnchanged = holdsAlready(getChangeableLine(draft, item._id), quantity);
    if (!draft.isUnchanged) await setLineQuantity(draft, item._id, quantity);
  });
  return withLine(changed, item);
}

/** @throws as `updateItem` */
export async function removeItem(owner: Owner, itemId: string): Promise<CurrentCart> {
  const item = await getOwnLine(owner, itemId);
  return changeLineOf(item.cartId, (draft) => removeLine(draft, item._id));
}

/** Empties the cart, which is thereby abandoned. @returns null when there was none */
export async function clearCart(owner: Owner): Promise<CurrentCart | null> {
  const cart = await findOrReviveCart(owner);
  return cart && change(cart._id, clearLines);
}

/** As a coupon is stored and compared: the customer may type it as he likes. */
export const normaliseCouponCode = (code: string): string => code.trim().toUpperCase();

/**
 * Applies a coupon; one that is applied already changes nothing.
 * @throws RuleError COUPON_INVALID with `reason`
 */
export async function applyCoupon(owner: Owner, couponCode: string): Promise<CurrentCart & { code: string }> {
  const code = normaliseCouponCode(couponCode);
  const cart = await findOrReviveCart(owner);
  if (!cart) throw couponInvalid(code, COUPON_REASONS.empty);
  const changed = await change(cart._id, (draft) => {
    draft.isUnchanged = draft.couponCodes.includes(code);
    if (draft.isUnchanged) return;
    draft.couponCodes.push(code);
    draft.requiredCoupon = code;
  });
  return { ...changed, code };
}

/** Takes a coupon off; one that is not applied changes nothing. @returns null when there is no cart */
export async function removeCoupon(owner: Owner, couponCode: string): Promise<CurrentCart | null> {
  const code = normaliseCouponCode(couponCode);
  const cart = await findOrReviveCart(owner);
  if (!cart) return null;
  return change(cart._id, (draft: CartDraft) => {
    draft.isUnchanged = !draft.couponCodes.includes(code);
    draft.couponCodes = draft.couponCodes.filter((applied) => applied !== code);
  });
}

/** A line that is somebody else's is 403, as plan v2 has it (D15). */
async function getOwnLine(owner: Owner, itemId: string): Promise<CartItemDoc> {
  const item = await CartItem.findById(new Types.ObjectId(itemId)).lean<CartItemDoc>();
  if (!item) throw cartItemNotFound();
  const cart = await Cart.findOne({ _id: item.cartId, ...ownerFilter(owner) }, { status: 1 }).lean<CartDoc>();
  if (!cart) throw new ForbiddenError("This is not a line of your cart");
  if (cart.status === "converted") throw cartItemNotFound();
  // A cart that time has abandoned is taken up again, unless its owner has begun another one.
  if (cart.status === "abandoned") await findOrReviveCart(owner);
  return item;
}

/** A cart that went away while we came for one of its lines has no such line. */
async function changeLineOf(cartId: Types.ObjectId, work: CartChange): Promise<CurrentCart> {
  try {
    return await change(cartId, work);
  } catch (error) {
    throw isCartGone(error) ? cartItemNotFound() : error;
  }
}

async function change(cartId: Types.ObjectId, work: CartChange): Promise<CurrentCart> {
  const touched: CartItemDoc[] = [];
  const state = await changeCart(cartId, async (draft) => {
    touched.push(...draft.storedLines);
    await work(draft);
  });
  forgetStockLevels([...touched, ...state.lines]);
  return withStock(state);
}

function withLine(current: CurrentCart, wanted: { _id: Types.ObjectId } | null): ChangedLine {
  const line = current.lines.find((candidate) => wanted !== null && candidate._id.equals(wanted._id));
  if (!line) throw cartItemNotFound();
  return { ...current, line };
}
