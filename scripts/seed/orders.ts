import type mongoose from "mongoose";
import { formatNumber } from "../../services/platform/order-number.service.js";
import { businessYear } from "../../utils/periods.js";
import { makeBaskets, pickFrom } from "./baskets.js";
import { type Batch, writeBatches } from "./batches.js";
import { type OpenCartDocuments, toOpenCart } from "./open-carts.js";
import { type OrderDocuments, toDocuments } from "./order-documents.js";

const DAY_MS = 86_400_000;
/** Carts are spread evenly over these days. */
const CART_DAYS = 365;
/** Orders or carts per batch. */
const BATCH = 500;

export const COLLECTIONS = [
  "carts",
  "cartItems",
  "checkoutSessions",
  "orders",
  "orderItems",
  "orderStatusHistories",
  "payments",
  "shipments",
  "outboxMessages",
] as const satisfies readonly (keyof OrderDocuments)[];

export interface Share {
  count: number;
  /** The newest document is slightly older. */
  until: Date;
  onProgress(done: number): void;
}

/** Writes orders with all their documents, as the service would have stored them, spread evenly over some days. */
export async function writeOrders(db: mongoose.mongo.Db, share: Share & { days: number }): Promise<void> {
  const numbers = await openNumbers(db);
  const baskets = makeBaskets();
  const { until } = share;
  await writeAll(db, share, (number, placed) => {
    const orderNumber = numbers.next(placed);
    return toDocuments({ number, orderNumber, placed, until, basket: pickFrom(baskets, number) });
  });
  await numbers.save();
}

/** Writes carts without an order. */
export function writeOpenCarts(db: mongoose.mongo.Db, share: Share): Promise<void> {
  const baskets = makeBaskets();
  const { until } = share;
  return writeAll(db, { ...share, days: CART_DAYS }, (number, began) =>
    toOpenCart({ number, began, until, basket: pickFrom(baskets, number) }),
  );
}

type Make = (number: number, at: Date) => OrderDocuments | OpenCartDocuments;

function writeAll(db: mongoose.mongo.Db, share: Share & { days: number }, make: Make): Promise<void> {
  const { count, until, days, onProgress } = share;
  const gap = (days * DAY_MS) / count;
  return writeBatches(db, Math.ceil(count / BATCH), (index) => {
    const first = index * BATCH;
    if (first > 0 && index % 40 === 0) onProgress(first);
    const batch: Batch = {};
    for (let number = first; number < Math.min(count, first + BATCH); number += 1) {
      const at = new Date(Math.floor(until.getTime() - (count - number) * gap));
      for (const [name, rows] of Object.entries(make(number, at))) {
        batch[name] ??= [];
        batch[name].push(...rows);
      }
    }
    return batch;
  });
}

/** Order numbers continue from the database's counters, which are saved at the end. */
async function openNumbers(db: mongoose.mongo.Db) {
  const counters = db.collection<{ _id: string; sequence: number }>("counters");
  const rows = await counters.find().toArray();
  const last = new Map(rows.map(({ _id, sequence }) => [_id, sequence]));
  return {
    next(placed: Date): string {
      const series = `ORD-${businessYear(placed)}`;
      const sequence = (last.get(series) ?? 0) + 1;
      last.set(series, sequence);
      return formatNumber(series, sequence);
    },
    async save(): Promise<void> {
      for (const [series, sequence] of last) {
        const fresh = { $setOnInsert: { lastIssuedAt: null } };
        await counters.updateOne({ _id: series }, { $max: { sequence }, ...fresh }, { upsert: true });
      }
    },
  };
}
