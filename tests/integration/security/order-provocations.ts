import { Types } from "mongoose";
import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { Scene } from "./refusal-scene.js";
import { ADDRESS } from "./route-cases.js";

/** How the routes of orders for administrators are made to refuse. */
type Provoke = (scene: Scene) => Promise<Response>;

const editTo =
  (place: object): Provoke =>
  (scene) =>
    scene.send({ body: { version: 0, shippingAddress: { ...ADDRESS, ...place } } });

/** The stored order of the scene's shopper is as it was afterwards. */
const withOrder =
  (change: Record<string, unknown>): Provoke =>
  async (scene) => {
    const orders = scene.world.db.collection("orders");
    const _id = new Types.ObjectId(scene.shopper.has.orderId);
    const before = await orders.findOneAndUpdate({ _id }, { $set: change });
    const answer = await scene.send();
    if (before) await orders.replaceOne({ _id }, before);
    return answer;
  };

/** The order is a guest's, who has no store credit, and is paid. */
const toCreditOfGuest: Provoke = async (scene) => {
  const orderId = new Types.ObjectId(scene.shopper.has.orderId);
  const { db } = scene.world;
  const order = await db.collection("orders").findOne({ _id: orderId });
  const payment = await db.collection("payments").findOne({ orderId });
  if (!order || !payment) throw new Error("the shopper has no paid order");
  const paid = { status: "captured", capturedAmount: payment.amount };
  await db.collection("payments").updateOne({ _id: payment._id }, { $set: paid });
  await db.collection("orders").updateOne({ _id: orderId }, { $set: { paidAmount: order.grandTotal } });
  const answer = await scene.send({ body: { reason: "The customer called", refund: "store_credit" } });
  await db.collection("payments").replaceOne({ _id: payment._id }, payment);
  await db.collection("orders").replaceOne({ _id: orderId }, order);
  return answer;
};

const shipped = { ORDER_NOT_CANCELLABLE: withOrder({ status: "delivered" }) };

export const ORDER_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/orders/:orderNumber/cancel": shipped,
  "POST /api/admin/orders/:orderId/cancel": {
    ...shipped,
    NOT_REFUNDABLE: toCreditOfGuest,
  },
  "PUT /api/admin/orders/:orderId": {
    VERSION_CONFLICT: (scene) => scene.send({ body: { version: 99, customerNotes: "Ring twice" } }),
    ORDER_NOT_EDITABLE: withOrder({ status: "shipped" }),
    PINCODE_NOT_SERVICEABLE: editTo({
      ...{ city: "Kavaratti", state: "Lakshadweep", pincode: SEED.pincodes.unserviceable },
    }),
    COD_UNAVAILABLE: editTo({ city: "Gangtok", state: "Sikkim", pincode: SEED.pincodes.noCod }),
  },
};
