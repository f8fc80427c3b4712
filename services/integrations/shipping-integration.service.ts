import Joi from "joi";
import { config } from "../../config/env.config.js";
import { SHIPMENT_STATUS, SHIPMENT_STATUSES, type ShipmentStatus } from "../../utils/constants.js";
import type { Paise } from "../../utils/money.js";
import { toRupees } from "../../utils/money.js";
import type { Result } from "../../utils/result.js";
import type { Address } from "./auth-integration.service.js";
import { createCachedLookup } from "./cached-lookup.js";
import {
  camelCaseKeysDeep,
  days,
  flag,
  id,
  listOf,
  moment,
  notFound,
  optionalMoment,
  optionalText,
  refusal,
  rupees,
  text,
} from "./contract.js";
import { apiPath, createHttpClient } from "./http-client.service.js";

/** The shipping service; it may answer in snake_case. */

const shippingClient = createHttpClient({
  name: "shipping",
  baseUrl: config.upstreams.shipping,
  normalise: camelCaseKeysDeep,
});

export interface Serviceability {
  pincode: string;
  serviceable: boolean;
  codAvailable: boolean;
  city: string | null;
  state: string | null;
  estimatedDaysMin: number | null;
  estimatedDaysMax: number | null;
}

export interface ShippingMethod {
  id: string;
  name: string;
  displayName: string;
  carrier: string;
  rate: Paise;
  estimatedDaysMin: number;
  estimatedDaysMax: number;
  isCodAvailable: boolean;
  codFee: Paise;
}

/** Without our own: `creating`, before the shipping service has the shipment, and `refused`, when it does not take it. */
export type TrackedStatus = Exclude<ShipmentStatus, "creating" | "refused">;

const { CREATING, REFUSED } = SHIPMENT_STATUS;
export const TRACKED_STATUSES: readonly TrackedStatus[] = SHIPMENT_STATUSES.filter(
  (status) => status !== CREATING && status !== REFUSED,
);

export interface CreatedShipment {
  shipmentId: string;
  trackingNumber: string | null;
  carrier: string | null;
  status: TrackedStatus;
  estimatedDelivery: Date | null;
}

export interface TrackingEvent {
  status: string;
  location: string | null;
  at: Date;
  description: string | null;
}

export interface Tracking extends CreatedShipment {
  events: TrackingEvent[];
}

export interface ReturnPickup {
  pickupId: string;
  pickupDate: Date | null;
  slot: string | null;
  carrier: string | null;
  trackingNumber: string | null;
}

const optionalDays = days.optional().empty(null).default(null);
const trackedStatus = Joi.string().valid(...TRACKED_STATUSES);

const serviceabilitySchema = Joi.object<Serviceability>({
  pincode: text,
  serviceable: flag,
  codAvailable: flag,
  // Absent where the service does not deliver.
  city: optionalText,
  state: optionalText,
  estimatedDaysMin: optionalDays,
  estimatedDaysMax: optionalDays,
});

const methodSchema = Joi.object<ShippingMethod>({
  id,
  name: text,
  displayName: text,
  carrier: text,
  rate: rupees,
  estimatedDaysMin: days,
  estimatedDaysMax: days,
  isCodAvailable: flag,
  codFee: rupees,
});

const createdFields = {
  shipmentId: id,
  trackingNumber: optionalText,
  carrier: optionalText,
  status: trackedStatus,
  estimatedDelivery: optionalMoment,
};

const eventSchema = Joi.object<TrackingEvent>({
  status: text,
  location: optionalText,
  at: moment,
  description: optionalText,
});

const methodsSchema = Joi.object<{ methods: ShippingMethod[] }>({ methods: listOf(methodSchema) });
const createdSchema = Joi.object<CreatedShipment>(createdFields);
const trackingSchema = Joi.object<Tracking>({ ...createdFields, events: listOf(eventSchema) });
const pickupSchema = Joi.object<ReturnPickup>({
  pickupId: id,
  pickupDate: optionalMoment,
  slot: optionalText,
  carrier: optionalText,
  trackingNumber: optionalText,
});

const serviceabilities = createCachedLookup({
  ttlSeconds: config.catalogCacheSeconds,
  maxEntries: 20_000,
  load: (pincode: string) =>
    shippingClient.get({
      path: apiPath`/api/pincode/${pincode}/serviceability`,
      schema: serviceabilitySchema,
    }),
});

/** Whether parcels, and COD parcels, can be delivered to a pincode. Kept as long as the catalog's answers. */
export function getServiceability(
  pincode: string,
  options: { fresh?: boolean } = {},
): Promise<Result<Serviceability>> {
  return serviceabilities.get(pincode, options);
}

export function clearServiceabilityCache(): void {
  serviceabilities.clear();
}

export interface ShippingQuestion {
  destination: { pincode: string; state: string; country: string };
  weightGrams: number;
  orderValue: Paise;
}

export function calculateShippingMethods(
  question: ShippingQuestion,
): Promise<Result<{ methods: ShippingMethod[] }>> {
  const { pincode, state, country } = question.destination;
  return shippingClient.ask({
    path: apiPath`/api/shipping-methods/calculate`,
    body: {
      destination: { pincode, state, country },
      weightGrams: question.weightGrams,
      orderValue: toRupees(question.orderValue),
    },
    schema: methodsSchema,
  });
}

export interface NewShipment {
  /** The id of our own `Shipment`: it is never created twice. */
  idempotencyKey: string;
  orderId: string;
  orderNumber: string;
  items: readonly { variantId: string; sku: string; quantity: number }[];
  address: Address;
  methodId: string;
  /** What the courier collects; 0 when prepaid. */
  codAmount: Paise;
}

/** The method is gone; or this parcel cannot be carried: its address, its weight or its amount on delivery. */
const SHIPMENT_REFUSALS = [refusal(404, "METHOD_NOT_FOUND"), refusal(409, "SHIPMENT_REFUSED")];

export function createShipment(shipment: NewShipment): Promise<Result<CreatedShipment>> {
  const { idempotencyKey, codAmount, items, address, ...rest } = shipment;
  return shippingClient.write({
    method: "POST",
    path: apiPath`/api/shipments`,
    body: {
      ...rest,
      items: items.map(({ variantId, sku, quantity }) => ({ variantId, sku, quantity })),
      address: toAddressBody(address),
      codAmount: toRupees(codAmount),
    },
    idempotencyKey,
    refusals: SHIPMENT_REFUSALS,
    schema: createdSchema,
  });
}

export function getTracking(shipmentId: string): Promise<Result<Tracking>> {
  return shippingClient.get({
    path: apiPath`/api/shipments/${shipmentId}/tracking`,
    refusals: [notFound("SHIPMENT_NOT_FOUND")],
    schema: trackingSchema,
  });
}

export interface PickupRequest {
  returnId: string;
  returnNumber: string;
  orderId: string;
  items: readonly { variantId: string; sku: string; quantity: number }[];
  address: Address;
  pickupDate?: Date | undefined;
  slot?: string | undefined;
}

/** Schedules the pickup of a return, one per return. */
export function scheduleReturnPickup(request: PickupRequest): Promise<Result<ReturnPickup>> {
  const { returnId, returnNumber, orderId, items, address, pickupDate, slot } = request;
  return shippingClient.write({
    method: "POST",
    path: apiPath`/api/shipments/return-pickup`,
    body: {
      returnId,
      returnNumber,
      orderId,
      items: items.map(({ variantId, sku, quantity }) => ({ variantId, sku, quantity })),
      address: toAddressBody(address),
      ...(pickupDate && { pickupDate: pickupDate.toISOString() }),
      ...(slot && { slot }),
    },
    idempotencyKey: returnId,
    schema: pickupSchema,
  });
}

/** Only the contract's fields; an address from the database has more. */
function toAddressBody(address: Address): object {
  const { name, phone, line1, line2, landmark, city, state, pincode, country } = address;
  return {
    name,
    phone,
    line1,
    ...(line2 && { line2 }),
    ...(landmark && { landmark }),
    city,
    state,
    pincode,
    country,
  };
}
