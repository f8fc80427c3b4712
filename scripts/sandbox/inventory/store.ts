import mongoose from "mongoose";
import type { Clock } from "../shared/clock.js";
import { createLedger, type Ledger, type LedgerDoc } from "./ledger.js";
import type { ItemQuantity } from "./stock.js";
import {
  type CartReservation,
  type Carts,
  createCarts,
  createLifetimes,
  createSales,
  type Lifetime,
  type WriteBehind,
} from "./write-behind.js";

type MongoClient = mongoose.mongo.MongoClient;
export type MongoCollection<T extends mongoose.mongo.Document> = mongoose.mongo.Collection<T>;

/**
 * The numbers of one variant. They change together in single guarded updates, so that at rest
 * `initial = available + reserved + sold − returned`, and `reserved` is the sum of the active reservations.
 */
export interface StockDoc {
  _id: string;
  sku: string;
  /** All units that ever came in: the seed and restocks. */
  initial: number;
  /** Physical stock minus reserved units. */
  available: number;
  reserved: number;
  sold: number;
  returned: number;
  lowStockThreshold: number;
}

/** `merged`: a transfer added it to another reservation. */
type ReservationStatus = "active" | "released" | "expired" | "converted" | "merged";

export interface ReservationDoc {
  _id: string;
  cartId: string;
  variantId: string;
  quantity: number;
  warehouseId: string | null;
  status: ReservationStatus;
  expiresAt: Date;
  createdAt: Date;
  endedAt: Date | null;
  orderId: string | null;
  /** Carts that it was transferred from, so that a repeated transfer gets the same answer. */
  origins: string[];
  /** Expired and no longer reported as lapsed, because its line was removed or replaced. */
  dismissed: boolean;
}

export interface ConversionDoc {
  _id: string;
  status: "converted" | "voided";
  cartId: string | null;
  items: { variantId: string; quantity: number }[];
  /** Units sold and not yet returned, by variant (see `toFieldKey`). */
  remaining: Record<string, number>;
  returns: { reference: string; adjusted: number }[];
}

export interface InventoryStore {
  client: MongoClient;
  stock: MongoCollection<StockDoc>;
  reservations: MongoCollection<ReservationDoc>;
  conversions: MongoCollection<ConversionDoc>;
  carts: Carts;
  lifetimes: WriteBehind<Lifetime>;
  sales: WriteBehind<ItemQuantity>;
  ledger: Ledger;
  clock: Clock;
  close(): Promise<void>;
}

interface StoreOptions {
  mongoUri: string;
  databaseName: string;
  clock: Clock;
}

/** MongoDB gives dots and dollars in field names a meaning. */
export const toFieldKey = (variantId: string): string =>
  variantId.replaceAll(".", "\uFF0E").replaceAll("$", "\uFF04");

/**
 * The options override the connection string. Majority everywhere: a snapshot transaction sees only writes that
 * were majority-committed before it began, so it could miss a `w: 1` write of this process.
 */
const CLIENT_OPTIONS = {
  writeConcern: { w: "majority" },
  readConcernLevel: "majority",
  readPreference: "primary",
  // A retryable write costs a second record, and the sandbox need not survive an election.
  retryWrites: false,
  heartbeatFrequencyMS: 2_000,
  // On two cores and one small server, more connections would only queue.
  maxPoolSize: 20,
} as const satisfies mongoose.mongo.MongoClientOptions;

/** Creates collections and indexes first, because concurrent implicit creation crashes some servers. */
export async function openStore({ mongoUri, databaseName, clock }: StoreOptions): Promise<InventoryStore> {
  const client = await mongoose.mongo.MongoClient.connect(mongoUri, CLIENT_OPTIONS);
  const database = client.db(databaseName);
  await database.dropDatabase();
  for (const name of ["stock", "reservations", "conversions", "ledger"]) {
    await database.createCollection(name);
  }
  const stock = database.collection<StockDoc>("stock");
  const reservations = database.collection<ReservationDoc>("reservations");
  const entries = database.collection<LedgerDoc>("ledger");
  await reservations.createIndexes([
    { key: { cartId: 1 } },
    { key: { expiresAt: 1 }, partialFilterExpression: { status: "active" } },
  ]);
  await entries.createIndexes([{ key: { variantId: 1 } }]);
  const ledger = createLedger(entries, clock);
  return {
    client,
    stock,
    reservations,
    conversions: database.collection<ConversionDoc>("conversions"),
    carts: createCarts((cartId) =>
      reservations
        .find({ cartId, status: { $in: ["active", "expired"] }, dismissed: false })
        .project<CartReservation>({ variantId: 1, status: 1 })
        .toArray(),
    ),
    lifetimes: createLifetimes(reservations),
    sales: createSales(stock),
    ledger,
    clock,
    close: async () => {
      // If the server has already stopped, there is nothing to clean up.
      await ledger.close().catch(() => undefined);
      await database.dropDatabase().catch(() => false);
      await client.close();
    },
  };
}
