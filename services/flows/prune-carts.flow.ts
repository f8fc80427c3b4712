import { type ClientSession, type Types, trusted } from "mongoose";
import {
  type AbandonedProduct,
  Cart,
  type CartDoc,
  CartItem,
  type CartItemDoc,
  CheckoutSession,
  GUEST_CARTS_TO_DELETE_INDEX,
  Payment,
  PrunedCarts,
  type PrunedCartsDoc,
  sumByProduct,
} from "../../models/index.js";
import { DAY_MS, databaseTime, isPast, now } from "../../utils/clock.js";
import { CART_STATUS } from "../../utils/constants.js";
import { paise, ZERO_PAISE } from "../../utils/money.js";
import { getSettings } from "../platform/settings.service.js";
import { inTransaction } from "../platform/transaction.service.js";

const HALF_HOUR_MS = 1_800_000;

/** Guest carts that were abandoned more than some days ago. */
const oldGuestCarts = (days: number) => ({
  ...{ status: CART_STATUS.ABANDONED, sessionId: trusted({ $gt: "" }), keptAt: null, placing: null },
  abandonedAt: trusted({ $gt: new Date(0) }),
  $expr: trusted(isPast("abandonedAt", days * DAY_MS)),
});

/**
 * Deletes a batch of old abandoned guest carts with their lines. The same transaction adds them to `prunedCarts`, so
 * that the analyses stay the same. A cart with a payment is kept and marked.
 * @returns how many carts were found, and how many of them were deleted
 */
export async function pruneCarts(limit: number): Promise<{ found: number; deleted: number }> {
  const { guestCartDays } = await getSettings("retention");
  const candidates = await Cart.find(oldGuestCarts(guestCartDays), { _id: 1 })
    .sort({ abandonedAt: 1 })
    .limit(limit)
    .hint(GUEST_CARTS_TO_DELETE_INDEX)
    .lean<Pick<CartDoc, "_id">[]>();
  const ids = candidates.map(({ _id }) => _id);
  const paid = await findCartsWithPayments(ids);
  await Cart.updateMany({ _id: trusted({ $in: paid }) }, [{ $set: { keptAt: databaseTime() } }], {
    updatePipeline: true,
    timestamps: false,
  });
  const deleted = await inTransaction(async (tx) => {
    // Read again: a guest may have come back, and carts with payments are marked by now.
    const carts = await Cart.find({ ...oldGuestCarts(guestCartDays), _id: trusted({ $in: ids }) })
      .session(tx)
      .lean<CartDoc[]>();
    await deleteCarts(carts, tx);
    return carts.length;
  });
  return { found: ids.length, deleted };
}

/** A cart belongs to the records of its payment. No new payment can start, because the carts are abandoned. */
async function findCartsWithPayments(cartIds: readonly Types.ObjectId[]): Promise<Types.ObjectId[]> {
  const checkouts = await CheckoutSession.find(
    { cartId: trusted({ $in: [...cartIds] }) },
    { cartId: 1 },
  ).lean<{ _id: Types.ObjectId; cartId: Types.ObjectId }[]>();
  const paid = await Payment.distinct("checkoutSessionId", {
    checkoutSessionId: trusted({ $in: checkouts.map(({ _id }) => _id) }),
  });
  const paidIds = new Set(paid.map(String));
  return checkouts.filter(({ _id }) => paidIds.has(String(_id))).map(({ cartId }) => cartId);
}

async function deleteCarts(carts: readonly CartDoc[], tx: ClientSession): Promise<void> {
  if (carts.length === 0) return;
  const among = () => trusted({ $in: carts.map(({ _id }) => _id) });
  const lines = await CartItem.find({ cartId: among(), isFreeGift: false }).session(tx).lean<CartItemDoc[]>();
  for (const pruned of sumByHalfHour(carts, lines)) await addToPruned(pruned, tx);
  await CartItem.deleteMany({ cartId: among() }).session(tx);
  await Cart.deleteMany({ _id: among() }).session(tx);
}

function sumByHalfHour(carts: readonly CartDoc[], lines: readonly CartItemDoc[]): PrunedCartsDoc[] {
  const sums = new Map<number, PrunedCartsDoc>();
  for (const cart of carts) {
    const start = Math.floor(cart.createdAt.getTime() / HALF_HOUR_MS) * HALF_HOUR_MS;
    const sum = sums.get(start) ?? noneOf(new Date(start));
    const own = lines.filter(({ cartId }) => cartId.equals(cart._id)).map(toProduct);
    // The analyses do not count empty carts.
    const counts =
      cart.itemCount > 0 ? { carts: 1, value: cart.grandTotal } : { carts: 0, value: ZERO_PAISE };
    sums.set(start, add(sum, { ...counts, abandonedProducts: own }));
  }
  return [...sums.values()];
}

type PrunedSums = Omit<PrunedCartsDoc, "_id" | "prunedAt">;

const noneOf = (_id: Date): PrunedCartsDoc => ({
  ...{ _id, carts: 0, value: ZERO_PAISE, abandonedProducts: [] },
  prunedAt: now(),
});

const toProduct = ({ productId, name, quantity, lineTotal }: CartItemDoc): AbandonedProduct => ({
  ...{ productId, name, quantity },
  value: lineTotal,
});

const add = (one: PrunedCartsDoc, other: PrunedSums): PrunedCartsDoc => ({
  _id: one._id,
  prunedAt: now(),
  carts: one.carts + other.carts,
  value: paise(one.value + other.value),
  abandonedProducts: sumByProduct([...one.abandonedProducts, ...other.abandonedProducts]),
});

/** Two concurrent runs conflict on the document: one of them retries. */
async function addToPruned(pruned: PrunedCartsDoc, tx: ClientSession): Promise<void> {
  const { _id } = pruned;
  const stored = await PrunedCarts.findById(_id).session(tx).lean<PrunedCartsDoc>();
  const sum = add(stored ?? noneOf(_id), pruned);
  await PrunedCarts.replaceOne({ _id }, sum, { session: tx, upsert: true });
}
