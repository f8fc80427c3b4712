import { findCartsToRemind, remindOf } from "../../services/flows/remind-abandoned-cart.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { workThrough } from "./batches.js";

/** Reminds customers of their abandoned carts, once per cart. */
export const abandonedCart: Job = {
  name: "abandoned-cart",
  description: "Reminds customers of their abandoned carts, once per cart",
  schedule: "0 7 * * * *",
  async run(context) {
    // Carts that get no reminder stay in the list: the next batch begins after the last one seen.
    let last: Date | null = null;
    const { done, failed } = await workThrough(
      {
        find: async (limit) => {
          const carts = await findCartsToRemind(last, limit);
          last = carts.at(-1)?.abandonedAt ?? last;
          return carts;
        },
        handle: remindOf,
        idOf: ({ _id }) => _id.toHexString(),
      },
      context,
    );
    return { reminded: done, failed };
  },
};
