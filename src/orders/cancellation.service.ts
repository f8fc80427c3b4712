import type { OrderDoc } from "../../models/index.js";
import { type AdminOrder, getAdminOrder } from "../../services/aggregates/order/load-admin-order.js";
import { loadOrder, type OrderOverview } from "../../services/aggregates/order/load-order.js";
import * as flow from "../../services/flows/cancel-order.flow.js";
import { REFUND_DESTINATION, type RefundDestination } from "../../utils/constants.js";
import { toObjectId } from "../../utils/helpers.js";
import { type LineUnitsBody, toNamedUnits } from "../../utils/line-units.js";
import { type AdminPrincipal, actorOf, type Principal } from "../../utils/principal.js";

/**
 * A customer cancels what has not been shipped of an own order; what was paid for it goes back to where it came from.
 * @throws RuleError ORDER_NOT_CANCELLABLE; ConflictError VERSION_CONFLICT
 */
export async function cancelOwnOrder(
  { _id: orderId }: OrderDoc,
  { reason, principal, requestKey }: { reason: string; principal: Principal; requestKey: string | null },
): Promise<OrderOverview> {
  const { id } = actorOf(principal);
  const by = { type: "customer" as const, ...(id === undefined ? {} : { id }) };
  const refund = REFUND_DESTINATION.ORIGINAL;
  const order = await flow.cancelOrder({
    orderId,
    by,
    reason,
    items: null,
    allowAfterShipment: false,
    refund,
    requestKey,
  });
  return loadOrder(order);
}

export interface CancelByAdmin {
  orderId: string;
  reason: string;
  items?: readonly LineUnitsBody[] | undefined;
  allowAfterShipment?: boolean | undefined;
  /** Default true: to where the money came from. False: it is kept. */
  refund?: boolean | RefundDestination | undefined;
  requestKey: string | null;
}

/** @throws NotFoundError ORDER_NOT_FOUND; RuleError ORDER_NOT_CANCELLABLE, NOT_REFUNDABLE; as `cancelOwnOrder` */
export async function cancelByAdmin(wanted: CancelByAdmin, admin: AdminPrincipal): Promise<AdminOrder> {
  const { reason, items, allowAfterShipment = false, refund = true, requestKey } = wanted;
  const orderId = toObjectId(wanted.orderId);
  await flow.cancelOrder({
    ...{ orderId, reason, allowAfterShipment, requestKey },
    items: items ? toNamedUnits(items) : null,
    by: actorOf(admin),
    refund: destinationOf(refund),
  });
  return getAdminOrder(orderId);
}

function destinationOf(refund: boolean | RefundDestination): RefundDestination | "none" {
  if (refund === false) return "none";
  return refund === true ? REFUND_DESTINATION.ORIGINAL : refund;
}
