import { setTimeout as sleep } from "node:timers/promises";
import type mongoose from "mongoose";
import { print, table } from "../support/print.js";
import { Buyer, type PayBy } from "./buyer.js";
import { type CpuMs, cpuSince, readCpu } from "./processes.js";
import { type BenchWorld, untilQuiet } from "./world.js";

type Counts = Record<string, number>;

/** One call of a purchase. Every buyer makes it before the next call begins. */
interface PurchaseCall {
  name: string;
  work(buyer: Buyer): Promise<unknown>;
}

/** One payment's webhooks after another, as with the other calls. */
const WEBHOOKS_TAKE_MS = 150;

async function payAndWait(buyer: Buyer): Promise<void> {
  await buyer.pay();
  await sleep(WEBHOOKS_TAKE_MS);
}

/** Who pays online pays at the gateway, whose webhooks then place the order; the customer's own call finds it. */
const callsOf = (method: PayBy): readonly PurchaseCall[] => [
  { name: "add", work: (buyer) => buyer.add() },
  { name: "start + contact", work: (buyer) => buyer.start() },
  { name: "address", work: (buyer) => buyer.setAddress() },
  { name: "shipping method", work: (buyer) => buyer.setShippingMethod() },
  { name: "payment method", work: (buyer) => buyer.choosePayment(method) },
  ...(method === "cod" ? [] : [{ name: "webhooks of the payment", work: payAndWait }]),
  { name: "place", work: (buyer) => buyer.placeOrder() },
];

/** The commands of requests. Others are the driver's and the server's own. */
const READS = ["find", "aggregate", "count", "distinct", "getMore"] as const;
const WRITES = ["insert", "update", "delete", "findAndModify"] as const;
const ENDS = ["commitTransaction", "abortTransaction"] as const;
const COMMANDS = [...READS, ...WRITES, ...ENDS] as const;

interface ServerStatus {
  metrics: {
    commands: Record<string, { total: number } | undefined>;
    document: { inserted: number; updated: number; deleted: number };
  };
}

interface Snapshot {
  commands: Counts;
  documents: Counts;
  upstream: Counts;
  cpu: CpuMs;
}

async function takeSnapshot({ db, sandbox, parts }: BenchWorld): Promise<Snapshot> {
  const { metrics } = (await db.admin().serverStatus()) as unknown as ServerStatus;
  const { inserted, updated, deleted } = metrics.document;
  const calls = await sandbox.call("calls", "counts");
  const upstream = Object.entries(calls).flatMap(([service, routes]) =>
    Object.entries(routes).map(([route, count]) => [`${service} ${route}`, count] as const),
  );
  return {
    commands: Object.fromEntries(COMMANDS.map((name) => [name, metrics.commands[name]?.total ?? 0])),
    documents: { inserted, updated, deleted },
    upstream: Object.fromEntries(upstream),
    cpu: readCpu(parts),
  };
}

const since = (before: Counts, after: Counts): Counts =>
  Object.fromEntries(Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]));

const totalOf = (counts: Counts, names: readonly string[] = Object.keys(counts)): number =>
  names.reduce((sum, name) => sum + (counts[name] ?? 0), 0);

interface Cost extends Snapshot {
  phase: string;
}

/** Of each command in a second without requests: what the background asks even when there is nothing to do. */
type IdleRates = Counts;

const WARM_UP_PURCHASES = 20;
/** By then the work in the background (one mail) is done. */
const SETTLED_AFTER_MS = 1_500;
/** The quietest of some windows, each with two polls of every loop: in the others a job may have run. */
const IDLE_WINDOWS = 5;
const IDLE_WINDOW_SECONDS = 2;

/**
 * Counts what one whole purchase (one line) costs, call by call, from the server's own counters over many consecutive
 * purchases: on delivery, then by UPI. Prints one table by call and one by statement for each.
 */
export async function countCost(world: BenchWorld, purchases: number): Promise<void> {
  for (const method of ["cod", "upi"] as const) {
    print(`\n   Purchases paid by ${method}`);
    await countCostOf(world, { calls: callsOf(method), purchases });
  }
}

interface Counted {
  calls: readonly PurchaseCall[];
  purchases: number;
}

async function countCostOf(world: BenchWorld, { calls, purchases }: Counted): Promise<void> {
  for (const buyer of newBuyers(world, WARM_UP_PURCHASES)) {
    for (const { work } of calls) await work(buyer);
  }
  await untilQuiet(world);
  const idle = await measureIdle(world);
  const buyers = newBuyers(world, purchases);
  const costs: Cost[] = [];
  for (const call of calls) costs.push(await measureCall(world, { ...call, buyers, idle }));
  printByCall(costs, purchases);
  await printByStatement(world, { calls, buyers: newBuyers(world, Math.min(WARM_UP_PURCHASES, purchases)) });
}

const newBuyers = (world: BenchWorld, count: number): Buyer[] =>
  Array.from({ length: count }, (_, number) => new Buyer(world, number));

async function measureIdle(world: BenchWorld): Promise<IdleRates> {
  const windows: Counts[] = [];
  for (let number = 1; number <= IDLE_WINDOWS; number += 1) {
    const before = await takeSnapshot(world);
    await sleep(IDLE_WINDOW_SECONDS * 1_000);
    windows.push(since(before.commands, (await takeSnapshot(world)).commands));
  }
  const least = (name: string) => Math.min(...windows.map((counts) => counts[name] ?? 0));
  return Object.fromEntries(COMMANDS.map((name) => [name, least(name) / IDLE_WINDOW_SECONDS]));
}

/** Without the polls of the background: the slower the machine, the more of them fall into a purchase. */
async function measureCall(
  world: BenchWorld,
  { name, work, buyers, idle }: PurchaseCall & { buyers: readonly Buyer[]; idle: IdleRates },
): Promise<Cost> {
  const before = await takeSnapshot(world);
  const began = performance.now();
  for (const buyer of buyers) await work(buyer);
  // Not `untilQuiet`, whose own queries would be counted.
  await sleep(SETTLED_AFTER_MS);
  const after = await takeSnapshot(world);
  const seconds = (performance.now() - began) / 1_000;
  const counted = Object.entries(since(before.commands, after.commands));
  return {
    phase: name,
    commands: Object.fromEntries(
      counted.map(([command, count]) => [command, Math.max(0, count - (idle[command] ?? 0) * seconds)]),
    ),
    documents: since(before.documents, after.documents),
    upstream: since(before.upstream, after.upstream),
    cpu: cpuSince(before.cpu, after.cpu),
  };
}

function printByCall(costs: readonly Cost[], purchases: number): void {
  const each = (count: number) => (count / purchases).toFixed(1);
  const ms = (cost: Cost, part: string) => ((cost.cpu[part] ?? 0) / purchases).toFixed(2);
  const row = (name: string, from: readonly Cost[]) => {
    const total = (pick: (cost: Cost) => number) => each(from.reduce((sum, cost) => sum + pick(cost), 0));
    const cpu = (part: string) => from.reduce((sum, cost) => sum + Number(ms(cost, part)), 0).toFixed(2);
    return [
      name,
      total(({ commands }) => totalOf(commands)),
      total(({ commands }) => totalOf(commands, READS)),
      total(({ commands }) => totalOf(commands, WRITES)),
      total(({ commands }) => totalOf(commands, ENDS)),
      total(({ documents }) => totalOf(documents)),
      total(({ upstream }) => totalOf(upstream)),
      cpu("service"),
      cpu("mongod"),
      cpu("neighbours"),
    ];
  };
  print(
    `\n   One purchase, by call: averages of ${purchases} consecutive purchases, without the polls of the background; placing includes its work\n`,
  );
  table(
    [
      "call",
      "round trips",
      "reads",
      "writes",
      "commits",
      "documents written",
      "upstream",
      "service CPU ms",
      "mongod",
      "neighbours",
    ],
    [...costs.map((cost) => row(cost.phase, [cost])), row("whole purchase", costs)],
  );
  print("\n   Calls to neighbours per purchase\n");
  const routes = new Map<string, number>();
  for (const { upstream } of costs) {
    for (const [route, count] of Object.entries(upstream))
      routes.set(route, (routes.get(route) ?? 0) + count);
  }
  const called = [...routes].filter(([, count]) => count > 0).sort((a, b) => b[1] - a[1]);
  table(
    ["route", "calls"],
    called.map(([route, count]) => [route, each(count)]),
  );
}

interface Profiled {
  _id: { phase: string; collection: string; op: string };
  count: number;
  millis: number;
  examined: number;
}

/** Prints the statements of each call, from the database's profiler. */
async function printByStatement(
  world: BenchWorld,
  { calls, buyers }: { calls: readonly PurchaseCall[]; buyers: readonly Buyer[] },
): Promise<void> {
  const { db } = world;
  const rows: Profiled[] = [];
  for (const { name, work } of calls) {
    const began = new Date();
    await db.command({ profile: 2 });
    for (const buyer of buyers) await work(buyer);
    await untilQuiet(world);
    await db.command({ profile: 0 });
    rows.push(...(await readProfile(db, name, began)));
  }
  print(`\n   Statements per purchase by call and collection (profiler, ${buyers.length} purchases)\n`);
  table(
    ["call", "collection", "statement", "times", "documents examined", "server ms"],
    rows.map(({ _id, count, millis, examined }) => [
      _id.phase,
      _id.collection,
      _id.op,
      (count / buyers.length).toFixed(2),
      (examined / buyers.length).toFixed(1),
      (millis / buyers.length).toFixed(2),
    ]),
  );
}

function readProfile(db: mongoose.mongo.Db, phase: string, began: Date): Promise<Profiled[]> {
  const keys = { $map: { input: { $objectToArray: "$command" }, in: "$$this.k" } };
  const first = { $arrayElemAt: [keys, 0] };
  // A command's name is its first key. Single updates and deletes are recorded without it.
  const verb = { $cond: [{ $in: [first, [...COMMANDS]] }, first, "$op"] };
  const collection = { $arrayElemAt: [{ $split: ["$ns", "."] }, 1] };
  const group = {
    _id: { phase, collection, op: verb },
    count: { $sum: 1 },
    millis: { $sum: "$millis" },
    examined: { $sum: "$docsExamined" },
  };
  return db
    .collection("system.profile")
    .aggregate<Profiled>([
      { $match: { ts: { $gte: began }, appName: { $ne: "bench" } } },
      { $group: group },
      { $sort: { count: -1, "_id.collection": 1 } },
    ])
    .toArray();
}
