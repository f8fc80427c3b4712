import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { print, table } from "../support/print.js";
import { memoryOf } from "../support/process-memory.js";
import { expectSuccess } from "./buyer.js";
import { checkSound, type Kind, runMix, type Seen, timesOf, Verdict, withEnding } from "./mix.js";
import { percentile } from "./percentile.js";
import { adminHeaders, scenarioOf } from "./scenarios.js";
import { type BenchWorld, untilQuiet } from "./world.js";

/**
 * `npm run bench -- --soak 60`: everything that customers and admins do, at half of what the machine can do, for so many
 * minutes. Between two minutes the garbage is collected and the memory read, so that a leak of a megabyte an hour shows.
 * Exits with 1 when memory, sockets or the outbox grow, when answers are lost, or when an invariant does not hold.
 */

/** Customers' reads 70 %, carts 20 %; a purchase is six calls. */
const SHARES = [
  ["cart", "read", 0.45],
  ["mini-cart", "read", 0.25],
  ["add", "cart", 0.2],
  ["step", "checkout", 0.02],
  ["purchase", "checkout", 0.01],
  ["purchase-online", "checkout", 0.005],
  ["admin-orders", "read", 0.055],
  ["cart-analytics", "report", 0.005],
  ["checkout-funnel", "report", 0.005],
] as const;

const AT_ONCE = 6;
const CAPACITY_SECONDS = 20;
const MINUTE_SECONDS = 60;
const SAMPLE_MS = 2_000;
/** Everything old enough is deleted. */
const RETENTION_EVERY_MINUTES = 5;
/** Caches fill, code is compiled, and the sockets to the neighbours and the database open. */
const WARM_UP_SHARE = 0.2;
const LIMITS = { failedShare: 0.001, outboxLagMs: 5_000, heapMbPerHour: 1, growth: 1.1, handles: 10 };
const MS = 1_000;

async function prepareKinds(world: BenchWorld): Promise<Kind[]> {
  const kinds: Kind[] = [];
  for (const [name, priority, share] of SHARES) {
    const operation = await scenarioOf(name).prepare(world, Number.POSITIVE_INFINITY);
    kinds.push({ name, priority, share, operation });
  }
  return kinds;
}

async function runRetention(world: BenchWorld): Promise<void> {
  const path = "/api/admin/jobs/retention/run";
  const request = { method: "POST" as const, path, headers: await adminHeaders(world), body: "{}" };
  await expectSuccess(world.wire.send(request), path);
}

/** What the service uses while it is idle, after a collection of its garbage. */
interface Usage {
  heapMb: number;
  residentMb: number;
  handles: number;
  connections: number;
}

async function readUsage({ parts, db, serviceUrl }: BenchWorld): Promise<Usage> {
  const [pid = 0] = parts.service ?? [];
  process.kill(pid, "SIGUSR2");
  await sleep(MS);
  const page = await (await fetch(`${serviceUrl}/metrics`)).text();
  const heap = /^nodejs_heap_size_used_bytes (\S+)$/m.exec(page)?.[1];
  if (heap === undefined) throw new Error("the metrics do not name the heap");
  const status = await db.admin().serverStatus();
  return {
    heapMb: Number(heap) / 1e6,
    residentMb: memoryOf(pid),
    handles: readdirSync(`/proc/${pid}/fd`).length,
    connections: Number(status.connections?.current),
  };
}

/** For how long the oldest message that is due has been waiting, in ms, by the database's clock. */
async function outboxLag({ db }: BenchWorld): Promise<number> {
  const oldest = { $min: "$dueAt" };
  const [found] = await db
    .collection("outboxMessages")
    .aggregate<{ lag: number | null }>([
      { $match: { state: "pending", $expr: { $lte: ["$dueAt", "$$NOW"] } } },
      { $group: { _id: null, oldest } },
      { $project: { lag: { $subtract: ["$$NOW", "$oldest"] } } },
    ])
    .toArray();
  return found?.lag ?? 0;
}

interface Minute extends Usage {
  seen: Seen[];
  lags: number[];
}

async function runMinute(world: BenchWorld, kinds: readonly Kind[], perSecond: number): Promise<Minute> {
  const usage = await readUsage(world);
  const lags: number[] = [];
  const sampling = setInterval(() => {
    outboxLag(world).then(
      (lag) => lags.push(lag),
      () => lags.push(Number.POSITIVE_INFINITY),
    );
  }, SAMPLE_MS);
  const seen = await runMix(kinds, { kind: "open", perSecond }, MINUTE_SECONDS);
  clearInterval(sampling);
  return { ...usage, seen, lags };
}

/** The slope of the least-squares line through one value per minute, per hour. */
function slopePerHour(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const [above, below] = values.reduce(
    ([products, squares], value, minute) => [
      products + (minute - middle) * (value - mean),
      squares + (minute - middle) ** 2,
    ],
    [0, 0],
  );
  return below === 0 ? 0 : (above / below) * 60;
}

const isFailure = ({ ending }: Seen): boolean => ending !== "served";

function printMinute(number: number, { seen, lags, ...usage }: Minute): void {
  const p95 = (name: string) => percentile(timesOf(seen.filter(({ kind }) => kind.name === name)), 0.95);
  const failed = seen.filter(isFailure);
  print(
    [
      `   minute ${String(number).padStart(3)}: ${seen.length} operations, ${failed.length} failed`,
      `p95 cart ${p95("cart").toFixed(0)} add ${p95("add").toFixed(0)} step ${p95("step").toFixed(0)} ms`,
      `heap ${usage.heapMb.toFixed(1)}, resident ${usage.residentMb.toFixed(0)} MB`,
      `${usage.handles} handles, ${usage.connections} connections, outbox ${Math.max(0, ...lags)} ms`,
    ].join("; "),
  );
  for (const { error, kind } of failed.slice(0, 2)) print(`      ${kind.name}: ${error}`);
}

/** @param minutes for which the load lasts */
export async function measureSoak(world: BenchWorld, minutes: number): Promise<boolean> {
  const kinds = await prepareKinds(world);
  const closed = await runMix(kinds, { kind: "closed", atOnce: AT_ONCE }, CAPACITY_SECONDS);
  const perSecond = closed.length / CAPACITY_SECONDS / 2;
  print(`   half of the capacity: ${perSecond.toFixed(1)} operations a second for ${minutes} minutes`);
  await untilQuiet(world);
  const ordersBefore = await world.db.collection("orders").countDocuments();
  const run: Minute[] = [];
  for (let number = 1; number <= minutes; number += 1) {
    const minute = await runMinute(world, kinds, perSecond);
    printMinute(number, minute);
    run.push(minute);
    if (number % RETENTION_EVERY_MINUTES === 0) await runRetention(world);
  }
  await untilQuiet(world);
  run.push({ ...(await readUsage(world)), seen: [], lags: [] });
  return report(world, run, ordersBefore);
}

async function report(world: BenchWorld, run: readonly Minute[], ordersBefore: number): Promise<boolean> {
  const seen = run.flatMap((minute) => minute.seen);
  printKinds(seen);
  const warm = run.slice(Math.floor(run.length * WARM_UP_SHARE));
  const [first, last] = [warm[0], warm.at(-1)];
  if (!first || !last) throw new Error("no minute was measured");

  const verdict = new Verdict();
  const failed = seen.filter(isFailure);
  verdict.check(
    failed.length <= seen.length * LIMITS.failedShare,
    `${failed.length} of ${seen.length} operations failed`,
  );
  const slope = slopePerHour(warm.map(({ heapMb }) => heapMb));
  verdict.check(
    slope <= LIMITS.heapMbPerHour,
    `the heap grows by ${slope.toFixed(2)} MB an hour (from ${first.heapMb.toFixed(1)} to ${last.heapMb.toFixed(1)} MB)`,
  );
  const words = (usage: Usage) => `${usage.residentMb.toFixed(0)} MB`;
  verdict.check(
    last.residentMb <= first.residentMb * LIMITS.growth,
    `resident memory from ${words(first)} to ${words(last)}`,
  );
  for (const name of ["handles", "connections"] as const) {
    verdict.check(
      last[name] <= first[name] + LIMITS.handles,
      `${name}: from ${first[name]} to ${last[name]}`,
    );
  }
  const lag = percentile(
    run.flatMap(({ lags }) => lags),
    0.99,
  );
  verdict.check(lag < LIMITS.outboxLagMs, `an outbox message waited for ${lag} ms (p99)`);
  await checkStored(world, { verdict, ordersBefore, seen });
  return verdict.isKept;
}

const PURCHASES: readonly string[] = ["purchase", "purchase-online"];

/** Every answered purchase is an order, and everything that is stored fits together. */
async function checkStored(
  world: BenchWorld,
  { verdict, ordersBefore, seen }: { verdict: Verdict; ordersBefore: number; seen: readonly Seen[] },
): Promise<void> {
  const orders = (await world.db.collection("orders").countDocuments()) - ordersBefore;
  const purchases = seen.filter(({ kind }) => PURCHASES.includes(kind.name));
  const answered = withEnding(purchases, "served").length;
  verdict.check(
    orders >= answered && orders <= purchases.length,
    `${answered} of ${purchases.length} purchases were answered, ${orders} orders are stored`,
  );
  await checkSound(world, verdict);
}

function printKinds(seen: readonly Seen[]): void {
  const names = new Set(seen.map(({ kind }) => kind.name));
  print();
  table(
    ["operation", "served", "failed", "p50 ms", "p95", "p99", "max"],
    [...names].map((name) => {
      const mine = seen.filter(({ kind }) => kind.name === name);
      const times = timesOf(withEnding(mine, "served"));
      const at = (share: number) => percentile(times, share).toFixed(0);
      return [name, times.length, mine.length - times.length, at(0.5), at(0.95), at(0.99), at(1)];
    }),
  );
  print();
}
