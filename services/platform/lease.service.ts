import { randomUUID } from "node:crypto";
import type { ClientSession, PipelineStage } from "mongoose";
import { Lease, type LeaseDoc } from "../../models/index.js";
import { isDuplicateKey } from "../../utils/helpers.js";

/**
 * Leases on things without a document of their own, such as a job. Times are the database's (`$$NOW`), so that
 * instances with different clocks agree on the holder. A holder that freezes and resumes late is recognised by its
 * token; what it did under the lease, by the fencing number, which grows with every grant. Correctness never relies on a
 * lease alone.
 */
export interface LeaseGrant {
  key: string;
  /** Identifies this grant, not the process: stored as the lease's `holder`. */
  holder: string;
  fencing: number;
  /** By the database's clock. */
  grantedAt: Date;
  until: Date;
}

const EXPIRED = new Date(0);
const RENEWALS_PER_LEASE = 3;

/** A lease that is renewed until `stop`. `signal` is aborted when it has another holder. */
export interface KeptLease {
  signal: AbortSignal;
  stop: () => void;
}

/**
 * Acquires the lease if it is free.
 * @param ttlMs how long it is held without renewal
 * @returns null when it has another holder
 */
export async function acquireLease(key: string, ttlMs: number): Promise<LeaseGrant | null> {
  const holder = randomUUID();
  try {
    return await take(key, holder, ttlMs);
  } catch (error) {
    // Two processes insert the first lease: the second attempt of the slower one finds it.
    if (!isDuplicateKey(error)) throw error;
    return take(key, holder, ttlMs);
  }
}

async function take(key: string, holder: string, ttlMs: number): Promise<LeaseGrant | null> {
  const free = { $lte: [{ $ifNull: ["$until", EXPIRED] }, "$$NOW"] };
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
 * Extends the lease to `ttlMs` from now. An expired lease can be renewed until another holder acquires it.
 * @returns null when it has another holder: stop, and write nothing more
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
 * Releases the lease; does nothing when it has another holder. In a transaction this also proves that the caller
 * still holds it: the other writes of the transaction commit only if this one does.
 * @returns whether the caller still held it
 */
export async function releaseLease(grant: LeaseGrant, tx?: ClientSession): Promise<boolean> {
  const released = await Lease.updateOne(
    { _id: grant.key, holder: grant.holder },
    { $set: { holder: null, until: EXPIRED } },
    { session: tx },
  );
  return released.modifiedCount === 1;
}

/** Renews until stopped. Aborts the signal when the lease has another holder or cannot be renewed in time. */
export function keepLease(grant: LeaseGrant, leaseMs: number): KeptLease {
  const controller = new AbortController();
  let renewedAt = performance.now();
  const timer = setInterval(async () => {
    const renewed = await renewLease(grant, leaseMs).catch(() => "unknown" as const);
    if (renewed === null) controller.abort();
    else if (renewed !== "unknown") renewedAt = performance.now();
    else if (performance.now() - renewedAt > leaseMs) controller.abort();
  }, leaseMs / RENEWALS_PER_LEASE);
  timer.unref();
  return { signal: controller.signal, stop: () => clearInterval(timer) };
}
