import type { ReservationDoc } from "./store.js";

/** What does not change as long as the reservation is the same, and whether it lives. */
export type CartReservation = Pick<ReservationDoc, "_id" | "variantId" | "status">;

/**
 * What carts hold, as it was last read: a checkout asks for the same cart again and again, and nobody but
 * this process writes. Whoever makes, moves or ends a reservation says `forget` when the database has it. Only a
 * copy: what is taken is decided by the guards of the updates.
 */
export interface Carts {
  /** The live reservations of a cart, and the expired ones that somebody may still miss. */
  read(cartId: string): Promise<readonly CartReservation[]>;
  forget(cartId: string): void;
  forgetAll(): void;
}

/** Bounds the memory of a long load run. */
const KEPT_CARTS = 5_000;

export function createCarts(find: (cartId: string) => Promise<CartReservation[]>): Carts {
  const copies = new Map<string, Promise<readonly CartReservation[]>>();

  function keep(cartId: string, reading: Promise<readonly CartReservation[]>): void {
    copies.set(cartId, reading);
    const oldest = copies.keys().next();
    if (copies.size > KEPT_CARTS && !oldest.done) copies.delete(oldest.value);
  }

  return {
    read: (cartId) => {
      const known = copies.get(cartId);
      if (known) return known;
      const reading = find(cartId);
      // Kept while it still runs: a change that ends meanwhile takes it away again.
      keep(cartId, reading);
      reading.catch(() => {
        if (copies.get(cartId) === reading) copies.delete(cartId);
      });
      return reading;
    },
    forget: (cartId) => void copies.delete(cartId),
    forgetAll: () => copies.clear(),
  };
}
