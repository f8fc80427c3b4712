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

export const ORDER_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "PUT /api/admin/orders/:orderId": {
    VERSION_CONFLICT: (scene) => scene.send({ body: { version: 99, customerNotes: "Ring twice" } }),
    ORDER_NOT_EDITABLE: withOrder({ status: "shipped" }),
    PINCODE_NOT_SERVICEABLE: editTo({
      ...{ city: "Kavaratti", state: "Lakshadweep", pincode: SEED.pincodes.unserviceable },
    }),
    COD_UNAVAILABLE: editTo({ city: "Gangtok", state: "Sikkim", pincode: SEED.pincodes.noCod }),
  },
};
