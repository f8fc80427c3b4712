import type { ErrorCode } from "../../utils/errors.js";

/** What a session may answer with when it has moved on: over, being placed, or failed for good. */
export const READ_REFUSES = [
  "CHECKOUT_NOT_FOUND",
  "CHECKOUT_EXPIRED",
  "OUT_OF_STOCK",
  "COUPON_INVALID",
  "INSUFFICIENT_POINTS",
  "INSUFFICIENT_CREDIT",
  "CHECKOUT_FAILED",
] as const satisfies readonly ErrorCode[];
export const WRITE_REFUSES = [
  ...READ_REFUSES,
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "INVALID_STATUS_TRANSITION",
] as const satisfies readonly ErrorCode[];
