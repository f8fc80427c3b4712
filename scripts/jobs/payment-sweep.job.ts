import type { PaymentDoc } from "../../models/index.js";
import { findUnfinishedRefunds, sendRefund } from "../../services/flows/refund-payment.flow.js";
import { settlePayment } from "../../services/flows/settle-payment.flow.js";
import {
  askGatewayAbout,
  claimSweep,
  findDueForSweep,
  scheduleNextSweep,
} from "../../services/flows/sweep-payments.flow.js";
import { paymentGateway } from "../../services/integrations/payment-gateway.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { now } from "../../utils/clock.js";
import { unwrap } from "../../utils/result.js";
import { workThrough } from "./batches.js";
import { placeOrReturn } from "./placement-recovery.job.js";

/** The pass over the gateway's own list runs once an hour and looks back so far (D30). */
const LIST_DAYS = 5;
const DAY_MS = 86_400_000;
const PAGE = 100;

/**
 * Asks the gateway about payments whose webhooks may be lost: every minute by gateway order, once an hour by
 * its list (D30). With it alone, everything captured ends as an order or a refund (F22, F24).
 */
export const paymentSweep: Job = {
  name: "payment-sweep",
  description:
    "Asks the gateway about open payments and unfinished refunds, so that no money depends on a webhook",
  schedule: "0 * * * * *",
  async run(context) {
    const payments = await workThrough(
      { find: findDueForSweep, handle: sweepPayment, idOf: ({ _id }) => _id.toHexString() },
      context,
    );
    const refunds = await workThrough(
      {
        find: findUnfinishedRefunds,
        handle: ({ _id }) => sendRefund(_id).then(() => true),
        idOf: ({ _id }) => _id.toHexString(),
      },
      context,
    );
    const listed = isFullHour(context) ? await passOverList(context) : 0;
    return {
      paymentsAsked: payments.done,
      paymentsFailed: payments.failed,
      refundsAsked: refunds.done,
      listed,
    };
  },
};

async function sweepPayment(payment: PaymentDoc): Promise<boolean> {
  if (!(await claimSweep(payment))) return false;
  for (const word of await askGatewayAbout(payment)) {
    const settled = await settlePayment(word, "sweep");
    if (settled?.awaitsOrder && settled.payment.checkoutSessionId)
      await placeOrReturn(settled.payment.checkoutSessionId);
  }
  await scheduleNextSweep(payment._id);
  return true;
}

const isFullHour = ({ slot }: JobContext): boolean => slot.startsWith("manual:") || now().getMinutes() === 0;

/** Pages through the list; payments of gateway orders that are not ours are left alone. */
async function passOverList(context: JobContext): Promise<number> {
  const to = now();
  const from = new Date(to.getTime() - LIST_DAYS * DAY_MS);
  let seen = 0;
  for (let skip = 0; !context.signal.aborted; skip += PAGE) {
    const page = unwrap(await paymentGateway.listPayments({ from, to, skip, count: PAGE }));
    for (const word of page) {
      const settled = await settlePayment(word, "sweep");
      if (settled?.awaitsOrder && settled.payment.checkoutSessionId) {
        await placeOrReturn(settled.payment.checkoutSessionId);
      }
    }
    seen += page.length;
    if (page.length < PAGE) break;
  }
  return seen;
}
