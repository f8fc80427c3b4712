import mongoose from "mongoose";
import type { SandboxClock } from "../shared/clock.js";
import type { Ledger, LedgerDoc } from "./ledger.js";
import { createLedger } from "./ledger.js";
import type { ItemQuantity } from "./stock.js";
import type { CartReservation, Carts, Later, Lifetime } from "./write-behind.js";
import { createCarts, createLifetimes, createSales } from "./write-behind.js";

type MongoClient = mongoose.mongo.MongoClient;
type Collection<T extends mongoose.mongo.Document> = mongoose.mongo.Collection<T>;

/**
 * The numbers of one variant. All of them change together in single guarded updates, so that at rest
 * `initial = available + reserved + sold − returned`, and `reserved` is the sum of active reservations.
 */
export interface StockDoc {
  _id: string;
  sku: string;
  /** Everything that was ever put on the shelf: the seed and what was restocked. */
  initial: number;
  /** Physical stock less what is reserved. */
  available: number;
  reserved: number;
  sold: number;
  returned: number;
  lowStockThreshold: number;
}

/** `merged`: lives on in another reservation, after a transfer. */
export type ReservationStatus = "active" | "released" | "expired" | "converted" | "merged";

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
  /** Carts it came from by transfer; makes a repeated transfer answer the same. */
  origins: string[];
  /** An expired one that nobody misses any more: taken off the cart, or replaced. */
  dismissed: boolean;
}

export interface ConversionDoc {
  _id: string;
  status: "converted" | "voided";
  cartId: string | null;
  items: { variantId: string; quantity: number }[];
  /** Per variant (see `toFieldKey`): sold and not yet returned. */
  remaining: Record<string, number>;
  returns: { reference: string; adjusted: number }[];
}

export interface InventoryStore {
  client: MongoClient;
  stock: Collection<StockDoc>;
  reservations: Collection<ReservationDoc>;
  conversions: Collection<ConversionDoc>;
  carts: Carts;
  lifetimes: Later<Lifetime>;
  sales: Later<ItemQuantity>;
  ledger: Ledger;
  clock: SandboxClock;
  close(): Promise<void>;
}

export interface StoreOptions {
  mongoUri: string;
  databaseName: string;
  clock: SandboxClock;
}

/** Dots and dollars have a meaning in field names. */
export const toFieldKey = (variantId: string): string =>
  variantId.replaceAll(".", "\uFF0E").replaceAll("$", "\uFF04");

/**
 * The options win over the connection string. Majority everywhere: a snapshot transaction sees only what was
 * majority committed before it began, so after a `w: 1` write it may miss what this process has just written.
 */
const CLIENT_OPTIONS = {
  writeConcern: { w: "majority" },
  readConcernLevel: "majority",
  readPreference: "primary",
  // A retryable write is recorded a second time; the sandbox does not outlive an election.
  retryWrites: false,
  heartbeatFrequencyMS: 2_000,
  // On two cores and one small server, more connections only queue up.
  maxPoolSize: 20,
} as const satisfies mongoose.mongo.MongoClientOptions;

/** Creates collections and indexes before the inventory serves anything: concurrent implicit creation stops some servers. */
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
      // If the server is already gone, there is nothing to clean up.
      await ledger.close().catch(() => undefined);
      await database.dropDatabase().catch(() => false);
      await client.close();
    },
  };
}
