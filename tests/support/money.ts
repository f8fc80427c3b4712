import { Types } from "mongoose";
import type { AttemptResult } from "../../scripts/sandbox/razorpay/control-types.js";
import type { Instances } from "./instances.js";
import type { OpenCheckout } from "./purchase.js";

/** What became of a checkout's money, here and at the gateway. */

export const orderOf = ({ db }: Instances, { id }: Pick<OpenCheckout, "id">) =>
  db.collection("orders").findOne({ _id: new Types.ObjectId(id) });

export const sessionOf = ({ db }: Instances, { id }: Pick<OpenCheckout, "id">) =>
  db.collection("checkoutSessions").findOne({ _id: new Types.ObjectId(id) });

/** Oldest first. */
export const paymentsOf = ({ db }: Instances, { id }: Pick<OpenCheckout, "id">) =>
  db
    .collection("payments")
    .find({ checkoutSessionId: new Types.ObjectId(id) })
    .sort({ createdAt: 1 })
    .toArray();

/** The whole of a payment went back by itself: one refund here, one at the gateway, and the customer told. */
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

/** A paid order that nothing was refunded of. */
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

/** The customer stayed away for longer than the session lives, and longer than a bank page stays open. */
export const letExpire = ({ db }: Instances, { id }: Pick<OpenCheckout, "id">) =>
  db
    .collection("checkoutSessions")
    .updateOne({ _id: new Types.ObjectId(id) }, { $set: { expiresAt: new Date(Date.now() - 16 * 60_000) } });
