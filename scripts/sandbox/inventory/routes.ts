import Joi from "joi";
import type { Route } from "../shared/stand-in.js";
import { created, ok, pathParam } from "../shared/stand-in.js";
import { checkBody, checkQuery } from "../shared/values.js";
import type { Conversions, ConvertRequest, ReturnRequest } from "./conversions.js";
import type { Ledger } from "./ledger.js";
import type { ReservationChange, Reservations, ReserveRequest } from "./reservations.js";
import type { ItemQuantity, Stock } from "./stock.js";

const id = Joi.string().max(200).required();
const quantity = Joi.number().integer().min(1).max(100_000).required();
const ttlMinutes = Joi.number().positive().max(100_000);
const item = Joi.object({ variantId: id, quantity });
const items = Joi.array().items(item).min(1).max(200).required();

const RESERVE = Joi.object<ReserveRequest>({
  cartId: id,
  variantId: id,
  quantity,
  warehouseId: Joi.string(),
  ttlMinutes,
}).required();
const CHANGE = Joi.object<ReservationChange>({ quantity: quantity.optional(), ttlMinutes }).min(1).required();
const EXTEND = Joi.object<{ ttlMinutes: number }>({ ttlMinutes: ttlMinutes.required() }).required();
const TRANSFER = Joi.object<{ fromCartId: string; toCartId: string }>({
  fromCartId: id,
  toCartId: id,
}).required();
const CONVERT = Joi.object<ConvertRequest>({ cartId: Joi.string(), orderId: id, items }).required();
const RETURN = Joi.object<ReturnRequest>({
  orderId: id,
  items: Joi.array()
    .items(item.keys({ reason: Joi.string().required() }))
    .min(1)
    .required(),
  reference: id,
}).required();
const BULK = Joi.object<{ items: ItemQuantity[] }>({ items }).required();
const CHECK = Joi.object<{ quantity: number }>({ quantity: quantity.optional().default(1) });
const RESTOCK = Joi.object<{ variantId: string; quantity: number; reference?: string }>({
  variantId: id,
  quantity,
  reference: Joi.string(),
}).required();
const STATUS = Joi.object<{ variantIds: string[] }>({
  variantIds: Joi.array().items(id).max(500).required(),
}).required();
const LOW = Joi.object<{ threshold?: number }>({ threshold: Joi.number().integer().min(0) });
const LEDGER = Joi.object<{ variantId?: string; orderId?: string; cartId?: string }>({
  variantId: Joi.string(),
  orderId: Joi.string(),
  cartId: Joi.string(),
});

/** What the routes ask of the service; the same functions stand behind the control object. */
export interface InventoryService {
  stock: Stock;
  reservations: Reservations;
  conversions: Conversions;
  transfer(carts: { fromCartId: string; toCartId: string }): Promise<unknown>;
  ledger: Ledger["list"];
  statistics(): Promise<unknown>;
}

/** The contract with the order service (`upstreams.md`, Inventory). */
const contractRoutes = (service: InventoryService): Route[] => [
  {
    method: "get",
    path: "/api/stock/check/:variantId",
    handler: async (req) =>
      ok(await service.stock.check(pathParam(req, "variantId"), checkQuery(CHECK, req.query).quantity)),
  },
  {
    method: "post",
    path: "/api/stock/check/bulk",
    handler: async (req) => ok(await service.stock.checkMany(checkBody(BULK, req.body).items)),
  },
  {
    method: "post",
    path: "/api/reservations",
    keyed: true,
    handler: async (req) =>
      created(await service.reservations.reserve(checkBody(RESERVE, req.body)), "Reserved"),
  },
  {
    method: "post",
    path: "/api/reservations/transfer",
    handler: async (req) => ok(await service.transfer(checkBody(TRANSFER, req.body))),
  },
  {
    method: "post",
    path: "/api/reservations/convert",
    handler: async (req) => ok(await service.conversions.convert(checkBody(CONVERT, req.body)), "Sold"),
  },
  {
    method: "delete",
    path: "/api/reservations/convert/:orderId",
    handler: async (req) => ok(await service.conversions.void(pathParam(req, "orderId")), "Voided"),
  },
  {
    method: "put",
    path: "/api/reservations/cart/:cartId",
    handler: async (req) => {
      const { ttlMinutes: minutes } = checkBody(EXTEND, req.body);
      return ok(await service.reservations.extendCart(pathParam(req, "cartId"), minutes));
    },
  },
  {
    method: "delete",
    path: "/api/reservations/cart/:cartId",
    handler: async (req) => ok(await service.reservations.releaseCart(pathParam(req, "cartId"))),
  },
  {
    method: "put",
    path: "/api/reservations/:id",
    handler: async (req) =>
      ok(await service.reservations.change(pathParam(req, "id"), checkBody(CHANGE, req.body))),
  },
  {
    method: "delete",
    path: "/api/reservations/:id",
    handler: async (req) => ok(await service.reservations.release(pathParam(req, "id")), "Released"),
  },
  {
    method: "post",
    path: "/api/admin/adjustments/return",
    handler: async (req) => ok(await service.conversions.returnUnits(checkBody(RETURN, req.body))),
  },
];

/** What the sister systems of the seeds can do besides. */
const adminRoutes = (service: InventoryService): Route[] => [
  {
    method: "post",
    path: "/api/admin/stock/restock",
    keyed: true,
    handler: async (req) => {
      const body = checkBody(RESTOCK, req.body);
      return ok(await service.stock.restock(body.variantId, body.quantity, body.reference));
    },
  },
  {
    method: "post",
    path: "/api/admin/stock/status",
    handler: async (req) =>
      ok({ variants: await service.stock.status(checkBody(STATUS, req.body).variantIds) }),
  },
  {
    method: "get",
    path: "/api/admin/stock/low",
    handler: async (req) => ok({ variants: await service.stock.low(checkQuery(LOW, req.query).threshold) }),
  },
  {
    method: "get",
    path: "/api/admin/stock/statistics",
    handler: async () => ok(await service.statistics()),
  },
  {
    method: "get",
    path: "/api/admin/ledger",
    handler: async (req) => ok({ entries: await service.ledger(checkQuery(LEDGER, req.query)) }),
  },
];

export const inventoryRoutes = (service: InventoryService): Route[] => [
  ...contractRoutes(service),
  ...adminRoutes(service),
];
