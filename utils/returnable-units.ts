/** Which units of a line can be returned. One rule for the order's view, the eligibility list and the request. */

export type NotReturnableReason = "not_returnable" | "not_delivered" | "nothing_left" | "window_closed";

export const NOT_RETURNABLE_MESSAGES = {
  not_returnable: "This product cannot be returned",
  not_delivered: "This item has not been delivered yet",
  nothing_left: "All delivered units of this item are in a return",
  window_closed: "The time to return this item has ended",
} as const satisfies Record<NotReturnableReason, string>;

export interface DeliveredLine {
  readonly isReturnable: boolean;
  readonly quantityDelivered: number;
  readonly quantityReturned: number;
  readonly quantityReturnPromised: number;
  /** Set on delivery. */
  readonly returnableUntil: Date | null;
}

export interface ReturnableUnits {
  quantity: number;
  /** Why none can be returned; null where some can. */
  reason: NotReturnableReason | null;
}

/** Units that were delivered, are in no return that was not rejected, and whose return window is open. */
export function returnableUnits(line: DeliveredLine, at: Date): ReturnableUnits {
  const left = line.quantityDelivered - line.quantityReturned - line.quantityReturnPromised;
  const reason = reasonAgainst(line, left, at);
  return { quantity: reason === null ? left : 0, reason };
}

function reasonAgainst(line: DeliveredLine, left: number, at: Date): NotReturnableReason | null {
  if (!line.isReturnable) return "not_returnable";
  if (line.quantityDelivered === 0) return "not_delivered";
  if (left <= 0) return "nothing_left";
  return line.returnableUntil !== null && line.returnableUntil > at ? null : "window_closed";
}
