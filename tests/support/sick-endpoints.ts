import { randomUUID } from "node:crypto";
import mongoose from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import type { ServiceName } from "../../scripts/sandbox/shared/names.js";
import { textAt } from "../../scripts/support/json.js";
import { SAMPLE_ADDRESS, SAMPLE_CONTACT } from "../../scripts/support/sample-customer.js";
import { gatewayOrdersOf } from "./money.js";
import {
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  Shopper,
  type ShopRequest,
  startCheckout,
  verify,
} from "./purchase.js";
import type { World } from "./world.js";

/** One call of a customer, ready to be sent, and what must be true once it has succeeded. */
export interface Subject {
  shopper: Shopper;
  request: ShopRequest;
  /** Checks in the database and the neighbours' books that it had its effect exactly once. */
  expectOnce?: () => Promise<void>;
}

/**
 * A neighbour that an endpoint calls. `ask`: a read; `write`: a call that may have had its effect; `effect`: a
 * step of placing, whose unknown outcome keeps the claim; `spared`: the endpoint succeeds without it.
 */
export interface Neighbour {
  service: ServiceName;
  kind: "ask" | "write" | "effect" | "spared";
  /** The routes that fail. Default: all. */
  match?: string;
  /** Its answer has no data, so that nothing in it can have the wrong type. */
  isEmpty?: boolean;
  /** Collections that keep the state of the attempt when the call fails. */
  keeps?: readonly string[];
}

export interface Endpoint {
  name: string;
  neighbours: readonly Neighbour[];
  prepare(world: World): Promise<Subject>;
}

const cartUrl = "/api/cart/items";
const objectId = (id: string) => new mongoose.Types.ObjectId(id);
const coupon = SEED.coupons.WELCOME10;

/** A guest with one line in the cart. */
async function withLine({ url }: World, token: string | null = null) {
  const shopper = new Shopper(url, token);
  const added = await shopper.do({ method: "POST", path: cartUrl, body: ITEMS.hairOil });
  return { shopper, itemId: textAt(added, "cartItem.id"), cartId: textAt(added, "cart.id") };
}

/** A guest with a checkout session. */
async function withCheckout(world: World) {
  const { shopper, cartId } = await withLine(world);
  const started = await shopper.do({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT });
  return { shopper, cartId, path: `/api/checkout/${textAt(started, "id")}` };
}

const keyed = (request: Omit<ShopRequest, "key">): ShopRequest => ({ ...request, key: randomUUID() });

async function expectOneOrder({ db, sandbox }: World, checkoutSessionId: string): Promise<void> {
  const orders = await db
    .collection("orders")
    .find({ checkoutSessionId: objectId(checkoutSessionId) })
    .toArray();
  expect(orders).toHaveLength(1);
  const lines = await db.collection("orderItems").find({ orderId: orders[0]?._id }).toArray();
  const { inventory, pricing } = sandbox.control;
  const sold = await inventory.ledger({ orderId: checkoutSessionId, type: "converted" });
  expect(sold).toHaveLength(lines.length);
  const uses = pricing
    .ledger()
    .filter(({ orderId, type }) => orderId === checkoutSessionId && type === "recorded");
  expect(uses).toHaveLength(1);
}

async function expectOnePaymentAtGateway(world: World, { id }: Pick<OpenCheckout, "id">): Promise<void> {
  const payments = await world.db
    .collection("payments")
    .find({ checkoutSessionId: objectId(id) })
    .toArray();
  expect(payments).toHaveLength(1);
  const orders = await gatewayOrdersOf(world.sandbox, String(payments[0]?._id));
  expect(orders).toEqual([payments[0]?.gatewayOrderId]);
}

async function expectReservedOnce({ db, sandbox }: World, cartId: string): Promise<void> {
  const lines = await db
    .collection("cartItems")
    .find({ cartId: objectId(cartId) })
    .toArray();
  const live = await sandbox.control.inventory.activeReservations(cartId);
  const held = new Map(live.map(({ reservationId, quantity }) => [reservationId, quantity]));
  expect(lines.map(({ reservationId }) => held.get(reservationId))).toEqual(
    lines.map(({ quantity }) => quantity),
  );
}

async function payUpi(world: World, { isVerified }: { isVerified: boolean }) {
  const checkout = await openCheckout(world.url, { coupon });
  const attempt = payFor(world.sandbox, checkout);
  if (isVerified) {
    const answer = await verify(checkout, attempt);
    if (answer.status !== 200) throw new Error(`not verified: ${answer.status} ${answer.code}`);
  }
  return { ...checkout, attempt };
}

const PLACING = ["checkoutSessions", "carts"] as const;
const PAYING = ["checkoutSessions", "payments"] as const;

/** Every call of a purchase that needs a neighbour. */
export const ENDPOINTS: readonly Endpoint[] = [
  {
    name: "POST /cart/items",
    neighbours: [
      { service: "catalog", kind: "ask" },
      { service: "pricing", kind: "ask" },
      { service: "inventory", kind: "write", match: "POST /api/reservations" },
    ],
    async prepare(world) {
      const { shopper, cartId } = await withLine(world);
      return {
        shopper,
        request: keyed({ method: "POST", path: cartUrl, body: ITEMS.ashwagandha }),
        expectOnce: () => expectReservedOnce(world, cartId),
      };
    },
  },
  {
    name: "PUT /cart/items/:itemId",
    neighbours: [
      { service: "inventory", kind: "write" },
      { service: "pricing", kind: "ask" },
    ],
    async prepare(world) {
      const { shopper, itemId, cartId } = await withLine(world);
      return {
        shopper,
        request: { method: "PUT", path: `${cartUrl}/${itemId}`, body: { quantity: 3 } },
        expectOnce: () => expectReservedOnce(world, cartId),
      };
    },
  },
  {
    name: "DELETE /cart/items/:itemId",
    neighbours: [
      { service: "inventory", kind: "spared" },
      { service: "pricing", kind: "ask" },
    ],
    async prepare(world) {
      const { shopper, itemId, cartId } = await withLine(world);
      await shopper.do({ method: "POST", path: cartUrl, body: ITEMS.ashwagandha });
      return {
        shopper,
        request: { method: "DELETE", path: `${cartUrl}/${itemId}` },
        expectOnce: () => expectReservedOnce(world, cartId),
      };
    },
  },
  {
    name: "POST /cart/coupons",
    neighbours: [{ service: "pricing", kind: "ask" }],
    async prepare(world) {
      const { shopper } = await withLine(world);
      const body = { couponCode: coupon };
      return { shopper, request: keyed({ method: "POST", path: "/api/cart/coupons", body }) };
    },
  },
  {
    name: "GET /cart",
    neighbours: [{ service: "inventory", kind: "spared" }],
    async prepare(world) {
      const { shopper } = await withLine(world);
      return { shopper, request: { method: "GET", path: "/api/cart" } };
    },
  },
  {
    name: "POST /checkout/start",
    neighbours: [
      { service: "catalog", kind: "ask" },
      { service: "pricing", kind: "ask" },
      { service: "inventory", kind: "write" },
    ],
    async prepare(world) {
      const { shopper, cartId } = await withLine(world);
      return {
        shopper,
        request: keyed({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT }),
        expectOnce: async () => {
          await expectReservedOnce(world, cartId);
          const sessions = world.db.collection("checkoutSessions").find({ cartId: objectId(cartId) });
          expect(await sessions.toArray()).toHaveLength(1);
        },
      };
    },
  },
  {
    name: "PUT /checkout/:id/shipping-address",
    neighbours: [
      { service: "shipping", kind: "ask" },
      { service: "inventory", kind: "spared" },
    ],
    async prepare(world) {
      const { shopper, path } = await withCheckout(world);
      return { shopper, request: { method: "PUT", path: `${path}/shipping-address`, body: SAMPLE_ADDRESS } };
    },
  },
  {
    name: "PUT /checkout/:id/shipping-address with a saved address",
    neighbours: [{ service: "auth", kind: "ask" }],
    async prepare(world) {
      const token = world.sandbox.tokens.asha;
      await new Shopper(world.url, token).send({ method: "DELETE", path: "/api/cart" });
      const { shopper } = await withLine(world, token);
      const started = await shopper.do({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT });
      const path = `/api/checkout/${textAt(started, "id")}/shipping-address`;
      const body = { ...SAMPLE_ADDRESS, addressId: "addr-user-asha-home" };
      return { shopper, request: { method: "PUT", path, body } };
    },
  },
  {
    name: "GET /checkout/:id/shipping-methods",
    neighbours: [{ service: "shipping", kind: "ask" }],
    async prepare(world) {
      const { shopper, path } = await withCheckout(world);
      await shopper.do({ method: "PUT", path: `${path}/shipping-address`, body: SAMPLE_ADDRESS });
      return { shopper, request: { method: "GET", path: `${path}/shipping-methods` } };
    },
  },
  {
    name: "PUT /checkout/:id/shipping-method",
    neighbours: [
      { service: "shipping", kind: "ask" },
      { service: "inventory", kind: "spared" },
    ],
    async prepare(world) {
      const { shopper, path } = await withCheckout(world);
      await shopper.do({ method: "PUT", path: `${path}/shipping-address`, body: SAMPLE_ADDRESS });
      const body = { shippingMethodId: SEED.shippingMethods.standard };
      return { shopper, request: { method: "PUT", path: `${path}/shipping-method`, body } };
    },
  },
  {
    name: "PUT /checkout/:id/payment-method",
    neighbours: [
      { service: "inventory", kind: "write" },
      { service: "pricing", kind: "ask" },
      { service: "pricing", kind: "write", match: "POST /api/coupons/usage", isEmpty: true, keeps: PAYING },
      { service: "shipping", kind: "ask" },
      { service: "razorpay", kind: "write", match: "POST /v1/orders", keeps: PAYING },
    ],
    async prepare(world) {
      const { shopper, id } = await startCheckout(world.url, { coupon });
      const body = { method: "upi", termsAccepted: true };
      return {
        shopper,
        request: { method: "PUT", path: `/api/checkout/${id}/payment-method`, body },
        expectOnce: () => expectOnePaymentAtGateway(world, { id }),
      };
    },
  },
  {
    name: "POST /payments/verify",
    neighbours: [{ service: "razorpay", kind: "ask" }],
    async prepare(world) {
      const { shopper, id, gatewayOrderId, attempt } = await payUpi(world, { isVerified: false });
      const body = {
        razorpay_order_id: gatewayOrderId,
        razorpay_payment_id: attempt.paymentId,
        razorpay_signature: attempt.signature ?? "",
      };
      return {
        shopper,
        request: { method: "POST", path: "/api/payments/verify", body },
        expectOnce: async () => {
          await expectOnePaymentAtGateway(world, { id });
          const order = { checkoutSessionId: id };
          await shopper.do(keyed({ method: "POST", path: "/api/orders", body: order }));
          await expectOneOrder(world, id);
        },
      };
    },
  },
  {
    name: "POST /orders",
    neighbours: [
      { service: "inventory", kind: "effect", keeps: PLACING },
      { service: "pricing", kind: "effect", isEmpty: true, keeps: PLACING },
      { service: "engagement", kind: "spared" },
      { service: "razorpay", kind: "spared" },
    ],
    async prepare(world) {
      const { shopper, id } = await payUpi(world, { isVerified: true });
      return {
        shopper,
        request: keyed({ method: "POST", path: "/api/orders", body: { checkoutSessionId: id } }),
        expectOnce: () => expectOneOrder(world, id),
      };
    },
  },
  {
    name: "POST /orders before the callback",
    neighbours: [{ service: "razorpay", kind: "ask" }],
    async prepare(world) {
      const { shopper, id } = await payUpi(world, { isVerified: false });
      return {
        shopper,
        request: keyed({ method: "POST", path: "/api/orders", body: { checkoutSessionId: id } }),
        expectOnce: () => expectOneOrder(world, id),
      };
    },
  },
  {
    name: "POST /payments/cod",
    neighbours: [
      { service: "inventory", kind: "write", match: "PUT /api/reservations/cart/:id" },
      { service: "inventory", kind: "effect", match: "convert", keeps: [...PLACING, ...PAYING] },
      { service: "pricing", kind: "ask" },
      { service: "pricing", kind: "write", match: "POST /api/coupons/usage", isEmpty: true, keeps: PAYING },
      { service: "shipping", kind: "ask" },
    ],
    async prepare(world) {
      const { shopper, id } = await startCheckout(world.url, { coupon });
      const body = { checkoutSessionId: id, termsAccepted: true };
      return {
        shopper,
        request: keyed({ method: "POST", path: "/api/payments/cod", body }),
        expectOnce: () => expectOneOrder(world, id),
      };
    },
  },
];
