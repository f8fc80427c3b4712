import type mongoose from "mongoose";
import type { LedgerDraft } from "./ledger.js";
import type { InventoryStore, ReservationDoc } from "./store.js";

interface Transferred {
  reservationId: string;
  variantId: string;
  /** The total quantity of the reservation that now holds the variant. */
  quantity: number;
}

type DatabaseSession = mongoose.mongo.ClientSession;

/**
 * Moves all live reservations of one cart to another in one transaction. Stock does not change, because the
 * same units stay reserved; so two transfers conflict only if they share a cart. Each reservation records the
 * cart that it came from, so that a repeated transfer gets the first answer.
 */
export async function transferReservations(
  store: InventoryStore,
  carts: { fromCartId: string; toCartId: string },
): Promise<{ transferred: Transferred[] }> {
  const { fromCartId, toCartId } = carts;
  if (fromCartId === toCartId) return { transferred: [] };
  await store.lifetimes.write();
  const moved = await store.client.withSession((tx) =>
    tx.withTransaction(() => moveAll(store, { fromCartId, toCartId, tx }), {
      readConcern: { level: "snapshot" },
      writeConcern: { w: "majority" },
    }),
  );
  for (const cartId of [fromCartId, toCartId]) store.carts.forget(cartId);
  // After the commit: an attempt that is rolled back must leave no rows.
  store.ledger.append(...moved);
  const arrived = await store.reservations
    .find({ cartId: toCartId, status: "active", origins: fromCartId })
    .sort({ variantId: 1 })
    .toArray();
  return {
    transferred: arrived.map(({ _id, variantId, quantity }) => ({ reservationId: _id, variantId, quantity })),
  };
}

interface Transfer {
  fromCartId: string;
  toCartId: string;
  tx: DatabaseSession;
}

async function moveAll(
  store: InventoryStore,
  { fromCartId, toCartId, tx }: Transfer,
): Promise<LedgerDraft[]> {
  const find = (cartId: string) =>
    store.reservations.find({ cartId, status: "active" }, { session: tx }).toArray();
  const leaving = await find(fromCartId);
  const holders = new Map((await find(toCartId)).map((doc) => [doc.variantId, doc]));
  const drafts: LedgerDraft[] = [];
  for (const doc of leaving) {
    const holder = holders.get(doc.variantId);
    if (holder) await merge(store, { doc, holder, tx });
    else await move(store, { doc, toCartId, tx });
    const { variantId, quantity } = doc;
    const reservationId = (holder ?? doc)._id;
    drafts.push({ type: "transferred", variantId, quantity, cartId: toCartId, reservationId });
    if (!holder) holders.set(variantId, doc);
  }
  return drafts;
}

async function move(
  store: InventoryStore,
  { doc, toCartId, tx }: { doc: ReservationDoc; toCartId: string; tx: DatabaseSession },
): Promise<void> {
  await store.reservations.updateOne(
    { _id: doc._id, status: "active" },
    { $set: { cartId: toCartId }, $addToSet: { origins: doc.cartId } },
    { session: tx },
  );
}

/** The target cart's reservation grows and keeps the later expiry of the two. */
async function merge(
  store: InventoryStore,
  { doc, holder, tx }: { doc: ReservationDoc; holder: ReservationDoc; tx: DatabaseSession },
): Promise<void> {
  const { _id, quantity } = doc;
  await store.reservations.updateOne(
    { _id, status: "active" },
    { $set: { status: "merged", endedAt: new Date(store.clock.now()) } },
    { session: tx },
  );
  await store.reservations.updateOne(
    { _id: holder._id, status: "active" },
    { $inc: { quantity }, $max: { expiresAt: doc.expiresAt }, $addToSet: { origins: doc.cartId } },
    { session: tx },
  );
}
