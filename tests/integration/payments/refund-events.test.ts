import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, useShop } from "../checkout/shop-world.js";

/** Reports of the gateway about refunds, and the effects of its faults and refusals. */
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;
const refunds = () => shop().db.collection("refunds");
const payments = () => shop().db.collection("payments");

afterEach(async () => {
  await shop().recover();
  gateway().configure({ refundMode: "instant", webhooks: { drop: "none" } });
  await shop().settle();
});

/** A payment for a cart that has changed, so all of it is refunded. */
async function owedRefund(): Promise<{ buyer: Buyer; gatewayPaymentId: string }> {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  done(await buyer.add(SEED.variants.ashwagandha));
  const { paymentId } = buyer.pay(window.orderId);
  await shop().settle();
  return { buyer, gatewayPaymentId: paymentId };
}

async function refundOf(buyer: Buyer) {
  const [refund] = await buyer.stored.refunds();
  if (!refund) throw new Error("a refund was expected");
  return refund;
}

async function paymentOf(buyer: Buyer) {
  const [payment] = await buyer.stored.payments();
  if (!payment) throw new Error("a payment was expected");
  return payment;
}

/** A signed webhook about the refund as the gateway has it, with some fields changed. */
async function report(gatewayRefundId: string, fields: Record<string, unknown>): Promise<void> {
  const entity = { ...gateway().entity(gatewayRefundId), ...fields };
  const event = `refund.${String(fields.status ?? "processed")}`;
  await gateway().sendEvent(event, { refund: { entity } });
  await shop().settle();
}

const firstAtGateway = (gatewayPaymentId: string): string => {
  const [refund] = gateway().refundsOf(gatewayPaymentId);
  if (!refund) throw new Error("a refund at the gateway was expected");
  return refund.id;
};

/** What an admin's retry writes: the amount is reserved again, and the second attempt is in flight. */
async function retry(buyer: Buyer): Promise<void> {
  const refund = await refundOf(buyer);
  const number = (refund.attempts.length as number) + 1;
  const attempt = {
    at: new Date(),
    key: `${refund._id.toHexString()}-${number}`,
    receipt: `${refund.refundNumber}-${number}`,
    outcome: "sent",
    error: null,
  };
  await refunds().updateOne({ _id: refund._id }, {
    $set: { status: "processing", gatewayRefundId: null, dueAt: null },
    $push: { attempts: attempt },
  } as object);
  await payments().updateOne({ _id: refund.paymentId }, { $inc: { refundReserved: refund.amount } });
  await shop().runJob("payment-sweep");
  await shop().settle();
}

describe("reports of the gateway", () => {
  test.each([
    ["another amount", { amount: 100 }, "another amount"],
    ["another currency", { currency: "USD" }, "another amount"],
    ["another payment", { payment_id: "pay_AAAAAAAAAAAAAA" }, "another payment"],
  ])("When a report is of %s, then it changes nothing and is flagged", async (_kind, fields, reason) => {
    gateway().configure({ refundMode: "pending", refundSettleMs: null });
    const { buyer, gatewayPaymentId } = await owedRefund();
    await report(firstAtGateway(gatewayPaymentId), { ...fields, status: "processed" });
    expect(await refundOf(buyer)).toMatchObject({ status: "processing", attention: true });
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: 0 });
    const [flagged] = await shop()
      .db.collection("webhookEvents")
      .find({ state: "flagged" })
      .sort({ receivedAt: -1 })
      .toArray();
    expect(flagged?.reason).toMatch(reason);
  });

  test("When the gateway retracts a completed refund, then a second attempt completes it again", async () => {
    const { buyer, gatewayPaymentId } = await owedRefund();
    expect(await refundOf(buyer)).toMatchObject({ status: "completed" });
    const first = firstAtGateway(gatewayPaymentId);
    gateway().tamper(first, { status: "failed" });
    gateway().tamper(gatewayPaymentId, { status: "captured", amount_refunded: 0, refund_status: null });
    await report(first, { status: "failed" });
    expect(await refundOf(buyer)).toMatchObject({ status: "failed", attention: true });
    await retry(buyer);
    const refund = await refundOf(buyer);
    expect(refund).toMatchObject({
      status: "completed",
      attention: false,
      attempts: [{ outcome: "refused" }, { outcome: "completed" }],
    });
    expect(refund.gatewayRefundId).not.toBe(first);
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: refund.amount, refundReserved: 0 });
  });

  test("When the failure of the first attempt arrives late, then the second attempt stays completed", async () => {
    gateway().configure({ refundMode: "pending", refundSettleMs: null });
    const { buyer, gatewayPaymentId } = await owedRefund();
    const first = firstAtGateway(gatewayPaymentId);
    gateway().settleRefund(first, "failed");
    await shop().settle();
    gateway().configure({ refundMode: "instant" });
    await retry(buyer);
    expect(await refundOf(buyer)).toMatchObject({ status: "completed" });
    await report(first, { status: "failed" });
    const refund = await refundOf(buyer);
    expect(refund).toMatchObject({ status: "completed", attention: false });
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: refund.amount, refundReserved: 0 });
  });

  test("When a failed attempt is refunded after all, then it is flagged and a person has to look", async () => {
    gateway().configure({ refundMode: "pending", refundSettleMs: null });
    const { buyer, gatewayPaymentId } = await owedRefund();
    const first = firstAtGateway(gatewayPaymentId);
    gateway().settleRefund(first, "failed");
    await shop().settle();
    await retry(buyer);
    await report(first, { status: "processed" });
    expect(await refundOf(buyer)).toMatchObject({ status: "processing", attention: true });
  });
});

test("When a refund is withdrawn just before it is sent, then it is not sent", async () => {
  gateway().setFault({ match: "POST /payments/:id/refund", action: "status500", times: "always" });
  const { buyer, gatewayPaymentId } = await owedRefund();
  const { _id } = await refundOf(buyer);
  const fresh = { attempts: [], gatewayRefundId: null };
  await refunds().updateOne({ _id }, { $set: fresh });
  await shop().recover();
  const [{ performRefund }, { Payment }] = await Promise.all([
    import("../../../services/flows/perform-refund/perform-refund.flow.js"),
    import("../../../models/index.js"),
  ]);
  // The withdrawal comes after the refund was read and before the attempt begins.
  const read = Payment.collection.findOne.bind(Payment.collection);
  const spy = jest.spyOn(Payment.collection, "findOne").mockImplementationOnce(async (...query) => {
    await refunds().updateOne({ _id }, { $set: { status: "failed" } });
    return read(...query);
  });
  try {
    await performRefund(new Types.ObjectId(_id.toHexString()));
    expect(spy).toHaveBeenCalled();
  } finally {
    spy.mockRestore();
  }
  expect(gateway().refundsOf(gatewayPaymentId)).toEqual([]);
  expect(await refundOf(buyer)).toMatchObject({ status: "failed", attempts: [] });
});

test("When a refund in flight has an id at the gateway but no attempts, then it is looked up by the id and not sent again", async () => {
  gateway().configure({ webhooks: { drop: "all" } });
  gateway().setFault({ match: "POST /payments/:id/refund", action: "status500", times: "always" });
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  done(await buyer.add(SEED.variants.ashwagandha));
  const { paymentId: gatewayPaymentId } = buyer.pay(window.orderId);
  await shop().runJob("payment-sweep");
  await shop().settle();
  const { _id } = await refundOf(buyer);
  await shop().recover();
  // A part of the payment, so that the gateway would accept a second refund.
  const amount = 100;
  const { id: gatewayRefundId } = gateway().refundInDashboard(gatewayPaymentId, amount);
  await refunds().updateOne(
    { _id },
    { $set: { status: "processing", attempts: [], amount, gatewayRefundId } },
  );
  await payments().updateOne({ gatewayPaymentId }, { $set: { refundReserved: amount } });
  const { performRefund } = await import("../../../services/flows/perform-refund/perform-refund.flow.js");
  await performRefund(new Types.ObjectId(_id.toHexString()));
  expect(gateway().refundsOf(gatewayPaymentId)).toHaveLength(1);
  expect(await refundOf(buyer)).toMatchObject({ status: "completed", gatewayRefundId });
  expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount, refundReserved: 0 });
});

describe("faults of the gateway", () => {
  test("When the gateway does not accept the key, then the refund does not fail and is sent later", async () => {
    gateway().setFault({ match: "POST /payments/:id/refund", action: "status401", times: "always" });
    const { buyer, gatewayPaymentId } = await owedRefund();
    expect(await refundOf(buyer)).toMatchObject({ status: "processing", attention: false });
    await shop().recover();
    await shop().runJob("payment-sweep");
    expect(await refundOf(buyer)).toMatchObject({
      status: "completed",
      attempts: [{ outcome: "completed" }],
    });
    expect(gateway().refundsOf(gatewayPaymentId)).toHaveLength(1);
  });

  test("When the gateway refuses for a reason that it documents, then the refund fails and a person has to look", async () => {
    gateway().configure({ balance: 0 });
    const { buyer } = await owedRefund();
    expect(await refundOf(buyer)).toMatchObject({ status: "failed", attention: true });
    expect(await paymentOf(buyer)).toMatchObject({ refundReserved: 0, refundedAmount: 0 });
    gateway().configure({ balance: null });
  });
});

test.each([
  ["an unlisted code", 422],
  ["a wrong service token", 401],
  ["a missing permission", 403],
  ["a 404", 404],
])(
  "When inventory answers the conversion with %s, then the order is neither cancelled nor lost",
  async (_kind, status) => {
    const buyer = shop().guest();
    gateway().configure({ webhooks: { drop: "all" } });
    const { gateway: window } = await buyer.open();
    shop().sandbox.control.faults.add({ service: "inventory", match: "convert", action: "status", status });
    done(await buyer.verify(buyer.pay(window.orderId)));
    expect((await buyer.order()).status).toBeGreaterThanOrEqual(500);
    expect(await buyer.stored.session()).toMatchObject({ status: "payment_pending", failureReason: null });
    expect(await buyer.stored.refunds()).toEqual([]);
    await shop().recover();
    await shop()
      .db.collection("checkoutSessions")
      .updateMany({ placement: { $ne: null } }, { $set: { "placement.leaseUntil": new Date(0) } });
    await shop().runJob("placement-recovery");
    expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
  },
);
