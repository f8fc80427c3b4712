import { Refusal } from "../shared/http.js";
import { createId } from "../shared/random.js";
import { endReservation, type Lapses } from "./lapses.js";
import { unknownVariant } from "./stock.js";
import type { InventoryStore, ReservationDoc } from "./store.js";

export interface ReserveRequest {
  cartId: string;
  variantId: string;
  quantity: number;
  warehouseId?: string;
  ttlMinutes?: number;
}

export interface ReservationChange {
  quantity?: number;
  ttlMinutes?: number;
}

export interface ReservationAnswer {
  reservationId: string;
  variantId: string;
  quantity: number;
  expiresAt: string;
  status: string;
}

export interface Reservations {
  reserve(request: ReserveRequest): Promise<ReservationAnswer>;
  change(id: string, change: ReservationChange): Promise<ReservationAnswer>;
  extendCart(cartId: string, ttlMinutes: number): Promise<{ extended: string[]; lapsed: string[] }>;
  release(id: string): Promise<{ reservationId: string; released: boolean }>;
  releaseCart(cartId: string): Promise<{ released: number }>;
}

const DEFAULT_TTL_MINUTES = 15;
const MINUTE_MS = 60_000;

export const toReservationAnswer = (doc: ReservationDoc): ReservationAnswer => ({
  reservationId: doc._id,
  variantId: doc.variantId,
  quantity: doc.quantity,
  expiresAt: doc.expiresAt.toISOString(),
  status: doc.status,
});

const notFound = (id: string): Refusal =>
  new Refusal(404, "RESERVATION_NOT_FOUND", `Reservation ${id} has expired, was released or never existed`);

/** Moves units from `available` to `reserved`, or back if negative; false if there are too few. */
async function holdUnits(store: InventoryStore, variantId: string, quantity: number): Promise<boolean> {
  const enough = quantity > 0 ? { available: { $gte: quantity } } : {};
  const { matchedCount } = await store.stock.updateOne(
    { _id: variantId, ...enough },
    { $inc: { available: -quantity, reserved: quantity } },
  );
  return matchedCount > 0;
}

async function insufficientStock(store: InventoryStore, wanted: ReserveRequest): Promise<Refusal> {
  const { variantId, quantity, cartId } = wanted;
  const doc = await store.stock.findOne({ _id: variantId });
  if (!doc) return unknownVariant(variantId);
  const { available } = doc;
  store.ledger.append({ type: "refused", variantId, quantity, cartId, note: `available ${available}` });
  return new Refusal(409, "INSUFFICIENT_STOCK", `Only ${available} left of ${variantId}`, {
    variantId,
    requested: quantity,
    available,
  });
}

export function createReservations(store: InventoryStore, lapses: Lapses): Reservations {
  const { reservations, carts, lifetimes, ledger, clock } = store;

  function lifetime(ttlMinutes: number): Date {
    const expiresAt = new Date(clock.now() + ttlMinutes * MINUTE_MS);
    lapses.note(expiresAt);
    return expiresAt;
  }

  async function reserve(request: ReserveRequest): Promise<ReservationAnswer> {
    await lapses.settle();
    const { cartId, variantId, quantity, warehouseId = null, ttlMinutes = DEFAULT_TTL_MINUTES } = request;
    if (!(await holdUnits(store, variantId, quantity))) throw await insufficientStock(store, request);
    const doc: ReservationDoc = {
      _id: createId("res"),
      cartId,
      variantId,
      quantity,
      warehouseId,
      status: "active",
      expiresAt: lifetime(ttlMinutes),
      createdAt: new Date(clock.now()),
      endedAt: null,
      orderId: null,
      origins: [],
      dismissed: false,
    };
    await reservations.insertOne(doc);
    carts.add(cartId, doc);
    ledger.append({ type: "reserved", variantId, quantity, cartId, reservationId: doc._id });
    return toReservationAnswer(doc);
  }

  /** Takes units before the reservation grows and returns them after it has shrunk, so stock is never oversold. */
  async function tryChange(current: ReservationDoc, { quantity, ttlMinutes }: ReservationChange) {
    const { _id, variantId, cartId } = current;
    const wanted = quantity ?? current.quantity;
    const difference = wanted - current.quantity;
    if (difference > 0 && !(await holdUnits(store, variantId, difference))) {
      throw await insufficientStock(store, { cartId, variantId, quantity: difference });
    }
    const set = {
      quantity: wanted,
      ...(ttlMinutes === undefined ? {} : { expiresAt: lifetime(ttlMinutes) }),
    };
    const changed = await reservations.findOneAndUpdate(
      { _id, quantity: current.quantity, status: "active" },
      { $set: set },
      { returnDocument: "after" },
    );
    const surplus = changed ? Math.min(difference, 0) : -Math.max(difference, 0);
    if (surplus !== 0) await holdUnits(store, variantId, surplus);
    if (changed && difference !== 0) {
      ledger.append({ type: "changed", variantId, quantity: difference, cartId, reservationId: _id });
    }
    return changed;
  }

  /** An expired reservation is no longer reported as lapsed. */
  async function dismiss(id: string): Promise<void> {
    const expired = { _id: id, status: "expired" as const };
    const doc = await reservations.findOneAndUpdate(expired, { $set: { dismissed: true } });
    if (doc) carts.forget(doc.cartId);
  }

  return {
    reserve,
    change: async (id, change) => {
      await lapses.settle();
      await lifetimes.write();
      // Terminates: an attempt fails only if another change of the same reservation succeeded.
      for (;;) {
        const current = await reservations.findOne({ _id: id, status: "active" });
        if (!current) throw notFound(id);
        const changed = await tryChange(current, change);
        if (changed) return toReservationAnswer(changed);
      }
    },
    extendCart: async (cartId, ttlMinutes) => {
      await lapses.settle();
      const docs = await carts.read(cartId);
      const live = docs.filter((doc) => doc.status === "active");
      const extended = live.map((doc) => doc._id);
      const expiresAt = lifetime(ttlMinutes);
      lifetimes.add(...extended.map((reservationId) => ({ reservationId, expiresAt })));
      const held = new Set(live.map((doc) => doc.variantId));
      const lapsed = docs.map((doc) => doc.variantId).filter((variantId) => !held.has(variantId));
      return { extended, lapsed: [...new Set(lapsed)] };
    },
    release: async (id) => {
      const ended = await endReservation(store, id, "released");
      if (!ended) await dismiss(id);
      return { reservationId: id, released: ended !== null };
    },
    releaseCart: async (cartId) => {
      const live = await reservations.find({ cartId, status: "active" }).toArray();
      const ended = await Promise.all(live.map(({ _id }) => endReservation(store, _id, "released")));
      await reservations.updateMany({ cartId, status: "expired" }, { $set: { dismissed: true } });
      carts.forget(cartId);
      return { released: ended.filter(Boolean).length };
    },
  };
}
