import { performance } from "node:perf_hooks";
import mongoose from "mongoose";
import { indianDayOf } from "../../utils/periods.js";
import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { seedDatabase } from "../seed/index.js";
import { monthBefore } from "../seed/invoices.js";
import { memoryOf } from "../support/process-memory.js";
import { startService } from "../support/service-process.js";
import { percentile } from "./percentile.js";
import type { SandboxReady } from "./sandbox-process.js";
import { startSandboxProcess } from "./world.js";

/**
 * `NODE_ENV=development tsx scripts/bench/admin-reads.ts [orders|bulk] [invoices]`, after a build: the admins' lists, search and
 * analysis with 200,000 seeded orders, the monthly figures of 50,000 invoices, and an export of about 100,000 orders:
 * memory above idle, and the time to the first byte; and a bulk update of 5,000 orders, which is sent twice.
 */
const [, , WHAT = "200000"] = process.argv;
const INVOICES = Number(process.argv[3] ?? 50_000);
const ROUNDS = 15;
/** Milliseconds, except for the memory. */
const LIMITS = { read: 300, filing: 2_000, megabytes: 60, firstByte: 1_000 };
const YEAR_AGO = new Date(Date.now() - 300 * 86_400_000).toISOString().slice(0, 10);
const TODAY = new Date().toISOString().slice(0, 10);

const READS = [
  ...["", "?page=400", "?sortOrder=asc", "?status=delivered", "?status=pending", "?paymentStatus=failed"],
  ...["?source=admin", "?paymentStatus=paid&fulfillmentStatus=unfulfilled", "?sortBy=grandTotal"],
  ...["?sortBy=grandTotal&status=processing", "?sortBy=grandTotal&sortOrder=asc&paymentStatus=paid"],
  ...["?sortBy=status&page=20", `?dateFrom=${YEAR_AGO}&sortBy=grandTotal`, "?userId=user-seed-00042"],
  ...["?phone=9810000042&sortBy=status", "?tag=none", "?sellerId=none&status=delivered"],
  ...["/search?q=ORD-2026-000042", "/search?q=kavya", "/search?q=a", "/search?q=98100", "/search?q=0042"],
  ...[`/analytics?dateFrom=${YEAR_AGO}&dateTo=${TODAY}&groupBy=month`, "/analytics"],
].map((path) => `/api/admin/orders${path}`);

const lastMonth = monthBefore(new Date());
const lastDay = indianDayOf(new Date(lastMonth.to.getTime() - 1));
const [year, month] = lastDay.split("-");
const FILINGS = [
  `/gstr1?period=${month}${year}`,
  `/tax-summary?dateFrom=${year}-${month}-01&dateTo=${lastDay}`,
].map((path) => `/api/admin/invoices${path}`);

const print = (line: string) => process.stdout.write(`${line}\n`);
interface Target {
  url: string;
  pid: number;
  headers: Record<string, string>;
}

/** @returns whether the 95th percentile of each was below the limit in milliseconds */
async function measureCalls(
  { url, headers }: Target,
  paths: readonly string[],
  limit: number,
): Promise<boolean> {
  let isFast = true;
  for (const path of paths) {
    const times: number[] = [];
    for (let round = 0; round <= ROUNDS; round += 1) {
      const start = performance.now();
      const answer = await fetch(url + path, { headers });
      if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      await answer.arrayBuffer();
      // The first one fills caches.
      if (round > 0) times.push(performance.now() - start);
    }
    const p95 = percentile(times, 0.95);
    isFast &&= p95 < limit;
    print(`${path.padEnd(90)} p50 ${percentile(times, 0.5).toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`);
  }
  return isFast;
}

/** @returns `end`: the most above `idle` since then; both in MB */
function watchMemory(pid: number): { idle: number; end(): number } {
  const idle = memoryOf(pid);
  let most = idle;
  const read = () => {
    most = Math.max(most, memoryOf(pid));
  };
  const timer = setInterval(read, 100);
  return {
    idle,
    end() {
      read();
      clearInterval(timer);
      return most - idle;
    },
  };
}

async function measureExport({ url, pid, headers }: Target): Promise<boolean> {
  const watch = watchMemory(pid);
  const start = performance.now();
  const { body } = await fetch(`${url}/api/admin/orders/export?dateFrom=${YEAR_AGO}`, { headers });
  let [firstByte, bytes, lines] = [0, 0, 0];
  for await (const chunk of body ?? []) {
    firstByte ||= performance.now() - start;
    bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) lines += 1;
  }
  const [seconds, above] = [(performance.now() - start) / 1_000, watch.end()];
  print(`export: ${lines - 1} orders, ${(bytes / 1e6).toFixed(1)} MB in ${seconds.toFixed(1)} s`);
  print(
    `first byte ${firstByte.toFixed(0)} ms; memory ${watch.idle.toFixed(0)} MB idle, ${above.toFixed(0)} MB above it`,
  );
  return firstByte < LIMITS.firstByte && above < LIMITS.megabytes;
}

const BULK_ROWS = 5_000;

async function sendTwice({ url, pid, headers }: Target, orderNumbers: readonly string[]): Promise<boolean> {
  const rows = orderNumbers.map((orderNumber) => ({ orderNumber, status: "processing", note: "packed" }));
  const body = JSON.stringify({ rows });
  let isComplete = rows.length > 0;
  for (const [time, wanted] of Object.entries({ first: "succeeded", again: "unchanged" })) {
    const watch = watchMemory(pid);
    const start = performance.now();
    const answer = await fetch(`${url}/api/admin/orders/bulk-update`, {
      ...{ method: "POST", headers: { ...headers, "content-type": "application/json" }, body },
    });
    const { data } = JSON.parse(await answer.text());
    const seconds = (performance.now() - start) / 1_000;
    isComplete &&= data?.[wanted] === rows.length;
    const memory = `memory ${watch.idle.toFixed(0)} MB before, ${watch.end().toFixed(0)} MB above it`;
    print(
      `bulk update, ${time}: ${data?.[wanted]} of ${rows.length} ${wanted} in ${seconds.toFixed(1)} s; ${memory}`,
    );
  }
  return isComplete;
}

type Measure = (target: Target) => Promise<boolean>;

async function withService(mongodbUri: string, { env, adminToken }: SandboxReady, measure: Measure) {
  const service = await startService({
    env: { ...env, MONGODB_URI: mongodbUri, RATE_LIMIT_PER_MINUTE: "0", OVERLOAD_DELAY_MS: "0" },
  });
  try {
    return await measure({ ...service, headers: { authorization: `Bearer ${adminToken}` } });
  } finally {
    await service.stop();
  }
}

async function measureReads(mongodbUri: string, ready: SandboxReady): Promise<boolean> {
  await seedDatabase(mongodbUri, { orders: Number(WHAT), invoices: INVOICES, onProgress: print });
  return withService(mongodbUri, ready, async (target) => {
    // First: what a heap has grown to for other calls would count as idle, and V8 then collects later.
    const passed = [
      await measureExport(target),
      await measureCalls(target, READS, LIMITS.read),
      await measureCalls(target, FILINGS, LIMITS.filing),
    ];
    return passed.every(Boolean);
  });
}

/** All of the day, and still `confirmed`. */
async function measureBulkUpdate(mongodbUri: string, ready: SandboxReady): Promise<boolean> {
  await seedDatabase(mongodbUri, { orders: BULK_ROWS, orderDays: 0.4, onProgress: print });
  const client = await mongoose.mongo.MongoClient.connect(mongodbUri);
  const orders = await client.db().collection("orders").find({ status: "confirmed" }).toArray();
  await client.close();
  const numbers = orders.map(({ orderNumber }) => String(orderNumber));
  return withService(mongodbUri, ready, (target) => sendTwice(target, numbers));
}

/** `bulk` measures only the update, anything else both. */
async function run(serverUri: string, ready: SandboxReady): Promise<boolean> {
  const isUpdated = await measureBulkUpdate(databaseUri(serverUri, "bench_orders_bulk"), ready);
  if (WHAT === "bulk") return isUpdated;
  return (await measureReads(databaseUri(serverUri, "bench_orders_admin"), ready)) && isUpdated;
}

const [own, neighbours] = [await startEmbeddedMongo(), await startEmbeddedMongo()];
const { child, ready } = await startSandboxProcess(neighbours.uri);
try {
  process.exitCode = (await run(own.uri, ready)) ? 0 : 1;
} finally {
  child.removeAllListeners("exit");
  child.disconnect();
  await Promise.all([own.stop(), neighbours.stop()]);
}
