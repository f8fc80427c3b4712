import { Types } from "mongoose";
import { meanwhile, type Provoke, type Scene, usualBody, withBody, withStored } from "./refusal-scene.js";
import { type Belongings, newSession, shopUntil } from "./shoppers.js";

/** How the routes of payments are made to refuse. */

const withPayment = (payments: object): Provoke => withStored({ payments });

const withReceipt =
  (change: object): Provoke =>
  (scene) => {
    const { amountDue: amount, orderNumber: reference } = scene.shopper.has;
    return scene.send({ body: { amount, reference, receivedAt: "2026-11-01", ...change } });
  };

interface Authorised {
  own: Belongings;
  _id: Types.ObjectId;
}

/** A payment that the gateway has authorised and did not capture by itself. */
const authorised =
  (spoil: (scene: Scene, payment: Authorised) => Promise<unknown>): Provoke =>
  async (scene) => {
    const { world } = scene;
    const { headers, has } = await shopUntil(world, newSession(), "checkout");
    const path = `/api/checkout/${has.checkoutSessionId}/payment-method`;
    const chosen = await world.http.put(path).set(headers).send({ method: "upi", termsAccepted: true });
    const { gateway, payment } = chosen.body.data;
    world.sandbox.control.razorpay.pay(gateway.orderId, { method: "upi", outcome: "authorize_only" });
    await world.settle();
    const own = { ...has, paymentId: String(payment.id) };
    await spoil(scene, { own, _id: new Types.ObjectId(own.paymentId) });
    return scene.send({ own });
  };

const storedWith =
  (change: object) =>
  ({ world }: Scene, { _id }: Authorised) =>
    world.db.collection("payments").updateOne({ _id }, { $set: change });

/** The gateway's payment has another amount than was asked for. */
async function atAnotherAmount({ world }: Scene, { _id }: Authorised): Promise<void> {
  const payment = await world.db.collection("payments").findOne({ _id });
  world.sandbox.control.razorpay.tamper(String(payment?.gatewayPaymentId), { amount: 100 });
}

/** The session is being paid for, and the gateway's order has another amount than was captured. */
const MISMATCH = {
  ...{ reason: "amount", expectedAmount: 100, expectedCurrency: "INR", offerId: null, at: new Date() },
};

/** The payment on delivery is withdrawn between its choice and the placing of the order. */
const withdrawn: Provoke = (scene) =>
  meanwhile(scene, {
    collection: "checkoutSessions",
    // The lease, the freeze, the intent to place.
    at: 3,
    happens: async () => {
      const { db } = scene.world;
      const ofSession = { checkoutSessionId: scene.checkoutId };
      await db.collection("payments").updateMany(ofSession, { $set: { supersededAt: new Date() } });
      await db.collection("checkoutSessions").updateOne({ _id: scene.checkoutId }, { $inc: { version: 1 } });
    },
  });

export const PAYMENT_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
  "POST /api/payments/cod": {
    TERMS_NOT_ACCEPTED: (scene) => {
      const { checkoutSessionId } = usualBody(scene);
      return scene.send({ body: { checkoutSessionId } });
    },
    PAYMENT_REQUIRED: withdrawn,
  },
  "POST /api/payments/verify": {
    SIGNATURE_INVALID: withBody({ razorpay_signature: "0".repeat(64) }),
    AMOUNT_MISMATCH: withPayment({ mismatch: MISMATCH }),
    PAYMENT_SUPERSEDED: withPayment({ supersededAt: new Date() }),
  },
  "POST /api/payments/:paymentId/retry": { PAYMENT_NOT_FAILED: withPayment({ status: "captured" }) },
  "POST /api/admin/payments/:paymentId/record-receipt": {
    ORDER_NOT_FOUND: withPayment({ orderId: null }),
    METHOD_UNAVAILABLE: withPayment({ gateway: "razorpay" }),
    PAYMENT_SUPERSEDED: withPayment({ supersededAt: new Date() }),
    AMOUNT_MISMATCH: withReceipt({ amount: 1 }),
    INVALID_STATUS_TRANSITION: withPayment({ status: "failed" }),
  },
  "POST /api/admin/payments/:paymentId/capture": {
    METHOD_UNAVAILABLE: authorised(storedWith({ gateway: "cod" })),
    INVALID_STATUS_TRANSITION: authorised(storedWith({ gatewayPaymentId: null })),
    PAYMENT_SUPERSEDED: authorised(storedWith({ supersededAt: new Date() })),
    AMOUNT_MISMATCH: authorised(atAnotherAmount),
  },
};
