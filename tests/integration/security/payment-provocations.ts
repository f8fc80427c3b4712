import { Types } from "mongoose";
import type { Response } from "supertest";
import type { Scene } from "./refusal-scene.js";
import { type Belongings, newSession, shopUntil } from "./shoppers.js";

/** How the routes of payments are made to refuse. */
type Provoke = (scene: Scene) => Promise<Response>;

/** The stored payment of the scene's shopper; `restore` undoes it. */
const withPayment =
  (change: object): Provoke =>
  async (scene) => {
    const _id = new Types.ObjectId(scene.shopper.has.paymentId);
    await scene.world.db.collection("payments").updateOne({ _id }, { $set: change });
    return scene.send();
  };

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

export const PAYMENT_PROVOCATIONS: Readonly<Record<string, Readonly<Record<string, Provoke>>>> = {
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
