import { fork } from "node:child_process";
import mongoose from "mongoose";
import { databaseUri } from "../mongo/database-uri.js";
import { type EmbeddedMongo, startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { createSandboxClient } from "../sandbox/control-http.js";
import type { AttemptResult } from "../sandbox/razorpay/control-types.js";
import { type Planted, plantBooks } from "./reconcile-books.js";
import type { ReconcileMeasure, ReconcileOrder } from "./reconcile-process.js";
import { startSandboxProcess } from "./world.js";

/**
 * `NODE_ENV=development tsx scripts/bench/reconcile.ts [payments]`: reconciles 10,000 payments of one day, all created
 * within seconds, with 500 refunds and a settlement, and breaks of every class. Prints the time, the memory above idle of
 * the process that reconciles, and whether exactly the planted breaks were found. The gateway and the database are
 * other processes.
 */
const PAYMENTS = Number(process.argv[2] ?? 10_000);
const REFUNDS = Math.round(PAYMENTS / 20);
const AMOUNT = 49_900;
const LIMITS = { seconds: 60, megabytes: 150 };
const DATABASE = "bench_reconcile";

const print = (line: string) => process.stdout.write(`${line}\n`);

function measure(order: ReconcileOrder, env: Record<string, string>): Promise<ReconcileMeasure> {
  const child = fork(new URL("./reconcile-process.ts", import.meta.url), {
    env: { ...process.env, ...env, LOG_LEVEL: "fatal", NODE_ENV: "development" },
    execArgv: [...process.execArgv, "--expose-gc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (result: ReconcileMeasure) => resolve(result));
    child.once("exit", (code) => reject(new Error(`the reconciliation ended with code ${code}`)));
    child.send(order);
  });
}

/** What was planted and not found, and what was found and not planted. */
async function differences(db: mongoose.mongo.Db, planted: readonly Planted[]): Promise<string[]> {
  const toLine = ({ kind, gatewayId }: Planted) => `${kind} ${gatewayId}`;
  const items = await db
    .collection<Planted & { _id: mongoose.mongo.ObjectId }>("reconciliationItems")
    .find()
    .toArray();
  const [found, expected] = [new Set(items.map(toLine)), new Set(planted.map(toLine))];
  return [
    ...[...expected].filter((line) => !found.has(line)).map((line) => `not found: ${line}`),
    ...[...found].filter((line) => !expected.has(line)).map((line) => `not planted: ${line}`),
  ];
}

async function run(own: EmbeddedMongo, neighbours: EmbeddedMongo): Promise<boolean> {
  const { child, ready } = await startSandboxProcess(neighbours.uri);
  const sandbox = createSandboxClient(ready.controlUrl);
  const mongodbUri = databaseUri(own.uri, DATABASE);
  const client = await mongoose.mongo.MongoClient.connect(mongodbUri);
  try {
    await sandbox.call("razorpay", "configure", { webhooks: { drop: "all" } });
    const paid = (await sandbox.call("razorpay", "payMany", PAYMENTS, AMOUNT)) as AttemptResult[];
    const { refunded, planted } = await plantBooks(client.db(), {
      paid,
      refunds: REFUNDS,
      amount: AMOUNT,
      sandbox,
    });
    print(`${PAYMENTS} payments, ${refunded} refunds, ${planted.length} planted breaks`);
    const result = await measure({ from: Date.now() - 3_600_000 }, { ...ready.env, MONGODB_URI: mongodbUri });
    const { seconds, cpuSeconds, idleBytes, peakBytes, report } = result;
    const megabytes = (peakBytes - idleBytes) / 1e6;
    print(
      `reconciled in ${seconds.toFixed(1)} s, ${cpuSeconds.toFixed(1)} s of them its own CPU (limit ${LIMITS.seconds} s)`,
    );
    print(
      `memory ${(idleBytes / 1e6).toFixed(0)} MB idle, ${megabytes.toFixed(0)} MB above it at most (limit ${LIMITS.megabytes} MB)`,
    );
    print(`report ${JSON.stringify(report)}`);
    const wrong = await differences(client.db(), planted);
    for (const line of wrong.slice(0, 20)) print(line);
    print(wrong.length === 0 ? "exactly the planted breaks were found" : `${wrong.length} differences`);
    return wrong.length === 0 && seconds < LIMITS.seconds && megabytes < LIMITS.megabytes;
  } finally {
    await client.close();
    child.removeAllListeners("exit");
    child.disconnect();
  }
}

const [own, neighbours] = [await startEmbeddedMongo(), await startEmbeddedMongo()];
try {
  process.exitCode = (await run(own, neighbours)) ? 0 : 1;
} finally {
  await Promise.all([own.stop(), neighbours.stop()]);
}
