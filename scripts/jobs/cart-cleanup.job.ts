import { abandonCart, findExpiredCarts } from "../../services/flows/abandon-cart.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { workThrough } from "./batches.js";

/** Marks expired carts as abandoned and releases the stock that they hold. */
export const cartCleanup: Job = {
  name: "cart-cleanup",
  description: "Marks expired carts as abandoned and releases their stock",
  schedule: "0 */10 * * * *",
  async run(context) {
    const { done, failed } = await workThrough(
      { find: findExpiredCarts, handle: abandonCart, idOf: ({ _id }) => _id.toHexString() },
      context,
    );
    return { abandoned: done, failed };
  },
};
