import { setTimeout as sleep } from "node:timers/promises";
import { expectSuccess } from "./buyer.js";
import { type LoadOutcome, runLoad } from "./load.js";
import { type CpuMs, cpuSince, readCpu } from "./processes.js";
import { crowd } from "./scenarios.js";
import { type BenchWorld, untilQuiet } from "./world.js";

/** The target for this load: acknowledged within 500 ms (p99), applied within 10 s. */
const EVENTS = 500;
const SECONDS = 5;
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
 * Sends 500 signed events in five seconds, about payments of buyers who did not return, so that the webhooks
 * place the orders.
 */
export async function webhookBurst(world: BenchWorld): Promise<Burst> {
  const known = new Set((await world.sandbox.call("razorpay", "events")).map(({ id }) => id));
  await world.sandbox.call("razorpay", "configure", { webhooks: { hold: true } });
  const size = Math.ceil(EVENTS / EVENTS_PER_PAYMENT);
  await crowd(world, {
    size,
    work: async (buyer) => {
      await buyer.prepare("upi");
      await buyer.pay();
    },
  });
  const held = (await world.sandbox.call("razorpay", "events")).filter(({ id }) => !known.has(id));
  await world.sandbox.call("razorpay", "configure", { webhooks: { hold: false } });
  const requests = held.slice(0, EVENTS).map(({ id, body, signature }) => ({
    method: "POST" as const,
    path: PATH,
    headers: { "X-Razorpay-Event-Id": id, "X-Razorpay-Signature": signature ?? "" },
    body,
  }));
  await untilQuiet(world);
  const before = readCpu(world.parts);
  const outcome = await runLoad({
    operation: async (index) => {
      const request = requests[index];
      if (request) await expectSuccess(world.wire.send(request), "the webhook");
      return 0;
    },
    loop: { kind: "open", perSecond: EVENTS / SECONDS },
    seconds: SECONDS,
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
