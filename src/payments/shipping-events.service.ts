import Joi from "joi";
import type { WebhookEventDoc } from "../../models/index.js";
import { trackShipment } from "../../services/flows/track-shipment.flow.js";
import type { WebhookIdentity } from "../../services/integrations/payment-gateway.js";
import {
  TRACKED_STATUSES,
  type TrackedStatus,
} from "../../services/integrations/shipping-integration.service.js";
import type { Applied } from "./gateway-events.service.js";

/** What the shipping service sends. */
interface ShippingEvent {
  eventId: string;
  shipmentId: string;
  status: TrackedStatus;
  trackingNumber: string | null;
  at: Date;
}

const id = () => Joi.string().min(1).max(200);

const SCHEMA = Joi.object<ShippingEvent, true>({
  eventId: id().required(),
  shipmentId: id().required(),
  status: Joi.string()
    .valid(...TRACKED_STATUSES)
    .required(),
  trackingNumber: id().empty(Joi.valid("", null)).default(null),
  at: Joi.date().iso().prefs({ convert: true }).required(),
})
  .unknown()
  .required();

/** The event's id and type, as far as they can be read; without an id, the hash of the body identifies it. */
export function identifyShippingEvent(body: unknown): WebhookIdentity {
  const { eventId, status } = Object(body);
  return {
    eventId: id().validate(eventId).error ? null : String(eventId),
    type: `shipment.${id().max(50).validate(status).error ? "unknown" : String(status)}`,
    paymentId: null,
  };
}

/**
 * Applies one stored report. It may be about a shipment that is not known here yet, because the answer to our request was
 * lost or is on its way: then it is due again once the parcel is confirmed.
 */
export async function applyShippingEvent({ payload }: Pick<WebhookEventDoc, "payload">): Promise<Applied> {
  const { value, error } = SCHEMA.validate(payload, { convert: false });
  if (error) return { kind: "flagged", reason: `not an event of the shipping service: ${error.message}` };
  const { shipmentId, status, trackingNumber, at } = value;
  const event = { status, location: null, at, description: null };
  const tracked = await trackShipment({ shipmentId, status, at, trackingNumber, events: [event] });
  switch (tracked) {
    case "moved":
      return { kind: "processed", reason: null };
    case "unchanged":
      return { kind: "processed", reason: "nothing new: the parcel has this status, or a later one" };
    case "contradiction":
      return { kind: "flagged", reason: "the parcel ended its way differently before" };
    case "recalled":
      return { kind: "flagged", reason: "the parcel was delivered although its units were cancelled" };
    case "unknown":
      return { kind: "later", awaited: { reason: "unknown shipment", ids: [shipmentId] } };
  }
}
