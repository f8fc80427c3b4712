import type { Db, SweepWorld } from "./world.js";

/** Waiting, by moving what is written in the database instead: leases end and what is due later is due. */

const LONG_AGO = new Date(0);
/** Longer than any grace that a job gives to those who are at work. */
const GRACE_MS = 60_000;

/** So much time that whoever crashed no longer holds anything. */
export async function letLeasesEnd(db: Db): Promise<void> {
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

/** So much time that every job finds its work. */
export async function letTimePass(db: Db): Promise<void> {
  const now = new Date();
  await letLeasesEnd(db);
  await Promise.all([
    db.collection("outboxMessages").updateMany({ state: "pending" }, { $set: { dueAt: now } }),
    db.collection("webhookEvents").updateMany({ state: "received" }, { $set: { dueAt: now } }),
    db.collection("payments").updateMany({ sweep: { $ne: null } }, { $set: { "sweep.nextAt": now } }),
    db
      .collection("payments")
      .updateMany({}, [{ $set: { updatedAt: { $subtract: ["$updatedAt", GRACE_MS] } } }]),
  ]);
}

/** The customer has gone: his checkout, and later his cart, are over. */
export async function letCheckoutsExpire(db: Db): Promise<void> {
  const hour = 3_600_000;
  const anHourAgo = new Date(Date.now() - hour);
  await db.collection("checkoutSessions").updateMany({}, { $set: { expiresAt: anHourAgo } });
}

/**
 * So much time that stock which only a dead process knew of is free again (docs/decisions/004): what is left
 * for carts that are over. A cart that is still filled keeps its own.
 */
export async function letStrayReservationsLapse({ db, sandbox }: SweepWorld): Promise<void> {
  const filled = await db.collection("carts").find({ status: "active" }).toArray();
  const kept = new Set(filled.map(({ _id }) => _id.toHexString()));
  const held = await sandbox.control.inventory.activeReservations();
  const stray = new Set(held.map(({ cartId }) => cartId).filter((cartId) => !kept.has(cartId)));
  for (const cartId of stray) await sandbox.control.inventory.lapse(cartId);
}
