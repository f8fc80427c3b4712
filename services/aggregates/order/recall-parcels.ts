import { type ClientSession, type Types, trusted } from "mongoose";
import { Shipment } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ON_THE_WAY, SHIPMENT_STATUS } from "../../../utils/constants.js";
import { notCancellable } from "./cancel-units.js";

/**
 * In the caller's transaction, in which the units of these parcels are cancelled: from now on the parcels that are on
 * their way count for nothing. One that comes back is received like any other; one that is delivered needs a person.
 * @throws RuleError ORDER_NOT_CANCELLABLE with the reason `parcel_requested` while the outcome of a request is unknown
 */
export async function recallParcels(orderId: Types.ObjectId, tx: ClientSession): Promise<void> {
  if (await Shipment.exists({ orderId, status: SHIPMENT_STATUS.CREATING }).session(tx))
    throw notCancellable("parcel_requested", "A parcel was requested, and its outcome is not known yet");
  await Shipment.updateMany(
    { orderId, status: trusted({ $in: ON_THE_WAY }), recalledAt: null },
    { $set: { recalledAt: now() } },
  ).session(tx);
}
