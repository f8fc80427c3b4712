import type { SeedStock } from "../seed/products.js";
import { Refusal } from "../shared/http.js";
import type { Lapses } from "./lapses.js";
import type { InventoryStore, StockDoc } from "./store.js";

export interface ItemQuantity {
  variantId: string;
  quantity: number;
}

interface Availability {
  variantId: string;
  requested: number;
  available: number;
  isAvailable: boolean;
}

export interface VariantNumbers {
  variantId: string;
  sku: string;
  initial: number;
  available: number;
  reserved: number;
  sold: number;
  returned: number;
  /** Available and reserved units. */
  physical: number;
  isLow: boolean;
}

export interface Stock {
  check(
    variantId: string,
    quantity: number,
  ): Promise<{ variantId: string; sku: string; available: number; isAvailable: boolean }>;
  checkMany(items: ItemQuantity[]): Promise<{ items: Availability[]; allAvailable: boolean }>;
  status(variantIds?: string[]): Promise<VariantNumbers[]>;
  low(threshold?: number): Promise<VariantNumbers[]>;
  restock(variantId: string, quantity: number, note?: string): Promise<VariantNumbers>;
  /** Sets `available`, regardless of reservations. */
  setAvailable(variantId: string, available: number): Promise<VariantNumbers>;
  seed(rows: SeedStock[]): Promise<void>;
}

const toNumbers = (doc: StockDoc): VariantNumbers => {
  const { _id, sku, initial, available, reserved, sold, returned } = doc;
  const isLow = available <= doc.lowStockThreshold;
  const physical = available + reserved;
  return { variantId: _id, sku, initial, available, reserved, sold, returned, physical, isLow };
};

/** Adds up lines of the same variant, sorted, so that all callers take variants in the same order. */
export function sumByVariant(items: ItemQuantity[]): ItemQuantity[] {
  const sums = new Map<string, number>();
  for (const { variantId, quantity } of items) sums.set(variantId, (sums.get(variantId) ?? 0) + quantity);
  return [...sums]
    .map(([variantId, quantity]) => ({ variantId, quantity }))
    .sort((a, b) => (a.variantId < b.variantId ? -1 : 1));
}

export const unknownVariant = (variantId: string): Refusal =>
  new Refusal(404, "VARIANT_NOT_FOUND", `There is no variant ${variantId}`);

export function createStock(store: InventoryStore, lapses: Lapses): Stock {
  const { stock, sales, ledger } = store;

  async function status(variantIds?: string[]): Promise<VariantNumbers[]> {
    await lapses.settle();
    await sales.write();
    const docs = await stock
      .find(variantIds ? { _id: { $in: variantIds } } : {})
      .sort({ _id: 1 })
      .toArray();
    return docs.map(toNumbers);
  }

  return {
    check: async (variantId, quantity) => {
      await lapses.settle();
      const doc = await stock.findOne({ _id: variantId });
      if (!doc) throw unknownVariant(variantId);
      const { sku, available } = doc;
      return { variantId, sku, available, isAvailable: available >= quantity };
    },
    checkMany: async (items) => {
      await lapses.settle();
      const wanted = { _id: { $in: items.map((item) => item.variantId) } };
      const docs = await stock.find(wanted, { projection: { available: 1 } }).toArray();
      const availableOf = new Map(docs.map(({ _id, available }) => [_id, available]));
      const answers = items.map(({ variantId, quantity }) => {
        const available = availableOf.get(variantId) ?? 0;
        return { variantId, requested: quantity, available, isAvailable: available >= quantity };
      });
      return { items: answers, allAvailable: answers.every((answer) => answer.isAvailable) };
    },
    status,
    low: async (threshold) =>
      (await status()).filter(({ available, isLow }) =>
        threshold === undefined ? isLow : available <= threshold,
      ),
    restock: async (variantId, quantity, note) => {
      await sales.write();
      const change = { $inc: { available: quantity, initial: quantity } };
      const doc = await stock.findOneAndUpdate({ _id: variantId }, change, { returnDocument: "after" });
      if (!doc) throw unknownVariant(variantId);
      ledger.append({ type: "restocked", variantId, quantity, ...(note === undefined ? {} : { note }) });
      return toNumbers(doc);
    },
    setAvailable: async (variantId, available) => {
      await sales.write();
      const change = [
        { $set: { initial: { $add: ["$initial", { $subtract: [available, "$available"] }] } } },
        { $set: { available } },
      ];
      const doc = await stock.findOneAndUpdate({ _id: variantId }, change, { returnDocument: "after" });
      if (!doc) throw unknownVariant(variantId);
      ledger.append({ type: "set", variantId, quantity: available });
      return toNumbers(doc);
    },
    seed: async (rows) => {
      await stock.insertMany(rows.map(toStockDoc));
      ledger.append(
        ...rows.map(({ variantId, quantity }) => ({ type: "initial" as const, variantId, quantity })),
      );
    },
  };
}

const toStockDoc = ({ variantId, sku, quantity, lowStockThreshold }: SeedStock): StockDoc => ({
  _id: variantId,
  sku,
  initial: quantity,
  available: quantity,
  reserved: 0,
  sold: 0,
  returned: 0,
  lowStockThreshold,
});
