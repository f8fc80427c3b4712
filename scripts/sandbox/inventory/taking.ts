import type { ItemQuantity } from "./stock.js";
import type { InventoryStore, ReservationDoc } from "./store.js";

export interface Taking {
  reserved: ReservationDoc[];
  /** Units that the cart's reservations held, by variant. */
  held: Map<string, number>;
  /** The first item without enough stock, if any; nothing is taken then. */
  short: ItemQuantity | null;
}

/** The cart's live reservations of these variants; one may have ended by the time it is taken. */
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

/** Marks reservations as converted. Their status is the guard against taking one twice. */
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

/** Undoes `takeReservations`: they are live again and expire as before. */
export async function restoreReservations(store: InventoryStore, { reserved }: Taking): Promise<void> {
  if (reserved.length === 0) return;
  await store.reservations.updateMany(
    { _id: { $in: reserved.map((doc) => doc._id) }, status: "converted" },
    { $set: { status: "active", orderId: null, endedAt: null } },
  );
  forgetCartsOf(store, reserved);
}

interface StockMove {
  variantId: string;
  held: number;
  quantity: number;
}

/** Held units become sold. Missing units come from free stock; surplus units return to it. */
const toUpdate = ({ variantId, held, quantity }: StockMove) => ({
  filter: { _id: variantId, available: { $gte: quantity - held } },
  update: { $inc: { available: held - quantity, reserved: -held, sold: quantity } },
});

const toUndo = ({ variantId, held, quantity }: StockMove) => ({
  filter: { _id: variantId },
  update: { $inc: { available: quantity - held, reserved: held, sold: -quantity } },
});

/** All or nothing. Fully reserved items cannot fail; the others are taken one by one and returned on a failure. */
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
 * Takes one variant after another, in sorted order, and stops at the first shortage: otherwise two orders for
 * the same last units could each take some of them, and both would fail.
 */
async function takeFree(store: InventoryStore, moves: StockMove[]): Promise<ItemQuantity | null> {
  const taken: StockMove[] = [];
  for (const move of moves) {
    const { filter, update } = toUpdate(move);
    const { matchedCount } = await store.stock.updateOne(filter, update);
    if (matchedCount === 0) {
      await returnTakenUnits(store, taken);
      return { variantId: move.variantId, quantity: move.quantity };
    }
    taken.push(move);
  }
  return null;
}

async function returnTakenUnits(store: InventoryStore, moves: StockMove[]): Promise<void> {
  for (const move of moves) {
    const { filter, update } = toUndo(move);
    await store.stock.updateOne(filter, update);
  }
}
