import { type mongo, Types } from "mongoose";
import type { Response } from "supertest";
import type { SandboxTokens } from "../../../scripts/sandbox/auth/index.js";
import { type Buyer, done, type Wanted } from "../checkout/shop-world.js";
import { type Fulfilment, type Sale, useFulfilment } from "../orders/fulfilment-world.js";

export { type Buyer, done, refused, unknownId } from "../checkout/shop-world.js";

type Data = Response["body"];

/** A line of a request: which line, how many units, and why. */
export type WantedUnits = readonly [index: number, quantity: number, reason?: string];
/** A line of an inspection: received, passed, restockable. */
export type Found = readonly [received: number, passed: number, restockable?: number];

export interface Returns extends Fulfilment {
  /** An order that is delivered. */
  deliver(wanted?: Wanted, method?: string, who?: Parameters<Fulfilment["sell"]>[2]): Promise<Sale>;
  ask(sale: Sale, units: readonly WantedUnits[], body?: object): Promise<Response>;
  /** Asks as the buyer of another order, or as somebody else. */
  askAs(buyer: Buyer, body: object): Promise<Response>;
  /** A return that was asked for. @returns the data of the answer */
  requested(sale: Sale, ...units: WantedUnits[]): Promise<Data>;
  /** Asked for, approved and received. */
  received(sale: Sale, ...units: WantedUnits[]): Promise<Data>;
  /** Also inspected. @returns the data of the answer */
  inspected(sale: Sale, units: readonly WantedUnits[], found: readonly Found[]): Promise<Data>;
  step(id: string, step: string, body?: object, as?: keyof SandboxTokens): Promise<Response>;
  inspect(view: Data, found: readonly Found[], extra?: object): Promise<Response>;
  get(path: string, as?: keyof SandboxTokens): Promise<Response>;
  stored(id: string): Promise<mongo.Document>;
  orderOf(sale: Sale): Promise<mongo.Document>;
  refundsOf(sale: Sale): Promise<mongo.Document[]>;
  audits(resourceId: string): Promise<mongo.Document[]>;
  /** Units that came back to stock for the order. */
  restocked(sale: Sale): Promise<number>;
}

export function useReturns(): Returns {
  const world = useFulfilment();
  const { shop } = world;
  const token = (name: keyof SandboxTokens) => ({ token: shop().sandbox.tokens[name] });
  const find = (collection: string, filter: mongo.Document) =>
    shop().db.collection(collection).find(filter).sort({ _id: 1 }).toArray();
  const returns: Returns = {
    ...world,
    async deliver(wanted, method, who) {
      const sale = await world.sell(wanted, method, who);
      for (const status of ["processing", "shipped", "delivered"]) done(await sale.setStatus(status));
      return sale;
    },
    async ask(sale, units, body = {}) {
      const { orderNumber } = await returns.orderOf(sale);
      const items = units.map(([index, quantity, reason = "damaged"]) => ({
        ...{ orderItemId: sale.lineIds[index], quantity, reason },
      }));
      const [, , reason = "damaged"] = units[0] ?? [0, 0];
      return sale.buyer.post("/api/returns", { orderNumber, items, reason, ...body });
    },
    askAs: (buyer, body) => buyer.post("/api/returns", body),
    requested: async (sale, ...units) => done(await returns.ask(sale, units)),
    async received(sale, ...units) {
      const { id } = await returns.requested(sale, ...units);
      done(await returns.step(id, "approve"));
      return done(await returns.step(id, "received"));
    },
    async inspected(sale, units, found) {
      const view = await returns.received(sale, ...units);
      return done(await returns.inspect(view, found));
    },
    step: (id, step, body = {}, as = "admin") =>
      shop().call(step === "received" ? "put" : "post", `/api/admin/returns/${id}/${step}`, {
        as: token(as),
        ...(step === "received" ? {} : { body }),
      }),
    inspect(view, found, extra = {}) {
      const items = view.items.map(({ orderItemId }: Data, index: number) => {
        const [quantityReceived, quantityPassed, quantityRestockable = quantityPassed] = found[index] ?? [
          0, 0,
        ];
        return { orderItemId, quantityReceived, quantityPassed, quantityRestockable };
      });
      return returns.step(view.id, "inspect", { items, ...extra });
    },
    get: (path, as = "admin") => shop().call("get", `/api/admin/returns${path}`, { as: token(as) }),
    async stored(id) {
      const [found] = await find("returns", { _id: new Types.ObjectId(id) });
      if (!found) throw new Error("no such return");
      return found;
    },
    async orderOf({ buyer }) {
      const order = await buyer.stored.order();
      if (!order) throw new Error("no order");
      return order;
    },
    refundsOf: ({ id }) => find("refunds", { orderId: new Types.ObjectId(id) }),
    audits: (resourceId) => find("auditLogs", { resourceId }),
    async restocked({ id }) {
      const rows = await shop().sandbox.control.inventory.ledger();
      return rows
        .filter(({ orderId, type }) => orderId === id && type === "returned")
        .reduce((sum, { quantity }) => sum + quantity, 0);
    },
  };
  return returns;
}
