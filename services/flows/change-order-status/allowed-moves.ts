import { ORDER_STATUS, type OrderStatus } from "../../../utils/constants.js";
import { InvalidStatusTransitionError, RuleError } from "../../../utils/errors.js";
import { orderMachine } from "../../../utils/state-machines.js";

const { CANCELLED, DELIVERED, RETURNED } = ORDER_STATUS;

/** Moves that have a request of their own: cancelling returns money, and delivered goods come back as a return. */
const hasOwnRequest = (from: OrderStatus, to: OrderStatus): boolean =>
  to === CANCELLED || (from === DELIVERED && to === RETURNED);

/** What an administrator can set a status to. */
export const allowedMoves = (from: OrderStatus): OrderStatus[] =>
  orderMachine.next[from].filter((to) => !hasOwnRequest(from, to));

/** @throws RuleError INVALID_STATUS_TRANSITION with from, to and allowed */
export function assertAllowed(from: OrderStatus, to: OrderStatus): void {
  const allowed = allowedMoves(from);
  if (allowed.includes(to)) return;
  if (to !== CANCELLED) throw new InvalidStatusTransitionError(from, to, allowed);
  const message = "A status does not cancel an order; use POST /api/admin/orders/:orderId/cancel";
  throw new RuleError("INVALID_STATUS_TRANSITION", message, { from, to, allowed });
}
