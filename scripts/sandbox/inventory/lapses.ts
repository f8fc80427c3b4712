import { createTimers } from "../shared/clock.js";
import type { InventoryStore, ReservationDoc } from "./store.js";

/** Ends expired reservations. */
export interface Lapses {
  /** Call it with every new lifetime, so that `settle` knows when there may be work. */
  note(expiresAt: Date): void;
  /** Ends due reservations, so that all active ones are live. Costs nothing while none is due. */
  settle(): Promise<void>;
  stop(): void;
}

/** Reservations per round; a round takes some milliseconds. */
const BATCH_SIZE = 200;
/** Without any calls, expired units return to stock within this time. */
const SWEEP_MS = 1_000;

/**
 * Ends one active reservation and returns its units to stock. The status is the guard: only the update that
 * changes it moves the stock, so every reservation ends exactly once.
 */
export async function endReservation(
  store: InventoryStore,
  id: string,
  reason: "released" | "expired",
): Promise<ReservationDoc | null> {
  const now = new Date(store.clock.now());
  const isDue = reason === "expired" ? { expiresAt: { $lte: now } } : {};
  const ended = await store.reservations.findOneAndUpdate(
    { _id: id, status: "active", ...isDue },
    { $set: { status: reason, endedAt: now } },
    { returnDocument: "after" },
  );
  if (!ended) return null;
  const { variantId, quantity, cartId } = ended;
  store.carts.forget(cartId);
  await store.stock.updateOne({ _id: variantId }, { $inc: { available: quantity, reserved: -quantity } });
  store.ledger.append({ type: reason, variantId, quantity, cartId, reservationId: id });
  return ended;
}

export function createLapses(store: InventoryStore): Lapses {
  const timers = createTimers();
  let nextDue = Number.POSITIVE_INFINITY;
  let running: Promise<void> | undefined;

  async function endDue(): Promise<void> {
    nextDue = Number.POSITIVE_INFINITY;
    await store.lifetimes.write();
    const now = new Date(store.clock.now());
    const due = await store.reservations
      .find({ status: "active", expiresAt: { $lte: now } })
      .sort({ expiresAt: 1 })
      .limit(BATCH_SIZE)
      .toArray();
    await Promise.all(due.map(({ _id }) => endReservation(store, _id, "expired")));
    if (due.length === BATCH_SIZE) return endDue();
    const [next] = await store.reservations
      .find({ status: "active" })
      .sort({ expiresAt: 1 })
      .limit(1)
      .toArray();
    if (next) nextDue = Math.min(nextDue, next.expiresAt.getTime());
  }

  function run(): Promise<void> {
    running ??= endDue()
      .catch((error: unknown) => {
        nextDue = 0;
        throw error;
      })
      .finally(() => {
        running = undefined;
      });
    return running;
  }

  const isDue = (): boolean => store.clock.now() >= nextDue;

  async function sweep(): Promise<void> {
    await store.sales.write();
    if (isDue()) await run();
    else await store.lifetimes.write();
  }

  // The next sweep makes up for a failed one.
  timers.every(SWEEP_MS, () => void sweep().catch(() => undefined));
  return {
    note: (expiresAt) => {
      nextDue = Math.min(nextDue, expiresAt.getTime());
    },
    settle: async () => {
      // A read during a round must wait for it, or it would miss reservations that are just expiring.
      if (running) await running;
      if (isDue()) await run();
    },
    stop: () => timers.stop(),
  };
}
