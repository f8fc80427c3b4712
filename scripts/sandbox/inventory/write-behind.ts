import type mongoose from "mongoose";
import { type ItemQuantity, sumByVariant } from "./stock.js";
import type { ReservationDoc, StockDoc } from "./store.js";

/** Rows that are written together a little later, and before anybody reads what they change. */
export interface Later<Row> {
  add(...rows: Row[]): void;
  /** Resolves when everything that was added before is written. */
  write(): Promise<void>;
}

export function createLater<Row>(writeAll: (rows: Row[]) => Promise<unknown>): Later<Row> {
  let waiting: Row[] = [];
  let writing: Promise<void> = Promise.resolve();

  async function writeRows(rows: Row[]): Promise<void> {
    try {
      await writeAll(rows);
    } catch (error) {
      // For the next time, before what has come meanwhile.
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
      const before = writing.catch(() => undefined);
      writing = before.then(() => writeRows(rows));
      return writing;
    },
  };
}

export interface Lifetime {
  reservationId: string;
  expiresAt: Date;
}

/**
 * New lifetimes of reservations. Each step of a checkout gives one, so they are written together, and before
 * anybody reads or writes `expiresAt` in the database.
 */
export function createLifetimes(reservations: mongoose.mongo.Collection<ReservationDoc>): Later<Lifetime> {
  return createLater((lifetimes) => {
    const last = new Map(lifetimes.map(({ reservationId, expiresAt }) => [reservationId, expiresAt]));
    const updates = [...last].map(([_id, expiresAt]) => ({
      updateOne: { filter: { _id, status: "active" as const }, update: { $set: { expiresAt } } },
    }));
    return reservations.bulkWrite(updates, { ordered: false });
  });
}

/**
 * Reserved units that were sold. Free stock stays as it is, so there is no guard to ask: the sums of many
 * orders are written together, and before anybody reads `reserved` or `sold`.
 */
export function createSales(stock: mongoose.mongo.Collection<StockDoc>): Later<ItemQuantity> {
  return createLater((sold) =>
    stock.bulkWrite(
      sumByVariant(sold).map(({ variantId, quantity }) => ({
        updateOne: { filter: { _id: variantId }, update: { $inc: { reserved: -quantity, sold: quantity } } },
      })),
      { ordered: false },
    ),
  );
}

/** What does not change as long as the reservation is the same, and whether it lives. */
export type CartReservation = Pick<ReservationDoc, "_id" | "variantId" | "status">;

/**
 * What carts hold, as it was last read: a checkout asks for the same cart again and again, and nobody but
 * this process writes. Whoever makes, moves or ends a reservation says so when the database has it. Only a
 * copy: what is taken is decided by the guards of the updates.
 */
export interface Carts {
  /** The live reservations of a cart, and the expired ones that somebody may still miss. */
  read(cartId: string): Promise<readonly CartReservation[]>;
  /** A new reservation; of a cart's first one, everything is known without asking. */
  add(cartId: string, reservation: CartReservation): void;
  /** The copy no longer holds. */
  forget(cartId: string): void;
  /** There are no reservations at all. */
  clear(): void;
}

/** Bounds the memory of a long load run. */
const KEPT_CARTS = 5_000;

export function createCarts(find: (cartId: string) => Promise<CartReservation[]>): Carts {
  const copies = new Map<string, Promise<readonly CartReservation[]>>();
  /** Have, or had, something; all others are empty, because the database was so at the start. */
  const known = new Set<string>();

  function keep(cartId: string, reading: Promise<readonly CartReservation[]>): void {
    copies.set(cartId, reading);
    const oldest = copies.keys().next();
    if (copies.size > KEPT_CARTS && !oldest.done) copies.delete(oldest.value);
  }

  function readAgain(cartId: string): Promise<readonly CartReservation[]> {
    const reading = find(cartId);
    // Kept while it still runs: a change that ends meanwhile takes it away again.
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
