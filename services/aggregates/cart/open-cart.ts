import { Types, trusted } from "mongoose";
import { Cart, type CartDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CART_STATUS, type CartSource, CURRENCY } from "../../../utils/constants.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { type Owner, ownerFilter } from "../../../utils/principal.js";
import { cartMachine } from "../../../utils/state-machines.js";
import { getSettings } from "../../platform/settings.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import type { CartState } from "./cart-draft.js";
import { findActiveCart, findActiveState, isCartGone, linesOf, nextCartExpiry } from "./cart-reads.js";
import { type CartChange, changeCart, createCart, insertCart } from "./change-cart.js";

/** Finds, revives or creates the one active cart of an owner. A unique index decides between concurrent calls. */

/** As `findOrReviveCart`, with the lines: one round trip when the owner has an active cart. */
export async function readCartState(owner: Owner): Promise<CartState | null> {
  const active = await findActiveState(owner);
  if (active) return active;
  const cart = await findOrReviveCart(owner);
  return cart && { cart, lines: await linesOf(cart) };
}

/**
 * The owner's active cart. If there is none, the newest cart becomes active again when it was abandoned by time; a
 * cart that was emptied does not.
 */
export async function findOrReviveCart(owner: Owner): Promise<CartDoc | null> {
  // Nearly always the newest cart is active or there is none, so one query answers both questions.
  const newest = await Cart.findOne(ownerFilter(owner)).sort({ createdAt: -1 }).lean<CartDoc>();
  if (newest === null || newest.status === CART_STATUS.ACTIVE) return newest;
  return (await findActiveCart(owner)) ?? (await reviveCart(owner, newest));
}

async function reviveCart(owner: Owner, newest: CartDoc): Promise<CartDoc | null> {
  if (newest.status !== CART_STATUS.ABANDONED || newest.itemCount === 0) return null;
  try {
    // The version stays: a late payment for exactly these lines may still convert this cart.
    const revived = await tryTransition({
      machine: cartMachine,
      model: Cart,
      id: newest._id,
      from: CART_STATUS.ABANDONED,
      to: CART_STATUS.ACTIVE,
      guard: { itemCount: trusted({ $gt: 0 }), placing: null },
      set: { abandonedAt: null, reminderSentAt: null, expiresAt: await nextCartExpiry(newest) },
      by: { type: "customer" },
    });
    return revived.changed ? revived.document : findActiveCart(owner);
  } catch (error) {
    if (isDuplicateKey(error)) return findActiveCart(owner);
    throw error;
  }
}

interface Opening {
  owner: Owner;
  source: CartSource;
}

/**
 * Changes the owner's cart. If there is none, the change creates it: of several concurrent calls one does, and the others
 * change that cart.
 * @throws as `changeCart`
 */
export function changeOwnCart({ owner, source }: Opening, change: CartChange): Promise<CartState> {
  return againIfGone(async () => {
    const existing = await findOrReviveCart(owner);
    return existing ? changeCart(existing._id, change) : createCart(await newCart(owner, source), change);
  });
}

/** As `changeOwnCart`, for a merge: the cart is stored before reservations are transferred to it. */
export function changeStoredCart({ owner, source }: Opening, change: CartChange): Promise<CartState> {
  return againIfGone(async () => {
    const cart = (await findOrReviveCart(owner)) ?? (await insertCart(await newCart(owner, source)));
    return changeCart(cart._id, change);
  });
}

/** Each further attempt needs yet another concurrent request that creates, empties or merges the cart. */
const ATTEMPTS = 3;

async function againIfGone(work: () => Promise<CartState>): Promise<CartState> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt === ATTEMPTS || !isCartGone(error)) throw error;
    }
  }
}

async function newCart(owner: Owner, source: CartSource): Promise<CartDoc> {
  const { pricesIncludeTax } = await getSettings("tax");
  const { cartExpiryDays: expiryDays } = await getSettings("cart");
  const at = now();
  return {
    _id: new Types.ObjectId(),
    ...owner,
    status: cartMachine.initial,
    currency: CURRENCY,
    ...{ subtotal: ZERO_PAISE, discountTotal: ZERO_PAISE, shippingTotal: ZERO_PAISE },
    ...{ taxTotal: ZERO_PAISE, roundOff: ZERO_PAISE, grandTotal: ZERO_PAISE },
    ...{ taxEstimated: true, placeOfSupply: null, shipping: null, pricesIncludeTax },
    ...{ itemCount: 0, totalQuantity: 0, appliedCoupons: [], appliedDiscounts: [], notices: [] },
    source,
    ...{ convertedOrderId: null, mergedIntoCartId: null, placing: null },
    ...{ version: 0, lease: null, appliedRequests: [] },
    ...{ abandonedAt: null, reminderSentAt: null, promotionsCheckedAt: null },
    ...{ expiryDays, expiresAt: await nextCartExpiry({ expiryDays }), createdAt: at, updatedAt: at },
  };
}
