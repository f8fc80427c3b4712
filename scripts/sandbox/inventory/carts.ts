import type { ReservationDoc } from "./store.js";

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
