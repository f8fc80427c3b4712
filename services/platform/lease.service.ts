import { randomUUID } from "node:crypto";
import { type ClientSession, mongo, type PipelineStage } from "mongoose";
import { Lease, type LeaseDoc } from "../../models/index.js";

/**
 * Leases over things that are not a document of their own (a job, a series). Times are the database's
 * (`$$NOW`), so that instances whose clocks disagree agree on who holds it (F49). A holder that froze and
 * wakes up late is told apart by its fencing number, which grows with every grant (F46); nothing relies
 * on a lease alone (D28).
 */
export interface LeaseGrant {
  key: string;
  /** Of this grant, not of the process: a second grant to the same process is another one. */
  holder: string;
  fencing: number;
  /** By the database's clock. */
  grantedAt: Date;
  until: Date;
}

const DUPLICATE_KEY = 11_000;
const FREE_SINCE_EVER = new Date(0);

/**
 * Takes the lease if nobody holds it.
 * @param ttlMs how long it is ours without renewal
 * @returns null when somebody else holds it.
 */
export async function acquireLease(key: string, ttlMs: number): Promise<LeaseGrant | null> {
  const holder = randomUUID();
  try {
    return await take(key, holder, ttlMs);
  } catch (error) {
    // Two first takers at once: the loser of the insert looks again.
    if (!(error instanceof mongo.MongoServerError) || error.code !== DUPLICATE_KEY) throw error;
    return take(key, holder, ttlMs);
  }
}

async function take(key: string, holder: string, ttlMs: number): Promise<LeaseGrant | null> {
  const free = { $lte: [{ $ifNull: ["$until", FREE_SINCE_EVER] }, "$$NOW"] };
  const ifFree = (value: unknown, current: string) => ({ $cond: [free, value, current] });
  const grant: PipelineStage.Set = {
    $set: {
      holder: ifFree(holder, "$holder"),
      fencing: ifFree({ $add: [{ $ifNull: ["$fencing", 0] }, 1] }, "$fencing"),
      until: ifFree({ $add: ["$$NOW", ttlMs] }, "$until"),
    },
  };
  const lease = await Lease.findOneAndUpdate({ _id: key }, [grant], {
    upsert: true,
    returnDocument: "after",
    updatePipeline: true,
  }).lean<LeaseDoc>();
  return lease?.holder === holder ? toGrant(lease, holder, ttlMs) : null;
}

function toGrant(lease: LeaseDoc, holder: string, ttlMs: number): LeaseGrant {
  return {
    key: lease._id,
    holder,
    fencing: lease.fencing,
    grantedAt: new Date(lease.until.getTime() - ttlMs),
    until: lease.until,
  };
}

/**
 * Holds on for another `ttlMs` from now. A lease that ran out but that nobody took is still ours.
 * @returns null when somebody else has it: stop, and write nothing more.
 */
export async function renewLease(grant: LeaseGrant, ttlMs: number): Promise<LeaseGrant | null> {
  const lease = await Lease.findOneAndUpdate(
    { _id: grant.key, holder: grant.holder },
    [{ $set: { until: { $add: ["$$NOW", ttlMs] } } }],
    { returnDocument: "after", updatePipeline: true },
  ).lean<LeaseDoc>();
  return lease ? { ...grant, until: lease.until } : null;
}

/**
 * Gives it back; a no-op when somebody else has it by now. In a transaction this is also the check that
 * we still hold it: what is written beside it stands or falls with it.
 * @returns whether it was still ours.
 */
export async function releaseLease(grant: LeaseGrant, tx?: ClientSession): Promise<boolean> {
  const released = await Lease.updateOne(
    { _id: grant.key, holder: grant.holder },
    { $set: { holder: null, until: FREE_SINCE_EVER } },
    { session: tx },
  );
  return released.modifiedCount === 1;
}
