import { Types } from "mongoose";
import type { AttemptResult } from "../../scripts/sandbox/razorpay/control-types.js";
import type { Sandbox } from "../../scripts/sandbox/sandbox.js";
import { listAt, textAt } from "../../scripts/support/json.js";
import type { Instances } from "./instances.js";
import type { OpenCheckout } from "./purchase.js";

/** The order, the payments and the refunds of a checkout, in the database and at the gateway. */

type Stored = Pick<Instances, "db">;

export const orderOf = ({ db }: Stored, { id }: Pick<OpenCheckout, "id">) =>
  db.collection("orders").findOne({ _id: new Types.ObjectId(id) });

export const sessionOf = ({ db }: Stored, { id }: Pick<OpenCheckout, "id">) =>
  db.collection("checkoutSessions").findOne({ _id: new Types.ObjectId(id) });

/** Oldest first. */
export const paymentsOf = ({ db }: Stored, { id }: Pick<OpenCheckout, "id">) =>
  db
    .collection("payments")
    .find({ checkoutSessionId: new Types.ObjectId(id) })
    .sort({ createdAt: 1 })
    .toArray();

/** The payment was refunded in full: one refund here, one at the gateway, and one mail to the customer. */
export async function expectMoneyBack(
  world: Instances,
  checkout: OpenCheckout,
  expected: { paid: AttemptResult; amount?: number; reason: string },
): Promise<void> {
  const { paid, reason, amount = checkout.amount } = expected;
  await world.settle();
  const payment = await world.db.collection("payments").findOne({ gatewayPaymentId: paid.paymentId });
  expect(payment).toMatchObject({
    surplus: true,
    capturedAmount: amount,
    refundedAmount: amount,
    orderId: null,
  });
  const refunds = await world.db.collection("refunds").find({ paymentId: payment?._id }).toArray();
  expect(refunds).toMatchObject([
    { status: "completed", systemReason: reason, amount, initiatedByType: "system" },
  ]);
  const { control } = world.sandbox;
  const atGateway = control.razorpay.ledger().refunds.filter((row) => row.paymentId === paid.paymentId);
  expect(atGateway).toMatchObject([{ amount, status: "processed", by: "merchant" }]);
  const dedupeKey = `payment_refunded_late:${refunds[0]?._id}`;
  expect(control.engagement.notifications({ dedupeKey })).toHaveLength(1);
}

/** The order is paid and nothing was refunded. */
export async function expectPaidOrder(world: Instances, checkout: OpenCheckout): Promise<void> {
  await world.settle();
  expect(await orderOf(world, checkout)).toMatchObject({
    status: "confirmed",
    paymentStatus: "paid",
    paidAmount: checkout.amount,
    refundedAmount: 0,
  });
  expect(await sessionOf(world, checkout)).toMatchObject({ status: "completed", placement: null });
}

/** The session has expired, and the 15 minutes for a payment in flight are over as well. */
export const letExpire = ({ db }: Stored, { id }: Pick<OpenCheckout, "id">) =>
  db
    .collection("checkoutSessions")
    .updateOne({ _id: new Types.ObjectId(id) }, { $set: { expiresAt: new Date(Date.now() - 16 * 60_000) } });

/** The ids of the gateway's own orders for a payment, read over its API. */
export async function gatewayOrdersOf({ env, urls }: Sandbox, paymentId: string): Promise<string[]> {
  const key = Buffer.from(`${env.RAZORPAY_KEY_ID}:${env.RAZORPAY_KEY_SECRET}`).toString("base64");
  const answer = await fetch(`${urls.razorpay}/v1/orders?receipt=${paymentId}`, {
    headers: { Authorization: `Basic ${key}` },
  });
  return listAt(await answer.json(), "items").map((order) => textAt(order, "id"));
}
