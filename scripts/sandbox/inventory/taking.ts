import type { ItemQuantity } from "./stock.js";
import type { InventoryStore, ReservationDoc } from "./store.js";

export interface Taking {
  reserved: ReservationDoc[];
  /** Units that the cart's reservations held, by variant. */
  held: Map<string, number>;
  /** An item that could not be had; when there is one, nothing was taken. */
  short: ItemQuantity | null;
}

/** The cart's live reservations of these variants; a candidate may be gone by the time it is taken. */
export async function findReservations(
  store: InventoryStore,
  cartId: string,
  items: ItemQuantity[],
): Promise<string[]> {
  const wanted = new Set(items.map((item) => item.variantId));
  const found = await store.carts.read(cartId);
  return found
    .filter(({ status, variantId }) => status === "active" && wanted.has(variantId))
    .map(({ _id }) => _id);
}

/** Marks reservations as sold; their status is the guard against a second taker. */
export async function takeReservations(
  store: InventoryStore,
  orderId: string,
  ids: string[],
): Promise<ReservationDoc[]> {
  const now = new Date(store.clock.now());
  const taken = await Promise.all(
    ids.map((_id) =>
      store.reservations.findOneAndUpdate(
        { _id, status: "active" },
        { $set: { status: "converted", orderId, endedAt: now } },
        { returnDocument: "after" },
      ),
    ),
  );
  const reserved = taken.filter((doc) => doc !== null);
  forgetCartsOf(store, reserved);
  return reserved;
}

function forgetCartsOf(store: InventoryStore, docs: ReservationDoc[]): void {
  for (const { cartId } of docs) store.carts.forget(cartId);
}

/** The undo of `takeReservations`: they are live again, and lapse when their time comes. */
export async function giveBackReservations(store: InventoryStore, { reserved }: Taking): Promise<void> {
  if (reserved.length === 0) return;
  await store.reservations.updateMany(
    { _id: { $in: reserved.map((doc) => doc._id) }, status: "converted" },
    { $set: { status: "active", orderId: null, endedAt: null } },
  );
  forgetCartsOf(store, reserved);
}

interface Move {
  variantId: string;
  held: number;
  quantity: number;
}

/** Held units become sold; what is missing comes from free stock, what is left over returns to it. */
const toUpdate = ({ variantId, held, quantity }: Move) => ({
  filter: { _id: variantId, available: { $gte: quantity - held } },
  update: { $inc: { available: held - quantity, reserved: -held, sold: quantity } },
});

const toUndo = ({ variantId, held, quantity }: Move) => ({
  filter: { _id: variantId },
  update: { $inc: { available: quantity - held, reserved: held, sold: -quantity } },
});

/** All or nothing. Fully reserved items cannot fail; the others are taken one by one and given back on a failure. */
export async function takeUnits(
  store: InventoryStore,
  { items, reserved }: { items: ItemQuantity[]; reserved: ReservationDoc[] },
): Promise<Taking> {
  const held = new Map<string, number>();
  for (const { variantId, quantity } of reserved) {
    held.set(variantId, (held.get(variantId) ?? 0) + quantity);
  }
  const moves = items.map((item) => ({ ...item, held: held.get(item.variantId) ?? 0 }));
  const uncovered = moves.filter((move) => move.held < move.quantity);
  const short = await takeFree(store, uncovered);
  if (short === null) {
    store.sales.add(...moves.filter((move) => move.held === move.quantity));
    const surplus = moves.filter((move) => move.held > move.quantity).map(toUpdate);
    if (surplus.length > 0) await store.stock.bulkWrite(surplus.map((updateOne) => ({ updateOne })));
  }
  return { reserved, held, short };
}

/**
 * One after the other in the order of the variants, and no further than the first that is short: so two
 * orders for the same last units cannot each take one of them and both fail.
 */
async function takeFree(store: InventoryStore, moves: Move[]): Promise<ItemQuantity | null> {
  const taken: Move[] = [];
  for (const move of moves) {
    const { filter, update } = toUpdate(move);
    const { matchedCount } = await store.stock.updateOne(filter, update);
    if (matchedCount === 0) {
      await giveBackUnits(store, taken);
      return { variantId: move.variantId, quantity: move.quantity };
    }
    taken.push(move);
  }
  return null;
}

async function giveBackUnits(store: InventoryStore, moves: Move[]): Promise<void> {
  for (const move of moves) {
    const { filter, update } = toUndo(move);
    await store.stock.updateOne(filter, update);
  }
}
