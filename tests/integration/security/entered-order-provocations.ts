import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Provoke, usualBody, withBody } from "./refusal-scene.js";

/** How the routes refuse that enter an order and order the same again. */

const oneOf = (productId: string, variantId: string) =>
  withBody({ items: [{ productId, variantId, quantity: 1 }] });

const to =
  (place: object, change: object = {}): Provoke =>
  (scene) => {
    const shippingAddress = { ...(usualBody(scene).shippingAddress as object), ...place };
    return withBody({ shippingAddress, ...change })(scene);
  };

const LAKSHADWEEP = { city: "Kavaratti", state: "Lakshadweep", pincode: SEED.pincodes.unserviceable };
const GANGTOK = { city: "Gangtok", state: "Sikkim", pincode: SEED.pincodes.noCod };

/** The cart of the order is sold: the first call opens the one that the second finds in use. */
const withOpenCart =
  (change: object): Provoke =>
  async (scene) => {
    await scene.send();
    const carts = scene.world.db.collection("carts");
    const sold = await carts.findOne({ _id: scene.cartId });
    const open = { sessionId: sold?.sessionId, status: "active" };
    await carts.updateOne(open, { $set: change });
    try {
      return await scene.send();
    } finally {
      await carts.updateOne(open, { $set: { placing: null, lease: null } });
    }
  };

export const ENTERED_ORDER_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/admin/orders/manual": {
    PRODUCT_NOT_FOUND: oneOf("prod-of-nothing", "var-of-nothing"),
    OUT_OF_STOCK: oneOf("prod-shatavari-kalpa", SEED.variants.outOfStock),
    COUPON_INVALID: withBody({ couponCode: SEED.coupons.EXPIRED5 }),
    PINCODE_NOT_SERVICEABLE: to(LAKSHADWEEP),
    INVALID_GSTIN: withBody({ gstin: "29AABCV4321K1Z8" }),
    SHIPPING_METHOD_UNAVAILABLE: withBody({ shippingMethodId: "by-camel" }),
    COD_UNAVAILABLE: to(GANGTOK, { paymentMethod: "cod" }),
  },
  "POST /api/orders/:orderNumber/reorder": {
    PLACEMENT_IN_PROGRESS: withOpenCart({ placing: new Types.ObjectId() }),
    REQUEST_IN_PROGRESS: withOpenCart({
      lease: { token: "another holder", until: new Date(Date.now() + 600_000) },
    }),
  },
};
