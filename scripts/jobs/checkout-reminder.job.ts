import { remindOfCheckout, unfinishedCheckouts } from "../../services/flows/remind-checkout.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { workThrough } from "./batches.js";

/** Reminds people of the checkout they did not finish: once, and not when they have bought meanwhile. */
export const checkoutReminder: Job = {
  name: "checkout-reminder",
  description: "Reminds owners of unfinished checkouts by e-mail, once a checkout",
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
