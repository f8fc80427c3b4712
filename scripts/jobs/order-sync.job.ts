import type { ShipmentDoc } from "../../models/index.js";
import { findUnknownParcels, requestParcel } from "../../services/flows/ship-order/request-parcel.js";
import { askAboutParcel, findParcelsToTrack } from "../../services/flows/track-shipment.flow.js";
import type { Job } from "../../services/platform/job-registry.service.js";
import type { JobContext } from "../../services/platform/job-runs.service.js";
import { workThrough } from "./batches.js";

/** The shipping client allows more at once; the rest is left for checkouts. */
const PARCELS_AT_ONCE = 8;

const idOf = ({ _id }: ShipmentDoc) => _id.toHexString();

/** Without any webhook, every parcel still ends its way here, at most an hour later. */
export const orderSync: Job = {
  name: "order-sync",
  description:
    "Finds out what became of requested parcels, and asks the shipping service about those on their way",
  schedule: "0 7 * * * *",
  async run(context) {
    const requested = await workThrough(
      { find: findUnknownParcels, handle: requestAgain, idOf, atOnce: PARCELS_AT_ONCE },
      context,
    );
    const tracked = await track(context);
    return {
      requestsEnded: requested.done,
      requestsFailed: requested.failed,
      parcelsMoved: tracked.done,
      parcelsFailed: tracked.failed,
    };
  },
};

/** @returns whether it is known now what became of the request */
async function requestAgain(parcel: ShipmentDoc): Promise<boolean> {
  const { outcome } = await requestParcel(parcel, { type: "system" });
  return outcome === "created" || outcome === "refused";
}

const track = (context: JobContext) =>
  workThrough<ShipmentDoc>(
    {
      find: findParcelsToTrack,
      handle: async (parcel) => (await askAboutParcel(parcel)) === "moved",
      idOf,
      atOnce: PARCELS_AT_ONCE,
    },
    context,
  );
