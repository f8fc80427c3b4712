import type { ErrorCode } from "../../utils/errors.js";

/** A session that has expired or failed. */
export const READ_REFUSES = [
  "CHECKOUT_NOT_FOUND",
  "CHECKOUT_EXPIRED",
  "OUT_OF_STOCK",
  "COUPON_INVALID",
  "INSUFFICIENT_POINTS",
  "INSUFFICIENT_CREDIT",
  "CHECKOUT_FAILED",
] as const satisfies readonly ErrorCode[];

/** Routes that need a session which can still be changed. */
export const OPEN_REFUSES = [
  ...READ_REFUSES,
  "PLACEMENT_IN_PROGRESS",
  "INVALID_STATUS_TRANSITION",
] as const satisfies readonly ErrorCode[];

export const WRITE_REFUSES = [
  ...OPEN_REFUSES,
  "REQUEST_IN_PROGRESS",
  "VERSION_CONFLICT",
  "OUTCOME_UNKNOWN",
] as const satisfies readonly ErrorCode[];

/** Routes that call a neighbour. */
export const UPSTREAM_REFUSES = [
  "UPSTREAM_BAD_RESPONSE",
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
] as const satisfies readonly ErrorCode[];

/** Routes that check the whole cart and create a session from it. */
export const START_REFUSES = [
  "CART_EMPTY",
  "CART_CHANGED",
  "OUT_OF_STOCK",
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "VERSION_CONFLICT",
  "OUTCOME_UNKNOWN",
  ...UPSTREAM_REFUSES,
] as const satisfies readonly ErrorCode[];
