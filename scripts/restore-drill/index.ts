import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import mongoose from "mongoose";
import { findViolations } from "../invariants/index.js";
import { databaseUri } from "../mongo/database-uri.js";
import { startEmbeddedMongo } from "../mongo/embedded-mongo.js";
import { type Sandbox, startSandbox } from "../sandbox/sandbox.js";
import { SEED } from "../sandbox/seed/index.js";
import { startCustomers } from "../support/customers.js";
import { listAt, textAt } from "../support/json.js";
import { check, heading, narrate, print } from "../support/print.js";
import { type ServiceProcess, startService } from "../support/service-process.js";
import { Shopper } from "../support/shopper.js";
import { waitUntil } from "../support/wait-until.js";
import { leaveAtPayment, payLater } from "./late-buyer.js";
import { type Mongod, startMongod } from "./mongod.js";

/**
 * `npm run test:restore`: the steps of docs/deployment.md, "Backup and restore", tried. Customers buy; the files of the
 * running server are copied; customers go on buying; server and files are lost. A new replica set is made of the copy,
 * and the service has to find what happened since: at the gateway, whose books were not lost.
 */
const PURCHASES_PER_SECOND = 2;
const ORDERS_BEFORE = 8;
const ORDERS_AFTER = 6;
const DATABASE = "order_payment";
/** More numbers than were drawn since the backup. */
const SKIPPED_NUMBERS = 1_000;
/** Payments of the last 15 minutes are left to the next reconciliation. */
const LATER_MS = 20 * 60_000;
/** Seconds on an idle machine. */
const SETTLED_WITHIN_MS = 180_000;

interface Stage {
  sandbox: Sandbox;
  folder: string;
  undo: (() => unknown)[];
}

const start = async ({ sandbox, undo }: Stage, mongod: Mongod): Promise<ServiceProcess> => {
  const env = {
    ...sandbox.env,
    MONGODB_URI: databaseUri(mongod.uri, DATABASE),
    NODE_ENV: "test",
    LOG_LEVEL: "warn",
    RATE_LIMIT_PER_MINUTE: "0",
    OVERLOAD_DELAY_MS: "0",
  };
  const variables = { PATH: process.env.PATH, ...env };
  await promisify(execFile)(process.execPath, ["dist/scripts/migrate.js", "up"], { env: variables });
  const service = await startService({ env });
  undo.push(() => service.kill("SIGKILL"));
  sandbox.setServiceUrl(service.url);
  return service;
};

async function connect({ undo }: Stage, mongod: Mongod): Promise<mongoose.mongo.Db> {
  const client = await mongoose.mongo.MongoClient.connect(mongod.uri);
  undo.push(() => client.close());
  return client.db(DATABASE);
}

const until = (what: string, holds: Parameters<typeof waitUntil>[1]): Promise<void> =>
  waitUntil(what, holds, SETTLED_WITHIN_MS);

/** The newest invoice's PDF, which is rendered, and stored in GridFS, when it is first asked for. */
async function digestOfInvoice(service: ServiceProcess, sandbox: Sandbox, number?: string) {
  const admin = new Shopper(service.url, sandbox.tokens.finance);
  const list = await admin.do({ method: "GET", path: "/api/admin/invoices?type=sale&limit=100" });
  const invoice = listAt(list, "items").find((item) => !number || textAt(item, "invoiceNumber") === number);
  if (!invoice) throw new Error(`there is no invoice ${number ?? ""}`);
  const link = new URL(textAt(invoice, "pdfUrl"));
  let bytes = Buffer.of();
  // A busy machine renders late: 503, ask again.
  await until("the invoice is rendered", async () => {
    const answer = await fetch(service.url + link.pathname + link.search);
    bytes = Buffer.from(await answer.arrayBuffer());
    return answer.status === 200;
  });
  return {
    number: textAt(invoice, "invoiceNumber"),
    digest: createHash("sha256").update(bytes).digest("hex"),
  };
}

/** A copy of the files while the server runs and refuses writes: what a snapshot of its volume is. */
async function backUp(mongod: Mongod, from: string, to: string): Promise<number> {
  const startedAt = performance.now();
  await mongod.command({ fsync: 1, lock: true });
  try {
    cpSync(from, to, { recursive: true });
  } finally {
    await mongod.command({ fsyncUnlock: 1 });
  }
  return Math.round(performance.now() - startedAt);
}

/** MongoDB's own steps to make a replica set of a copy: alone, without the database `local`; then as a new set. */
async function restore(dbPath: string): Promise<Mongod> {
  rmSync(join(dbPath, "mongod.lock"), { force: true });
  const alone = await startMongod(dbPath, "standalone");
  await alone.forgetSet();
  await alone.stop();
  return startMongod(dbPath, "new set");
}

const idsOf = async (db: mongoose.mongo.Db): Promise<Set<string>> =>
  new Set(
    await db
      .collection("orders")
      .find()
      .map(({ _id }) => _id.toHexString())
      .toArray(),
  );

/** What an admin orders with `POST /api/admin/payments/reconcile`, in this process, which can be ahead of its time. */
async function reconcileLater(uri: string, sandbox: Sandbox): Promise<void> {
  Object.assign(process.env, sandbox.env, { MONGODB_URI: uri, NODE_ENV: "test", LOG_LEVEL: "warn" });
  const [database, { startReconciliation }, { reconciliationRequests }, { setClock, now }] =
    await Promise.all([
      import("../../config/database.config.js"),
      import("../../services/flows/reconcile/start-reconciliation.js"),
      import("../jobs/payment-reconciliation.job.js"),
      import("../../utils/clock.js"),
    ]);
  await database.connectDatabase(uri);
  const dateFrom = now();
  dateFrom.setDate(dateFrom.getDate() - 1);
  setClock(LATER_MS);
  await startReconciliation({ dateFrom, dateTo: now(), repair: false, startedById: null });
  const context = { signal: new AbortController().signal, slot: "manual:restore-drill", fencing: 1 };
  await reconciliationRequests.run(context);
  await database.disconnectDatabase();
}

async function runJob({ url }: ServiceProcess, sandbox: Sandbox, name: string): Promise<void> {
  const admin = new Shopper(url, sandbox.tokens.service);
  await admin.do({ method: "POST", path: `/api/admin/jobs/${name}/run` });
}

async function drill(stage: Stage): Promise<void> {
  const { sandbox, folder } = stage;
  const [files, copy] = [join(folder, "lost"), join(folder, "backup")];
  mkdirSync(files);
  const first = await startMongod(files, "new set");
  stage.undo.push(() => first.kill());
  const service = await start(stage, first);
  const db = await connect(stage, first);

  heading("Customers buy, and a backup is made");
  const customers = startCustomers(service.url, sandbox, PURCHASES_PER_SECOND);
  const late = await leaveAtPayment(service.url);
  await until("orders before the backup", () => customers.orders.length >= ORDERS_BEFORE);
  await until("invoices", async () => (await db.collection("invoices").countDocuments({})) > 3);
  const invoice = await digestOfInvoice(service, sandbox);
  const kept = [...customers.orders];
  const ms = await backUp(first, files, copy);
  narrate(`${kept.length} orders, ${invoice.number} with its PDF; writes waited for ${ms} ms`);

  heading("They go on buying; then the database and its files are lost");
  const after = customers.orders.length;
  payLater(sandbox, late);
  await until("orders after the backup", async () => {
    return customers.orders.length >= after + ORDERS_AFTER && (await idsOf(db)).has(late.checkoutId);
  });
  await customers.stop();
  await sandbox.control.razorpay.flushWebhooks();
  const numbers = await db.collection("orders").distinct("orderNumber");
  service.kill("SIGKILL");
  await first.kill();
  rmSync(files, { recursive: true });
  narrate(`${customers.orders.length} orders were confirmed to customers`);

  heading("A new replica set of the copy");
  const second = await restore(copy);
  stage.undo.push(() => second.kill());
  const restored = await connect(stage, second);
  const there = await idsOf(restored);
  const lost = customers.orders.filter(({ id }) => !there.has(id));
  narrate(`${there.size} orders are there, ${lost.length} are not`);
  check(
    kept.every(({ id }) => there.has(id)),
    "every order that was confirmed before the backup is there",
  );
  check(lost.length > 0 && !there.has(late.checkoutId), "what happened after it is not");
  await restored
    .collection<{ _id: string }>("counters")
    .updateMany({ _id: /^(?:ORD|REF|RET)-/ }, { $inc: { sequence: SKIPPED_NUMBERS } });

  heading("The service on it");
  const again = await start(stage, second);
  check((await fetch(`${again.url}/api/health/ready`)).ok, "it is ready");
  const { digest } = await digestOfInvoice(again, sandbox, invoice.number);
  check(digest === invoice.digest, `the PDF of ${invoice.number} is the same, byte by byte`);
  const next = startCustomers(again.url, sandbox, PURCHASES_PER_SECOND);
  await until("new orders", () => next.orders.length >= 3);
  await next.stop();
  check(
    next.orders.every(({ orderNumber }) => !numbers.includes(orderNumber)),
    "new orders have numbers that were never given to another order",
  );

  heading("What the gateway knows and the copy does not");
  await runJob(again, sandbox, "payment-sweep");
  await until("the late order", async () => (await idsOf(restored)).has(late.checkoutId));
  check(true, "a checkout that was paid after the backup became its order again");
  await reconcileLater(databaseUri(second.uri, DATABASE), sandbox);
  const known = new Set(await restored.collection("payments").distinct("gatewayPaymentId"));
  const unknown = sandbox.control.razorpay
    .ledger()
    .captures.map(({ paymentId }) => paymentId)
    .filter((id) => !known.has(id));
  const items = await restored.collection("reconciliationItems").find({ entity: "payment" }).toArray();
  const listed = items.map(({ gatewayId }) => String(gatewayId));
  for (const { kind, gatewayId, amountAtRisk } of items)
    narrate(`${kind} ${gatewayId} ₹${amountAtRisk / 100}`);
  check(
    unknown.length > 0 && unknown.every((id) => listed.includes(id)) && listed.length === unknown.length,
    `the reconciliation lists the ${unknown.length} captured payments that no order is known of, and no others`,
  );

  heading("The invariants");
  await until("everything is delivered", async () => {
    return (
      (await restored
        .collection("outboxMessages")
        .countDocuments({ state: "pending", type: { $ne: "audit.recorded" } })) === 0
    );
  });
  const violations = await findViolations(restored, sandbox, { captureGraceMs: 0 });
  const byInvariant = new Map<string, number>();
  for (const { invariant } of violations) byInvariant.set(invariant, (byInvariant.get(invariant) ?? 0) + 1);
  for (const [name, count] of byInvariant) narrate(`${count} × ${name}`);
  for (const violation of violations.slice(0, 30)) narrate(JSON.stringify(violation));
}

async function main(): Promise<void> {
  const undo: (() => unknown)[] = [];
  try {
    const folder = mkdtempSync(join(tmpdir(), "restore-drill-"));
    undo.push(() => rmSync(folder, { recursive: true, force: true }));
    // The neighbours have a server of their own, which is not lost.
    const own = await startEmbeddedMongo();
    undo.push(() => own.stop());
    const sandbox = await startSandbox({ mongoUri: own.uri, defaultStock: 1_000_000 });
    undo.push(() => sandbox.stop());
    await sandbox.control.inventory.setStock(SEED.variants.hairOil, 1_000_000);
    await drill({ sandbox, folder, undo });
  } finally {
    for (const step of undo.reverse()) await Promise.resolve(step()).catch((error) => narrate(String(error)));
  }
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    print(String(error instanceof Error ? (error.stack ?? error.message) : error));
    process.exit(1);
  },
);
