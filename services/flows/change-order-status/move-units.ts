import type { ClientSession, Types } from "mongoose";
import { type OrderItemDoc, Shipment, type ShipmentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ORDER_STATUS, type OrderStatus, SHIPMENT_STATUS } from "../../../utils/constants.js";
import { allocateShipment, notShippable, type ParcelWish } from "../../aggregates/order/allocate-shipment.js";
import {
  findOnTheWay,
  moveParcel,
  type PreparedParcels,
  prepareParcels,
  termsOf,
} from "../../aggregates/order/move-parcel.js";
import type { OrderLines } from "../../aggregates/order/order-lines.js";
import { fulfilShipment, type MovedBy } from "../../aggregates/order/shipment-moves.js";

/** What an administrator's status means for the units of an order, or of one seller. */

const { CREATING, DELIVERED, RETURNED_TO_ORIGIN } = SHIPMENT_STATUS;

export interface UnitsMove extends MovedBy {
  /** Only the units of this seller. */
  sellerId?: string;
}

/**
 * Ships all open units in one parcel that the shipping service knows nothing of.
 * @throws RuleError ORDER_NOT_SHIPPABLE: nothing is open, or a parcel is requested whose outcome is not known yet
 */
export async function shipOpenUnits(
  read: OrderLines,
  { by, note, ...wish }: UnitsMove & Pick<ParcelWish, "trackingNumber" | "estimatedDelivery">,
  tx: ClientSession,
): Promise<void> {
  const requested = await Shipment.find({ orderId: read.order._id, status: CREATING })
    .session(tx)
    .lean<ShipmentDoc[]>();
  if (requested.some((shipment) => shareIn(shipment, read.lines, wish.sellerId) !== "none"))
    throw notShippable("parcel_requested", "A parcel was requested, and its outcome is not known yet");
  const { shipment, ...allocated } = await allocateShipment(
    read,
    { items: null, isManual: true, ...wish },
    tx,
  );
  await fulfilShipment(shipment, allocated, { by, note }, tx);
}

/** How much of a parcel is of one seller, or of the order. */
function shareIn(
  { items }: ShipmentDoc,
  lines: readonly OrderItemDoc[],
  sellerId: string | undefined,
): "all" | "part" | "none" {
  if (sellerId === undefined) return "all";
  const own = items.filter(({ orderItemId }) =>
    lines.some((line) => line._id.equals(orderItemId) && line.sellerId === sellerId),
  );
  if (own.length === 0) return "none";
  return own.length === items.length ? "all" : "part";
}

const endOf = (to: OrderStatus) =>
  to === ORDER_STATUS.DELIVERED ? DELIVERED : to === ORDER_STATUS.RETURNED ? RETURNED_TO_ORIGIN : null;

/** Before the transaction: for the parcels that are about to arrive or to come back. */
export async function prepareMove(orderId: Types.ObjectId, to: OrderStatus): Promise<PreparedParcels> {
  const end = endOf(to);
  return end ? prepareParcels(await findOnTheWay(orderId, null), end) : new Map();
}

/**
 * Ends the way of every parcel: it arrives, or comes back.
 * @throws RuleError ORDER_NOT_SHIPPABLE for a parcel that also carries lines of others; ConflictError VERSION_CONFLICT for
 *   a parcel that was shipped in the meantime
 */
export async function endParcels(
  { order, lines }: OrderLines,
  move: UnitsMove & { to: OrderStatus; prepared: PreparedParcels },
  tx: ClientSession,
): Promise<void> {
  const { to, by, note, sellerId, prepared } = move;
  const end = endOf(to);
  if (!end) throw new TypeError(`${to} is no end of a parcel's way`);
  for (const parcel of await findOnTheWay(order._id, tx)) {
    const share = shareIn(parcel, lines, sellerId);
    if (share === "none") continue;
    if (share === "part")
      throw notShippable("shared_parcel", "A parcel also carries lines of others; change the order's status");
    await moveParcel(parcel, { to: end, at: now(), by, note, terms: termsOf(prepared, parcel) }, tx);
  }
}
