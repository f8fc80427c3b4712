import { Refusal } from "../shared/http.js";
import type { Lapses } from "./lapses.js";
import { type ItemQuantity, sumByVariant, unknownVariant } from "./stock.js";
import { type ConversionDoc, type InventoryStore, toFieldKey } from "./store.js";
import {
  findReservations,
  giveBackReservations,
  type Taking,
  takeReservations,
  takeUnits,
} from "./taking.js";

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
  /** Puts units of an order back on the shelf. */
  returnUnits(request: ReturnRequest): Promise<{ adjusted: number }>;
}

const voided = (orderId: string): Refusal =>
  new Refusal(409, "ORDER_VOIDED", `Order ${orderId} was voided; nothing is sold to it any more`);

const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === 11_000;

/**
 * Null: the order is ours to convert. Otherwise what became of it before. The claim already says
 * `converted`, which saves a round trip: nobody looks before the end, and a refusal takes it away again.
 */
async function claimOrder(store: InventoryStore, request: ConvertRequest): Promise<ConversionDoc | null> {
  const { orderId, items, cartId = null } = request;
  const remaining = Object.fromEntries(items.map((item) => [toFieldKey(item.variantId), item.quantity]));
  const claim = { _id: orderId, status: "converted" as const, cartId, items, remaining, returns: [] };
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
  return { orderId: before._id, converted: before.items };
}

/** Everything that is short now, and what was short when it was tried. */
async function findShortages(store: InventoryStore, items: ItemQuantity[], taking: Taking) {
  const docs = await store.stock.find({ _id: { $in: items.map((item) => item.variantId) } }).toArray();
  const availableOf = new Map(docs.map((doc) => [doc._id, doc.available]));
  return items
    .map(({ variantId, quantity }) => {
      const free = availableOf.get(variantId);
      if (free === undefined) throw unknownVariant(variantId);
      return { variantId, requested: quantity, available: free + (taking.held.get(variantId) ?? 0) };
    })
    .filter((item) => item.available < item.requested || item.variantId === taking.short?.variantId);
}

async function refuse(
  store: InventoryStore,
  taking: Taking,
  sale: { items: ItemQuantity[]; orderId: string; cartId: string | null },
): Promise<never> {
  const { orderId, cartId } = sale;
  await giveBackReservations(store, taking);
  await store.conversions.deleteOne({ _id: orderId });
  const items = await findShortages(store, sale.items, taking);
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
  const [before, reservationIds] = await Promise.all([
    claimOrder(store, { ...request, items }),
    cartId === null ? [] : findReservations(store, cartId, items),
  ]);
  if (before) return answerBefore(before);
  const reserved = await takeReservations(store, orderId, reservationIds);
  const taking = await takeUnits(store, { items, reserved });
  if (taking.short) return refuse(store, taking, { items, orderId, cartId });
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
    returnUnits: (request) => queue.run(request.orderId, () => returnUnits(store, request)),
  };
}

export interface ReturnRequest {
  orderId: string;
  items: (ItemQuantity & { reason: string })[];
  reference: string;
}

/**
 * Puts units of an order back on the shelf, once per reference. One guarded update of the conversion
 * decides: it remembers the reference and counts down what is left of the sale.
 * @throws Refusal 404 for an order that bought nothing, 409 for more than it bought
 */
export async function returnUnits(
  store: InventoryStore,
  { orderId, items, reference }: ReturnRequest,
): Promise<{ adjusted: number }> {
  const sums = new Map<string, number>();
  for (const { variantId, quantity } of items) sums.set(variantId, (sums.get(variantId) ?? 0) + quantity);
  const adjusted = [...sums.values()].reduce((sum, quantity) => sum + quantity, 0);
  const field = (variantId: string): string => `remaining.${toFieldKey(variantId)}`;
  const guards = [...sums].map(([variantId, quantity]) => [field(variantId), { $gte: quantity }] as const);
  const counts = [...sums].map(([variantId, quantity]) => [field(variantId), -quantity] as const);
  const { matchedCount } = await store.conversions.updateOne(
    {
      _id: orderId,
      status: "converted",
      "returns.reference": { $ne: reference },
      ...Object.fromEntries(guards),
    },
    { $inc: Object.fromEntries(counts), $push: { returns: { reference, adjusted } } },
  );
  if (matchedCount === 0) return explainRefusal(store, orderId, reference);
  await store.stock.bulkWrite(
    [...sums].map(([variantId, quantity]) => ({
      updateOne: {
        filter: { _id: variantId },
        update: { $inc: { available: quantity, returned: quantity } },
      },
    })),
  );
  store.ledger.append(
    ...items.map(({ variantId, quantity, reason }) => ({
      type: "returned" as const,
      variantId,
      quantity,
      orderId,
      note: `${reference}: ${reason}`,
    })),
  );
  return { adjusted };
}

async function explainRefusal(
  store: InventoryStore,
  orderId: string,
  reference: string,
): Promise<{ adjusted: number }> {
  const conversion = await store.conversions.findOne({ _id: orderId });
  const before = conversion?.returns.find((entry) => entry.reference === reference);
  if (before) return { adjusted: before.adjusted };
  if (!conversion) throw new Refusal(404, "ORDER_NOT_FOUND", `Nothing was sold to order ${orderId}`);
  if (conversion.status === "voided") {
    throw new Refusal(409, "ORDER_VOIDED", `The units of order ${orderId} came back when it was voided`);
  }
  throw new Refusal(409, "RETURN_EXCEEDS_SALE", `Order ${orderId} did not buy that many`);
}

/** Runs the work of one key in the order it came, different keys side by side. */
export interface KeyedQueue {
  run<T>(key: string, work: () => Promise<T>): Promise<T>;
}

export function createKeyedQueue(): KeyedQueue {
  const tails = new Map<string, Promise<unknown>>();
  return {
    run: async (key, work) => {
      const previous = tails.get(key) ?? Promise.resolve();
      const mine = previous.then(work, work);
      tails.set(key, mine);
      try {
        return await mine;
      } finally {
        if (tails.get(key) === mine) tails.delete(key);
      }
    },
  };
}
