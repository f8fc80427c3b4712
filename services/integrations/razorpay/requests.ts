import { logger } from "../../../config/logger.config.js";
import { countContractFault } from "../../../config/metrics.config.js";
import type { Failure } from "../../../utils/result.js";
import type { Page } from "../payment-gateway.js";

/** Small parts of the requests to Razorpay, and the answers that need no request. */

/** The gateway's largest page. */
export const PAGE_SIZE = 100;

/** Ids are put into paths unencoded, so anything else is refused here. */
export const isId = (prefix: "order" | "pay" | "rfnd" | "setl", id: string) =>
  new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`).test(id);

export function refused(code: string, error: string): Failure {
  return { success: false, outcome: "refused", code, error, statusCode: 400, service: "razorpay" };
}

export function notWhatWasAsked(error: string): Failure {
  return {
    success: false,
    outcome: "unknown",
    code: "BAD_RESPONSE",
    error,
    statusCode: 502,
    service: "razorpay",
  };
}

export const INVALID_ID = refused("INVALID_ID", "not an id of the gateway");
export const toPage = ({ skip = 0, count = PAGE_SIZE }: Page) => ({ skip, count });
export const toSeconds = (date: Date) => Math.floor(date.getTime() / 1_000);
export const withoutEmpty = (fields: Record<string, string | null | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/** Entities of a list that could not be read are left out; an operator must check them. */
export function reportUnreadable(reasons: readonly string[]): void {
  for (const reason of reasons) {
    countContractFault({ service: "razorpay", status: 200 });
    logger.error({ service: "razorpay", reason }, "> The gateway listed an entity that cannot be read");
  }
}
