import { setTimeout as sleep } from "node:timers/promises";
import mongoose from "mongoose";
import { findViolations } from "../invariants/index.js";
import { toLine } from "../invariants/invariants.js";
import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { check, heading, narrate, print, table } from "../support/print.js";
import { type ServiceProcess, startService } from "../support/service-process.js";
import { type Customers, startCustomers } from "./customers.js";
import { Witness } from "./majority.js";
import { type ReplicaSet, startReplicaSet } from "./replica-set.js";
import { isAllowed, type Phase, type PhaseReport, reportPhase } from "./tally.js";

/**
 * `npm run test:mongo`: a three-member replica set loses its primary in three ways, and then its majority,
 * while customers buy (reliability.md F34–F36, F39, I33). Nothing acknowledged may be lost, clients hear
 * nothing but 503 with Retry-After, and the service goes on by itself.
 */
const PURCHASES_PER_SECOND = Number(process.env.PURCHASES_PER_SECOND ?? 5);
/** F34–F36, and what this machine may add when the members and everything else share its cores. */
const MOST_GAP_MS = {
  "step-down": 10_000,
  "SIGKILL of the primary": 15_000,
  "frozen primary": 15_000,
  "majority back": 5_000,
} as const;
/** An error must not keep a client waiting for longer (F39 and F35). */
const MOST_WAIT_MS = 15_000;
const FROZEN_MS = 10_000;
const WITHOUT_MAJORITY_MS = 8_000;
const QUIET_WITHIN_MS = 45_000;

interface World {
  set: ReplicaSet;
  sandbox: Sandbox;
  service: ServiceProcess;
  db: mongoose.mongo.Db;
}

async function withWorld(run: (world: World) => Promise<void>): Promise<void> {
  const undo: (() => Promise<unknown>)[] = [];
  try {
    // The neighbours' books are kept elsewhere: it is our database that is in trouble, not theirs.
    const set = await startReplicaSet();
    undo.push(() => set.stop());
    const own = await startEmbeddedMongo();
    undo.push(() => own.stop());
    await set.waitUntilHealthy();
    const sandbox = await startSandbox({ mongoUri: own.uri, defaultStock: 1_000_000 });
    undo.push(() => sandbox.stop());
    const uri = databaseUri(set.uri, "mongo_faults");
    const env = {
      ...sandbox.env,
      MONGODB_URI: uri,
      NODE_ENV: "test",
      LOG_LEVEL: "warn",
      RATE_LIMIT_PER_MINUTE: "0",
    };
    const service = await startService({ env });
    undo.push(() => service.stop());
    sandbox.setServiceUrl(service.url);
    const client = await mongoose.mongo.MongoClient.connect(uri);
    undo.push(() => client.close());
    await run({ set, sandbox, service, db: client.db() });
  } finally {
    for (const step of undo.reverse()) await step().catch((error) => print(`   ${String(error)}`));
  }
}

async function phase(name: string, work: () => Promise<void>): Promise<Phase> {
  narrate(name);
  const startedAt = performance.now();
  await work();
  return { name, startedAt, endedAt: performance.now() };
}

/** What happens to the primary, one after the other. */
async function disturb(world: World): Promise<Phase[]> {
  const { set } = world;
  const phases = [await phase("calm", () => sleep(6_000))];
  phases.push(
    await phase("step-down", async () => {
      await set.stepDown();
      await sleep(12_000);
      await set.waitUntilHealthy();
    }),
  );
  phases.push(
    await phase("SIGKILL of the primary", async () => {
      const restart = await set.killPrimary();
      await sleep(8_000);
      restart();
      await sleep(8_000);
      await set.waitUntilHealthy();
    }),
  );
  phases.push(
    await phase("frozen primary", async () => {
      const thaw = await set.freezePrimary();
      await sleep(FROZEN_MS).finally(thaw);
      await sleep(8_000);
      await set.waitUntilHealthy();
    }),
  );
  return [...phases, ...(await loseMajority(world))];
}

/** Two of three are gone: whoever wants to write is refused, and finds everything as it was when they are back. */
async function loseMajority({ set, service }: World): Promise<Phase[]> {
  const witness = new Witness(service.url);
  await witness.begin();
  const phases = [
    await phase("two of three down", async () => {
      const restart = await set.killSecondaries();
      await set.waitUntilLeaderless();
      const first = await witness.findFaults();
      await sleep(WITHOUT_MAJORITY_MS);
      const faults = [...first, ...(await witness.findFaults())];
      for (const fault of faults) narrate(fault);
      check(faults.length === 0, "two of three down: writes and readiness 503 in time, liveness 200");
      restart();
      await set.waitUntilHealthy();
    }),
  ];
  phases.push(await phase("majority back", () => sleep(8_000)));
  const units = await witness.comeBack();
  check(units === 2, "the write that was refused, repeated with its key, counts once");
  return phases;
}

async function untilQuiet({ db, sandbox }: World): Promise<void> {
  const deadline = Date.now() + QUIET_WITHIN_MS;
  for (;;) {
    await sandbox.control.razorpay.flushWebhooks({ timeoutMs: QUIET_WITHIN_MS }).catch(() => undefined);
    const messages = await db
      .collection("outboxMessages")
      .countDocuments({ state: "pending", type: { $ne: "audit.recorded" } });
    const events = await db.collection("webhookEvents").countDocuments({ state: "received" });
    const intents = await db.collection("checkoutSessions").countDocuments({ placement: { $ne: null } });
    if (messages + events + intents === 0) return;
    if (Date.now() > deadline)
      throw new Error(`not quiet: ${messages} messages, ${events} events, ${intents} placements`);
    await sleep(500);
  }
}

async function findLost({ db }: World, { orders }: Customers): Promise<string[]> {
  const there = await db
    .collection("orders")
    .find({}, { projection: { orderNumber: 1 } })
    .toArray();
  const numbers = new Map(there.map(({ _id, orderNumber }) => [_id.toHexString(), String(orderNumber)]));
  return orders.filter(({ id, orderNumber }) => numbers.get(id) !== orderNumber).map(({ id }) => id);
}

const tellErrors = (errors: PhaseReport["errors"]): string =>
  Object.entries(errors)
    .map(([error, count]) => `${count} × ${error}`)
    .join(", ") || "none";

function tell(reports: readonly PhaseReport[]): void {
  heading("What the customers saw");
  table(
    ["what", "s", "answered", "longest gap ms", "slowest answer ms", "errors"],
    reports.map(({ name, seconds, succeeded, longestGapMs, slowestMs, errors }) => [
      name,
      seconds,
      succeeded,
      longestGapMs,
      slowestMs,
      tellErrors(errors),
    ]),
  );
}

/** What the service wrote of errors that it did not know. */
function tellUnknownErrors({ service }: World): void {
  const lines = service.output().split("\n");
  for (const line of lines.filter((text) => text.includes("INTERNAL_ERROR")).slice(0, 5)) print(line);
}

function judge(reports: readonly PhaseReport[], { calls, failed }: Customers): void {
  for (const { name, longestGapMs } of reports) {
    const limit = Object.entries(MOST_GAP_MS).find(([known]) => known === name)?.[1];
    if (limit !== undefined) check(longestGapMs <= limit, `${name}: no gap above ${limit / 1_000} s`);
  }
  const refused = calls.filter((call) => !isAllowed(call));
  for (const { what, status, code } of refused.slice(0, 20)) narrate(`${what}: ${status} ${code}`);
  check(refused.length === 0, "clients heard nothing but 503 with Retry-After, or that somebody is at it");
  const slow = calls.filter(({ status, tookMs }) => status >= 500 && tookMs > MOST_WAIT_MS);
  for (const { what, status, code, tookMs } of slow.slice(0, 20))
    narrate(`${what}: ${status} ${code} after ${Math.round(tookMs)} ms`);
  check(slow.length === 0, `no error kept a client waiting for more than ${MOST_WAIT_MS / 1_000} s`);
  check(failed.length === 0, "every purchase came to its end");
}

async function main(): Promise<void> {
  heading("Three members, one service, and customers");
  await withWorld(async (world) => {
    const { inventory } = world.sandbox.control;
    await inventory.setStock(SEED.variants.hairOil, 1_000_000);
    const customers = startCustomers(world.service.url, world.sandbox, PURCHASES_PER_SECOND);
    const phases = await disturb(world).finally(() => customers.stop());
    await untilQuiet(world);
    const reports = phases.map((one) => reportPhase(one, customers.calls));
    tell(reports);
    const lost = await findLost(world, customers);
    const violations = await findViolations(world.db, world.sandbox, { captureGraceMs: 0 });
    heading("What became of it");
    narrate(`orders acknowledged: ${customers.orders.length}, lost: ${lost.length}`);
    for (const violation of violations) narrate(toLine(violation));
    tellUnknownErrors(world);
    for (const reason of customers.failed.slice(0, 20)) narrate(reason);
    check(customers.orders.length > 0 && lost.length === 0, "no acknowledged order was lost");
    check(violations.length === 0, "all invariants hold");
    judge(reports, customers);
    const ready = await fetch(`${world.service.url}/api/health/ready`);
    check(ready.ok, "the service is ready, and was never restarted");
  });
}

main().catch((error: unknown) => {
  print(String(error instanceof Error ? (error.stack ?? error.message) : error));
  process.exitCode = 1;
});
