import { type ClientSession, type Types, trusted } from "mongoose";
import { logger } from "../../../config/logger.config.js";
import { Shipment, type ShipmentDoc } from "../../../models/index.js";
import { SHIPMENT_STATUS } from "../../../utils/constants.js";
import { RuleError } from "../../../utils/errors.js";
import type { Actor } from "../../../utils/principal.js";
import { allocateShipment, type ParcelWish } from "../../aggregates/order/allocate-shipment.js";
import { followLines } from "../../aggregates/order/follow-lines.js";
import { getOrderLines } from "../../aggregates/order/order-lines.js";
import { recordAudit } from "../../platform/audit.service.js";
import { inTransaction } from "../../platform/transaction.service.js";
import { requestParcel } from "./request-parcel.js";

export interface ShippingRequest extends Pick<ParcelWish, "items" | "methodId"> {
  orderId: Types.ObjectId;
  by: Actor<"admin">;
  /** A repetition of the request finds its parcel. */
  requestKey: string | null;
}

/**
 * Ships units of an order in one parcel. The units are allocated first, in one transaction with the parcel; then the
 * shipping service gets the parcel, with its id as the key; then the parcel is confirmed. So a unit is never both cancelled
 * and shipped, whatever happens in between. While the outcome is unknown the units stay allocated, and the job `order-sync`
 * repeats the request with the same key.
 * @returns the parcel: `created`, or `creating` while the outcome is unknown
 * @throws NotFoundError ORDER_NOT_FOUND; RuleError SHIPMENT_REFUSED (the units are free again), ORDER_NOT_SHIPPABLE,
 *   SHIPPING_METHOD_UNAVAILABLE; ValidationError for a line of another order
 */
export async function shipOrder(request: ShippingRequest): Promise<ShipmentDoc> {
  const allocated = await inTransaction(
    async (tx) => (await findParcelOf(request, tx)) ?? allocate(request, tx),
  );
  const { outcome, shipment } = await requestParcel(allocated, request.by);
  const about = { orderId: request.orderId.toHexString(), parcel: shipment._id.toHexString(), outcome };
  logger.info(about, "> A parcel was requested");
  if (shipment.status !== SHIPMENT_STATUS.REFUSED) return shipment;
  throw new RuleError(
    "SHIPMENT_REFUSED",
    "The shipping service does not accept this parcel; change it and try again",
    { reason: shipment.refusalCode },
  );
}

/** A parcel that was refused does not count: the same request may be made again. */
async function findParcelOf(
  { orderId, requestKey }: ShippingRequest,
  tx: ClientSession,
): Promise<ShipmentDoc | null> {
  if (requestKey === null) return null;
  const status = trusted({ $ne: SHIPMENT_STATUS.REFUSED });
  return Shipment.findOne({ orderId, requestKey, status }).session(tx).lean<ShipmentDoc>();
}

async function allocate({ orderId, by, ...wish }: ShippingRequest, tx: ClientSession): Promise<ShipmentDoc> {
  const { order, lines, shipment } = await allocateShipment(await getOrderLines(orderId, tx), wish, tx);
  await followLines({ order, lines }, { by, note: "a parcel was requested" }, tx);
  const items = shipment.items.map(({ orderItemId, quantity }) => ({
    orderItemId: orderItemId.toHexString(),
    quantity,
  }));
  const about = { action: "order.ship", resourceType: "order", resourceId: orderId.toHexString() };
  await recordAudit({ actor: by, ...about, after: { shipment: shipment._id.toHexString(), items } }, tx);
  return shipment;
}
