import { type ClientSession, Types } from "mongoose";
import { type CartItemDoc, SavedItem, type SavedItemDoc, toItemSnapshot } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { NotFoundError } from "../../../utils/errors.js";
import { type Owner, ownerFilter } from "../../../utils/principal.js";
import { unitLimitOf } from "./cart-lines.js";

export const savedItemNotFound = () =>
  new NotFoundError("SAVED_ITEM_NOT_FOUND", "There is no such saved item");

/** Another owner's item is treated as missing. */
export const findSavedItem = (
  owner: Owner,
  id: Types.ObjectId,
  tx?: ClientSession,
): Promise<SavedItemDoc | null> =>
  SavedItem.findOne({ ...ownerFilter(owner), _id: id })
    .session(tx ?? null)
    .lean<SavedItemDoc>();

/** The filter of the unique index: one item per variant and owner. */
const sameVariant = (
  owner: Owner,
  { productId, variantId }: Pick<SavedItemDoc, "productId" | "variantId">,
) => ({
  ...owner,
  productId,
  variantId,
});

/**
 * In the cart's transaction: saves a line for later. If the variant is saved already, the quantities are added,
 * up to what one cart may hold: more could never be moved back.
 */
export async function saveLine(owner: Owner, line: CartItemDoc, tx: ClientSession): Promise<SavedItemDoc> {
  const existing = await SavedItem.findOne(sameVariant(owner, line)).session(tx).lean<SavedItemDoc>();
  const quantity = existing ? await addUp(existing.quantity, line) : line.quantity;
  const at = now();
  const saved: SavedItemDoc = {
    _id: existing?._id ?? new Types.ObjectId(),
    ...owner,
    ...snapshotOf(line),
    quantity,
    savedAt: at,
    createdAt: existing?.createdAt ?? at,
    updatedAt: at,
  };
  if (existing) await SavedItem.replaceOne({ _id: existing._id }, saved, { session: tx, timestamps: false });
  else await SavedItem.insertMany([saved], { session: tx });
  return saved;
}

/** Never less than either quantity. */
async function addUp(kept: number, more: Pick<CartItemDoc, "quantity" | "maxPerOrder">): Promise<number> {
  const limit = await unitLimitOf(more);
  return Math.max(kept, more.quantity, Math.min(kept + more.quantity, limit));
}

const snapshotOf = (line: CartItemDoc) => ({
  ...toItemSnapshot(line),
  unitPrice: line.unitPrice,
  unitMrp: line.unitMrp,
  maxPerOrder: line.maxPerOrder,
});

/**
 * In the cart's transaction: deletes a saved item if its quantity is still the one that was read.
 * @throws NotFoundError SAVED_ITEM_NOT_FOUND when it was moved or deleted, or more was saved, in the meantime
 */
export async function takeSavedItem(saved: SavedItemDoc, tx: ClientSession): Promise<void> {
  const { _id, quantity } = saved;
  const { deletedCount } = await SavedItem.deleteOne({ _id, quantity }).session(tx);
  if (deletedCount !== 1) throw savedItemNotFound();
}

/** In a transaction: gives a guest's saved items to the customer; quantities of one variant are added. @returns how many */
export async function moveSavedItems(sessionId: string, userId: string, tx: ClientSession): Promise<number> {
  const guestItems = await SavedItem.find({ sessionId }).session(tx).lean<SavedItemDoc[]>();
  for (const item of guestItems) {
    const own = await SavedItem.findOne(sameVariant({ userId }, item)).session(tx).lean<SavedItemDoc>();
    if (own) {
      const quantity = await addUp(own.quantity, { ...item, maxPerOrder: item.maxPerOrder ?? null });
      await SavedItem.updateOne({ _id: own._id }, { $set: { quantity } }).session(tx);
      await SavedItem.deleteOne({ _id: item._id }).session(tx);
    } else {
      await SavedItem.updateOne({ _id: item._id }, { $set: { userId }, $unset: { sessionId: 1 } }).session(
        tx,
      );
    }
  }
  return guestItems.length;
}
