import Joi from "joi";
import { Refusal } from "../shared/http.js";
import { created, get, ok, pathParam, post, type Route } from "../shared/stand-in.js";
import { checkBody } from "../shared/values.js";
import {
  calculateMethods,
  type MethodRule,
  type PincodeOverrides,
  type RateRequest,
  serviceability,
} from "./rates.js";
import type { PickupRequest, Shipment, ShipmentRequest, Shipments } from "./shipments.js";

export interface ShippingWorld {
  methods: MethodRule[];
  overrides: PincodeOverrides;
  shipments: Shipments;
  /** Converts an answer to camelCase or snake_case. */
  spell(data: unknown): unknown;
}

const PINCODE = /^[1-9][0-9]{5}$/;
const text = Joi.string().required();
const rupees = Joi.number().min(0).required();
const address = Joi.object<Record<string, unknown>>({
  pincode: Joi.string().pattern(PINCODE).required(),
})
  .unknown()
  .required();

const RATES = Joi.object<RateRequest>({
  destination: Joi.object({
    pincode: Joi.string().pattern(PINCODE).required(),
    state: text,
    country: text,
  }).required(),
  weightGrams: Joi.number().min(0).required(),
  orderValue: rupees,
}).required();
const SHIPMENT = Joi.object<ShipmentRequest>({
  orderId: text,
  orderNumber: text,
  items: Joi.array()
    .items({ variantId: text, sku: text, quantity: Joi.number().integer().min(1).required() })
    .min(1)
    .required(),
  address,
  methodId: text,
  codAmount: rupees,
}).required();
const PICKUP = Joi.object<PickupRequest>({
  returnId: text,
  returnNumber: text,
  orderId: text,
  items: Joi.array().items(Joi.object().unknown()).min(1).required(),
  address,
  pickupDate: Joi.string(),
  slot: Joi.string(),
}).required();

function readPincode(pincode: string): string {
  if (!PINCODE.test(pincode)) throw new Refusal(400, "INVALID_PINCODE", `${pincode} is not a pincode`);
  return pincode;
}

function bookShipment({ shipments, methods }: ShippingWorld, request: ShipmentRequest): Shipment {
  const method = methods.find(({ id }) => id === request.methodId);
  if (!method) throw new Refusal(404, "METHOD_NOT_FOUND", `There is no shipping method ${request.methodId}`);
  return shipments.create(request, method);
}

export const shippingRoutes = (world: ShippingWorld): Route[] => [
  get("/api/pincode/:pincode/serviceability", (call) =>
    ok(world.spell(serviceability(readPincode(pathParam(call, "pincode")), world.overrides))),
  ),
  post("/api/shipping-methods/calculate", (call) => {
    const request = checkBody(RATES, call.body);
    return ok(world.spell({ methods: calculateMethods(world.methods, request, world.overrides) }));
  }),
  post(
    "/api/shipments",
    (call) => {
      const shipment = bookShipment(world, checkBody(SHIPMENT, call.body));
      const { shipmentId, trackingNumber, carrier, status, estimatedDelivery } = shipment;
      return created(world.spell({ shipmentId, trackingNumber, carrier, status, estimatedDelivery }));
    },
    { keyed: true },
  ),
  get("/api/shipments/:id/tracking", (call) => {
    const shipment = world.shipments.get(pathParam(call, "id"));
    const { shipmentId, status, trackingNumber, carrier, estimatedDelivery, events } = shipment;
    return ok(world.spell({ shipmentId, status, trackingNumber, carrier, estimatedDelivery, events }));
  }),
  post(
    "/api/shipments/return-pickup",
    (call) => {
      const pickup = world.shipments.requestPickup(checkBody(PICKUP, call.body));
      const { pickupId, pickupDate, slot, carrier, trackingNumber } = pickup;
      return created(world.spell({ pickupId, pickupDate, slot, carrier, trackingNumber }));
    },
    { keyed: true },
  ),
];
