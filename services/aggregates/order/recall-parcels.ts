import type { ClientSession, Types } from "mongoose";
import { type ChangedBy, Shipment, type ShipmentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { SHIPMENT_STATUS } from "../../../utils/constants.js";
import { notCancellable } from "./cancel-units.js";
import {
  findOnTheWay,
  moveParcel,
  onTheWay,
  type PreparedParcels,
  prepareParcels,
  termsOf,
} from "./move-parcel.js";

const { CREATING, RETURNED_TO_ORIGIN } = SHIPMENT_STATUS;

/** No carrier reports where a parcel is that was shipped by hand, so recalling it begins its way back. */
const turnsBack = ({ isManual }: ShipmentDoc): boolean => isManual;

/** Before the transaction: for the parcels that turn back at once. */
export async function prepareRecall(orderId: Types.ObjectId): Promise<PreparedParcels> {
  const parcels = await findOnTheWay(orderId, null);
  return prepareParcels(parcels.filter(turnsBack), RETURNED_TO_ORIGIN);
}

export interface Recall {
  prepared: PreparedParcels;
  by: ChangedBy;
}

/**
 * In the caller's transaction, in which the units of these parcels are cancelled: from now on the parcels that are on
 * their way count for nothing. One that comes back is received like any other; one that is delivered needs a person.
 * @throws RuleError ORDER_NOT_CANCELLABLE with the reason `parcel_requested` while the outcome of a request is unknown;
 *   ConflictError VERSION_CONFLICT for a parcel that was shipped in the meantime
 */
export async function recallParcels(
  orderId: Types.ObjectId,
  { prepared, by }: Recall,
  tx: ClientSession,
): Promise<void> {
  if (await Shipment.exists({ orderId, status: CREATING }).session(tx))
    throw notCancellable("parcel_requested", "A parcel was requested, and its outcome is not known yet");
  const parcels = await findOnTheWay(orderId, tx);
  await Shipment.updateMany(onTheWay(orderId), { $set: { recalledAt: now() } }).session(tx);
  for (const parcel of parcels.filter(turnsBack)) {
    const terms = termsOf(prepared, parcel);
    await moveParcel(parcel, { to: RETURNED_TO_ORIGIN, at: now(), by, terms }, tx);
  }
}
