import { setTimeout as sleep } from "node:timers/promises";
import { JourneyFailed, type Visit } from "./visit.js";
import type { Db, SweepWorld } from "./world.js";

/**
 * What brings an interrupted purchase to its end: time, the gateway's webhooks and the recovery jobs. Time
 * passes by moving dates in the database: leases expire and later work becomes due.
 */

const LONG_AGO = new Date(0);
/** Longer than the age that any job requires before it picks up a document. */
const GRACE_MS = 60_000;

/** Expires every lease and claim, so that a dead process no longer holds anything. */
export async function letLeasesExpire(db: Db): Promise<void> {
  await Promise.all([
    db.collection("carts").updateMany({ lease: { $ne: null } }, { $set: { "lease.until": LONG_AGO } }),
    db
      .collection("checkoutSessions")
      .updateMany({ lease: { $ne: null } }, { $set: { "lease.until": LONG_AGO } }),
    db
      .collection("checkoutSessions")
      .updateMany({ placement: { $ne: null } }, { $set: { "placement.leaseUntil": LONG_AGO } }),
    db
      .collection("idempotencyRecords")
      .updateMany({ state: "in_progress" }, { $set: { leaseUntil: LONG_AGO } }),
    db.collection("leases").updateMany({}, { $set: { until: LONG_AGO } }),
  ]);
}

/** Also makes all pending work due, so that every job finds it. */
export async function letTimePass(db: Db): Promise<void> {
  const now = new Date();
  await letLeasesExpire(db);
  await Promise.all([
    db.collection("outboxMessages").updateMany({ state: "pending" }, { $set: { dueAt: now } }),
    db.collection("webhookEvents").updateMany({ state: "received" }, { $set: { dueAt: now } }),
    db.collection("invoiceRequests").updateMany({ refusal: null }, { $set: { dueAt: now } }),
    db.collection("refunds").updateMany({ status: "processing" }, { $set: { dueAt: now } }),
    db
      .collection("shipments")
      .updateMany({ status: "creating" }, [{ $set: { createdAt: { $subtract: ["$createdAt", GRACE_MS] } } }]),
    db.collection("payments").updateMany({ sweep: { $ne: null } }, { $set: { "sweep.nextAt": now } }),
    db
      .collection("payments")
      .updateMany({}, [{ $set: { updatedAt: { $subtract: ["$updatedAt", GRACE_MS] } } }]),
  ]);
}

/** The customer has left and the time of every checkout session is over. */
export async function letCheckoutsExpire(db: Db): Promise<void> {
  const anHourAgo = new Date(Date.now() - 3_600_000);
  await db.collection("checkoutSessions").updateMany({}, { $set: { expiresAt: anHourAgo } });
}

/**
 * Releases reservations that only a dead process knew of (docs/decisions/004): those of carts that are not
 * active. An active cart keeps its own.
 */
export async function letStrayReservationsLapse({ db, sandbox }: SweepWorld): Promise<void> {
  const active = await db.collection("carts").find({ status: "active" }).toArray();
  const kept = new Set(active.map(({ _id }) => _id.toHexString()));
  const held = await sandbox.control.inventory.activeReservations();
  const stray = new Set(held.map(({ cartId }) => cartId).filter((cartId) => !kept.has(cartId)));
  for (const cartId of stray) await sandbox.control.inventory.lapse(cartId);
}

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

/** In the order of their intervals. */
const RECOVERY_JOBS = [
  "placement-recovery",
  "webhook-retry",
  "payment-sweep",
  "order-sync",
  "outbox",
  "invoice-issue",
] as const;
const ROUNDS = 8;
const ROUND_MS = 20;

/** Lets time pass, then runs every job that repairs purchases. */
export async function runRecoveryJobs(visit: Visit): Promise<void> {
  await letTimePass(visit.world.db);
  for (const job of RECOVERY_JOBS) await visit.job(job);
}

/** Work that is still pending, except for the audit rows that running a job by hand writes. */
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
      .collection("invoiceRequests")
      .find({ refusal: null })
      .map(({ _id, lastError }) => `${String(_id)}: ${lastError ?? "not issued"}`)
      .toArray(),
    db
      .collection("checkoutSessions")
      .find({ placement: { $ne: null } })
      .map(({ _id }) => `${String(_id)} is still being placed`)
      .toArray(),
    db
      .collection("shipments")
      .find({ status: "creating" })
      .map(({ _id }) => `the parcel ${String(_id)} is still being requested`)
      .toArray(),
  ]);
  return unfinished.flat();
}

/** Lets time pass, runs jobs and delivers events until nothing is pending. @throws JourneyFailed */
export async function settle(visit: Visit): Promise<void> {
  visit.begin("settle");
  let unfinished: string[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    await deliverEvents(visit);
    await runRecoveryJobs(visit);
    unfinished = await findUnfinished(visit.world);
    const undelivered = visit.world.sandbox.control.razorpay.events().length - visit.acknowledged.size;
    if (unfinished.length === 0 && undelivered === 0) return;
    await sleep(ROUND_MS);
  }
  throw new JourneyFailed(`still pending: ${unfinished.join("; ")}`);
}
