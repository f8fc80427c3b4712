import { performance } from "node:perf_hooks";
import { logger } from "../../config/logger.config.js";
import type { ReportSource } from "../../services/aggregates/payment/apply-report.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import { gatewayPages } from "../../services/integrations/gateway-pages.js";
import type { GatewayPayment } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { isManual, type JobContext } from "../../services/platform/job-runs.service.js";
import { acquireLease, releaseLease, renewLease } from "../../services/platform/lease.service.js";
import { forEachAtOnce } from "../../utils/async.js";
import { DAY_MS, now } from "../../utils/clock.js";
import { placeOrReturn } from "./placement-recovery.job.js";

/** How far the pass over the gateway's own list looks back. */
const LIST_DAYS = 5;
const AT_ONCE = 10;

const SCHEDULE = "payment-list-pass";
/** Half a minute less than an hour, so that the run at the same minute of the next hour finds the lease free. */
const EVERY_MS = 59.5 * 60_000;
/** After a day that could not be read. Asking every minute would keep a gateway that refuses too many calls busy. */
const AGAIN_AFTER_MS = 9.5 * 60_000;
/** After a crash, the pass starts again after this. */
const CRASHED_AFTER_MS = 5 * 60_000;

export type ListPass = {
  listed: number;
  failed: number;
  /** Of the days, those whose list could not be read to its end. */
  daysFailed: number;
};

/**
 * Finds payments that nothing else asks about: further attempts on one gateway order, and those that were authorised days
 * later. A job of its own: with many payments a pass takes longer than the minute after which the sweep is due.
 */
export const paymentList: Job = {
  name: "payment-list",
  description: "Reads the gateway's own list of the last five days, once an hour",
  schedule: "30 */5 * * * *",
  run: passOverListHourly,
};

/**
 * Once an hour, independent of restarts. The schedule is a lease that is held until the hour is over, by the database
 * clock. A manual run always passes.
 */
async function passOverListHourly(context: JobContext): Promise<ListPass> {
  const startedAt = performance.now();
  const grant = await acquireLease(SCHEDULE, CRASHED_AFTER_MS);
  if (!grant && !isManual(context)) return { listed: 0, failed: 0, daysFailed: 0 };
  try {
    const pass = await passOverList(context);
    const rest = EVERY_MS - (performance.now() - startedAt);
    if (grant && context.signal.aborted) await releaseLease(grant);
    else if (grant) await renewLease(grant, pass.daysFailed > 0 ? AGAIN_AFTER_MS : Math.max(0, rest));
    return pass;
  } catch (error) {
    if (grant) await releaseLease(grant);
    throw error;
  }
}

/** Day by day, the oldest first: what is new is asked about by the sweep, and a day that fails does not hide the others. */
export async function passOverList(context: JobContext): Promise<ListPass> {
  // The list excludes its end, in whole seconds: without the next one, what happens in this second would be left out.
  const end = now().getTime() + 1_000;
  const pass: ListPass = { listed: 0, failed: 0, daysFailed: 0 };
  for (let day = LIST_DAYS; day > 0 && !context.signal.aborted; day -= 1) {
    const from = new Date(end - day * DAY_MS);
    try {
      await passOverDay({ from, to: new Date(from.getTime() + DAY_MS) }, { pass, context });
    } catch (error) {
      pass.daysFailed += 1;
      logger.warn({ err: error, from }, "> The gateway's list of a day could not be read");
    }
  }
  return pass;
}

/** Ignores payments of foreign gateway orders. A failure does not stop the others. */
async function passOverDay(
  day: { from: Date; to: Date },
  { pass, context }: { pass: ListPass; context: JobContext },
): Promise<void> {
  for await (const page of gatewayPages((list) => paymentGateway.listPayments(list), day)) {
    await forEachAtOnce(page.items, AT_ONCE, async (report) => {
      if (!context.signal.aborted && !(await settledWithoutError(report))) pass.failed += 1;
    });
    pass.listed += page.count;
    if (context.signal.aborted) break;
  }
}

async function settledWithoutError(report: GatewayPayment): Promise<boolean> {
  try {
    await settleAndPlace(report);
    return true;
  } catch (error) {
    logger.warn({ err: error, gatewayPaymentId: report.id }, "> A listed payment could not be settled");
    return false;
  }
}

/** Applies a report of the gateway, and places the order if the payment waits for it. */
export async function settleAndPlace(report: GatewayPayment, source: ReportSource = "sweep"): Promise<void> {
  const settled = await settlePayment(report, source);
  if (settled?.awaitsOrder && settled.payment.checkoutSessionId) {
    await placeOrReturn(settled.payment.checkoutSessionId);
  }
}
