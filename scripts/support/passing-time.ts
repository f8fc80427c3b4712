import type mongoose from "mongoose";
import type { Sandbox } from "../sandbox/sandbox.js";

/**
 * Lets time pass for a service, by moving dates in its database: leases expire and later work becomes due. What is left
 * unfinished then is the recovery jobs' to do.
 */

type Db = mongoose.mongo.Db;

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
export async function letStrayReservationsLapse({
  db,
  sandbox,
}: {
  db: Db;
  sandbox: Sandbox;
}): Promise<void> {
  const active = await db.collection("carts").find({ status: "active" }).toArray();
  const kept = new Set(active.map(({ _id }) => _id.toHexString()));
  const held = await sandbox.control.inventory.activeReservations();
  const stray = new Set(held.map(({ cartId }) => cartId).filter((cartId) => !kept.has(cartId)));
  for (const cartId of stray) await sandbox.control.inventory.lapse(cartId);
}

/** The jobs that repair purchases, in the order of their intervals. */
export const RECOVERY_JOBS = [
  "placement-recovery",
  "webhook-retry",
  "payment-sweep",
  "order-sync",
  "outbox",
  "invoice-issue",
] as const;

/** Work that is still pending, except for the audit rows that running a job by hand writes. */
export async function findUnfinished(db: Db): Promise<string[]> {
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
