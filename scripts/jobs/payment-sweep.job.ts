import type { PaymentDoc } from "../../models/index.js";
import {
  findUnfinishedRefunds,
  lookUpRefund,
} from "../../services/flows/perform-refund/perform-refund.flow.js";
import {
  type CapturedPayment,
  findCapturedWithoutOrder,
  returnStrayMoney,
} from "../../services/flows/return-stray-money.flow.js";
import {
  askGatewayAbout,
  claimSweep,
  dismissSettledPayments,
  findDueForSweep,
  scheduleNextSweep,
} from "../../services/flows/sweep-payments.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { isManual, type JobContext } from "../../services/platform/job-runs.service.js";
import { workThrough } from "./batches.js";
import { type ListPass, passOverList, settleAndPlace } from "./payment-list.job.js";
import { ORDERS_AT_ONCE, placeOrReturn } from "./placement-recovery.job.js";

/**
 * Half of the calls to the gateway that may be in flight, so that the other half is left for customers. If a call takes
 * a second, 25 payments are asked about per second.
 */
const PAYMENTS_AT_ONCE = 25;
/** A thousand look-ups of 300 ms then take half a minute, so that the next minute's sweep is not late. */
const REFUNDS_AT_ONCE = 10;

const NOT_LISTED: ListPass = { listed: 0, failed: 0, daysFailed: 0 };

const idOf = ({ _id }: Pick<PaymentDoc, "_id">) => _id.toHexString();

/**
 * Asks the gateway about payments whose webhooks may be lost, by gateway order; `payment-list` reads its list. Even without
 * any webhook, every capture ends as an order or a refund.
 */
export const paymentSweep: Job = {
  name: "payment-sweep",
  description:
    "Asks the gateway about open payments and unfinished refunds, so that no money depends on a webhook",
  schedule: "0 * * * * *",
  async run(context) {
    const parts = [
      sweepPayments(context),
      resolveCaptured(context),
      lookUpRefunds(context),
      // Who runs it by hand wants every payment to be asked about.
      isManual(context) ? passOverList(context) : NOT_LISTED,
    ] as const;
    // The job ends after all of them, and a failure of one does not stop the others.
    await Promise.allSettled(parts);
    const [payments, captured, refunds, list] = await Promise.all(parts);
    return {
      paymentsAsked: payments.done,
      paymentsFailed: payments.failed,
      capturedResolved: captured.done,
      capturedFailed: captured.failed,
      refundsAsked: refunds.done,
      refundsFailed: refunds.failed,
      listed: list.listed,
      listedFailed: list.failed + list.daysFailed,
    };
  },
};

async function sweepPayments(context: JobContext) {
  await dismissSettledPayments();
  return workThrough(
    { find: findDueForSweep, handle: sweepPayment, idOf, atOnce: PAYMENTS_AT_ONCE },
    context,
  );
}

/** Applies every attempt on the gateway order, oldest first. A failure does not stop the others. */
async function sweepPayment(payment: PaymentDoc): Promise<boolean> {
  if (!(await claimSweep(payment))) return false;
  const errors: unknown[] = [];
  for (const report of (await askGatewayAbout(payment)).toReversed()) {
    await settleAndPlace(report).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
  await scheduleNextSweep(payment._id);
  return true;
}

const resolveCaptured = (context: JobContext) =>
  workThrough(
    { find: findCapturedWithoutOrder, handle: resolveCapture, idOf, atOnce: ORDERS_AT_ONCE },
    context,
  );

/** Places the order of a captured payment that has none, or returns the money. */
export function resolveCapture({ _id, accepted, checkoutSessionId }: CapturedPayment): Promise<boolean> {
  return accepted && checkoutSessionId ? placeOrReturn(checkoutSessionId) : returnStrayMoney(_id);
}

const lookUpRefunds = (context: JobContext) =>
  workThrough({ find: findUnfinishedRefunds, handle: lookUpRefund, idOf, atOnce: REFUNDS_AT_ONCE }, context);
