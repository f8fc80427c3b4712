import type { RequestListener } from "node:http";
import { createId } from "../shared/random.js";
import type { SandboxContext } from "../shared/stand-in.js";
import { createStandIn } from "../shared/stand-in.js";
import type { MethodRule, PincodeOverride } from "./rates.js";
import { seedMethods } from "./rates.js";
import type { ShippingWorld } from "./routes.js";
import { shippingRoutes } from "./routes.js";
import type { Pickup, Shipment, ShipmentStatus, Shipments } from "./shipments.js";
import { createShipments } from "./shipments.js";
import type { SendOptions, ShippingEvent, WebhookDelivery, Webhooks } from "./webhooks.js";
import { createWebhooks } from "./webhooks.js";

export interface AdvanceOptions extends SendOptions {
  /** False: only tracking knows; the service has to ask. */
  webhook?: boolean;
  /** How often the same event is sent, one after the other (default 1). */
  times?: number;
}

export interface ShippingControl {
  shipments(orderId?: string): Shipment[];
  pickups(): Pickup[];
  /** Moves a shipment to any status and tells the service. Resolves when the webhook was answered. */
  advance(shipmentId: string, status: ShipmentStatus, options?: AdvanceOptions): Promise<Shipment>;
  /** Through every status that is still to come, up to `delivered` or `returned_to_origin`. */
  complete(shipmentId: string, end?: "delivered" | "returned_to_origin"): Promise<Shipment>;
  /** An event of one's own making: repeated, out of order, with another secret. The shipment stays. */
  sendWebhook(event: Partial<ShippingEvent>, options?: SendOptions): Promise<WebhookDelivery | null>;
  deliveries(): WebhookDelivery[];
  setPincode(pincode: string, override: PincodeOverride): void;
  changeMethod(methodId: string, changes: Partial<Omit<MethodRule, "id">>): MethodRule;
  removeMethod(methodId: string): void;
  /** How answers are spelled from now on. */
  setSpelling(spelling: "camelCase" | "snake_case"): void;
  reset(): void;
}

export interface Shipping {
  app: RequestListener;
  control: ShippingControl;
  /** Where webhooks go: the base URL of the order service. */
  setServiceUrl(serviceUrl: string | undefined): void;
  close(): void;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const toSnakeCase = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function withSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSnakeCase);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [toSnakeCase(name), withSnakeCase(part)]),
  );
}

const WAY: ShipmentStatus[] = ["created", "picked_up", "in_transit", "out_for_delivery"];

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
    const reached = WAY.indexOf(shipments.get(shipmentId).status);
    for (const status of WAY.slice(reached + 1)) await advance(shipmentId, status);
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

function createControl(parts: Parts, forget: () => void): ShippingControl {
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

/** Pincodes, rates, shipments that move, return pickups and signed webhooks. */
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
    control: createControl({ world, shipments, webhooks, now }, forget),
    setServiceUrl: webhooks.setTarget,
    close: webhooks.close,
  };
}
