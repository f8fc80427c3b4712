import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { Provoke } from "./provocations.js";
import type { Scene } from "./refusal-scene.js";

/** How the routes refuse that enter an order and order the same again. */

const bodyOf = ({ world, route, shopper }: Scene) => world.caseOf(route).body?.(shopper.has) ?? {};

const entered =
  (change: object): Provoke =>
  (scene) =>
    scene.send({ body: { ...bodyOf(scene), ...change } });

const oneOf = (productId: string, variantId: string) =>
  entered({ items: [{ productId, variantId, quantity: 1 }] });

const to =
  (place: object, change: object = {}): Provoke =>
  (scene) => {
    const body: Record<string, unknown> = bodyOf(scene);
    const shippingAddress = { ...(body.shippingAddress as object), ...place };
    return scene.send({ body: { ...body, shippingAddress, ...change } });
  };

const LAKSHADWEEP = { city: "Kavaratti", state: "Lakshadweep", pincode: SEED.pincodes.unserviceable };
const GANGTOK = { city: "Gangtok", state: "Sikkim", pincode: SEED.pincodes.noCod };

const withCart =
  (change: object): Provoke =>
  async (scene) => {
    await scene.setCart(change);
    return scene.send();
  };

export const ENTERED_ORDER_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/admin/orders/manual": {
    PRODUCT_NOT_FOUND: oneOf("prod-of-nothing", "var-of-nothing"),
    OUT_OF_STOCK: oneOf("prod-shatavari-kalpa", SEED.variants.outOfStock),
    COUPON_INVALID: entered({ couponCode: SEED.coupons.EXPIRED5 }),
    PINCODE_NOT_SERVICEABLE: to(LAKSHADWEEP),
    INVALID_GSTIN: entered({ gstin: "29AABCV4321K1Z8" }),
    SHIPPING_METHOD_UNAVAILABLE: entered({ shippingMethodId: "by-camel" }),
    COD_UNAVAILABLE: to(GANGTOK, { paymentMethod: "cod" }),
  },
  "POST /api/orders/:orderNumber/reorder": {
    PLACEMENT_IN_PROGRESS: withCart({ placing: new Types.ObjectId() }),
    REQUEST_IN_PROGRESS: withCart({
      lease: { token: "another holder", until: new Date(Date.now() + 600_000) },
    }),
  },
};
