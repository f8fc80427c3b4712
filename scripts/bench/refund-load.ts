import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import { forEachAtOnce } from "../../utils/async.js";
import type { AttemptResult } from "../sandbox/razorpay/control-types.js";
import type { RefundEntity } from "../sandbox/razorpay/types.js";
import { print } from "../support/print.js";
import { paymentOf } from "./reconcile-books.js";
import { type BenchWorld, openBenchWorld } from "./world.js";

/**
 * `NODE_ENV=development tsx scripts/bench/refund-load.ts [pending] [latency in ms]`, after a build: 1,000 refunds of the
 * last ten minutes are pending at the gateway, which answers each look-up after 300 ms and sends no webhook. Every ten
 * seconds a newer refund is made, which is processed at once or 75 seconds later. Prints how soon the service knows. Exits with 1 when one takes longer than
 * two minutes.
 */
const PENDING = Number(process.argv[2] ?? 1_000);
const LATENCY_MS = Number(process.argv[3] ?? 300);
const NEWER = 18;
const EVERY_MS = 10_000;
const AMOUNT = 49_900;
const LIMIT_SECONDS = 120;
const MINUTE_MS = 60_000;
const AGED_MS = 10 * MINUTE_MS;
const SETTLED_LATER_MS = 75_000;
const AT_ONCE = 8;
const POLL_MS = 250;

interface Terms {
  number: number;
  at: Date;
  /** Null: it has not been looked up yet. */
  dueAt: Date | null;
}

/** Refunds a payment at the gateway, where it stays pending, with our rows as `performRefund` leaves them. */
async function makeRefund({ db, sandbox }: BenchWorld, paid: AttemptResult, terms: Terms) {
  const { number, at, dueAt } = terms;
  const paymentId = new Types.ObjectId();
  const owed = { _id: paymentId, orderId: null, surplus: true, refundReserved: AMOUNT };
  const made = (await sandbox.call("razorpay", "refundInDashboard", paid.paymentId)) as RefundEntity;
  const refundNumber = `REF-2026-${String(number).padStart(6, "0")}`;
  const _id = new Types.ObjectId();
  const attempt = { at, key: `${_id.toHexString()}-1`, receipt: refundNumber, outcome: "sent", error: null };
  await db.collection("payments").insertOne({ ...paymentOf(paid, AMOUNT), ...owed });
  await db.collection("refunds").insertOne({
    ...{ _id, refundNumber, paymentId, orderId: null, gatewayRefundId: made.id, speed: null },
    ...{ source: "payment", destination: "original", type: "full", reason: "other", systemReason: "surplus" },
    ...{ status: "processing", amount: AMOUNT, items: [], shippingAmount: 0, initiatedByType: "system" },
    ...{ attempts: [attempt], dueAt, attention: false, failureReason: null },
    ...{ history: [{ from: null, to: "processing", at, note: null, by: { type: "system" } }] },
    ...{ createdAt: at, updatedAt: at },
  });
  return { _id, gatewayRefundId: made.id };
}

/** @returns seconds from the gateway's result to ours */
async function timeOne(world: BenchWorld, paid: AttemptResult, number: number): Promise<number> {
  const { _id, gatewayRefundId } = await makeRefund(world, paid, { number, at: new Date(), dueAt: null });
  // Every other one is looked at before the gateway is done.
  if (number % 2 === 1) await sleep(SETTLED_LATER_MS);
  await world.sandbox.call("razorpay", "settleRefund", gatewayRefundId, "processed");
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const done = { _id, status: "completed" };
  while (seconds() < 2 * LIMIT_SECONDS) {
    if (await world.db.collection("refunds").countDocuments(done)) return seconds();
    await sleep(POLL_MS);
  }
  return Number.POSITIVE_INFINITY;
}

async function measure(world: BenchWorld): Promise<void> {
  const total = PENDING + NEWER;
  const paid = (await world.sandbox.call("razorpay", "payMany", total, AMOUNT)) as AttemptResult[];
  const old = paid.slice(0, PENDING).map((attempt, index) => ({ attempt, index }));
  await forEachAtOnce(old, AT_ONCE, async ({ attempt, index }) => {
    const at = new Date(Date.now() - (AGED_MS * index) / PENDING);
    const dueAt = new Date(Date.now() - (MINUTE_MS * index) / PENDING);
    await makeRefund(world, attempt, { number: index + 1, at, dueAt });
  });
  await world.sandbox.call("razorpay", "setFault", {
    ...{ match: "GET /refunds/:id", action: "delay", delayMs: LATENCY_MS, times: "always" },
  });
  const newer = paid.slice(PENDING).map(async (attempt, index) => {
    await sleep(index * EVERY_MS);
    return timeOne(world, attempt, total + index);
  });
  const waits = (await Promise.all(newer)).sort((one, other) => one - other);
  const longest = waits.at(-1) ?? 0;
  const median = waits[Math.floor(waits.length / 2)] ?? 0;
  print(
    `${PENDING} pending at ${LATENCY_MS} ms: known after ${median.toFixed(0)} s (median), ${longest.toFixed(0)} s (longest)`,
  );
  if (longest > LIMIT_SECONDS) process.exitCode = 1;
}

const world = await openBenchWorld({ fill: async () => undefined });
try {
  await world.sandbox.call("razorpay", "configure", {
    refundMode: "pending",
    refundSettleMs: null,
    webhooks: { drop: "all" },
  });
  await measure(world);
} catch (error) {
  print(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exitCode = 1;
} finally {
  await world.stop();
}
