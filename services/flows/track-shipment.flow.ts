import { type ClientSession, trusted } from "mongoose";
import { type ChangedBy, Shipment, type ShipmentDoc } from "../../models/index.js";
import { now } from "../../utils/clock.js";
import { ON_THE_WAY, SHIPMENT_STATUS } from "../../utils/constants.js";
import { unwrap } from "../../utils/result.js";
import { canMove, shipmentMachine } from "../../utils/state-machines.js";
import { moveParcel, type ParcelTerms, readParcelTerms } from "../aggregates/order/move-parcel.js";
import { mergeEvents, type ParcelEvent } from "../calculations/tracking-events.js";
import { getTracking, type TrackedStatus } from "../integrations/shipping-integration.service.js";
import { inTransaction } from "../platform/transaction.service.js";

const { DELIVERED, RETURNED_TO_ORIGIN } = SHIPMENT_STATUS;

/** What the shipping service reports about one of its shipments. */
export interface TrackingReport {
  /** The shipping service's id. */
  shipmentId: string;
  status: TrackedStatus;
  at: Date;
  trackingNumber: string | null;
  estimatedDelivery?: Date | null;
  events: readonly ParcelEvent[];
}

/**
 * `unknown`: no parcel has this id here, yet. `contradiction`: it was delivered, and is reported as returned to its origin,
 * or the other way round. `recalled`: it was delivered although its units were cancelled. In both a person has to look.
 */
export type Tracked = "moved" | "unchanged" | "unknown" | "contradiction" | "recalled";

/**
 * Applies a report of the shipping service, from a webhook or asked for. Statuses only move forward, so any order and any
 * number of repetitions end in the same state; the events of late reports are kept.
 */
export async function trackShipment(report: TrackingReport): Promise<Tracked> {
  const { shipmentId, status } = report;
  const shipment = await Shipment.findOne({ shipmentId }).lean<ShipmentDoc>();
  if (!shipment) return "unknown";
  const terms = await readParcelTerms(shipment, status);
  return inTransaction((tx) => apply(shipment, { report, terms }, tx));
}

interface Application {
  report: TrackingReport;
  terms: ParcelTerms;
}

const SYSTEM: ChangedBy = { type: "system" };
const noteOf = (status: TrackedStatus): string =>
  status === RETURNED_TO_ORIGIN ? "returned to origin" : "reported by the carrier";

async function apply(
  { _id }: ShipmentDoc,
  { report, terms }: Application,
  tx: ClientSession,
): Promise<Tracked> {
  const shipment = await Shipment.findById(_id).session(tx).orFail().lean<ShipmentDoc>();
  const { status, at } = report;
  const set = {
    events: mergeEvents(shipment.events, report.events),
    trackingNumber: report.trackingNumber ?? shipment.trackingNumber,
    estimatedDelivery: report.estimatedDelivery ?? shipment.estimatedDelivery,
    syncedAt: now(),
  };
  if (canMove(shipmentMachine, shipment.status, status)) {
    const moved = await moveParcel(
      shipment,
      { to: status, at, set, by: SYSTEM, note: noteOf(status), terms },
      tx,
    );
    if (!moved) return "unchanged";
    return shipment.recalledAt && status === DELIVERED ? "recalled" : "moved";
  }
  await Shipment.updateOne({ _id, status: shipment.status }, { $set: set }).session(tx);
  return isContradiction(shipment.status, status) ? "contradiction" : "unchanged";
}

const ENDS: readonly string[] = [DELIVERED, RETURNED_TO_ORIGIN];

const isContradiction = (known: string, reported: string): boolean =>
  known !== reported && ENDS.includes(known) && ENDS.includes(reported);

/** Parcels that are on their way, those first that were asked about least recently. */
export const findParcelsToTrack = (limit: number): Promise<ShipmentDoc[]> =>
  Shipment.find({
    status: trusted({ $in: ON_THE_WAY }),
    isManual: false,
  })
    .sort({ syncedAt: 1 })
    .limit(limit)
    .lean<ShipmentDoc[]>();

/**
 * Asks the shipping service about a parcel.
 * @throws the typed upstream errors: nothing is lost, the next run asks again
 */
export async function askAboutParcel({ shipmentId }: ShipmentDoc): Promise<Tracked> {
  if (!shipmentId) return "unknown";
  const { status, trackingNumber, estimatedDelivery, events } = unwrap(await getTracking(shipmentId));
  const at = events.findLast((event) => event.status === status)?.at ?? now();
  return trackShipment({ shipmentId, status, at, trackingNumber, estimatedDelivery, events });
}
