import { Types } from "mongoose";
import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { CONTACT, done, PLACES, type Shop } from "../checkout/shop-world.js";

const item = (extra: object = {}) => ({
  productId: SEED.products.hairOil,
  variantId: SEED.variants.hairOil,
  quantity: 1,
  ...extra,
});

/** A body that is accepted: one hair oil, cash on delivery. */
export const manualOrder = (change: object = {}) => ({
  ...CONTACT,
  items: [item()],
  shippingAddress: PLACES.bengaluru,
  shippingMethodId: "standard",
  paymentMethod: "cod",
  ...change,
});

export const withItem = (extra: object, change: object = {}) =>
  manualOrder({ items: [item(extra)], ...change });

/** What administrators do with orders. */
export function staffOf(shop: () => Shop) {
  const as = () => ({ token: shop().sandbox.tokens.admin });
  const post = (path: string, body: object, headers: Record<string, string> = {}): Promise<Response> =>
    shop().call("post", path, { as: as(), body, headers });
  const enter = (body: object, headers?: Record<string, string>) =>
    post("/api/admin/orders/manual", body, headers);
  const find = (collection: string, filter: object) =>
    shop().db.collection(collection).find(filter).toArray();
  return {
    enter,
    post,
    find,
    entered: async (body: object) => done(await enter(body)),
    receive: (paymentId: string, amount: number, reference: string) =>
      post(`/api/admin/payments/${paymentId}/record-receipt`, {
        ...{ amount, reference, receivedAt: new Date().toISOString() },
      }),
    order: (id: string) =>
      shop()
        .db.collection("orders")
        .findOne({ _id: new Types.ObjectId(id) }),
    /** Makes the message that would give the goods of an unfinished order back due. */
    letUndo: async () => {
      const due = { $set: { dueAt: new Date(0) } };
      await shop().db.collection("outboxMessages").updateMany({ type: "manual-order.undo" }, due);
      await shop().settle();
    },
  };
}
