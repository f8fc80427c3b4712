import { type PipelineStage, type QueryFilter, Types, trusted } from "mongoose";
import { Cart, type CartDoc, CartItem, type CartItemDoc, ONE_ACTIVE_CART } from "../../../models/index.js";
import { DAY_MS, now } from "../../../utils/clock.js";
import { CART_STATUS } from "../../../utils/constants.js";
import { NotFoundError, RuleError } from "../../../utils/errors.js";
import type { Owner } from "../../../utils/principal.js";
import { gatherFinds } from "../../platform/gather.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { type CartState, idOf } from "./cart-draft.js";

/**
 * Reads of carts and their lines. Reads that are asked for at the same moment share one query: reading carts is what
 * a storefront does most, and a round trip costs more than the documents in it.
 */

/**
 * Five upstream calls in a row, each with its limit of 3 s. A change that takes longer may lose the lease to
 * the next one; its compare-and-set then fails.
 */
export const CART_LEASE = { ttlMs: 15_000, waitMs: 10_000 } as const;

export const cartNotFound = () => new NotFoundError("CART_NOT_FOUND", "There is no such cart");

/** A cart may be emptied or merged while a change waits for its lease. */
export const isCartGone = (error: unknown): boolean =>
  error instanceof NotFoundError && error.code === "CART_NOT_FOUND";

export const cartEmpty = () => new RuleError("CART_EMPTY", "The cart is empty");

/** A cart that is gone counts as empty for its buyer. */
export const emptyIfGone = (error: unknown): unknown => (isCartGone(error) ? cartEmpty() : error);

/** When a cart that is written now expires. A cart keeps the lifetime that the setting had when it was created. */
export async function nextCartExpiry({ expiryDays }: Pick<CartDoc, "expiryDays">): Promise<Date> {
  const days = expiryDays ?? (await getSettings("cart")).cartExpiryDays;
  return new Date(now().getTime() + days * DAY_MS);
}

/** The active carts of several users or of several guest ids. */
interface ActiveCarts {
  filter: QueryFilter<CartDoc>;
  /** Names the index, so that the database need not try others. */
  hint: string;
}

/** Turns a query for the active carts of many owners into a read for one owner. */
export function gatherByOwner<Found extends Pick<CartDoc, "userId" | "sessionId">>(
  find: (carts: ActiveCarts) => PromiseLike<Found[]>,
): (owner: Owner) => Promise<Found | null> {
  const status = CART_STATUS.ACTIVE;
  const ofUser = gatherFinds<Found>(
    ($in) => find({ filter: { status, userId: trusted({ $in }) }, hint: ONE_ACTIVE_CART.user }),
    ({ userId }) => userId,
  );
  const ofGuest = gatherFinds<Found>(
    // As `ownerFilter`: a cart that a customer has taken over is no longer the guest's.
    ($in) =>
      find({ filter: { status, sessionId: trusted({ $in }), userId: null }, hint: ONE_ACTIVE_CART.guest }),
    ({ sessionId }) => sessionId,
  );
  return async (owner) => {
    const [found] = await ("userId" in owner ? ofUser(owner.userId) : ofGuest(owner.sessionId));
    return found ?? null;
  };
}

export const findActiveCart = gatherByOwner(({ filter, hint }) =>
  Cart.find(filter).hint(hint).lean<CartDoc[]>(),
);

export type CartWithLines = CartDoc & { lines: CartItemDoc[] };

/** One round trip for cart and lines halves the cost of reading a cart. */
export const withLines: PipelineStage.Lookup = {
  $lookup: {
    from: CartItem.collection.collectionName,
    localField: "_id",
    foreignField: "cartId",
    as: "lines",
  },
};

const activeCartWithLines = gatherByOwner(({ filter, hint }) =>
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
  const found = await activeCartWithLines(owner);
  return found && toCartState(found);
}

export async function findCartState(cartId: Types.ObjectId): Promise<CartState | null> {
  const [found] = await cartById(cartId.toHexString());
  return found ? toCartState(found) : null;
}

/** @throws NotFoundError CART_NOT_FOUND */
export async function getCartState(cartId: Types.ObjectId): Promise<CartState> {
  const state = await findCartState(cartId);
  if (!state) throw cartNotFound();
  return state;
}

/** In the order in which they were added. */
export async function findCartLines(cartId: Types.ObjectId): Promise<CartItemDoc[]> {
  return (await linesOfCart(cartId.toHexString())).toSorted(byAge);
}

/** The lines of a cart that is already read; an empty cart needs no query. */
export const linesOf = async ({ _id, itemCount }: CartDoc): Promise<CartItemDoc[]> =>
  itemCount === 0 ? [] : findCartLines(_id);

export const toCartState = ({ lines, ...cart }: CartWithLines): CartState => ({
  cart,
  lines: lines.toSorted(byAge),
});

const byAge = (one: CartItemDoc, other: CartItemDoc): number =>
  one.addedAt.getTime() - other.addedAt.getTime() || (idOf(one) < idOf(other) ? -1 : 1);
