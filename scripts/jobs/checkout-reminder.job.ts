import { remindOfCheckout, unfinishedCheckouts } from "../../services/flows/remind-checkout.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { workThrough } from "./batches.js";

/** Reminds customers of unfinished checkouts, once per checkout, unless they have bought since. */
export const checkoutReminder: Job = {
  name: "checkout-reminder",
  description: "Reminds customers of unfinished checkouts by e-mail, once per checkout",
  schedule: "0 */5 * * * *",
  async run(context) {
    const { done, failed } = await workThrough(
      {
        find: await unfinishedCheckouts(),
        handle: remindOfCheckout,
        idOf: ({ _id }) => _id.toHexString(),
      },
      context,
    );
    return { reminded: done, failed };
  },
};
