import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../../scripts/sandbox/shared/faults.js";
import { nameOf } from "../../support/router-table.js";
import { ENTERED_ORDER_PROVOCATIONS } from "./entered-order-provocations.js";
import { ORDER_PROVOCATIONS, PLACING_TWICE } from "./order-provocations.js";
import { PAYMENT_PROVOCATIONS } from "./payment-provocations.js";
import { REFUND_PROVOCATIONS } from "./refund-provocations.js";
import {
  lapse,
  meanwhile,
  type Provoke,
  type Scene,
  unanswered,
  usualBody,
  withBody,
} from "./refusal-scene.js";
import { RETURN_PROVOCATIONS } from "./return-provocations.js";
import { type Belongings, newSession, nobodysBelongings, shopUntil } from "./shoppers.js";

const { variants, coupons } = SEED;
const held = () => ({ token: "another holder", until: new Date(Date.now() + 600_000) });
const placement = () => ({ token: "t", startedAt: new Date(), leaseUntil: new Date(), attempts: 1 });
const isCart = ({ route }: Scene) => route.path.startsWith("/api/cart");
/** Routes that make a checkout from the cart and depend on the cart. */
const isStart = ({ route }: Scene) => /\/(start|resume\/:sessionId)$/.test(route.path);
const isResume = ({ route }: Scene) => route.path.includes("/resume/");
const isMerge = ({ route }: Scene) => route.path === "/api/cart/merge";
const isPaying = ({ route }: Scene) => /\/payment-method$|^\/api\/payments/.test(route.path);

/** Routes that write the checkout session but not the cart. */
const isStep = (scene: Scene) =>
  scene.route.path.startsWith("/api/checkout/") && !isStart(scene) && !isPaying(scene);

/** A session that is live is resumed as it is: only another one is made of the cart. */
async function expire(scene: Scene): Promise<void> {
  if (isResume(scene)) await scene.setCheckout({ expiresAt: new Date(0) });
}

const withCart =
  (change: object): Provoke =>
  async (scene) => {
    await expire(scene);
    await scene.setCart(change);
    return scene.send();
  };
const withCheckout =
  (change: object): Provoke =>
  async (scene) => {
    await scene.setCheckout(change);
    return scene.send();
  };
const withLine =
  (change: object): Provoke =>
  async (scene) => {
    await scene.setLine(change);
    return scene.send();
  };
const failed = (failureReason: string): Provoke => withCheckout({ status: "failed", failureReason });

/** A checkout starts without a write of its cart, unless there is something to reserve again. */
async function makeStartWrite(scene: Scene): Promise<void> {
  await expire(scene);
  await lapse(scene);
}

/** All neighbours at once, so that the first one the route calls fails. */
const withFault =
  (fault: FaultRule): Provoke =>
  async (scene) => {
    await expire(scene);
    const { clearServiceabilityCache } = await import(
      "../../../services/integrations/shipping-integration.service.js"
    );
    clearServiceabilityCache();
    scene.world.sandbox.control.faults.add(fault);
    return scene.send();
  };

/** The variant is sold out, and the cart has no reservation. */
const soldOut =
  (variantId: string): Provoke =>
  async (scene) => {
    await expire(scene);
    const { inventory } = scene.world.sandbox.control;
    await lapse(scene);
    const { available } = await inventory.numbers(variantId);
    await inventory.setStock(variantId, 0);
    try {
      return await scene.send();
    } finally {
      await inventory.setStock(variantId, available);
    }
  };

/** The cart is removed while the call is in flight. */
const cartGone: Provoke = async (scene) => {
  await makeStartWrite(scene);
  return meanwhile(scene, {
    collection: "carts",
    at: 1,
    happens: () => scene.setCart({ status: "abandoned" }),
  });
};

/** Another request writes between our read and our write, under the lease: a step that is overtaken before takes it. */
const overtaken: Provoke = async (scene) => {
  if (isStart(scene)) await makeStartWrite(scene);
  if (isStep(scene) || scene.route.path.endsWith("/payment-method")) {
    // Whose holder has died: the step takes its turn at once.
    await scene.setCheckout({ lease: { ...held(), until: new Date(0) } });
    return meanwhile(scene, {
      collection: "checkoutSessions",
      at: 2,
      happens: () => scene.setCheckout({ lease: null }),
    });
  }
  const { db } = scene.world;
  // A merge takes the guest's lease, then the customer's; whichever cart it is, it is not as it was read.
  const owner = isMerge(scene) ? {} : { _id: scene.cartId };
  const happens = () =>
    db.collection("carts").updateMany({ ...owner, lease: { $ne: null } }, { $inc: { version: 1 } });
  return meanwhile(scene, { collection: "carts", at: isMerge(scene) ? 3 : 2, happens });
};

const withSettings =
  (patch: object): Provoke =>
  async (scene) => {
    const { forgetSettings, putSettings } = await import("../../../services/platform/settings.service.js");
    await putSettings({ group: "payments", patch, by: "test" });
    try {
      const usual = usualBody(scene);
      const method = "codMaxAmount" in patch ? "cod" : "upi";
      // Cash on delivery in one call names no method.
      return await scene.send({ body: { ...usual, ...("method" in usual ? { method } : {}) } });
    } finally {
      await scene.world.db.collection("settings").deleteMany({});
      forgetSettings();
    }
  };

/** Beside codes that a session repeats (409), the same codes of this very step (400). */
const othersItem: Provoke = async (scene) => {
  const { has } = await shopUntil(scene.world, newSession(), "cart");
  return scene.send({ own: has });
};
const unknown: Provoke = (scene) => scene.send({ own: nobodysBelongings() });

/** The provocation of a code on every route that declares it, unless `OF_ROUTES` has another. */
const GENERAL: Readonly<Record<string, Provoke>> = {
  UPSTREAM_BAD_RESPONSE: withFault({ action: "wrong-types" }),
  // A read if there is one: after a 503, it is unknown whether a write was done.
  UPSTREAM_UNAVAILABLE: (scene) =>
    withFault({
      ...(isCart(scene) || isPaying(scene) ? { service: "pricing" } : {}),
      action: "status",
      status: 503,
    })(scene),
  UPSTREAM_TIMEOUT: withFault({ action: "hang" }),
  OUTCOME_UNKNOWN: async (scene) => {
    if (isStart(scene)) await makeStartWrite(scene);
    // A step of the checkout is one write; everything else is a transaction.
    if (isStep(scene)) return unanswered(scene, { command: "findAndModify", collection: "checkoutSessions" });
    return unanswered(scene, { command: "commitTransaction" });
  },
  VERSION_CONFLICT: overtaken,
  PLACEMENT_IN_PROGRESS: (scene) =>
    (isCart(scene) || isStart(scene)
      ? withCart({ placing: new Types.ObjectId() })
      : withCheckout({ placement: placement() }))(scene),
  REQUEST_IN_PROGRESS: (scene) =>
    (isCart(scene) || isStart(scene) ? withCart({ lease: held() }) : withCheckout({ lease: held() }))(scene),
  CHECKOUT_NOT_FOUND: unknown,
  ORDER_NOT_FOUND: unknown,
  INVOICE_NOT_FOUND: unknown,
  PAYMENT_NOT_FOUND: unknown,
  REFUND_NOT_FOUND: unknown,
  RETURN_NOT_FOUND: unknown,
  CHECKOUT_EXPIRED: withCheckout({ expiresAt: new Date(0) }),
  INVALID_STATUS_TRANSITION: withCheckout({ status: "completed" }),
  OUT_OF_STOCK: failed("out_of_stock"),
  COUPON_INVALID: failed("coupon_invalid"),
  INSUFFICIENT_POINTS: failed("insufficient_points"),
  INSUFFICIENT_CREDIT: failed("insufficient_credit"),
  CHECKOUT_FAILED: failed("cart_gone"),
  CHECKOUT_INCOMPLETE: withCheckout({ shippingAddress: null }),
  CART_ITEM_NOT_FOUND: unknown,
  SAVED_ITEM_NOT_FOUND: unknown,
  FORBIDDEN: othersItem,
  FREE_GIFT_LOCKED: withLine({ isFreeGift: true }),
  CART_EMPTY: withCart({ itemCount: 0 }),
  CART_CHANGED: async (scene) => {
    await expire(scene);
    return withLine({ unitPrice: 1 })(scene);
  },
};

/** The call about an order whose invoice is not issued: nothing has delivered its outbox message yet. */
const beforeInvoice =
  (change: { order?: object; body?: (own: Belongings) => object } = {}): Provoke =>
  async (scene) => {
    const { headers, has } = await shopUntil(scene.world, newSession(), "chosen");
    const placed = await scene.world.http
      .post("/api/orders")
      .set(headers)
      .send({ checkoutSessionId: has.checkoutSessionId });
    const { id, orderNumber, items } = placed.body.data;
    const orders = scene.world.db.collection("orders");
    if (change.order) await orders.updateOne({ _id: new Types.ObjectId(id) }, { $set: change.order });
    const own = { ...has, orderId: id, orderNumber, orderItemId: items[0].id };
    const isOwners = !scene.route.path.startsWith("/api/admin/");
    return scene.send({ own, ...(isOwners ? { as: headers } : {}) });
  };

/** Another instance runs the job. */
const jobRuns: Provoke = async (scene) => {
  const leases = scene.world.db.collection<{ _id: string }>("leases");
  const _id = "job:cart-cleanup";
  await leases.updateOne({ _id }, { $set: { ...held(), holder: "another", fencing: 1 } }, { upsert: true });
  try {
    return await scene.send();
  } finally {
    await leases.deleteOne({ _id });
  }
};

const reason = "A jar arrived broken";

/** A credit note for a refund that is still on its way. */
const refundUnderWay: Provoke = async (scene) => {
  const _id = new Types.ObjectId();
  const { orderId } = scene.shopper.has;
  const refunds = scene.world.db.collection("refunds");
  await refunds.insertOne({
    ...{ _id, orderId: new Types.ObjectId(orderId), status: "processing", amount: 100 },
    ...{ refundNumber: `REF-2020-${_id.toHexString()}`, items: [], version: 0 },
  });
  const answer = await scene.send({ body: { orderId, refundId: _id.toHexString(), reason } });
  await refunds.deleteOne({ _id });
  return answer;
};

const item = (variantId: string, quantity: number) => ({
  productId: SEED.products.ashwagandha,
  variantId,
  quantity,
});
const start: Readonly<Record<string, Provoke>> = {
  OUT_OF_STOCK: soldOut(variants.ashwagandhaLarge),
  CART_EMPTY: cartGone,
};

/** Wherever a payment method is chosen. */
const CHOOSING: Readonly<Record<string, Provoke>> = {
  CART_EMPTY: withCart({ status: "abandoned" }),
  CART_CHANGED: async (scene) => {
    // More than there is: what is left is reserved, and the customer has to see it.
    const { inventory } = scene.world.sandbox.control;
    await lapse(scene);
    await scene.setLine({ quantity: 3 });
    const { available } = await inventory.numbers(variants.ashwagandhaLarge);
    await inventory.setStock(variants.ashwagandhaLarge, 2);
    const answer = await scene.send();
    await inventory.restock(variants.ashwagandhaLarge, available);
    return answer;
  },
  COD_UNAVAILABLE: withSettings({ codMaxAmount: 100 }),
  METHOD_UNAVAILABLE: withSettings({ enabledMethods: ["cod"] }),
  SHIPPING_METHOD_UNAVAILABLE: withCheckout({ "shippingMethod.id": "by-camel" }),
  AMOUNT_BELOW_MINIMUM: async (scene) => {
    await scene.setLine({ unitPrice: 60, lineTotal: 60 });
    const coupon = {
      code: coupons.FREESHIP,
      type: "free_shipping",
      value: 0,
      discountAmount: 0,
      stackable: true,
    };
    await scene.setCart({ appliedCoupons: [coupon] });
    return scene.send();
  },
};

const OF_ROUTES: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/cart/items": {
    OUT_OF_STOCK: withBody({
      productId: "prod-shatavari-kalpa",
      variantId: variants.outOfStock,
      quantity: 1,
    }),
    PRODUCT_NOT_FOUND: withBody({ ...item("var-of-nothing", 1), productId: "prod-of-nothing" }),
    CART_LIMIT: withBody(item(variants.ashwagandha, 11)),
  },
  "PUT /api/cart/items/:itemId": {
    OUT_OF_STOCK: soldOut(variants.ashwagandhaLarge),
    CART_LIMIT: withBody({ quantity: 11 }),
  },
  "POST /api/cart/coupons": { COUPON_INVALID: withBody({ couponCode: coupons.EXPIRED5 }) },
  "POST /api/cart/saved-items/:savedItemId/move-to-cart": {
    OUT_OF_STOCK: soldOut(variants.kajal),
    PRODUCT_NOT_FOUND: async (scene) => {
      const { catalog } = scene.world.sandbox.control;
      catalog.setProductStatus(SEED.products.kajal, "inactive");
      const answer = await scene.send();
      catalog.setProductStatus(SEED.products.kajal, "active");
      return answer;
    },
    CART_LIMIT: async (scene) => {
      const _id = new Types.ObjectId(scene.shopper.has.savedItemId);
      await scene.world.db.collection("savedItems").updateOne({ _id }, { $set: { quantity: 11 } });
      return scene.send();
    },
  },
  "POST /api/checkout/start": start,
  "GET /api/checkout/resume/:sessionId": start,
  "PUT /api/checkout/:sessionId/shipping-address": {
    PINCODE_NOT_SERVICEABLE: (scene) =>
      scene.send({
        body: {
          ...usualBody(scene),
          city: "Kavaratti",
          state: "Lakshadweep",
          pincode: SEED.pincodes.unserviceable,
        },
      }),
    NOT_FOUND: (scene) => scene.send({ body: { ...usualBody(scene), addressId: "addr-of-another-user" } }),
  },
  "PUT /api/checkout/:sessionId/billing-address": {
    INVALID_GSTIN: (scene) => scene.send({ body: { ...usualBody(scene), gstin: "29AABCV4321K1Z8" } }),
    CHECKOUT_INCOMPLETE: async (scene) => {
      await scene.setCheckout({ shippingAddress: null });
      return scene.send({ body: { sameAsShipping: true } });
    },
  },
  "PUT /api/checkout/:sessionId/shipping-method": {
    SHIPPING_METHOD_UNAVAILABLE: withBody({ shippingMethodId: "by-camel" }),
  },
  "PUT /api/checkout/:sessionId/payment-method": CHOOSING,
  ...ENTERED_ORDER_PROVOCATIONS,
  ...ORDER_PROVOCATIONS,
  ...PAYMENT_PROVOCATIONS,
  "POST /api/payments": CHOOSING,
  "POST /api/payments/cod": { ...CHOOSING, ...PAYMENT_PROVOCATIONS["POST /api/payments/cod"] },
  "POST /api/payments/:paymentId/retry": {
    ...CHOOSING,
    ...PAYMENT_PROVOCATIONS["POST /api/payments/:paymentId/retry"],
  },
  ...REFUND_PROVOCATIONS,
  ...RETURN_PROVOCATIONS,
  "GET /api/orders/:orderNumber/invoice": { INVOICE_NOT_READY: beforeInvoice() },
  "POST /api/admin/invoices": {
    ORDER_NOT_INVOICEABLE: beforeInvoice({ order: { status: "cancelled" } }),
    // An order that has its invoice needs no transaction.
    OUTCOME_UNKNOWN: (scene) =>
      beforeInvoice()({
        ...scene,
        send: (change) =>
          unanswered({ ...scene, send: () => scene.send(change) }, { command: "commitTransaction" }),
      }),
  },
  "POST /api/admin/invoices/credit-note": {
    INVOICE_NOT_READY: beforeInvoice(),
    REFUND_NOT_FOUND: (scene) => {
      const { orderId } = scene.shopper.has;
      return scene.send({ body: { orderId, refundId: "0".repeat(24), reason } });
    },
    REFUND_NOT_COMPLETED: refundUnderWay,
    CREDIT_EXCEEDS_INVOICE: (scene) => {
      const { orderId, orderItemId } = scene.shopper.has;
      return scene.send({ body: { orderId, items: [{ orderItemId, quantity: 1_000 }], reason } });
    },
    // Without units or a refund, only a cancelled order can be credited.
    ORDER_NOT_INVOICEABLE: (scene) => scene.send({ body: { orderId: scene.shopper.has.orderId, reason } }),
  },
  "GET /api/admin/invoices/bulk-download/:jobId": { JOB_NOT_FOUND: (scene) => scene.send() },
  "PUT /api/admin/invoices/template": {
    VERSION_CONFLICT: withBody({ version: 99, footer: "Thank you" }),
  },
  "GET /api/files/:fileId": { FILE_NOT_FOUND: (scene) => scene.send() },
  "POST /api/admin/outbox/:id/replay": { NOT_FOUND: (scene) => scene.send() },
  "POST /api/admin/jobs/:name/run": {
    JOB_NOT_FOUND: (scene) => scene.send({ params: { name: "job-of-nothing" } }),
    REQUEST_IN_PROGRESS: jobRuns,
  },
  "GET /api/admin/webhooks/:eventId": { NOT_FOUND: (scene) => scene.send() },
  "POST /api/admin/webhooks/:eventId/replay": { NOT_FOUND: (scene) => scene.send() },
  "GET /api/admin/payments/reconciliations/:reportId": { NOT_FOUND: (scene) => scene.send() },
  "GET /api/admin/carts/:cartId": { CART_NOT_FOUND: (scene) => scene.send() },
  "PUT /api/admin/carts/settings": { VERSION_CONFLICT: withBody({ version: 99, maxLines: 40 }) },
  "GET /api/admin/settings/:group": { NOT_FOUND: (scene) => scene.send({ params: { group: "weather" } }) },
  "PUT /api/admin/settings/:group": {
    NOT_FOUND: (scene) => scene.send({ params: { group: "weather" } }),
    VERSION_CONFLICT: withBody({ version: 99, values: { supportEmail: "help@example.in" } }),
  },
};

export const findProvocation = (route: Scene["route"], code: string): Provoke | undefined =>
  OF_ROUTES[nameOf(route)]?.[code] ?? GENERAL[code];

/** Codes that are two answers on one route: what the session repeats is provoked above, the step's own here. */
export const TWICE: readonly (readonly [route: string, code: string, status: number, provoke: Provoke])[] = [
  ["POST /api/checkout/:sessionId/loyalty", "INSUFFICIENT_POINTS", 400, withBody({ points: 101 })],
  ["POST /api/checkout/:sessionId/store-credit", "INSUFFICIENT_CREDIT", 400, withBody({ amount: 101 })],
  ...["PUT /api/checkout/:sessionId/payment-method", "POST /api/payments", "POST /api/payments/cod"].map(
    (route) => [route, "OUT_OF_STOCK", 400, soldOut(variants.ashwagandhaLarge)] as const,
  ),
  ...Object.entries(PLACING_TWICE).map(([code, how]) => ["POST /api/orders", code, 400, how] as const),
  [
    "PUT /api/checkout/:sessionId/payment-method",
    "PLACEMENT_IN_PROGRESS",
    409,
    withCart({ placing: new Types.ObjectId() }),
  ],
];
