import { Types } from "mongoose";
import type { Response } from "supertest";
import { type Buyer, done, type Shop, useShop, type Wanted } from "../checkout/shop-world.js";

/** An order with what an admin and the carrier can do with it. */
export interface Sale {
  buyer: Buyer;
  id: string;
  /** Paise. */
  due: number;
  lineIds: string[];
  ship(body?: object): Promise<Response>;
  /** Ships these quantities of the lines, in their order; 0 leaves a line out. @returns the shipment of the answer */
  parcel(...quantities: number[]): Promise<Response["body"]>;
  setStatus(status: string, note?: string): Promise<Response>;
  /** As admins see it. */
  view(): Promise<Response["body"]>;
  line(index: number): Promise<Record<string, number | string | Date | null>>;
  payment(): Promise<Response["body"]>;
  shipments(): Promise<Response["body"][]>;
}

export interface Fulfilment {
  shop(): Shop;
  sell(wanted?: Wanted, method?: string, who?: "guest" | Parameters<Shop["customer"]>[0]): Promise<Sale>;
  /** Store credit pays all but these rupees, which are collected on delivery. */
  sellWithCredit(wanted: Wanted, left: { due: number }): Promise<Sale>;
  admin(method: "get" | "put" | "post", path: string, body?: object): Promise<Response>;
  mails(
    template: string,
    orderNumber?: string,
  ): { template: string; data: Record<string, unknown>; missing: string[] }[];
  /** Lets the job take requests as lost that were sent just now. */
  ageRequests(): Promise<void>;
  /** Lets documents be issued, and the messages that waited for them be delivered. @returns those of the order */
  issueDocuments(sale: Pick<Sale, "id">): Promise<Response["body"][]>;
}

export function useFulfilment(): Fulfilment {
  const shop = useShop();
  const admin: Fulfilment["admin"] = (method, path, body) =>
    shop().call(method, `/api/admin/orders${path}`, {
      as: { token: shop().sandbox.tokens.admin },
      ...(body ? { body } : {}),
    });
  return {
    shop,
    admin,
    async sell(wanted = {}, method = "cod", who = "guest") {
      const buyer = who === "guest" ? shop().guest() : shop().customer(who);
      const { id, totals } = await buyer.buy(wanted, method);
      return saleOf({ buyer, id, due: Math.round(totals.amountDue * 100), admin });
    },
    async sellWithCredit(wanted, { due }) {
      const buyer = shop().customer("dev");
      await buyer.prepare(wanted);
      const { totals } = done(await buyer.choose("cod")).session;
      done(await buyer.post(`/api/checkout/${buyer.id}/store-credit`, { amount: totals.amountDue - due }));
      done(await buyer.choose("cod"));
      const { id } = done(await buyer.order());
      return saleOf({ buyer, id, due: due * 100, admin });
    },
    mails: (template, orderNumber) =>
      shop()
        .sandbox.control.engagement.notifications({ template })
        .filter(({ data }) => orderNumber === undefined || data.orderNumber === orderNumber),
    async ageRequests() {
      const createdAt = new Date(Date.now() - 120_000);
      await shop().db.collection("shipments").updateMany({ status: "creating" }, { $set: { createdAt } });
    },
    async issueDocuments({ id }) {
      for (let round = 0; round < 3; round += 1) {
        await shop().settle();
        await shop().runJob("invoice-issue");
        await shop()
          .db.collection("outboxMessages")
          .updateMany({ state: "pending" }, { $set: { dueAt: new Date(0) } });
      }
      const orderId = new Types.ObjectId(id);
      return shop().db.collection("invoices").find({ orderId }).sort({ issuedAt: 1, _id: 1 }).toArray();
    },
  };
}

interface NewSale extends Pick<Sale, "buyer" | "id" | "due"> {
  admin: Fulfilment["admin"];
}

async function saleOf({ buyer, id, due, admin }: NewSale): Promise<Sale> {
  const { db } = buyer.shop;
  const orderId = new Types.ObjectId(id);
  const lines = await buyer.stored.lines();
  const lineIds = lines.map(({ _id }) => _id.toHexString());
  const ship: Sale["ship"] = (body = {}) => admin("post", `/${id}/fulfillments`, body);
  return {
    ...{ buyer, id, due, lineIds, ship },
    async parcel(...quantities) {
      const items = quantities.flatMap((quantity, index) =>
        quantity > 0 ? [{ orderItemId: lineIds[index], quantity }] : [],
      );
      return done(await ship({ items })).shipment;
    },
    setStatus: (status, note) => admin("put", `/${id}/status`, { status, ...(note ? { note } : {}) }),
    async view() {
      const { getAdminOrder } = await import("../../../services/aggregates/order/load-admin-order.js");
      const { toAdminOrderView } = await import("../../../utils/views/admin-order.view.js");
      return toAdminOrderView(await getAdminOrder(orderId));
    },
    async line(index) {
      const line = (await buyer.stored.lines())[index];
      if (!line) throw new Error(`no line ${index}`);
      return line;
    },
    async payment() {
      return (await buyer.stored.payments()).at(-1);
    },
    shipments: () => db.collection("shipments").find({ orderId }).sort({ createdAt: 1 }).toArray(),
  };
}
