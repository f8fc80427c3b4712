import type { ClientSession } from "mongoose";
import { type ChangedBy, Shipment, type ShipmentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { SHIPMENT_STATUS, STATUS_TYPE } from "../../../utils/constants.js";
import { shipmentMachine } from "../../../utils/state-machines.js";
import type { CreatedShipment } from "../../integrations/shipping-integration.service.js";
import { appendHistory } from "../../platform/history.service.js";
import { enqueueOutbox } from "../../platform/outbox.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { followLines } from "./follow-lines.js";
import { changeLines, changesOf, getOrderLines, type OrderLines } from "./order-lines.js";

/** What becomes of a parcel that was requested from the shipping service. Each once, in the caller's transaction. */

export interface MovedBy {
  by: ChangedBy;
  note?: string | undefined;
}

/** A message about a parcel is stored once. */
export const parcelMessage = (type: string, { _id }: Pick<ShipmentDoc, "_id">) => {
  const shipmentId = _id.toHexString();
  return { type, dedupeKey: `${type}:${shipmentId}`, payload: { shipmentId } };
};

/**
 * The shipping service has accepted the parcel: its units are fulfilled.
 * @returns whether this call confirmed it
 */
export async function confirmShipment(
  shipment: ShipmentDoc,
  booked: CreatedShipment,
  { by }: MovedBy,
  tx: ClientSession,
): Promise<boolean> {
  const { shipmentId, carrier, trackingNumber, estimatedDelivery } = booked;
  const moved = await tryTransition({
    machine: shipmentMachine,
    model: Shipment,
    id: shipment._id,
    from: SHIPMENT_STATUS.CREATING,
    to: SHIPMENT_STATUS.CREATED,
    set: { shipmentId, carrier, trackingNumber, estimatedDelivery, shippedAt: now(), syncedAt: now() },
    by,
    tx,
  });
  if (!moved.changed) return false;
  const note = `shipped with ${[carrier, trackingNumber].filter(Boolean).join(", ") || "the shipping service"}`;
  await fulfilShipment(moved.document, await getOrderLines(shipment.orderId, tx), { by, note }, tx);
  return true;
}

/** The parcel is on its way: the statuses of lines, order and sellers follow, and the customer gets a mail. */
export async function fulfilShipment(
  shipment: ShipmentDoc,
  { order, lines }: OrderLines,
  { by, note }: MovedBy,
  tx: ClientSession,
): Promise<void> {
  const fulfilled = await changeLines(
    lines,
    changesOf(shipment.items, (n) => ({ quantityFulfilled: n })),
    tx,
  );
  const { sellerId } = shipment;
  const sellerOrders = order.sellerOrders.map((part) =>
    part.sellerId === sellerId
      ? {
          ...part,
          // A parcel without them takes nothing away that the seller has said.
          trackingNumber: shipment.trackingNumber ?? part.trackingNumber,
          estimatedDelivery: shipment.estimatedDelivery ?? part.estimatedDelivery,
        }
      : part,
  );
  await followLines({ order, lines: fulfilled }, { by, note, set: { sellerOrders } }, tx);
  await enqueueOutbox([parcelMessage("shipment.shipped", shipment)], tx);
}

/**
 * The shipping service has definitely refused the parcel: its units can be shipped or cancelled again. The order's
 * history shows it.
 * @returns whether this call released them
 */
export async function releaseShipment(
  shipment: ShipmentDoc,
  refusalCode: string,
  { by }: MovedBy,
  tx: ClientSession,
): Promise<boolean> {
  const { CREATING, REFUSED } = SHIPMENT_STATUS;
  const moved = await tryTransition({
    machine: shipmentMachine,
    model: Shipment,
    id: shipment._id,
    from: CREATING,
    to: REFUSED,
    set: { refusalCode },
    by,
    tx,
  });
  if (!moved.changed) return false;
  const { order, lines } = await getOrderLines(shipment.orderId, tx);
  const released = await changeLines(
    lines,
    changesOf(shipment.items, (n) => ({ quantityAllocated: -n })),
    tx,
  );
  await followLines({ order, lines: released }, { by }, tx);
  const note = "The shipping service did not accept this parcel; its units can be shipped again";
  const row = { orderId: order._id, statusType: STATUS_TYPE.SHIPMENT, from: CREATING, to: REFUSED, by, note };
  await appendHistory([row], tx);
  return true;
}
