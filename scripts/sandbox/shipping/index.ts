import type { RequestListener } from "node:http";
import { createId } from "../shared/random.js";
import { createStandIn, type SandboxContext } from "../shared/stand-in.js";
import { isRecord } from "../shared/values.js";
import { type MethodRule, type PincodeOverride, seedMethods } from "./rates.js";
import { type ShippingWorld, shippingRoutes } from "./routes.js";
import {
  createShipments,
  type Pickup,
  type Shipment,
  type ShipmentStatus,
  type Shipments,
} from "./shipments.js";
import {
  createWebhooks,
  type SendOptions,
  type ShippingEvent,
  type WebhookDelivery,
  type Webhooks,
} from "./webhooks.js";

interface AdvanceOptions extends SendOptions {
  /** False: no webhook is sent; only tracking shows the status. */
  webhook?: boolean;
  /** How many times the same event is sent, one after another (default 1). */
  times?: number;
}

export interface ShippingControl {
  shipments(orderId?: string): Shipment[];
  pickups(): Pickup[];
  /** Moves a shipment to any status and sends the webhook. Resolves when the service has answered. */
  advance(shipmentId: string, status: ShipmentStatus, options?: AdvanceOptions): Promise<Shipment>;
  /** Moves a shipment through all remaining statuses, up to `delivered` or `returned_to_origin`. */
  complete(shipmentId: string, end?: "delivered" | "returned_to_origin"): Promise<Shipment>;
  /** Sends any event, for example with another secret, without moving a shipment. */
  sendWebhook(event: Partial<ShippingEvent>, options?: SendOptions): Promise<WebhookDelivery | null>;
  deliveries(): WebhookDelivery[];
  setPincode(pincode: string, override: PincodeOverride): void;
  changeMethod(methodId: string, changes: Partial<Omit<MethodRule, "id">>): MethodRule;
  removeMethod(methodId: string): void;
  /** The spelling of field names in answers. */
  setSpelling(spelling: "camelCase" | "snake_case"): void;
  reset(): void;
}

export interface Shipping {
  app: RequestListener;
  control: ShippingControl;
  /** Sets the base URL of the order service, where webhooks go. */
  setServiceUrl(serviceUrl: string | undefined): void;
  close(): void;
}

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function withSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSnakeCase);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [toSnakeCase(name), withSnakeCase(part)]),
  );
}

const STEPS: ShipmentStatus[] = ["created", "picked_up", "in_transit", "out_for_delivery"];

interface Parts {
  world: ShippingWorld;
  shipments: Shipments;
  webhooks: Webhooks;
  now: () => number;
}

function createMovement({ shipments, webhooks, now }: Parts) {
  const advance: ShippingControl["advance"] = async (shipmentId, status, options = {}) => {
    const { webhook = true, times = 1, ...sendOptions } = options;
    const shipment = shipments.move(shipmentId, status);
    const { trackingNumber } = shipment;
    const at = new Date(now()).toISOString();
    const event = { eventId: createId("shevt"), shipmentId, status, trackingNumber, at };
    for (let sent = 0; webhook && sent < times; sent += 1) await webhooks.send(event, sendOptions);
    return shipment;
  };
  const complete: ShippingControl["complete"] = async (shipmentId, end = "delivered") => {
    const reached = STEPS.indexOf(shipments.get(shipmentId).status);
    for (const status of STEPS.slice(reached + 1)) await advance(shipmentId, status);
    return advance(shipmentId, end);
  };
  const sendWebhook: ShippingControl["sendWebhook"] = (event, options) =>
    webhooks.send(
      {
        eventId: createId("shevt"),
        shipmentId: "shp_unknown",
        status: "in_transit",
        trackingNumber: "TRK0",
        at: new Date(now()).toISOString(),
        ...event,
      },
      options,
    );
  return { advance, complete, sendWebhook };
}

function createShippingControl(parts: Parts, forget: () => void): ShippingControl {
  const { world, shipments, webhooks } = parts;
  const setSpelling: ShippingControl["setSpelling"] = (spelling) => {
    world.spell = spelling === "snake_case" ? withSnakeCase : (data) => data;
  };
  return {
    ...createMovement(parts),
    shipments: shipments.list,
    pickups: shipments.pickups,
    deliveries: webhooks.deliveries,
    setPincode: (pincode, override) => void world.overrides.set(pincode, override),
    changeMethod: (methodId, changes) => {
      const method = world.methods.find(({ id }) => id === methodId);
      if (!method) throw new Error(`there is no shipping method ${methodId}`);
      return Object.assign(method, changes);
    },
    removeMethod: (methodId) => {
      world.methods = world.methods.filter(({ id }) => id !== methodId);
    },
    setSpelling,
    reset: () => {
      forget();
      setSpelling("camelCase");
      world.methods = seedMethods();
      world.overrides.clear();
      shipments.clear();
      webhooks.clear();
    },
  };
}

/** Pincodes, rates, shipments, return pickups and signed webhooks, in memory. */
export function createShipping(context: SandboxContext, options: { webhookSecret: string }): Shipping {
  const { now } = context.clock;
  const shipments = createShipments(now);
  const webhooks = createWebhooks(options.webhookSecret);
  const world: ShippingWorld = {
    methods: seedMethods(),
    overrides: new Map(),
    shipments,
    spell: (data) => data,
  };
  const { app, forget } = createStandIn("shipping", context, shippingRoutes(world));
  return {
    app,
    control: createShippingControl({ world, shipments, webhooks, now }, forget),
    setServiceUrl: webhooks.setTarget,
    close: webhooks.close,
  };
}
