import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import mongoose from "mongoose";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { allModels } from "../../models/index.js";
import { analytics } from "../jobs/analytics.job.js";
import { makeCollections, makeIndexes } from "./batches.js";
import { COLLECTIONS, writeOpenCarts, writeOrders } from "./orders.js";

const DAY_MS = 86_400_000;
/** Fewer are counted as quickly as they are asked for. */
const TALLIED_FROM = 10_000;

const seededNames: readonly string[] = COLLECTIONS;
const seededModels = allModels.filter(({ collection }) => seededNames.includes(collection.collectionName));

export interface SeedOptions {
  orders: number;
  /** Carts that became no order. */
  carts?: number;
  onProgress?: (text: string) => void;
}

/**
 * Fills a database with finished and running orders of the last twenty months: carts, sessions, payments,
 * lines, histories, parcels; and with carts of the last year that became none. The same numbers give the same
 * data on the same day. The database has to be without seeded ones; indexes are made afterwards, which is several
 * times faster than feeding them, and the tallies of the analyses after these. What the neighbours' books say of
 * these orders is nothing: `check:invariants` over a seeded database reports that.
 */
export async function seedDatabase(
  mongodbUri: string,
  { orders, carts = 0, onProgress }: SeedOptions,
): Promise<void> {
  await connectDatabase(mongodbUri);
  try {
    const { db } = mongoose.connection;
    if (!db) throw new Error("there is no connection");
    const began = performance.now();
    const say = (text: string) =>
      onProgress?.(`${text} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    const until = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
    const share = (count: number, what: string) => ({
      ...{ count, until },
      onProgress: (done: number) => say(`${done} of ${count} ${what}`),
    });
    await makeCollections(db, ["counters", ...COLLECTIONS]);
    if (orders > 0) await writeOrders(db, share(orders, "orders"));
    if (carts > 0) await writeOpenCarts(db, share(carts, "carts"));
    say("making the indexes");
    await makeIndexes(mongodbUri, seededModels);
    await prepareDatabase();
    if (orders + carts >= TALLIED_FROM) {
      say("tallying the days");
      await analytics.run({ signal: new AbortController().signal, slot: "seed", fencing: 0 });
    }
    say(`${orders} orders and ${carts} carts without one are there`);
  } finally {
    await disconnectDatabase();
  }
}

/** `npm run seed -- --orders 200000 --carts 200000 [--uri mongodb://…]`, default: the database of the environment. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { orders: { type: "string" }, carts: { type: "string" }, uri: { type: "string" } },
  });
  const carts = readCount(values.carts ?? "0", "--carts");
  const orders = readCount(values.orders ?? (carts > 0 ? "0" : "1000"), "--orders");
  await seedDatabase(values.uri ?? config.mongodbUri, {
    ...{ orders, carts },
    onProgress: (text) => process.stdout.write(`> ${text}\n`),
  });
}

function readCount(text: string, option: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new Error(`${option} needs a whole number`);
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
