import type mongoose from "mongoose";
import type { LedgerDraft } from "./ledger.js";
import type { InventoryStore, ReservationDoc } from "./store.js";

export interface Transferred {
  reservationId: string;
  variantId: string;
  /** The whole quantity of the reservation that now holds the variant. */
  quantity: number;
}

type Session = mongoose.mongo.ClientSession;

/**
 * Moves every live reservation of one cart to another in one transaction. Stock is not touched, since
 * the same units stay reserved, so two transfers collide only when they are about the same carts. Which
 * cart a reservation came from is kept, so that a repetition gets the first answer.
 */
export async function transferReservations(
  store: InventoryStore,
  carts: { fromCartId: string; toCartId: string },
): Promise<{ transferred: Transferred[] }> {
  const { fromCartId, toCartId } = carts;
  if (fromCartId === toCartId) return { transferred: [] };
  await store.lifetimes.write();
  const moved = await store.client.withSession((session) =>
    session.withTransaction(() => moveAll(store, { fromCartId, toCartId, session }), {
      readConcern: { level: "snapshot" },
      writeConcern: { w: "majority" },
    }),
  );
  for (const cartId of [fromCartId, toCartId]) store.carts.forget(cartId);
  // After the commit: an attempt that is rolled back and repeated must leave no rows.
  store.ledger.append(...moved);
  const arrived = await store.reservations
    .find({ cartId: toCartId, status: "active", origins: fromCartId })
    .sort({ variantId: 1 })
    .toArray();
  return {
    transferred: arrived.map(({ _id, variantId, quantity }) => ({ reservationId: _id, variantId, quantity })),
  };
}

interface Move {
  fromCartId: string;
  toCartId: string;
  session: Session;
}

async function moveAll(
  store: InventoryStore,
  { fromCartId, toCartId, session }: Move,
): Promise<LedgerDraft[]> {
  const find = (cartId: string) =>
    store.reservations.find({ cartId, status: "active" }, { session }).toArray();
  const leaving = await find(fromCartId);
  const holders = new Map((await find(toCartId)).map((doc) => [doc.variantId, doc]));
  const drafts: LedgerDraft[] = [];
  for (const doc of leaving) {
    const holder = holders.get(doc.variantId);
    if (holder) await merge(store, { doc, holder, session });
    else await move(store, { doc, toCartId, session });
    const { variantId, quantity } = doc;
    const reservationId = (holder ?? doc)._id;
    drafts.push({ type: "transferred", variantId, quantity, cartId: toCartId, reservationId });
    if (!holder) holders.set(variantId, doc);
  }
  return drafts;
}

async function move(
  store: InventoryStore,
  { doc, toCartId, session }: { doc: ReservationDoc; toCartId: string; session: Session },
): Promise<void> {
  await store.reservations.updateOne(
    { _id: doc._id, status: "active" },
    { $set: { cartId: toCartId }, $addToSet: { origins: doc.cartId } },
    { session },
  );
}

/** The reservation that was there first grows; it lives as long as the longer-lived of the two. */
async function merge(
  store: InventoryStore,
  { doc, holder, session }: { doc: ReservationDoc; holder: ReservationDoc; session: Session },
): Promise<void> {
  const { _id, quantity } = doc;
  await store.reservations.updateOne(
    { _id, status: "active" },
    { $set: { status: "merged", endedAt: new Date(store.clock.now()) } },
    { session },
  );
  await store.reservations.updateOne(
    { _id: holder._id, status: "active" },
    { $inc: { quantity }, $max: { expiresAt: doc.expiresAt }, $addToSet: { origins: doc.cartId } },
    { session },
  );
}
