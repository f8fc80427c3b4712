import { findCartsToRemind, remindOf } from "../../services/flows/remind-abandoned-cart.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { workThrough } from "./batches.js";

export const abandonedCart: Job = {
  name: "abandoned-cart",
  description: "Reminds customers of their abandoned carts, once per cart",
  schedule: "0 7 * * * *",
  run: sendAbandonedCartEmails,
};

export async function sendAbandonedCartEmails(context: JobContext): Promise<Record<string, number>> {
  // Carts that get no reminder stay in the list, so each batch starts after the last cart seen.
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
}
