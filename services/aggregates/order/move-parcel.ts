import { type ClientSession, type Types, trusted } from "mongoose";
import { type ChangedBy, Shipment, type ShipmentDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { ON_THE_WAY, SHIPMENT_STATUS, type ShipmentStatus } from "../../../utils/constants.js";
import { ZERO_PAISE } from "../../../utils/money.js";
import { shipmentMachine } from "../../../utils/state-machines.js";
import { orderChanged } from "../../platform/changed-meanwhile.js";
import { generateUniqueReturnNumber } from "../../platform/order-number.service.js";
import { getSettings } from "../../platform/settings.service.js";
import { tryTransition } from "../../platform/transition.service.js";
import { drawRefundNumbers } from "../refund/owe-order-refund.js";
import { deliverShipment, type ReturnWindows } from "./deliver-shipment.js";
import { type ReturnToOrigin, returnShipment } from "./return-shipment.js";

const { DELIVERED, RETURNED_TO_ORIGIN } = SHIPMENT_STATUS;

/** What the end of a parcel's way needs beside the parcel, read and drawn before the transaction. */
export interface ParcelTerms extends Pick<ReturnToOrigin, "rtoDeduction" | "returnNumber" | "refundNumbers"> {
  windows: ReturnWindows;
}

/** @param to numbers are only drawn for a parcel that is about to come back */
export async function readParcelTerms(
  { orderId, status }: Pick<ShipmentDoc, "orderId" | "status">,
  to: ShipmentStatus,
): Promise<ParcelTerms> {
  const [windows, { rtoDeduction }] = await Promise.all([getSettings("returns"), getSettings("payments")]);
  if (to !== RETURNED_TO_ORIGIN || status === to)
    return { windows, rtoDeduction: ZERO_PAISE, returnNumber: "", refundNumbers: [] };
  const [returnNumber, refundNumbers] = await Promise.all([
    generateUniqueReturnNumber(),
    drawRefundNumbers(orderId),
  ]);
  return { windows, rtoDeduction, returnNumber, refundNumbers };
}

/** Selects an order's parcels on their way, without those that were recalled: they count for nothing. */
export const onTheWay = (orderId: Types.ObjectId) => ({
  ...{ orderId, recalledAt: null },
  status: trusted({ $in: ON_THE_WAY }),
});

export const findOnTheWay = (orderId: Types.ObjectId, tx: ClientSession | null): Promise<ShipmentDoc[]> =>
  Shipment.find(onTheWay(orderId)).sort({ createdAt: 1 }).session(tx).lean<ShipmentDoc[]>();

/** What the end of their way needs, by parcel. */
export type PreparedParcels = ReadonlyMap<string, ParcelTerms>;

/** Before the transaction. */
export async function prepareParcels(
  parcels: readonly ShipmentDoc[],
  to: ShipmentStatus,
): Promise<PreparedParcels> {
  const prepared = new Map<string, ParcelTerms>();
  for (const parcel of parcels) prepared.set(parcel._id.toHexString(), await readParcelTerms(parcel, to));
  return prepared;
}

/** @throws ConflictError VERSION_CONFLICT for a parcel that was shipped since they were prepared */
export function termsOf(
  prepared: PreparedParcels,
  { _id, orderId }: Pick<ShipmentDoc, "_id" | "orderId">,
): ParcelTerms {
  const terms = prepared.get(_id.toHexString());
  if (!terms) throw orderChanged(orderId);
  return terms;
}

export interface ParcelMove {
  to: ShipmentStatus;
  /** As reported. */
  at: Date;
  set?: Partial<Pick<ShipmentDoc, "events" | "trackingNumber" | "estimatedDelivery" | "syncedAt">>;
  by: ChangedBy;
  note?: string | undefined;
  terms: ParcelTerms;
}

/**
 * Moves a parcel that is on its way, with everything that its delivery or its return causes, in the caller's transaction.
 * @returns whether this call moved it
 */
export async function moveParcel(
  shipment: ShipmentDoc,
  { to, at: reportedAt, set, by, note, terms }: ParcelMove,
  tx: ClientSession,
): Promise<boolean> {
  const at = possibleTime(reportedAt, shipment);
  const moved = await tryTransition({
    machine: shipmentMachine,
    model: Shipment,
    id: shipment._id,
    from: shipment.status,
    to,
    set: { ...set, ...(to === DELIVERED ? { deliveredAt: at } : {}) },
    by,
    tx,
  });
  if (!moved.changed) return false;
  if (to === DELIVERED) await deliverShipment(moved.document, { at, windows: terms.windows, by, note }, tx);
  if (to === RETURNED_TO_ORIGIN) await returnShipment(moved.document, { ...terms, at, by, note }, tx);
  return true;
}

/** A carrier's clock may be wrong: a parcel does not arrive in the future, nor before it was requested. */
function possibleTime(at: Date, { createdAt }: ShipmentDoc): Date {
  const time = Math.min(now().getTime(), Math.max(createdAt.getTime(), at.getTime()));
  return new Date(time);
}
