import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import {
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  type ReturnDoc,
  type ReturnPickup,
} from "../../models/index.js";
import { RETURN_STATUS } from "../../utils/constants.js";
import { RuleError } from "../../utils/errors.js";
import { adminActor } from "../../utils/principal.js";
import { unwrap } from "../../utils/result.js";
import { returnMachine } from "../../utils/state-machines.js";
import { changeReturn, updateReturn } from "../aggregates/return/move-return.js";
import { getReturn, messageOf } from "../aggregates/return/return-rows.js";
import { scheduleReturnPickup } from "../integrations/shipping-integration.service.js";
import { assertStatus } from "../platform/transition.service.js";

export interface PickupWish {
  returnId: Types.ObjectId;
  adminId: string;
  /** Default: as the carrier can. */
  pickupDate?: Date | undefined;
  slot?: string | undefined;
}

/**
 * Has the goods of an approved return picked up at the customer's address. The shipping service schedules one pickup for
 * each return, so a repeat after a crash or a time-out finds it.
 * @throws NotFoundError RETURN_NOT_FOUND; RuleError INVALID_STATUS_TRANSITION unless it is approved, PICKUP_NOT_POSSIBLE;
 *   ConflictError VERSION_CONFLICT; the typed upstream errors
 */
export async function schedulePickup({ returnId, adminId, ...wish }: PickupWish): Promise<ReturnDoc> {
  const known = await getReturn(returnId);
  assertPickupPossible(known);
  const pickup = await requestPickup(known, wish);
  return changeReturn(returnId, async (found, tx) => {
    if (found.status !== RETURN_STATUS.APPROVED)
      logger.warn({ returnId: returnId.toHexString(), ...pickup }, "> A pickup is scheduled in vain");
    assertPickupPossible(found);
    return updateReturn(
      found,
      {
        by: adminActor(adminId),
        action: "return.schedule-pickup",
        set: { pickup },
        before: { pickup: found.pickup },
        after: { pickup },
        messages: [messageOf("return.pickup_scheduled", found)],
        guard: { pickup: null },
      },
      tx,
    );
  });
}

function assertPickupPossible(found: ReturnDoc): void {
  const { isReturnToOrigin, pickup } = found;
  if (isReturnToOrigin)
    throw new RuleError("PICKUP_NOT_POSSIBLE", "This parcel is already on its way back", {
      reason: "returned_to_origin",
    });
  if (pickup)
    throw new RuleError("PICKUP_NOT_POSSIBLE", "A pickup is already scheduled", { reason: "scheduled" });
  assertStatus(returnMachine, found, { from: [RETURN_STATUS.APPROVED], to: RETURN_STATUS.RECEIVED });
}

async function requestPickup(
  { _id, returnNumber, orderId, items }: ReturnDoc,
  wish: Pick<PickupWish, "pickupDate" | "slot">,
): Promise<ReturnPickup> {
  const lineIds = items.map(({ orderItemId }) => orderItemId);
  const [order, lines] = await Promise.all([
    Order.findById(orderId).orFail().lean<OrderDoc>(),
    OrderItem.find({ _id: trusted({ $in: lineIds }) }).lean<OrderItemDoc[]>(),
  ]);
  const { pickupDate, ...scheduled } = unwrap(
    await scheduleReturnPickup({
      returnId: _id.toHexString(),
      returnNumber: returnNumber ?? "",
      orderId: orderId.toHexString(),
      items: items.flatMap(({ orderItemId, quantity }) => {
        const line = lines.find((candidate) => candidate._id.equals(orderItemId));
        return line ? [{ variantId: line.variantId, sku: line.sku, quantity }] : [];
      }),
      address: order.shippingAddress,
      ...wish,
    }),
  );
  return { ...scheduled, date: pickupDate };
}
