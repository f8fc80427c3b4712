import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { DISPUTE } from "./refund-provocations.js";
import {
  lapse,
  meanwhile,
  OF_SELLER,
  type Provoke,
  type Scene,
  usualBody,
  withBody,
  withStored,
} from "./refusal-scene.js";
import { ADDRESS } from "./route-cases.js";

/** How the routes of orders are made to refuse. */

const withOrder = (orders: object, send?: Provoke): Provoke => withStored({ orders }, send);

const editTo = (place: object): Provoke =>
  withBody({ version: 0, shippingAddress: { ...ADDRESS, ...place } });

/** The order is a guest's and is paid. */
const cancelPaid =
  (refund: string, payment: object = {}): Provoke =>
  async (scene) => {
    const _id = new Types.ObjectId(scene.shopper.has.orderId);
    const order = await scene.world.db.collection("orders").findOne({ _id });
    if (!order) throw new Error("the shopper has no order");
    const paidAmount = order.grandTotal;
    const paid = {
      orders: { paidAmount },
      payments: { status: "captured", capturedAmount: paidAmount, ...payment },
    };
    const body = { reason: "The customer called", refund };
    return withStored(paid, ({ send }) => send({ body }))(scene);
  };

const shipped = { ORDER_NOT_CANCELLABLE: withOrder({ status: "delivered" }) };

/** Every unit is in a parcel already. */
const allShipped = (status: string, send: Provoke = withBody({ status: "shipped" })): Provoke =>
  withStored({ orders: { status }, orderItems: { quantityAllocated: 1 } }, send);

/** An order whose one line a seller ships. */
const ofSeller = (status: string, line: object = {}) => ({
  orders: { status, sellerOrders: OF_SELLER.orders.sellerOrders.map((part) => ({ ...part, status })) },
  orderItems: { ...OF_SELLER.orderItems, ...line },
});

const FULFILMENT: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/admin/orders/:orderId/fulfillments": {
    ORDER_NOT_SHIPPABLE: withOrder({ status: "delivered" }),
    SHIPMENT_REFUSED: ({ send }) => send({ body: { methodId: "by-camel" } }),
    SHIPPING_METHOD_UNAVAILABLE: withOrder({ shippingMethod: null }, ({ send }) => send({ body: {} })),
  },
  "PUT /api/admin/orders/:orderId/status": {
    INVALID_STATUS_TRANSITION: withOrder({ status: "cancelled" }),
    ORDER_NOT_SHIPPABLE: allShipped("processing"),
    PAYMENT_REQUIRED: withOrder(
      { status: "pending", paymentMethod: "bank_transfer", paymentStatus: "pending" },
      withBody({ status: "confirmed" }),
    ),
  },
  "PUT /api/admin/orders/:orderId/sellers/:sellerId/status": {
    SELLER_ORDER_NOT_FOUND: ({ send }) => send({ params: { sellerId: "seller-of-nothing" } }),
    // An order is confirmed as a whole; its part is being packed.
    INVALID_STATUS_TRANSITION: withStored(ofSeller("processing"), withBody({ status: "confirmed" })),
    ORDER_NOT_SHIPPABLE: withStored(
      ofSeller("processing", { quantityAllocated: 1 }),
      withBody({ status: "shipped" }),
    ),
  },
};

/** The session as it was before a payment method was chosen. */
const UNFROZEN = { status: "address_entered", frozen: null, paymentMethod: null, paymentId: null };

/** The session is frozen only by the order, so everything that a payment depends on is checked then. */
const unfrozen =
  (change: object = {}, send: Provoke = (scene) => scene.send()): Provoke =>
  async (scene) => {
    await scene.setCheckout({ ...UNFROZEN, ...change });
    return send(scene);
  };

/** There are fewer units than the cart holds. */
const withFewer =
  (available: number): Provoke =>
  async (scene) => {
    const { inventory } = scene.world.sandbox.control;
    const variantId = SEED.variants.ashwagandhaLarge;
    await lapse(scene);
    const { available: before } = await inventory.numbers(variantId);
    await inventory.setStock(variantId, available);
    try {
      return await scene.send();
    } finally {
      await inventory.setStock(variantId, before);
    }
  };

/** What was chosen is not to be paid any more. */
const unpaid =
  (send: Provoke = (scene) => scene.send()): Provoke =>
  async (scene) => {
    const payments = scene.world.db.collection("payments");
    await payments.updateMany(
      { checkoutSessionId: scene.checkoutId },
      { $set: { supersededAt: new Date() } },
    );
    return send(scene);
  };

const PLACING: Readonly<Record<string, Provoke>> = {
  PAYMENT_NOT_FOUND: withBody({ paymentId: "0".repeat(24) }),
  TERMS_NOT_ACCEPTED: async (scene) => {
    await scene.setCheckout({ termsAcceptedAt: null });
    const { checkoutSessionId } = usualBody(scene);
    return scene.send({ body: { checkoutSessionId } });
  },
  PAYMENT_REQUIRED: unpaid(),
  CHECKOUT_EXPIRED: unpaid(async (scene) => {
    await scene.setCheckout({ status: "failed", failureReason: "expired" });
    return scene.send();
  }),
  CART_EMPTY: unfrozen({}, async (scene) => {
    await scene.setCart({ status: "abandoned" });
    return scene.send();
  }),
  CART_CHANGED: unfrozen({}, async (scene) => {
    await scene.setLine({ quantity: 3 });
    return withFewer(2)(scene);
  }),
  SHIPPING_METHOD_UNAVAILABLE: unfrozen({ "shippingMethod.id": "by-camel" }),
  PLACEMENT_IN_PROGRESS: async (scene) => {
    await scene.setCart({ placing: new Types.ObjectId() });
    return scene.send();
  },
  REQUEST_IN_PROGRESS: (scene) =>
    unfrozen({ lease: { token: "another holder", until: new Date(Date.now() + 600_000) } })(scene),
  // Another request ends the session while this one waits for its turn.
  INVALID_STATUS_TRANSITION: unfrozen({}, (scene) =>
    meanwhile(scene, {
      collection: "checkoutSessions",
      at: 1,
      happens: () => scene.setCheckout({ status: "completed" }),
    }),
  ),
};

/** Beside codes that a failed session repeats (409): what is found out when nothing was chosen yet (400). */
export const PLACING_TWICE = {
  OUT_OF_STOCK: unfrozen({}, withFewer(0)),
} as const satisfies Record<string, Provoke>;

export const ORDER_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  ...FULFILMENT,
  "POST /api/orders": PLACING,
  "POST /api/orders/:orderNumber/cancel": shipped,
  "POST /api/admin/orders/:orderId/cancel": {
    ...shipped,
    NOT_REFUNDABLE: cancelPaid("store_credit"),
    PAYMENT_DISPUTED: cancelPaid("bank_transfer", { disputes: [DISPUTE] }),
  },
  "PUT /api/admin/orders/:orderId": {
    VERSION_CONFLICT: ({ send }: Scene) => send({ body: { version: 99, customerNotes: "Ring twice" } }),
    ORDER_NOT_EDITABLE: withOrder({ status: "shipped" }),
    PINCODE_NOT_SERVICEABLE: editTo({
      ...{ city: "Kavaratti", state: "Lakshadweep", pincode: SEED.pincodes.unserviceable },
    }),
    COD_UNAVAILABLE: editTo({ city: "Gangtok", state: "Sikkim", pincode: SEED.pincodes.noCod }),
  },
};
