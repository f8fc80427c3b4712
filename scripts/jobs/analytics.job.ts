import type { DayTallyDoc, Tallied } from "../../models/index.js";
import {
  type DayTally,
  findDaysToTally,
  markTallied,
  tallyDay,
} from "../../services/platform/day-tally.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { cartTally } from "../../src/cart/cart.tally.service.js";
import { checkoutTally } from "../../src/checkout/checkout.funnel.service.js";
import { orderTally } from "../../src/orders/orders.tally.service.js";
import { paymentTally } from "../../src/payments/payments.tally.service.js";
import { now } from "../../utils/clock.js";
import { workThrough } from "./batches.js";

/** Keeps the tallies behind the analyses current. Without it the analyses are slower, and still right. */
export const analytics: Job = {
  name: "analytics",
  description: "Counts the days whose carts, checkouts, orders or payments have changed",
  schedule: "15 * * * * *",
  async run(context) {
    const carts = await tallyDays(cartTally, context);
    const checkouts = await tallyDays(checkoutTally, context);
    const orders = await tallyDays(orderTally, context);
    const payments = await tallyDays(paymentTally, context);
    return {
      ...{
        cartDays: carts.done,
        checkoutDays: checkouts.done,
        orderDays: orders.done,
        paymentDays: payments.done,
      },
      failed: carts.failed + checkouts.failed + orders.failed + payments.failed,
    };
  },
};

async function tallyDays<D extends Tallied, T extends DayTallyDoc>(
  tally: DayTally<D, T>,
  context: JobContext,
) {
  const startedAt = now();
  const days = await findDaysToTally(tally);
  const handle = (day: number) => tallyDay(tally, day).then(() => true);
  const counts = await workThrough({ find: async () => days, handle, idOf: String }, context);
  // After a failure or an interruption the next run starts from the same moment again.
  if (counts.done === days.length) await markTallied(tally, startedAt);
  return counts;
}
