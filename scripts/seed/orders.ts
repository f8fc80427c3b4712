import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import mongoose from "mongoose";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { businessYear, formatNumber } from "../../services/platform/number.service.js";
import { type OrderDocuments, toDocuments } from "./order-documents.js";
import { makeBaskets, pickFrom } from "./order-facts.js";

/** Over so many days, evenly, until the last midnight (UTC). */
const SPREAD_DAYS = 600;
const DAY_MS = 86_400_000;
/** Orders a batch; each collection's documents go to the database in one call. */
const BATCH = 500;
/** Batches under way: one is built while others are written. */
const AT_ONCE = 3;

export interface SeedOptions {
  orders: number;
  onProgress?: (text: string) => void;
}

/**
 * Fills a database with finished and running orders of the last twenty months: carts, sessions, payments,
 * lines, histories, parcels. The same number of orders gives the same data on the same day. The database has to be
 * without seeded orders; indexes are made afterwards, which is several times faster than feeding them.
 * What the neighbours' books say of these orders is nothing: `check:invariants` over a seeded database reports that.
 */
export async function seedOrders(mongodbUri: string, { orders, onProgress }: SeedOptions): Promise<void> {
  await connectDatabase(mongodbUri);
  try {
    const { db } = mongoose.connection;
    if (!db) throw new Error("there is no connection");
    const began = performance.now();
    const say = (text: string) =>
      onProgress?.(`${text} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    await writeOrders(db, orders, say);
    say("making the indexes");
    await prepareDatabase();
    say(`${orders} orders are there`);
  } finally {
    await disconnectDatabase();
  }
}

async function writeOrders(
  db: mongoose.mongo.Db,
  orders: number,
  say: (text: string) => void,
): Promise<void> {
  await makeCollections(db);
  const numbers = await openNumbers(db);
  const baskets = makeBaskets();
  const until = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
  const gap = (SPREAD_DAYS * DAY_MS) / orders;
  const underWay = new Set<Promise<void>>();
  for (let first = 0; first < orders; first += BATCH) {
    const documents = Array.from({ length: Math.min(BATCH, orders - first) }, (_, index) => {
      const number = first + index;
      const placed = new Date(Math.floor(until.getTime() - (orders - number) * gap));
      const basket = pickFrom(baskets, number);
      return toDocuments({ number, orderNumber: numbers.next(placed), placed, until, basket });
    });
    const writing: Promise<void> = writeBatch(db, documents).finally(() => underWay.delete(writing));
    underWay.add(writing);
    if (underWay.size >= AT_ONCE) await Promise.race(underWay);
    if ((first / BATCH) % 40 === 39) say(`${first + BATCH} of ${orders} orders`);
  }
  await Promise.all(underWay);
  await numbers.save();
}

/** The numbers go on where the database's counters are, and the counters where the numbers end. */
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

const COLLECTIONS = [
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

/** One after the other: made by the way, by several connections at once, they stop some servers. */
async function makeCollections(db: mongoose.mongo.Db): Promise<void> {
  const there = await db.listCollections({}, { nameOnly: true }).toArray();
  const names = new Set(there.map(({ name }) => name));
  for (const name of ["counters", ...COLLECTIONS]) {
    if (!names.has(name)) await db.createCollection(name);
  }
}

async function writeBatch(db: mongoose.mongo.Db, batch: readonly OrderDocuments[]): Promise<void> {
  for (const name of COLLECTIONS) {
    const rows = batch.flatMap((documents): mongoose.mongo.Document[] => documents[name]);
    if (rows.length === 0) continue;
    await db.collection(name).insertMany(rows, { ordered: false, writeConcern: { w: 1, journal: false } });
  }
}

/** `npm run seed -- --orders 200000 [--uri mongodb://…]`, default: the database of the environment. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { orders: { type: "string" }, uri: { type: "string" } } });
  const orders = Number(values.orders ?? "1000");
  if (!Number.isInteger(orders) || orders < 1) throw new Error("--orders needs a whole number above 0");
  await seedOrders(values.uri ?? config.mongodbUri, {
    orders,
    onProgress: (text) => process.stdout.write(`> ${text}\n`),
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}
