import { model, type Types } from "mongoose";
import { SHIPMENT_STATUSES, type ShipmentStatus } from "../utils/constants.js";
import type { Paise } from "../utils/money.js";
import {
  date,
  listOf,
  moneyFromZero,
  no,
  oneOf,
  optionalDate,
  optionalPart,
  optionalText,
  quantity,
  reference,
  text,
} from "./parts/fields.js";
import { definePart, defineSchema } from "./parts/schema.js";
import { type AddressSnapshot, addressPart } from "./parts/snapshots.js";

export interface ShipmentItem {
  orderItemId: Types.ObjectId;
  quantity: number;
}

export interface ShipmentEvent {
  status: string;
  location: string | null;
  at: Date;
  description: string | null;
}

/** A parcel. Stored first (`creating`), then ordered from the shipping service with this id as the key. */
export interface ShipmentDoc {
  _id: Types.ObjectId;
  orderId: Types.ObjectId;
  sellerId: string | null;
  items: ShipmentItem[];
  status: ShipmentStatus;
  /** Where it goes: a change of the order's address does not change a parcel that was requested. */
  address: AddressSnapshot | null;
  /** Entered by an admin: it was shipped without the shipping service, which knows nothing of it. */
  isManual: boolean;
  /** The shipping service's id. */
  shipmentId: string | null;
  methodId: string | null;
  carrier: string | null;
  trackingNumber: string | null;
  /** What the carrier collects on delivery. */
  codAmount: Paise;
  events: ShipmentEvent[];
  estimatedDelivery: Date | null;
  shippedAt: Date | null;
  deliveredAt: Date | null;
  /** When its units were cancelled although it was on its way: since then it counts neither for lines nor for cash. */
  recalledAt: Date | null;
  /** Why the shipping service refused it: its code. */
  refusalCode: string | null;
  /** Of the request, so that its repetition ships no other units; null without an idempotency key. */
  requestKey: string | null;
  /** When the shipping service last reported. */
  syncedAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

const itemPart = definePart<ShipmentItem>({ orderItemId: reference, quantity });

const eventPart = definePart<ShipmentEvent>({
  status: text,
  location: optionalText,
  at: date,
  description: optionalText,
});

const schema = defineSchema<ShipmentDoc>("shipments", {
  orderId: reference,
  sellerId: optionalText,
  items: listOf(itemPart),
  status: oneOf(SHIPMENT_STATUSES, "creating"),
  address: optionalPart(addressPart),
  isManual: no,
  shipmentId: optionalText,
  methodId: optionalText,
  carrier: optionalText,
  trackingNumber: optionalText,
  codAmount: moneyFromZero,
  events: listOf(eventPart),
  estimatedDelivery: optionalDate,
  shippedAt: optionalDate,
  deliveredAt: optionalDate,
  recalledAt: optionalDate,
  refusalCode: optionalText,
  requestKey: optionalText,
  syncedAt: optionalDate,
});

schema.index({ orderId: 1, createdAt: 1 });
schema.index({ shipmentId: 1 }, { unique: true, partialFilterExpression: { shipmentId: { $gt: "" } } });
schema.index({ status: 1, syncedAt: 1 });

export const Shipment = model<ShipmentDoc>("Shipment", schema);
