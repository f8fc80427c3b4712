import { setTimeout as sleep } from "node:timers/promises";
import { expectSuccess } from "./buyer.js";
import { type LoadOutcome, runLoad } from "./load.js";
import { type CpuMs, cpuSince, readCpu } from "./processes.js";
import { paidBuyers } from "./scenarios.js";
import type { WireRequest } from "./wire.js";
import { type BenchWorld, untilQuiet } from "./world.js";

export interface WebhookLoad {
  title: string;
  perSecond: number;
  seconds: number;
}

/** The targets: 50 a second are acknowledged within 200 ms (p99); of 500 within five seconds none is refused. */
export const WEBHOOK_LOADS: readonly WebhookLoad[] = [
  { title: "webhooks sustained, acknowledged", perSecond: 50, seconds: 30 },
  { title: "webhook burst, acknowledged", perSecond: 100, seconds: 5 },
];
/** `payment.authorized`, `payment.captured` and `order.paid`. */
const EVENTS_PER_PAYMENT = 3;
const PATH = "/api/webhooks/razorpay";
const APPLIED_WITHIN_MS = 60_000;
const POLL_MS = 50;

export interface Burst {
  outcome: LoadOutcome;
  /** From the start of the burst until every event was applied. */
  cpu: CpuMs;
  /** From the last acknowledgement until every event was applied. */
  appliedAfterMs: number;
}

/**
 * Signed events about payments of buyers who did not return, so that the webhooks place the orders. Nothing is sent yet.
 * @param wanted the least number of events: those of the last payment are complete, or its money would have no order
 */
export async function prepareWebhooks(
  world: BenchWorld,
  wanted: number,
  atOnce?: number,
): Promise<WireRequest[]> {
  const known = new Set((await world.sandbox.call("razorpay", "events")).map(({ id }) => id));
  await paidBuyers(world, Math.ceil(wanted / EVENTS_PER_PAYMENT), atOnce);
  const held = (await world.sandbox.call("razorpay", "events")).filter(({ id }) => !known.has(id));
  return held.map(({ id, body, signature }) => ({
    method: "POST" as const,
    path: PATH,
    headers: { "X-Razorpay-Event-Id": id, "X-Razorpay-Signature": signature ?? "" },
    body,
  }));
}

export async function sendWebhooks(world: BenchWorld, { perSecond, seconds }: WebhookLoad): Promise<Burst> {
  const requests = await prepareWebhooks(world, perSecond * seconds);
  await untilQuiet(world);
  const before = readCpu(world.parts);
  const outcome = await runLoad({
    operation: async (index) => {
      const request = requests[index];
      if (request) await expectSuccess(world.wire.send(request), "the webhook");
      return 0;
    },
    loop: { kind: "open", perSecond },
    seconds,
    most: requests.length,
  });
  const appliedAfterMs = await untilApplied(world);
  return { outcome, appliedAfterMs, cpu: cpuSince(before, readCpu(world.parts)) };
}

async function untilApplied({ db }: BenchWorld): Promise<number> {
  const began = performance.now();
  const waiting = () => db.collection("webhookEvents").countDocuments({ state: "received" });
  while ((await waiting()) > 0) {
    if (performance.now() - began > APPLIED_WITHIN_MS)
      throw new Error("events were not applied within a minute");
    await sleep(POLL_MS);
  }
  return performance.now() - began;
}
