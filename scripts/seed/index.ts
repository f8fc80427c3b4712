import { pathToFileURL } from "node:url";
import mongoose from "mongoose";
import { connectDatabase, disconnectDatabase, prepareDatabase } from "../../config/database.config.js";
import { config } from "../../config/env.config.js";
import { allModels } from "../../models/index.js";
import { analytics } from "../jobs/analytics.job.js";
import { readCommandLine, runScript, UsageError } from "../support/command-line.js";
import { print } from "../support/print.js";
import { createCollections, createIndexes } from "./batches.js";
import { writeInvoices } from "./invoices.js";
import { COLLECTIONS, writeOpenCarts, writeOrders } from "./orders.js";

const DAY_MS = 86_400_000;
/** Below this number, fresh counts are as fast as tallies. */
const TALLIED_FROM = 10_000;

const seededNames: readonly string[] = [...COLLECTIONS, "invoices"];
const seededModels = allModels.filter(({ collection }) => seededNames.includes(collection.collectionName));

export interface SeedOptions {
  orders: number;
  /** Over which the orders are spread; default 600. On half a day all of them are still `confirmed`. */
  orderDays?: number;
  /** Carts without an order. */
  carts?: number;
  /** Invoices and credit notes of the last month, without their orders. */
  invoices?: number;
  onProgress?: (text: string) => void;
}

/**
 * Fills a database with orders of the last twenty months, each with its cart, session, payment, lines, histories
 * and shipment, and with carts of the last year without an order. The same counts give the same data on the same
 * day. The database must not contain seeded data. Indexes are created afterwards, which is several times faster,
 * and then the tallies of the analyses. The neighbours' books do not know these orders, so `check:invariants`
 * reports violations for a seeded database.
 */
export async function seedDatabase(
  mongodbUri: string,
  { orders, orderDays = 600, carts = 0, invoices = 0, onProgress }: SeedOptions,
): Promise<void> {
  await connectDatabase(mongodbUri);
  try {
    const { db } = mongoose.connection;
    if (!db) throw new Error("the database is not connected");
    const began = performance.now();
    const say = (text: string) =>
      onProgress?.(`${text} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
    const until = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS);
    const share = (count: number, what: string) => ({
      ...{ count, until },
      onProgress: (done: number) => say(`${done} of ${count} ${what}`),
    });
    await createCollections(db, ["counters", ...seededNames]);
    if (orders > 0) await writeOrders(db, { ...share(orders, "orders"), days: orderDays });
    if (carts > 0) await writeOpenCarts(db, share(carts, "carts"));
    if (invoices > 0) await writeInvoices(db, share(invoices, "invoices"));
    say("creating the indexes");
    await createIndexes(mongodbUri, seededModels);
    await prepareDatabase();
    if (orders + carts >= TALLIED_FROM) {
      say("tallying the days");
      await analytics.run({ signal: new AbortController().signal, slot: "seed", fencing: 0 });
    }
    say(`${orders} orders, ${carts} carts without an order and ${invoices} invoices are stored`);
  } finally {
    await disconnectDatabase();
  }
}

const USAGE =
  "npm run seed -- [--orders <n>] [--carts <n>] [--invoices <n>] [--uri <database>]: 1000 orders by default, in the database of MONGODB_URI.";

async function main(): Promise<number> {
  const text = { type: "string" } as const;
  const values = readCommandLine(process.argv.slice(2), {
    usage: USAGE,
    options: { orders: text, carts: text, invoices: text, uri: text },
  });
  const carts = readCount(values.carts ?? "0", "--carts");
  const invoices = readCount(values.invoices ?? "0", "--invoices");
  const orders = readCount(values.orders ?? (carts + invoices > 0 ? "0" : "1000"), "--orders");
  await seedDatabase(values.uri ?? config.mongodbUri, {
    ...{ orders, carts, invoices },
    onProgress: (progress) => print(`> ${progress}`),
  });
  return 0;
}

function readCount(text: string, option: string): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 0) return count;
  throw new UsageError(`${option} needs a whole number`, USAGE);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) void runScript(main);
