import { setTimeout as sleep } from "node:timers/promises";
import type mongoose from "mongoose";
import { Types } from "mongoose";
import { minutesFromNow } from "../../utils/clock.js";
import { paymentMachine } from "../../utils/state-machines.js";
import { SANDBOX_SECRETS } from "../sandbox/environment.js";
import { makeReadyCheckout } from "../support/open-checkouts.js";
import { print } from "../support/print.js";
import { Buyer } from "./buyer.js";
import { runLoad } from "./load.js";
import { type CpuMs, cpuSince, readCpu } from "./processes.js";
import { type BenchWorld, openBenchWorld } from "./world.js";

/**
 * `NODE_ENV=development tsx scripts/bench/sweep-load.ts [seconds]`, after a build: the gateway sends no webhook and no
 * customer returns. First 2,400 payments of the last two minutes (20 a second) wait for the sweep, then customers buy
 * as fast as this machine allows. Prints how soon every capture has an order. Exits with 1 when one has none in time.
 */
const PER_SECOND = 20;
const BACKLOG_SECONDS = 120;
const SWEPT_AFTER_MS = 60_000;
/** What docs/recovery.md promises for a live checkout. */
const LIMIT_MS = 15 * 60_000;
const AT_ONCE = 16;
const POLL_MS = 250;

type Db = mongoose.mongo.Db;

interface Measured {
  name: string;
  payments: number;
  /** From the first order to the last. */
  seconds: number;
  /** From a capture to its order, in seconds. */
  median: number;
  longest: number;
  cpu: CpuMs;
}

/** Documents as choosing a payment method leaves them, aged evenly over two minutes, and paid at the gateway. */
async function seedBacklog(world: BenchWorld, gatewayUrl: string): Promise<void> {
  const total = PER_SECOND * BACKLOG_SECONDS;
  const began = Date.now() - SWEPT_AFTER_MS - BACKLOG_SECONDS * 1_000;
  const numbers = Array.from({ length: total }, (_unused, number) => number).values();
  const lane = async () => {
    for (const number of numbers) {
      const at = new Date(began + (number * 1_000) / PER_SECOND);
      await seedOne(world, { gatewayUrl, number, at });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

async function seedOne(
  { db, sandbox }: BenchWorld,
  { gatewayUrl, number, at }: { gatewayUrl: string; number: number; at: Date },
): Promise<void> {
  const { cart, cartItems, session, frozen } = makeReadyCheckout({ number, goods: number, at });
  const paymentId = new Types.ObjectId();
  const amount = frozen.totals.amountDue;
  const gatewayOrderId = await createGatewayOrder(gatewayUrl, { amount, receipt: paymentId.toHexString() });
  const expiresAt = minutesFromNow(60);
  const set = { status: "payment_pending", paymentMethod: "upi", frozen, paymentId, expiresAt };
  const owner = session.userId ? { userId: session.userId } : { sessionId: session.sessionId };
  const payment = {
    ...{ _id: paymentId, checkoutSessionId: session._id, ...owner, gateway: "razorpay", method: "upi" },
    ...{ gatewayOrderId, gatewayPaymentId: null, orderId: null, orderNumber: null, methodDetails: null },
    ...{ status: paymentMachine.initial, currency: "INR", amount, capturedAmount: 0, refundedAmount: 0 },
    ...{ refundReserved: 0, fee: null, tax: null, accepted: false, surplus: false, supersededAt: null },
    ...{
      mismatch: null,
      disputes: [],
      settlement: null,
      capturedAt: null,
      authorizedAt: null,
      statusHistory: [],
    },
    sweep: { nextAt: new Date(at.getTime() + SWEPT_AFTER_MS), attempts: 0 },
    ...{ createdAt: at, updatedAt: at },
  };
  await Promise.all([
    db.collection("carts").insertOne(cart),
    db.collection("cartItems").insertMany(cartItems),
    db.collection("checkoutSessions").insertOne({ ...session, ...set }),
    sandbox.call("razorpay", "pay", gatewayOrderId, { method: "upi", outcome: "success" }),
  ]);
  // Last, because the sweep runs already.
  await db.collection("payments").insertOne(payment);
}

async function createGatewayOrder(
  gatewayUrl: string,
  order: { amount: number; receipt: string },
): Promise<string> {
  const { razorpayKeyId, razorpayKeySecret } = SANDBOX_SECRETS;
  const key = Buffer.from(`${razorpayKeyId}:${razorpayKeySecret}`).toString("base64");
  const answer = await fetch(`${gatewayUrl}/v1/orders`, {
    method: "POST",
    headers: { Authorization: `Basic ${key}`, "Content-Type": "application/json" },
    body: JSON.stringify({ ...order, currency: "INR", payment: { capture: "automatic" } }),
  });
  const body: unknown = await answer.json();
  if (typeof body === "object" && body && "id" in body && typeof body.id === "string") return body.id;
  throw new Error(`the gateway answered ${answer.status}`);
}

const unsettled = (db: Db): Promise<number> =>
  db.collection("payments").countDocuments({ gateway: "razorpay", orderId: null, surplus: { $ne: true } });

/** Waits until every payment has an order or a refund, or the limit has passed. */
async function untilSettled({ db }: BenchWorld): Promise<void> {
  const deadline = Date.now() + LIMIT_MS;
  while ((await unsettled(db)) > 0 && Date.now() < deadline) await sleep(POLL_MS);
  const left = await unsettled(db);
  if (left > 0) throw new Error(`${left} captures have neither an order nor a refund after 15 minutes`);
}

/** The work of the sweep alone, and with customers who keep buying. */
async function measure(world: BenchWorld, name: string, work: () => Promise<void>): Promise<Measured> {
  const from = new Date();
  const before = readCpu(world.parts);
  await work();
  await untilSettled(world);
  const cpu = cpuSince(before, readCpu(world.parts));
  const captures = (await world.sandbox.call("razorpay", "ledger")).captures;
  const capturedAt = new Map(captures.map(({ orderId, at }) => [orderId, at]));
  const payments = await world.db
    .collection("payments")
    .find({ orderId: { $ne: null } })
    .toArray();
  const orders = await world.db
    .collection("orders")
    .find({ createdAt: { $gte: from } }, { projection: { createdAt: 1 } })
    .toArray();
  const placedAt = new Map(orders.map(({ _id, createdAt }) => [_id.toHexString(), createdAt.getTime()]));
  const waits = payments
    .flatMap(({ orderId, gatewayOrderId }) => {
      const [placed, captured] = [placedAt.get(String(orderId)), capturedAt.get(gatewayOrderId)];
      return placed === undefined || captured === undefined ? [] : [(placed - captured) / 1_000];
    })
    .sort((one, other) => one - other);
  const times = [...placedAt.values()];
  return {
    ...{ name, payments: waits.length, cpu },
    seconds: (Math.max(...times) - Math.min(...times)) / 1_000,
    median: waits[Math.floor(waits.length / 2)] ?? 0,
    longest: waits.at(-1) ?? 0,
  };
}

function report({ name, payments, seconds, median, longest, cpu }: Measured): void {
  const each = Object.entries(cpu).map(
    ([part, ms]) => `${part} ${(ms / Math.max(1, payments)).toFixed(1)} ms`,
  );
  print(
    `${name}: ${payments} payments became orders within ${seconds.toFixed(0)} s (${(payments / seconds).toFixed(0)}/s)`,
  );
  print(`   from capture to order: median ${median.toFixed(0)} s, longest ${longest.toFixed(0)} s`);
  print(`   CPU per payment: ${each.join(", ")}`);
}

/** As many customers as the machine allows; each pays and never returns. */
async function buyAndVanish(world: BenchWorld, seconds: number): Promise<void> {
  const load = await runLoad({
    operation: async (index) => {
      const buyer = new Buyer(world, index);
      await buyer.prepare("upi");
      await buyer.pay();
      return 0;
    },
    loop: { kind: "closed", atOnce: AT_ONCE },
    seconds,
  });
  print(
    `customers: ${load.done} paid in ${load.seconds.toFixed(0)} s (${(load.done / load.seconds).toFixed(1)}/s)`,
  );
  if (load.failed > 0) throw new Error(`${load.failed} purchases failed: ${load.errors[0]}`);
}

async function main(): Promise<void> {
  const seconds = Number(process.argv[2] ?? 120);
  const world = await openBenchWorld({ fill: async () => undefined });
  try {
    const { RAZORPAY_API_URL = "" } = await world.sandbox.call("sandbox", "environment");
    await world.sandbox.call("razorpay", "configure", { webhooks: { drop: "all" } });
    report(await measure(world, "backlog", () => seedBacklog(world, RAZORPAY_API_URL)));
    report(await measure(world, "live", () => buyAndVanish(world, seconds)));
  } finally {
    await world.stop();
  }
}

await main().catch((error: unknown) => {
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
});
