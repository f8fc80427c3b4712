import { type PipelineStage, type QueryFilter, Types, trusted } from "mongoose";
import { Cart, type CartDoc, CartItem, type CartItemDoc, ONE_ACTIVE_CART } from "../../../../models/index.js";
import type { Owner } from "../../../../utils/principal.js";
import { gatherFinds } from "../../../platform/gather.service.js";
import { type CartState, idOf } from "./cart-draft.step.js";

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
