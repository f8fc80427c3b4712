/** Every write of a cart may meet these. */
export const WRITE_REFUSES = [
  "PLACEMENT_IN_PROGRESS",
  "REQUEST_IN_PROGRESS",
  "VERSION_CONFLICT",
  "OUTCOME_UNKNOWN",
] as const;

/** A change that leaves something in the cart asks neighbours about it. */
export const CHANGE_REFUSES = [
  ...WRITE_REFUSES,
  "UPSTREAM_BAD_RESPONSE",
  "UPSTREAM_UNAVAILABLE",
  "UPSTREAM_TIMEOUT",
] as const;
