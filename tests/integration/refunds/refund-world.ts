import { randomUUID } from "node:crypto";
import { type mongo, Types } from "mongoose";
import type { Response } from "supertest";
import type { SandboxTokens } from "../../../scripts/sandbox/auth/index.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, type Shop, useShop, type Wanted } from "../checkout/shop-world.js";

export { type Buyer, done, refused, unknownId } from "../checkout/shop-world.js";

export const BANK_ACCOUNT = {
  accountHolder: "Meera Nair",
  accountNumber: "918273645546372",
  ifsc: "HDFC0001234",
} as const;

/** Two lines: three units of one, one unit of the other. */
export const BASKET = [
  [SEED.variants.ashwagandha, 3],
  [SEED.variants.hairOil, 1],
] as const;

type Data = Response["body"];

export interface RefundShop {
  shop(): Shop;
  /** An order that is paid, or to be paid on delivery (`cod`). */
  order(
    buyer?: Buyer,
    wanted?: Wanted & { method?: string },
  ): Promise<{ buyer: Buyer; order: Data; lines: Data[] }>;
  /** As a customer. */
  ask(buyer: Buyer, body: object): Promise<Response>;
  get(path: string, as?: keyof SandboxTokens): Promise<Response>;
  /** As an administrator, with a new idempotency key by default. */
  post(
    path: string,
    body?: object,
    call?: { as?: keyof SandboxTokens; key?: string | null },
  ): Promise<Response>;
  stored(refundId: string): Promise<mongo.Document>;
  /** All refunds of the order, oldest first. */
  refundsOf(orderId: string): Promise<mongo.Document[]>;
  orderOf(buyer: Buyer): Promise<mongo.Document>;
  audits(resourceId: string): Promise<mongo.Document[]>;
  mails(template: string, refundNumber: string): Data[];
  refundsAtGateway(): readonly { paymentId: string; amount: number }[];
}

export function useRefunds(): RefundShop {
  const shop = useShop();
  const token = (name: keyof SandboxTokens) => ({ token: shop().sandbox.tokens[name] });
  afterEach(() => shop().recover());
  return {
    shop,
    async order(buyer = shop().guest(), { method = "upi", ...wanted } = {}) {
      const order = await buyer.buy(wanted, method);
      return { buyer, order, lines: order.items };
    },
    ask: (buyer, body) => buyer.post("/api/refunds", body),
    get: (path, as = "admin") => shop().call("get", `/api/admin/refunds${path}`, { as: token(as) }),
    post: (path, body = {}, { as = "admin", key = randomUUID() } = {}) =>
      shop().call("post", `/api/admin/refunds${path}`, {
        as: token(as),
        body,
        headers: key === null ? {} : { "Idempotency-Key": key },
      }),
    async stored(refundId) {
      const refund = await shop()
        .db.collection("refunds")
        .findOne({ _id: new Types.ObjectId(refundId) });
      if (!refund) throw new Error("no such refund");
      return refund;
    },
    refundsOf: (orderId) =>
      shop()
        .db.collection("refunds")
        .find({ orderId: new Types.ObjectId(orderId) })
        .sort({ _id: 1 })
        .toArray(),
    async orderOf(buyer) {
      const order = await buyer.stored.order();
      if (!order) throw new Error("no order");
      return order;
    },
    audits: (resourceId) => shop().db.collection("auditLogs").find({ resourceId }).sort({ _id: 1 }).toArray(),
    mails: (template, refundNumber) =>
      shop()
        .sandbox.control.engagement.notifications({ template })
        .filter(({ data }) => data.refundNumber === refundNumber),
    refundsAtGateway: () => shop().sandbox.control.razorpay.ledger().refunds,
  };
}

/** A refund that a customer has asked for. @returns the data of the answer */
export const asked = async (world: RefundShop, buyer: Buyer, body: object): Promise<Data> =>
  done(await world.ask(buyer, { reason: "damaged", ...body }));
