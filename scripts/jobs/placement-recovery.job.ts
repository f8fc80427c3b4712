import type { Types } from "mongoose";
import { findAbandonedPlacements, placeOrder } from "../../services/flows/place-order/place-order.flow.js";
import { returnUnplacedMoney } from "../../services/flows/return-unplaced-money.flow.js";
import { findPaymentsAwaitingOrder } from "../../services/flows/settle-payment.flow.js";
import { abandonKeys } from "../../services/platform/idempotency.service.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import { AppError } from "../../utils/errors.js";
import { workThrough } from "./batches.js";

/** Codes that mean "not yet": the next run tries again. */
const NOT_YET = new Set(["PLACEMENT_IN_PROGRESS", "REQUEST_IN_PROGRESS", "VERSION_CONFLICT"]);

/** After an outage many payments wait: one after another, their orders could not keep up with 20 purchases a second. */
export const ORDERS_AT_ONCE = 10;

/**
 * Finishes what a crash or a lost client left behind: intents whose lease has ended, and payments that wait for an
 * order. Both are found within a minute; a payment that can no longer become an order is refunded. Idempotency keys
 * of requests that crashed are released.
 */
export const placementRecovery: Job = {
  name: "placement-recovery",
  description: "Finishes or undoes interrupted placements, and refunds payments that became no order",
  schedule: "*/20 * * * * *",
  async run(context) {
    const intents = await workThrough(
      {
        find: findAbandonedPlacements,
        handle: ({ _id }) => placeOrReturn(_id),
        idOf: ({ _id }) => _id.toHexString(),
        atOnce: ORDERS_AT_ONCE,
      },
      context,
    );
    const payments = await workThrough(
      {
        find: findPaymentsAwaitingOrder,
        handle: ({ checkoutSessionId }) => placeOrReturn(checkoutSessionId),
        idOf: ({ checkoutSessionId }) => checkoutSessionId.toHexString(),
        atOnce: ORDERS_AT_ONCE,
      },
      context,
    );
    return {
      intentsFinished: intents.done,
      intentsFailed: intents.failed,
      paymentsResolved: payments.done,
      paymentsFailed: payments.failed,
      keysAbandoned: await abandonKeys(),
    };
  },
};

/** @returns whether the session has its order or its refund now. @throws on an unknown outcome, which the next run retries */
export async function placeOrReturn(checkoutSessionId: Types.ObjectId): Promise<boolean> {
  try {
    const { created } = await placeOrder({ checkoutSessionId, termsAcceptedAt: null, waitForOthers: false });
    // The order that was there before may not be on the session's accepted payment.
    if (!created) await returnUnplacedMoney(checkoutSessionId);
    return true;
  } catch (error) {
    if (!(error instanceof AppError) || error.statusCode >= 500) throw error;
    if (NOT_YET.has(error.code)) return false;
    return returnUnplacedMoney(checkoutSessionId);
  }
}
