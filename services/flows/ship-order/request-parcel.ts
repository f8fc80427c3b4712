import { trusted } from "mongoose";
import {
  type ChangedBy,
  Order,
  type OrderDoc,
  OrderItem,
  type OrderItemDoc,
  Shipment,
  type ShipmentDoc,
} from "../../../models/index.js";
import { databaseTime } from "../../../utils/clock.js";
import { SHIPMENT_STATUS } from "../../../utils/constants.js";
import { isRefused, type Outcome } from "../../../utils/result.js";
import { confirmShipment, releaseShipment } from "../../aggregates/order/shipment-moves.js";
import { createShipment, type NewShipment } from "../../integrations/shipping-integration.service.js";
import { reopenWebhooksAbout } from "../../platform/stored-webhooks.service.js";
import { inTransaction } from "../../platform/transaction.service.js";

export interface RequestedParcel {
  outcome: "created" | Outcome;
  /** As it is now. */
  shipment: ShipmentDoc;
}

/**
 * Requests a parcel from the shipping service and records the outcome. Repeatable: the service books it once for its key,
 * and it is confirmed or released once. An unknown outcome changes nothing.
 */
export async function requestParcel(shipment: ShipmentDoc, by: ChangedBy): Promise<RequestedParcel> {
  const result = await createShipment(await toRequest(shipment));
  if (result.success) {
    await inTransaction((tx) => confirmShipment(shipment, result.data, { by }, tx));
    // The parcel may have moved already.
    await reopenWebhooksAbout([result.data.shipmentId]);
  } else if (isRefused(result)) {
    await inTransaction((tx) => releaseShipment(shipment, result.code, { by }, tx));
  }
  const current = await Shipment.findById(shipment._id).orFail().lean<ShipmentDoc>();
  return { outcome: result.success ? "created" : result.outcome, shipment: current };
}

/** Always the same for a parcel: the key belongs to this body. */
async function toRequest(shipment: ShipmentDoc): Promise<NewShipment> {
  const { orderId, items, codAmount } = shipment;
  const [order, lines] = await Promise.all([
    Order.findById(orderId).orFail().lean<OrderDoc>(),
    OrderItem.find({ orderId }).lean<OrderItemDoc[]>(),
  ]);
  return {
    idempotencyKey: shipment._id.toHexString(),
    ...{ orderId: orderId.toHexString(), orderNumber: order.orderNumber },
    items: items.flatMap(({ orderItemId, quantity }) => {
      const line = lines.find(({ _id }) => _id.equals(orderItemId));
      return line ? [{ variantId: line.variantId, sku: line.sku, quantity }] : [];
    }),
    address: shipment.address ?? order.shippingAddress,
    methodId: shipment.methodId ?? "",
    codAmount,
  };
}

/** A call ends within seconds; only then may another one find out what became of it. */
const REQUEST_MS = 60_000;

/** Parcels whose outcome is not known, oldest first: the request was lost, or the process stopped. */
export const findUnknownParcels = (limit: number): Promise<ShipmentDoc[]> =>
  Shipment.find({
    status: SHIPMENT_STATUS.CREATING,
    $expr: trusted({ $lt: ["$createdAt", databaseTime(-REQUEST_MS)] }),
  })
    .sort({ syncedAt: 1 })
    .limit(limit)
    .lean<ShipmentDoc[]>();
