import type { CheckoutSessionDoc } from "../../models/index.js";
import { expireCheckout, findExpiredCheckouts } from "../../services/flows/expire-checkout.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { hasBeenPaid } from "../../src/checkout/open-payments.service.js";
import { CHECKOUT_STATUS } from "../../utils/constants.js";
import { workThrough } from "./batches.js";
import { placeOrReturn } from "./placement-recovery.job.js";

/** At a peak several expire a second, and the gateway is asked about each. */
const CHECKOUTS_AT_ONCE = 10;

/** Fails expired checkouts. For one with an open payment, the gateway is queried first. */
export const checkoutCleanup: Job = {
  name: "checkout-cleanup",
  description: "Fails expired checkouts and releases their stock and coupons",
  schedule: "0 */5 * * * *",
  run: cleanupExpiredSessions,
};

export async function cleanupExpiredSessions(context: JobContext): Promise<Record<string, number>> {
  const { done, failed } = await workThrough(
    {
      find: findExpiredCheckouts,
      handle: expireUnlessPaid,
      idOf: ({ _id }) => _id.toHexString(),
      atOnce: CHECKOUTS_AT_ONCE,
    },
    context,
  );
  return { expired: done, failed };
}

async function expireUnlessPaid(checkout: CheckoutSessionDoc): Promise<boolean> {
  if (checkout.status === CHECKOUT_STATUS.PAYMENT_PENDING && (await hasBeenPaid(checkout))) {
    await placeOrReturn(checkout._id);
    return false;
  }
  return expireCheckout(checkout);
}
