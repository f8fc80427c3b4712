import { expireReturn, findOverdueReturns } from "../../services/flows/decide-return.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { workThrough } from "./batches.js";

/** Goods that never arrive are not refunded; the customer can ask for another return. */
export const returnExpiry: Job = {
  name: "return-expiry",
  description: "Rejects approved returns whose parcel has not arrived within the setting returnParcelDays",
  schedule: "0 40 2 * * *",
  async run(context) {
    const { done, failed } = await workThrough(
      {
        find: findOverdueReturns,
        handle: async (overdue) => {
          await expireReturn(overdue);
          return true;
        },
        idOf: ({ _id }) => _id.toHexString(),
      },
      context,
    );
    return { rejected: done, failed };
  },
};
