import Joi from "joi";
import { created, del, get, ok, pathParam, post, put, type Route } from "../shared/stand-in.js";
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

/** The functions behind the routes; the control object uses the same ones. */
interface InventoryService {
  stock: Stock;
  reservations: Reservations;
  conversions: Conversions;
  transfer(carts: { fromCartId: string; toCartId: string }): Promise<unknown>;
  ledger: Ledger["list"];
  statistics(): Promise<unknown>;
}

/** The contract with the order service. */
const contractRoutes = (service: InventoryService): Route[] => [
  get("/api/stock/check/:variantId", async (call) =>
    ok(await service.stock.check(pathParam(call, "variantId"), checkQuery(CHECK, call.query).quantity)),
  ),
  post("/api/stock/check/bulk", async (call) =>
    ok(await service.stock.checkMany(checkBody(BULK, call.body).items)),
  ),
  post(
    "/api/reservations",
    async (call) => created(await service.reservations.reserve(checkBody(RESERVE, call.body)), "Reserved"),
    { keyed: true },
  ),
  post("/api/reservations/transfer", async (call) =>
    ok(await service.transfer(checkBody(TRANSFER, call.body))),
  ),
  post("/api/reservations/convert", async (call) =>
    ok(await service.conversions.convert(checkBody(CONVERT, call.body)), "Sold"),
  ),
  del("/api/reservations/convert/:orderId", async (call) =>
    ok(await service.conversions.void(pathParam(call, "orderId")), "Voided"),
  ),
  put("/api/reservations/cart/:cartId", async (call) => {
    const { ttlMinutes: minutes } = checkBody(EXTEND, call.body);
    return ok(await service.reservations.extendCart(pathParam(call, "cartId"), minutes));
  }),
  del("/api/reservations/cart/:cartId", async (call) =>
    ok(await service.reservations.releaseCart(pathParam(call, "cartId"))),
  ),
  put("/api/reservations/:id", async (call) =>
    ok(await service.reservations.change(pathParam(call, "id"), checkBody(CHANGE, call.body))),
  ),
  del("/api/reservations/:id", async (call) =>
    ok(await service.reservations.release(pathParam(call, "id")), "Released"),
  ),
  post("/api/admin/adjustments/return", async (call) =>
    ok(await service.conversions.returnUnits(checkBody(RETURN, call.body))),
  ),
];

/** Administration: restock, batch status, low stock, conversion statistics, ledger. */
const adminRoutes = (service: InventoryService): Route[] => [
  post(
    "/api/admin/stock/restock",
    async (call) => {
      const body = checkBody(RESTOCK, call.body);
      return ok(await service.stock.restock(body.variantId, body.quantity, body.reference));
    },
    { keyed: true },
  ),
  post("/api/admin/stock/status", async (call) =>
    ok({ variants: await service.stock.status(checkBody(STATUS, call.body).variantIds) }),
  ),
  get("/api/admin/stock/low", async (call) =>
    ok({ variants: await service.stock.low(checkQuery(LOW, call.query).threshold) }),
  ),
  get("/api/admin/stock/statistics", async () => ok(await service.statistics())),
  get("/api/admin/ledger", async (call) =>
    ok({ entries: await service.ledger(checkQuery(LEDGER, call.query)) }),
  ),
];

export const inventoryRoutes = (service: InventoryService): Route[] => [
  ...contractRoutes(service),
  ...adminRoutes(service),
];
