import { abandonCart, findExpiredCarts } from "../../services/flows/abandon-cart.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { workThrough } from "./batches.js";

export const cartCleanup: Job = {
  name: "cart-cleanup",
  description: "Marks expired carts as abandoned and releases their stock",
  schedule: "0 */10 * * * *",
  run: cleanupExpiredCarts,
};

export async function cleanupExpiredCarts(context: JobContext): Promise<Record<string, number>> {
  const { done, failed } = await workThrough(
    { find: findExpiredCarts, handle: abandonCart, idOf: ({ _id }) => _id.toHexString() },
    context,
  );
  return { abandoned: done, failed };
}
