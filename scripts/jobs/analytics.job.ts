import type { DayTallyDoc, Tallied } from "../../models/index.js";
import { type DayTally, findDaysToTally, tallyDay } from "../../services/platform/day-tally.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { cartTally } from "../../src/cart/cart.tally.service.js";
import { checkoutTally } from "../../src/checkout/checkout.tally.service.js";
import { workThrough } from "./batches.js";

/** Keeps the tallies by day behind the analyses, which are right without it, and slower. */
export const analytics: Job = {
  name: "analytics",
  description: "Counts the days whose carts or checkouts have changed",
  schedule: "15 * * * * *",
  async run(context) {
    const carts = await tallyDays(cartTally, context);
    const checkouts = await tallyDays(checkoutTally, context);
    return { cartDays: carts.done, checkoutDays: checkouts.done, failed: carts.failed + checkouts.failed };
  },
};

const tallyDays = <D extends Tallied, T extends DayTallyDoc>(tally: DayTally<D, T>, context: JobContext) =>
  workThrough(
    {
      find: (limit) => findDaysToTally(tally, limit),
      async handle(day: number) {
        while (!(await tallyDay(tally, day))) if (context.signal.aborted) return false;
        return true;
      },
      idOf: String,
    },
    context,
  );
