import { Refusal } from "../shared/http.js";
import type { Lapses } from "./lapses.js";
import { type ItemQuantity, sumByVariant, unknownVariant } from "./stock.js";
import { type ConversionDoc, type InventoryStore, toFieldKey } from "./store.js";
import { findReservations, restoreReservations, type Taking, takeReservations, takeUnits } from "./taking.js";

export interface ConvertRequest {
  /** Absent for a manual order: all units come from free stock. */
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
  /** Reverses the conversion of the order, and refuses a later one. */
  void(orderId: string): Promise<{ returned: ItemQuantity[] }>;
  /** Returns units of an order to stock. */
  returnUnits(request: ReturnRequest): Promise<{ adjusted: number }>;
}

const voided = (orderId: string): Refusal =>
  new Refusal(409, "ORDER_VOIDED", `Order ${orderId} was voided and cannot be converted`);

const isDuplicateKey = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === 11_000;

/**
 * Null if the order can be converted, otherwise its earlier conversion. The claim already has the status
 * `converted`, which saves a round trip: the queue hides it until the end, and a refusal deletes it.
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

/** All items that are short now, and the one that was short during the attempt. */
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
  await restoreReservations(store, taking);
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
 * Calls for one order run in sequence, because this process is the only one that sells. Between orders, the
 * guards of the updates decide who gets a unit.
 */
export function createConversions(store: InventoryStore, lapses: Lapses): Conversions {
  const inOrder = createOrderQueue();
  return {
    convert: async (request) => {
      await lapses.settle();
      return inOrder(request.orderId, () => convertOnce(store, request));
    },
    void: (orderId) => inOrder(orderId, () => voidOnce(store, orderId)),
    returnUnits: (request) => inOrder(request.orderId, () => returnUnits(store, request)),
  };
}

export interface ReturnRequest {
  orderId: string;
  items: (ItemQuantity & { reason: string })[];
  reference: string;
}

/**
 * Returns units of an order to stock, once per reference. One guarded update of the conversion records the
 * reference and reduces the remaining units.
 * @throws Refusal 404 if the order bought nothing, 409 if it bought fewer
 */
async function returnUnits(
  store: InventoryStore,
  { orderId, items, reference }: ReturnRequest,
): Promise<{ adjusted: number }> {
  const sums = sumByVariant(items);
  const adjusted = sums.reduce((sum, { quantity }) => sum + quantity, 0);
  const field = (variantId: string): string => `remaining.${toFieldKey(variantId)}`;
  const guards = sums.map(({ variantId, quantity }) => [field(variantId), { $gte: quantity }] as const);
  const counts = sums.map(({ variantId, quantity }) => [field(variantId), -quantity] as const);
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
    sums.map(({ variantId, quantity }) => ({
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
    throw new Refusal(409, "ORDER_VOIDED", `Order ${orderId} was voided, which returned its units`);
  }
  throw new Refusal(409, "RETURN_EXCEEDS_SALE", `Order ${orderId} bought fewer units`);
}

/** Runs the work of one order in sequence, and different orders side by side. */
function createOrderQueue() {
  const tails = new Map<string, Promise<unknown>>();
  return async <T>(orderId: string, work: () => Promise<T>): Promise<T> => {
    const mine = (tails.get(orderId) ?? Promise.resolve()).then(work, work);
    tails.set(orderId, mine);
    try {
      return await mine;
    } finally {
      if (tails.get(orderId) === mine) tails.delete(orderId);
    }
  };
}
