import { type ItemQuantity, sumByVariant } from "./stock.js";
import type { MongoCollection, ReservationDoc, StockDoc } from "./store.js";

/**
 * What this process, the only writer of its database, keeps in memory to save round trips under load: writes
 * that can wait until their rows are read, and the reservations of each cart.
 */

/** Rows that are written together, at the latest before the fields they change are read. */
export interface WriteBehind<Row> {
  add(...rows: Row[]): void;
  /** Resolves when all rows that were added before are written. */
  write(): Promise<void>;
}

function createWriteBehind<Row>(writeAll: (rows: Row[]) => Promise<unknown>): WriteBehind<Row> {
  let waiting: Row[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function writeRows(rows: Row[]): Promise<void> {
    try {
      await writeAll(rows);
    } catch (error) {
      // The next write repeats them, before the rows that arrived in the meantime.
      waiting = [...rows, ...waiting];
      throw error;
    }
  }

  return {
    add: (...rows) => void waiting.push(...rows),
    write: () => {
      if (waiting.length === 0) return writing;
      const rows = waiting;
      waiting = [];
      writing = writing.catch(() => undefined).then(() => writeRows(rows));
      return writing;
    },
  };
}

export interface Lifetime {
  reservationId: string;
  expiresAt: Date;
}

/** New lifetimes of reservations, of which each step of a checkout sets one. Written before `expiresAt` is used. */
export const createLifetimes = (reservations: MongoCollection<ReservationDoc>): WriteBehind<Lifetime> =>
  createWriteBehind((lifetimes) => {
    const last = new Map(lifetimes.map(({ reservationId, expiresAt }) => [reservationId, expiresAt]));
    const updates = [...last].map(([_id, expiresAt]) => ({
      updateOne: { filter: { _id, status: "active" as const }, update: { $set: { expiresAt } } },
    }));
    return reservations.bulkWrite(updates, { ordered: false });
  });

/**
 * Sold units that were reserved. Free stock does not change, so no guard is needed: the sums of many orders
 * are written together, before `reserved` or `sold` is read.
 */
export const createSales = (stock: MongoCollection<StockDoc>): WriteBehind<ItemQuantity> =>
  createWriteBehind((sold) =>
    stock.bulkWrite(
      sumByVariant(sold).map(({ variantId, quantity }) => ({
        updateOne: { filter: { _id: variantId }, update: { $inc: { reserved: -quantity, sold: quantity } } },
      })),
      { ordered: false },
    ),
  );

/** The fields of a reservation that stay the same while it is active, and its status. */
export type CartReservation = Pick<ReservationDoc, "_id" | "variantId" | "status">;

/**
 * The reservations of each cart as last read: a checkout reads the same cart many times. A copy only; the
 * guards of the updates decide. Every change to a reservation calls `add` or `forget` once it is stored.
 */
export interface Carts {
  /** The active reservations of a cart, and the expired ones that are not dismissed. */
  read(cartId: string): Promise<readonly CartReservation[]>;
  /** A new reservation. After a cart's first one, nothing needs to be read. */
  add(cartId: string, reservation: CartReservation): void;
  /** Drops the copy of one cart. */
  forget(cartId: string): void;
  /** All reservations were deleted. */
  clear(): void;
}

/** Limits the memory of a long load run. */
const KEPT_CARTS = 5_000;

export function createCarts(find: (cartId: string) => Promise<CartReservation[]>): Carts {
  const copies = new Map<string, Promise<readonly CartReservation[]>>();
  /** Carts that have or had reservations. The database was empty at the start, so all others have none. */
  const known = new Set<string>();

  function keep(cartId: string, reading: Promise<readonly CartReservation[]>): void {
    copies.set(cartId, reading);
    const oldest = copies.keys().next();
    if (copies.size > KEPT_CARTS && !oldest.done) copies.delete(oldest.value);
  }

  function readAgain(cartId: string): Promise<readonly CartReservation[]> {
    const reading = find(cartId);
    // Kept while it still runs, so that a change that ends in the meantime can drop it.
    keep(cartId, reading);
    reading.catch(() => {
      if (copies.get(cartId) === reading) copies.delete(cartId);
    });
    return reading;
  }

  function forget(cartId: string): void {
    known.add(cartId);
    copies.delete(cartId);
  }

  return {
    read: async (cartId) => copies.get(cartId) ?? (known.has(cartId) ? readAgain(cartId) : []),
    add: (cartId, reservation) => {
      const isFirst = !known.has(cartId);
      forget(cartId);
      if (isFirst) keep(cartId, Promise.resolve([reservation]));
    },
    forget,
    clear: () => {
      known.clear();
      copies.clear();
    },
  };
}
