import { setTimeout as sleep } from "node:timers/promises";
import { deliverEvents } from "./gateway-events.js";
import { letTimePass } from "./time.js";
import { Astray, type Visit } from "./visit.js";
import type { SweepWorld } from "./world.js";

/** In the order in which they come round. */
const RECOVERY_JOBS = ["placement-recovery", "webhook-retry", "payment-sweep", "outbox"] as const;
const ROUNDS = 8;
const ROUND_MS = 20;

/** Time passes, and every job that keeps purchases true has run. */
export async function runRecoveryJobs(visit: Visit): Promise<void> {
  await letTimePass(visit.world.db);
  for (const job of RECOVERY_JOBS) await visit.job(job);
}

/** Whatever is still owed, but the audit rows that running jobs by hand brings about. */
async function findUnfinished({ db }: SweepWorld): Promise<string[]> {
  const unfinished = await Promise.all([
    db
      .collection("outboxMessages")
      .find({ state: { $ne: "delivered" }, type: { $ne: "audit.recorded" } })
      .map(({ type, lastError }) => `${type}: ${lastError ?? "not delivered"}`)
      .toArray(),
    db
      .collection("webhookEvents")
      .find({ state: { $ne: "processed" } })
      .map(({ event, reason, lastError }) => `${event}: ${reason ?? lastError ?? "not applied"}`)
      .toArray(),
    db
      .collection("checkoutSessions")
      .find({ placement: { $ne: null } })
      .map(({ _id }) => `${String(_id)} is still being placed`)
      .toArray(),
  ]);
  return unfinished.flat();
}

/** Lets time pass, jobs run and the gateway speak until nothing is left to do. @throws Astray */
export async function settle(visit: Visit): Promise<void> {
  visit.begin("settle");
  let unfinished: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await deliverEvents(visit);
    await runRecoveryJobs(visit);
    unfinished = await findUnfinished(visit.world);
    const toTell = visit.world.sandbox.control.razorpay.events().length - visit.acknowledged.size;
    if (unfinished.length === 0 && toTell === 0) return;
    await sleep(ROUND_MS);
  }
  throw new Astray(`never finished: ${unfinished.join("; ")}`);
}
