import { Refusal } from "../shared/http.js";
import { createId } from "../shared/random.js";
import type { MethodRule } from "./rates.js";

export type ShipmentStatus =
  | "created"
  | "picked_up"
  | "in_transit"
  | "out_for_delivery"
  | "delivered"
  | "returned_to_origin";

export interface ShipmentRequest {
  orderId: string;
  orderNumber: string;
  items: { variantId: string; sku: string; quantity: number }[];
  address: Record<string, unknown>;
  methodId: string;
  /** Rupees to collect; 0 if paid. */
  codAmount: number;
}

export interface Shipment extends ShipmentRequest {
  shipmentId: string;
  trackingNumber: string;
  carrier: string;
  status: ShipmentStatus;
  estimatedDelivery: string;
  events: { status: ShipmentStatus; location: string; at: string; description: string }[];
}

export interface PickupRequest {
  returnId: string;
  returnNumber: string;
  orderId: string;
  items: unknown[];
  address: Record<string, unknown>;
  pickupDate?: string;
  slot?: string;
}

export interface Pickup extends PickupRequest {
  pickupId: string;
  pickupDate: string;
  slot: string;
  carrier: string;
  trackingNumber: string;
}

export interface Shipments {
  create(request: ShipmentRequest, method: MethodRule): Shipment;
  get(shipmentId: string): Shipment;
  list(orderId?: string): Shipment[];
  move(shipmentId: string, status: ShipmentStatus): Shipment;
  requestPickup(request: PickupRequest): Pickup;
  pickups(): Pickup[];
  clear(): void;
}

const DAY_MS = 86_400_000;
const DELIVERY_DAYS = 4;
const PICKUP_DAYS = 2;
const DEFAULT_SLOT = "10:00-14:00";
const FIRST_NUMBER = 100_000;

const DESCRIPTIONS: Readonly<Record<ShipmentStatus, string>> = {
  created: "Shipment booked",
  picked_up: "Picked up from the warehouse",
  in_transit: "On the way",
  out_for_delivery: "Out for delivery",
  delivered: "Delivered",
  returned_to_origin: "Returned to the sender",
};

/** Shipments and return pickups. Dates are ISO strings. */
export function createShipments(now: () => number): Shipments {
  const shipments = new Map<string, Shipment>();
  const pickups = new Map<string, Pickup>();
  let lastNumber = FIRST_NUMBER;
  const nextTracking = (prefix: string): string => {
    lastNumber += 1;
    return `${prefix}${lastNumber}`;
  };

  function get(shipmentId: string): Shipment {
    const shipment = shipments.get(shipmentId);
    if (!shipment) throw new Refusal(404, "SHIPMENT_NOT_FOUND", `There is no shipment ${shipmentId}`);
    return shipment;
  }

  function addEvent(shipment: Shipment, status: ShipmentStatus): void {
    const isAtOrigin = status === "created" || status === "picked_up" || status === "returned_to_origin";
    const location = isAtOrigin ? "Bengaluru" : String(shipment.address.city ?? "In transit");
    shipment.status = status;
    shipment.events.push({
      status,
      location,
      at: new Date(now()).toISOString(),
      description: DESCRIPTIONS[status],
    });
  }

  return {
    get,
    list: (orderId) =>
      [...shipments.values()].filter((shipment) => orderId === undefined || shipment.orderId === orderId),
    create: (request, { carrier }) => {
      const shipment: Shipment = {
        ...request,
        shipmentId: createId("shp"),
        trackingNumber: nextTracking("TRK"),
        carrier,
        status: "created",
        estimatedDelivery: new Date(now() + DELIVERY_DAYS * DAY_MS).toISOString(),
        events: [],
      };
      addEvent(shipment, "created");
      shipments.set(shipment.shipmentId, shipment);
      return shipment;
    },
    move: (shipmentId, status) => {
      const shipment = get(shipmentId);
      addEvent(shipment, status);
      return shipment;
    },
    requestPickup: (request) => {
      const known = pickups.get(request.returnId);
      const inTwoDays = new Date(now() + PICKUP_DAYS * DAY_MS).toISOString().slice(0, 10);
      const pickup: Pickup = {
        ...request,
        pickupId: known?.pickupId ?? createId("pku"),
        pickupDate: request.pickupDate ?? known?.pickupDate ?? inTwoDays,
        slot: request.slot ?? known?.slot ?? DEFAULT_SLOT,
        carrier: "Delhivery",
        trackingNumber: known?.trackingNumber ?? nextTracking("RTN"),
      };
      pickups.set(request.returnId, pickup);
      return pickup;
    },
    pickups: () => [...pickups.values()],
    clear: () => {
      shipments.clear();
      pickups.clear();
    },
  };
}
