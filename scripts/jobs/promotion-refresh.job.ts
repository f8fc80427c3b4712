import { findPromotedCarts, refreshPromotions } from "../../services/flows/refresh-promotions.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { now } from "../../utils/clock.js";
import { workThrough } from "./batches.js";

/** Reprices every cart with a promotion, so that carts do not show discounts that have ended. */
export const promotionRefresh: Job = {
  name: "promotion-refresh",
  description: "Reprices carts whose coupons, discounts or gifts no longer hold",
  schedule: "0 */15 * * * *",
  async run(context) {
    const since = now();
    const { done, failed } = await workThrough(
      {
        find: (limit) => findPromotedCarts(since, limit),
        handle: refreshPromotions,
        idOf: ({ _id }) => _id.toHexString(),
      },
      context,
    );
    return { repriced: done, failed };
  },
};
