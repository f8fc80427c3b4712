import { type QueryFilter, trusted } from "mongoose";
import { type DowntimeStatus, PaymentDowntime, type PaymentDowntimeDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { isDuplicateKey } from "../../../utils/helpers.js";
import { success, unwrap } from "../../../utils/result.js";
import { createCachedLookup } from "../../integrations/cached-lookup.js";
import type { GatewayDowntime } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/**
 * Downtimes of payment methods. The gateway's list is the truth, but each instance caches it and it may lag. An event
 * is stored for all instances and corrects the list until the list must contain the change.
 */

/** Longer than the gateway's lists are known to lag, plus the longest time that an instance caches one. */
const CORRECTS_LIST_FOR_MS = 15 * 60_000;

export type OngoingDowntime = Pick<GatewayDowntime, "method" | "severity" | "begin">;

/** Those that are not resolved. Without an answer of the gateway, those that events have reported. */
export async function listDowntimes(): Promise<OngoingDowntime[]> {
  const [listed, reports] = await Promise.all([paymentGateway.listDowntimes(), reportedDowntimes.get("all")]);
  const events = unwrap(reports);
  const reported = new Set(events.map(({ _id }) => _id));
  const others = listed.success ? listed.data.filter(({ id }) => !reported.has(id)) : [];
  return [...events, ...others].filter(({ status }) => status !== "resolved");
}

/** Another instance shows what an event reports a second later. */
const reportedDowntimes = createCachedLookup<PaymentDowntimeDoc[]>({
  ...{ ttlSeconds: 1, maxEntries: 1 },
  load: async () => success(await PaymentDowntime.find({ expiresAt: trusted({ $gt: now() }) }).lean()),
});

/** What an event may replace: nothing newer, and no downtime that is resolved, because it does not start again. */
const olderThan = (reportedAt: Date, status: DowntimeStatus): QueryFilter<PaymentDowntimeDoc> => ({
  status: trusted({ $ne: "resolved" as const }),
  ...(status === "resolved" ? {} : { reportedAt: trusted({ $lte: reportedAt }) }),
});

/**
 * Stores what an event says about a downtime.
 * @param reportedAt the gateway's time of the event
 * @returns whether it says anything new
 */
export async function recordDowntime(report: GatewayDowntime, reportedAt: Date): Promise<boolean> {
  const { id, method, status, severity, begin } = report;
  const expiresAt = new Date(reportedAt.getTime() + CORRECTS_LIST_FOR_MS);
  if (expiresAt <= now()) return false;
  try {
    await PaymentDowntime.updateOne(
      { ...olderThan(reportedAt, status), _id: id },
      { $set: { method, status, severity, begin, reportedAt, expiresAt } },
      { upsert: true },
    );
    reportedDowntimes.clear();
    return true;
  } catch (error) {
    // The filter does not match, so the upsert would insert the id again: what is stored is newer.
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}
