import { type PipelineStage, type QueryFilter, Types, trusted } from "mongoose";
import { Cart, type CartDoc, CartItem, type CartItemDoc, ONE_ACTIVE_CART } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { type CartSource, CURRENCY } from "../../../utils/constants.js";
import { NotFoundError, RuleError } from "../../../utils/errors.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { type Owner, ownerFilter } from "../../../utils/principal.js";
import { cartMachine } from "../../../utils/state-machines.js";
import { gatherFinds } from "../../platform/gather.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { type CartState, idOf } from "./cart-draft.js";

/** Reads of carts and lines, in one query for everybody who asks at the same moment. */

/** Which active carts: of several users, or of several sessions. */
export interface ActiveCarts {
  filter: QueryFilter<CartDoc>;
  /** The index of nothing but these; told, so that the database need not try others. */
  hint: string;
}

/** Makes a read of an owner's active cart, by a query for the carts of many owners. */
export function gatherByOwner<Found extends Pick<CartDoc, "userId" | "sessionId">>(
  find: (carts: ActiveCarts) => PromiseLike<Found[]>,
): (owner: Owner) => Promise<Found | null> {
  const status = "active";
  const ofUser = gatherFinds<Found>(
    ($in) => find({ filter: { status, userId: trusted({ $in }) }, hint: ONE_ACTIVE_CART.user }),
    ({ userId }) => userId,
  );
  const ofSession = gatherFinds<Found>(
    // As `ownerFilter`: what a customer has taken over is no longer the session's.
    ($in) =>
      find({ filter: { status, sessionId: trusted({ $in }), userId: null }, hint: ONE_ACTIVE_CART.session }),
    ({ sessionId }) => sessionId,
  );
  return async (owner) => {
    const [found] = await ("userId" in owner ? ofUser(owner.userId) : ofSession(owner.sessionId));
    return found ?? null;
  };
}

export const findActiveCart = gatherByOwner(({ filter, hint }) =>
  Cart.find(filter).hint(hint).lean<CartDoc[]>(),
);

type CartWithLines = CartDoc & { lines: CartItemDoc[] };

/** In one round trip, which halves what reading a cart costs. */
const withLines: PipelineStage.Lookup = {
  $lookup: {
    from: CartItem.collection.collectionName,
    localField: "_id",
    foreignField: "cartId",
    as: "lines",
  },
};

const ownCart = gatherByOwner(({ filter, hint }) =>
  Cart.aggregate<CartWithLines>([{ $match: filter }, withLines]).hint(hint),
);

const cartById = gatherFinds<CartWithLines>((ids) => {
  const _id = { $in: ids.map((id) => new Types.ObjectId(id)) };
  return Cart.aggregate<CartWithLines>([{ $match: { _id } }, withLines]);
}, idOf);

const linesOfCart = gatherFinds<CartItemDoc>(
  ($in) => CartItem.find({ cartId: trusted({ $in }) }).lean<CartItemDoc[]>(),
  ({ cartId }) => cartId.toHexString(),
);

/** The owner's active cart with its lines. */
export async function findActiveState(owner: Owner): Promise<CartState | null> {
  const found = await ownCart(owner);
  return found && toState(found);
}

export async function findCartState(cartId: Types.ObjectId): Promise<CartState | null> {
  const [found] = await cartById(cartId.toHexString());
  return found ? toState(found) : null;
}

/** In the order in which they were added. */
export async function findCartLines(cartId: Types.ObjectId): Promise<CartItemDoc[]> {
  return (await linesOfCart(cartId.toHexString())).toSorted(byAge);
}

const toState = ({ lines, ...cart }: CartWithLines): CartState => ({ cart, lines: lines.toSorted(byAge) });

const byAge = (one: CartItemDoc, other: CartItemDoc): number =>
  one.addedAt.getTime() - other.addedAt.getTime() || (idOf(one) < idOf(other) ? -1 : 1);

const DAY_MS = 86_400_000;

export const cartNotFound = () => new NotFoundError("CART_NOT_FOUND", "There is no such cart");

/** When a cart that is written to now expires. The setting is for new carts: a cart keeps the one it began with. */
export async function nextCartExpiry({ expiryDays }: Pick<CartDoc, "expiryDays">): Promise<Date> {
  const days = expiryDays ?? (await getSettings("cart")).cartExpiryDays;
  return new Date(now().getTime() + days * DAY_MS);
}

/** @throws NotFoundError CART_NOT_FOUND */
export async function loadCartState(cartId: Types.ObjectId): Promise<CartState> {
  const state = await findCartState(cartId);
  if (!state) throw cartNotFound();
  return state;
}

/** The lines of a cart in hand; an empty one is not asked for them. */
export const linesOf = async ({ _id, itemCount }: CartDoc): Promise<CartItemDoc[]> =>
  itemCount === 0 ? [] : findCartLines(_id);

/** The owner's cart, as `findOrReviveCart`, with its lines: in one round trip, unless he has no active one. */
export async function readCartState(owner: Owner): Promise<CartState | null> {
  const active = await findActiveState(owner);
  if (active) return active;
  const cart = await findOrReviveCart(owner);
  return cart && { cart, lines: await linesOf(cart) };
}

/**
 * The owner's active cart. Without one, a cart that time has abandoned with its lines becomes active
 * again; one that was emptied does not.
 */
export async function findOrReviveCart(owner: Owner): Promise<CartDoc | null> {
  // Nearly always the newest one is active, or there is none: one look answers both.
  const newest = await Cart.findOne(ownerFilter(owner)).sort({ updatedAt: -1 }).lean<CartDoc>();
  if (newest === null || newest.status === "active") return newest;
  return (await findActiveCart(owner)) ?? (await reviveCart(owner, newest));
}

async function reviveCart(owner: Owner, latest: CartDoc): Promise<CartDoc | null> {
  if (latest.status !== "abandoned" || latest.itemCount === 0) return null;
  try {
    // The version stays: a late payment for exactly these lines may still convert this cart.
    const revived = await tryTransition({
      machine: cartMachine,
      model: Cart,
      id: latest._id,
      from: "abandoned",
      to: "active",
      guard: { itemCount: trusted({ $gt: 0 }), placing: null },
      set: { abandonedAt: null, reminderSentAt: null, expiresAt: await nextCartExpiry(latest) },
      by: { type: "customer" },
    });
    return revived.changed ? revived.document : findActiveCart(owner);
  } catch (error) {
    if (isDuplicateKey(error)) return findActiveCart(owner);
    throw error;
  }
}

/** The owner's cart, made if there is none. Of several calls at once one makes it and all get it. */
export async function openCart(owner: Owner, source: CartSource): Promise<CartDoc> {
  const existing = await findOrReviveCart(owner);
  if (existing) return existing;
  try {
    const cart = await newCart(owner, source);
    await Cart.insertMany([cart], { lean: true });
    return cart;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  const winner = await findActiveCart(owner);
  if (!winner) throw cartNotFound();
  return winner;
}

/** Whoever stood in line for a cart may find it emptied or merged when his turn comes. */
export const isCartGone = (error: unknown): boolean =>
  error instanceof NotFoundError && error.code === "CART_NOT_FOUND";

export const cartEmpty = () => new RuleError("CART_EMPTY", "The cart is empty");

/** To whoever wants to buy it, a cart that went at this moment is an empty one. */
export const emptyIfGone = (error: unknown): unknown => (isCartGone(error) ? cartEmpty() : error);

/** Each time somebody else has to be faster once more. */
const ATTEMPTS = 3;

/** Works on the owner's cart, made if there is none; one that goes before its turn has come is opened anew. */
export async function withOpenCart<T>(
  { owner, source }: { owner: Owner; source: CartSource },
  work: (cart: CartDoc) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const cart = await openCart(owner, source);
    try {
      return await work(cart);
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
