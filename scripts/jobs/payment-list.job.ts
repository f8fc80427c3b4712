import { performance } from "node:perf_hooks";
import { logger } from "../../config/logger.config.js";
import type { ReportSource } from "../../services/aggregates/payment/apply-report.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import type { GatewayPayment } from "../../services/integrations/payment-gateway.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { acquireLease, releaseLease, renewLease } from "../../services/platform/lease.service.js";
import { forEachAtOnce } from "../../utils/async.js";
import { DAY_MS, now } from "../../utils/clock.js";
import { unwrap } from "../../utils/result.js";
import { placeOrReturn } from "./placement-recovery.job.js";

/** How far the pass over the gateway's own list looks back. */
const LIST_DAYS = 5;
const AT_ONCE = 10;

const SCHEDULE = "payment-list-pass";
/** Half a minute less than an hour, so that the run at the same minute of the next hour finds the lease free. */
const EVERY_MS = 59.5 * 60_000;
/** After a crash, the pass starts again after this. */
const CRASHED_AFTER_MS = 5 * 60_000;

export interface ListPass {
  listed: number;
  failed: number;
}

/**
 * Passes over the gateway's list once an hour, independent of the rest of the job and of restarts. The schedule is a
 * lease that is held until the hour is over, by the database clock. A manual run always passes.
 */
export async function passOverListHourly(context: JobContext): Promise<ListPass> {
  const startedAt = performance.now();
  const grant = await acquireLease(SCHEDULE, CRASHED_AFTER_MS);
  if (!grant && !context.slot.startsWith("manual:")) return { listed: 0, failed: 0 };
  try {
    const pass = await passOverList(context);
    const isComplete = !context.signal.aborted;
    if (grant && isComplete) await renewLease(grant, EVERY_MS - (performance.now() - startedAt));
    else if (grant) await releaseLease(grant);
    return pass;
  } catch (error) {
    if (grant) await releaseLease(grant);
    throw error;
  }
}

/** Ignores payments of foreign gateway orders. A failure does not stop the others. */
async function passOverList(context: JobContext): Promise<ListPass> {
  // The list excludes its end, in whole seconds: without the next one, what happens in this second would be left out.
  const to = new Date(now().getTime() + 1_000);
  const from = new Date(to.getTime() - LIST_DAYS * DAY_MS);
  const pass = { listed: 0, failed: 0 };
  let cursor: string | undefined;
  while (!context.signal.aborted) {
    const page = unwrap(await paymentGateway.listPayments({ from, to, ...(cursor && { cursor }) }));
    await forEachAtOnce(page.items, AT_ONCE, async (report) => {
      if (!(await settledWithoutError(report))) pass.failed += 1;
    });
    pass.listed += page.count;
    if (page.next === null) break;
    cursor = page.next;
  }
  return pass;
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
