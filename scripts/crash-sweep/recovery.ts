import { setTimeout as sleep } from "node:timers/promises";
import { findUnfinished, letTimePass, RECOVERY_JOBS } from "../support/passing-time.js";
import { JourneyFailed, type Visit } from "./visit.js";

/** What brings an interrupted purchase to its end: time, the gateway's webhooks and the recovery jobs. */

const POLL_MS = 10;
const APPLIED_WITHIN_MS = 10_000;

/**
 * Delivers the gateway's events one by one. An event that was answered 2xx is not sent again: from then on
 * the service alone is responsible for it.
 */
export async function deliverEvents(visit: Visit): Promise<void> {
  const events = visit.world.sandbox.control.razorpay.events();
  for (const event of events.filter(({ id }) => !visit.acknowledged.has(id))) {
    const response = await fetch(`${visit.service.url}/api/webhooks/razorpay`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "X-Request-Id": `${visit.requestId}${event.event}`,
        "X-Razorpay-Signature": event.signature ?? "",
        "X-Razorpay-Event-Id": event.id,
      },
      body: event.body,
    });
    if (response.status !== 200) throw new JourneyFailed(`${event.event} answered ${response.status}`);
    visit.acknowledged.add(event.id);
    await untilApplied(visit, event.id);
  }
}

/** The service applies an event after its answer. An event that failed waits for its retry and is not awaited here. */
export async function untilApplied(visit: Visit, eventId: string): Promise<void> {
  let hasDied = false;
  void visit.service.exited.then(() => {
    hasDied = true;
  });
  const deadline = Date.now() + APPLIED_WITHIN_MS;
  const findUnapplied = () =>
    visit.world.db.collection("webhookEvents").findOne({ eventId, state: "received", lastError: null });
  while (await findUnapplied()) {
    if (hasDied) throw new JourneyFailed(`died while applying ${eventId}`);
    if (Date.now() > deadline) throw new JourneyFailed(`${eventId} was not applied`);
    await sleep(POLL_MS);
  }
}

const ROUNDS = 8;
const ROUND_MS = 20;

/** Lets time pass, then runs every job that repairs purchases. */
export async function runRecoveryJobs(visit: Visit): Promise<void> {
  await letTimePass(visit.world.db);
  for (const job of RECOVERY_JOBS) await visit.job(job);
}

/** Lets time pass, runs jobs and delivers events until nothing is pending. @throws JourneyFailed */
export async function settle(visit: Visit): Promise<void> {
  visit.begin("settle");
  let unfinished: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await deliverEvents(visit);
    await runRecoveryJobs(visit);
    unfinished = await findUnfinished(visit.world.db);
    const undelivered = visit.world.sandbox.control.razorpay.events().length - visit.acknowledged.size;
    if (unfinished.length === 0 && undelivered === 0) return;
    await sleep(ROUND_MS);
  }
  throw new JourneyFailed(`still pending: ${unfinished.join("; ")}`);
}
