import type { Schemas } from "../../clients/typescript/index.js";
import type { SandboxTokens } from "../sandbox/auth/index.js";
import { SEED } from "../sandbox/seed/index.js";
import { narrate, narrateOutside, rupees } from "../support/print.js";
import {
  type Address,
  addToCart,
  applyCoupon,
  checkOut,
  choosePayment,
  gatewayOrderOf,
  placeOrder,
  verify,
} from "./purchase.js";
import { type Stage, waitFor } from "./scenes.js";
import { Storefront } from "./storefront.js";

/** An order for the scenes about what happens after it: bought without narration, then shipped. */
export interface Delivered {
  shop: Storefront;
  /** As its customer saw it when it was placed. */
  order: Schemas["OrderView"];
}

export interface Shopping {
  /** Null: a guest. */
  token: string | null;
  items: readonly { productId: string; variantId: string; quantity: number }[];
  coupon?: string;
  address: Address;
  contact?: { email: string; phone: string };
}

export const staffOf = ({ serviceUrl, sandbox }: Stage, role: keyof SandboxTokens): Storefront =>
  new Storefront(serviceUrl, sandbox.tokens[role]);

export async function buyByUpi({ serviceUrl, sandbox }: Stage, wanted: Shopping): Promise<Delivered> {
  const { token, items, coupon, ...customer } = wanted;
  const shop = new Storefront(serviceUrl, token);
  const order = await shop.silently(async () => {
    for (const item of items) await addToCart(shop, item);
    if (coupon) await applyCoupon(shop, coupon);
    const shippingMethodId = SEED.shippingMethods.standard;
    const sessionId = await checkOut(shop, { ...customer, shippingMethodId });
    const gatewayOrderId = gatewayOrderOf(await choosePayment(shop, sessionId, "upi"));
    await verify(shop, sandbox.control.razorpay.pay(gatewayOrderId, { method: "upi", outcome: "success" }));
    return placeOrder(shop, sessionId);
  });
  narrate(`${order.orderNumber} is paid: ${rupees(order.totals.grandTotal)}`);
  return { shop, order };
}

const ENDS = { delivered: "delivered", returned_to_origin: "returned" } as const;

/** In one parcel, which the carrier delivers or brings back. */
export async function ship(stage: Stage, { order }: Delivered, end: keyof typeof ENDS): Promise<void> {
  const params = { path: { orderId: order.id } };
  const { shipment } = await staffOf(stage, "fulfilment").show(
    (api) => api.post("/api/admin/orders/{orderId}/fulfillments", { params, body: {} }),
    ({ shipment: sent }) => `a parcel with ${sent.carrier}, ${sent.trackingNumber}`,
  );
  const shipmentId = shipment.shipmentId ?? "";
  await stage.sandbox.control.shipping.complete(shipmentId, end);
  narrateOutside(`the carrier reports ${shipmentId}: ${end}`);
  await waitFor(`the order is ${ENDS[end]}`, async () => {
    const { data } = await staffOf(stage, "viewer").api.get("/api/admin/orders/{orderId}", { params });
    return data.status === ENDS[end];
  });
}
