import { createKeyedQueue } from "../shared/keyed-queue.js";
import { Refusal } from "../shared/refusal.js";
import type { Lapses } from "./lapses.js";
import type { ItemQuantity } from "./stock.js";
import { unknownVariant } from "./stock.js";
import type { ConversionDoc, InventoryStore } from "./store.js";
import { toFieldKey } from "./store.js";
import type { Taking } from "./taking.js";
import { giveBackReservations, takeReservations, takeUnits } from "./taking.js";

export interface ConvertRequest {
  /** Absent for a manual order: everything comes from free stock. */
  cartId?: string;
  orderId: string;
  items: ItemQuantity[];
}

export interface Converted {
  orderId: string;
  converted: ItemQuantity[];
}

export interface Conversions {
  convert(request: ConvertRequest): Promise<Converted>;
  /** Undoes the sale of the order, and refuses one that comes later. */
  void(orderId: string): Promise<{ returned: ItemQuantity[] }>;
}

const voided = (orderId: string): Refusal =>
  new Refusal(409, "ORDER_VOIDED", `Order ${orderId} was voided; nothing is sold to it any more`);

/** Two lines of one variant count as one; the order of variants is the same for everybody. */
function sumByVariant(items: ItemQuantity[]): ItemQuantity[] {
  const sums = new Map<string, number>();
  for (const { variantId, quantity } of items) sums.set(variantId, (sums.get(variantId) ?? 0) + quantity);
  return [...sums]
    .map(([variantId, quantity]) => ({ variantId, quantity }))
    .sort((a, b) => (a.variantId < b.variantId ? -1 : 1));
}

const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === 11_000;

/** Null: the order is ours to convert. Otherwise what became of it before. */
async function claimOrder(store: InventoryStore, request: ConvertRequest): Promise<ConversionDoc | null> {
  const { orderId, items, cartId = null } = request;
  const claim = { _id: orderId, status: "converting" as const, cartId, items, remaining: {}, returns: [] };
  try {
    await store.conversions.insertOne(claim);
    return null;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return store.conversions.findOne({ _id: orderId });
  }
}

function answerBefore(before: ConversionDoc): Converted {
  if (before.status === "voided") throw voided(before._id);
  if (before.status === "converted") return { orderId: before._id, converted: before.items };
  throw new Refusal(503, "CONVERSION_IN_PROGRESS", `Order ${before._id} is being converted`);
}

async function refuse(store: InventoryStore, taking: Taking, request: ConvertRequest): Promise<never> {
  await giveBackReservations(store, taking);
  await store.conversions.deleteOne({ _id: request.orderId, status: "converting" });
  const docs = await store.stock.find({ _id: { $in: taking.short.map((item) => item.variantId) } }).toArray();
  const availableOf = new Map(docs.map((doc) => [doc._id, doc.available]));
  const items = taking.short.map(({ variantId, quantity }) => {
    const available = availableOf.get(variantId);
    if (available === undefined) throw unknownVariant(variantId);
    return { variantId, requested: quantity, available: available + (taking.held.get(variantId) ?? 0) };
  });
  const { orderId, cartId = null } = request;
  for (const { variantId, requested, available } of items) {
    const note = `available ${available}`;
    store.ledger.append({ type: "refused", variantId, quantity: requested, orderId, cartId, note });
  }
  throw new Refusal(409, "INSUFFICIENT_STOCK", "Not enough stock for the whole order", { items });
}

function recordSale(
  store: InventoryStore,
  sale: { items: ItemQuantity[]; taking: Taking; orderId: string; cartId: string | null },
): void {
  const { items, taking, orderId, cartId } = sale;
  for (const { variantId, quantity } of items) {
    const surplus = (taking.held.get(variantId) ?? 0) - quantity;
    store.ledger.append({ type: "converted", variantId, quantity, orderId, cartId });
    if (surplus > 0) store.ledger.append({ type: "released", variantId, quantity: surplus, orderId, cartId });
  }
}

async function convertOnce(store: InventoryStore, request: ConvertRequest): Promise<Converted> {
  const items = sumByVariant(request.items);
  const { orderId, cartId = null } = request;
  const before = await claimOrder(store, { ...request, items });
  if (before) return answerBefore(before);
  const reserved = cartId === null ? [] : await takeReservations(store, { cartId, orderId, items });
  const taking = await takeUnits(store, { items, reserved });
  if (taking.short.length > 0) return refuse(store, taking, request);
  const remaining = Object.fromEntries(items.map((item) => [toFieldKey(item.variantId), item.quantity]));
  await store.conversions.updateOne(
    { _id: orderId, status: "converting" },
    { $set: { status: "converted", remaining } },
  );
  recordSale(store, { items, taking, orderId, cartId });
  return { orderId, converted: items };
}

const returnedOf = ({ items, remaining }: ConversionDoc): ItemQuantity[] =>
  items
    .map(({ variantId }) => ({ variantId, quantity: remaining[toFieldKey(variantId)] ?? 0 }))
    .filter(({ quantity }) => quantity > 0);

async function voidOnce(store: InventoryStore, orderId: string): Promise<{ returned: ItemQuantity[] }> {
  const known = await store.conversions.findOneAndUpdate(
    { _id: orderId },
    {
      $set: { status: "voided" },
      $setOnInsert: { cartId: null, items: [], remaining: {}, returns: [] },
    },
    { upsert: true, returnDocument: "before" },
  );
  if (!known) return { returned: [] };
  const returned = returnedOf(known);
  if (known.status === "converted" && returned.length > 0) {
    await store.stock.bulkWrite(
      returned.map(({ variantId, quantity }) => ({
        updateOne: { filter: { _id: variantId }, update: { $inc: { available: quantity, sold: -quantity } } },
      })),
    );
    store.ledger.append(...returned.map((item) => ({ type: "voided" as const, ...item, orderId })));
  }
  return { returned };
}

/**
 * What happens to one order happens in a row (this process is the only one that sells); what several
 * orders do to one variant is settled by guards in the updates.
 */
export function createConversions(store: InventoryStore, lapses: Lapses): Conversions {
  const queue = createKeyedQueue();
  return {
    convert: async (request) => {
      await lapses.settle();
      return queue.run(request.orderId, () => convertOnce(store, request));
    },
    void: (orderId) => queue.run(orderId, () => voidOnce(store, orderId)),
  };
}
