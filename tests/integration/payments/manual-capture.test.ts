import type { PaymentDoc } from "../../../models/index.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { unwrap } from "../../../utils/result.js";
import { done, refused, useShop } from "../checkout/shop-world.js";

/** The gateway only authorises; placing the order captures. */
const shop = useShop({ PAYMENT_CAPTURE: "manual" });
const gateway = () => shop().sandbox.control.razorpay;
const capturesOf = (paymentId: string) =>
  gateway()
    .ledger()
    .captures.filter((row) => row.paymentId === paymentId);

beforeEach(() => gateway().configure({ webhooks: { drop: "all" } }));

async function authorised() {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  const paid = buyer.pay(window.orderId);
  expect(paid.status).toBe("authorized");
  expect(done(await buyer.verify(paid))).toMatchObject({ status: "authorized", capturedAmount: 0 });
  return { buyer, paid, amount: window.amount };
}

test("When an authorised payment's order is placed, then it is captured, once, after the stock is taken", async () => {
  const { buyer, paid, amount } = await authorised();
  expect(capturesOf(paid.paymentId)).toEqual([]);
  const placed = await buyer.order();
  expect(placed.status).toBe(201);
  expect(done(placed)).toMatchObject({ paymentStatus: "paid", payment: { status: "captured" } });
  expect(capturesOf(paid.paymentId)).toMatchObject([{ amount, by: "merchant" }]);
  expect((await buyer.order()).status).toBe(200);
  expect(capturesOf(paid.paymentId)).toHaveLength(1);
  expect(await buyer.stored.payments()).toMatchObject([
    { status: "captured", capturedAmount: amount, fee: expect.any(Number), accepted: true },
  ]);
  gateway().configure({ webhooks: { drop: "none" } });
  for (const { id } of gateway().events()) await gateway().redeliver(id);
  await shop().settle();
  expect(await buyer.stored.refunds()).toEqual([]);
});

test("When the gateway reports an authorisation as voided, then it pays for nothing, and another payment can", async () => {
  const { buyer, paid } = await authorised();
  const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
  const { settlePayment } = await import("../../../services/flows/settle-payment.flow.js");
  const report = unwrap(await paymentGateway.getGatewayPayment(paid.paymentId));
  await settlePayment({ ...report, status: "requires_action" }, "webhook");
  expect(await buyer.stored.payments()).toMatchObject([{ status: "authorized", accepted: true }]);
  await settlePayment({ ...report, status: "cancelled" }, "webhook");
  // A late report of the authorisation changes nothing.
  await settlePayment(report, "webhook");
  expect(await buyer.stored.payments()).toMatchObject([
    { status: "refunded", accepted: false, surplus: true },
  ]);
  expect(await buyer.stored.refunds()).toEqual([]);
});

test("When the gateway reports that the customer gave up, then the attempt failed, with the next step", async () => {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  const paid = buyer.pay(window.orderId, { method: "upi", outcome: "pending" });
  const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
  const { settlePayment } = await import("../../../services/flows/settle-payment.flow.js");
  const report = unwrap(await paymentGateway.getGatewayPayment(paid.paymentId));
  await settlePayment({ ...report, status: "requires_action" }, "webhook");
  expect(await buyer.stored.payments()).toMatchObject([{ status: "pending" }]);
  await settlePayment({ ...report, status: "cancelled", nextStep: "try_again" }, "webhook");
  expect(await buyer.stored.payments()).toMatchObject([{ status: "failed", nextStep: "try_again" }]);
  expect(done(await buyer.choose("card")).payment).toMatchObject({ status: "pending", method: "card" });
});

test("When the client does not return, then the report of the authorisation places the order and captures", async () => {
  gateway().configure({ webhooks: { drop: "none" } });
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  const paid = buyer.pay(window.orderId);
  await shop().settle();
  expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paidAmount: window.amount });
  expect(capturesOf(paid.paymentId)).toHaveLength(1);
});

test("When the capture is refused, then there is no order, stock is free again, and nothing is refunded", async () => {
  const { buyer, paid } = await authorised();
  const cartId = (await buyer.stored.session())?.cartId;
  const stock = async () => (await shop().sandbox.control.inventory.numbers(SEED.variants.hairOil)).available;
  const before = (await stock()) + 1;
  // The authorisation is too old: the gateway returns it.
  gateway().advance(6 * 86_400);
  for (const attempt of ["first", "again"]) {
    const details = refused(await buyer.order(), 409, "CHECKOUT_FAILED");
    expect([attempt, details]).toEqual([attempt, { reason: "capture_refused" }]);
  }
  expect(await buyer.stored.order()).toBeNull();
  expect(await buyer.stored.session()).toMatchObject({
    status: "failed",
    failureReason: "capture_refused",
    placement: null,
  });
  expect(await buyer.stored.cart()).toMatchObject({ status: "active", placing: null });
  await shop().settle();
  expect(await stock()).toEqual(before);
  expect(capturesOf(paid.paymentId)).toEqual([]);
  expect(await buyer.stored.refunds()).toEqual([]);
  expect(String(cartId)).toBe(String((await buyer.stored.cart())?._id));
});

describe("When the response to the capture is lost", () => {
  async function lost() {
    const made = await authorised();
    gateway().setFault({
      match: "POST /payments/:id/capture",
      action: "reset",
      when: "after",
      times: "always",
    });
    gateway().setFault({ match: "GET /payments/:id", action: "status500", times: "always" });
    const answer = await made.buyer.order();
    expect([502, 503]).toContain(answer.status);
    expect(await made.buyer.stored.order()).toBeNull();
    expect((await made.buyer.stored.session())?.placement).toMatchObject({ attempts: 1 });
    expect(capturesOf(made.paid.paymentId)).toHaveLength(1);
    await shop().recover();
    return made;
  }

  const expectOneCapture = async ({ buyer, paid, amount }: Awaited<ReturnType<typeof authorised>>) => {
    expect(await buyer.stored.order()).toMatchObject({ paidAmount: amount, status: "confirmed" });
    expect(await buyer.stored.payments()).toMatchObject([{ status: "captured", capturedAmount: amount }]);
    expect(capturesOf(paid.paymentId)).toHaveLength(1);
    expect(await buyer.stored.refunds()).toEqual([]);
  };

  test("then the same request finds it", async () => {
    const made = await lost();
    expect((await made.buyer.order()).status).toBe(201);
    await expectOneCapture(made);
  });

  test("then the recovery job finds it", async () => {
    const made = await lost();
    await shop().runJob("placement-recovery");
    await expectOneCapture(made);
  });

  test("then the gateway's webhook finds it", async () => {
    const made = await lost();
    gateway().configure({ webhooks: { drop: "none" } });
    const captured = gateway()
      .events()
      .filter(({ event, body }) => event === "payment.captured" && body.includes(made.paid.paymentId));
    expect(captured).toHaveLength(1);
    for (const { id } of captured) await gateway().redeliver(id);
    await shop().settle();
    await expectOneCapture(made);
  });
});

describe("When payment.failed comes after the authorisation of the same payment", () => {
  /** The gateway repeats an event for a day. */
  async function sendFailed(paymentId: string): Promise<void> {
    const entity = { ...gateway().entity(paymentId), status: "failed", error_reason: "payment_timed_out" };
    await gateway().sendEvent("payment.failed", { payment: { entity } });
    await shop().settle();
  }

  const failureMails = async () =>
    shop().db.collection("outboxMessages").countDocuments({ type: "payment.failed" });

  test("then it changes nothing, and the order is placed", async () => {
    const { buyer, paid } = await authorised();
    const mails = await failureMails();
    await sendFailed(paid.paymentId);
    expect(await buyer.stored.payments()).toMatchObject([{ status: "captured", accepted: true }]);
    expect(await failureMails()).toBe(mails);
    expect((await buyer.order()).status).toBe(200);
  });

  test("then it changes nothing, although it was read before", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId);
    const { Payment } = await import("../../../models/index.js");
    const { applyReport } = await import("../../../services/aggregates/payment/apply-report.js");
    const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
    const record = await Payment.findOne({ gatewayOrderId: window.orderId }).orFail().lean<PaymentDoc>();
    const report = unwrap(await paymentGateway.getGatewayPayment(paid.paymentId));
    done(await buyer.verify(paid));
    const failed = { ...report, status: "failed" as const };
    expect(await applyReport({ record, report: failed, source: "webhook" })).toMatchObject({
      changed: false,
    });
    expect(await buyer.stored.payments()).toMatchObject([{ status: "authorized", accepted: true }]);
  });
});

test("When a failed attempt is authorised late, then it is accepted, and the order is placed", async () => {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  const paid = buyer.pay(window.orderId);
  gateway().tamper(paid.paymentId, { status: "failed" });
  done(await buyer.verify(paid));
  expect(await buyer.stored.payments()).toMatchObject([{ status: "failed", accepted: false }]);
  gateway().tamper(paid.paymentId, { status: "authorized" });
  done(await buyer.verify(paid));
  expect((await buyer.order()).status).toBe(201);
});

test("When the gateway returns an accepted authorisation, then the checkout can be paid again", async () => {
  const { buyer, paid } = await authorised();
  gateway().tamper(paid.paymentId, { status: "refunded", amount_refunded: 1, refund_status: "full" });
  expect(done(await buyer.verify(paid))).toMatchObject({ status: "refunded" });
  const again = done(await buyer.choose());
  expect(again.payment.status).toBe("pending");
  expect(await buyer.stored.payments()).toMatchObject([{ status: "refunded", accepted: false }, {}]);
});

test.each([
  ["amount", { amount: 100 }],
  ["currency", { currency: "USD" }],
])(
  "When the %s of the authorisation is wrong, then it is never captured, and the customer can pay again",
  async (...row) => {
    const [reason, changes] = row;
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId);
    gateway().tamper(paid.paymentId, changes);
    refused(await buyer.verify(paid), 400, "AMOUNT_MISMATCH");
    refused(await buyer.order(), 400, "PAYMENT_REQUIRED");
    expect(capturesOf(paid.paymentId)).toEqual([]);
    expect(await buyer.stored.payments()).toMatchObject([
      { status: "authorized", accepted: false, attention: true, mismatch: { reason }, capturedAmount: 0 },
    ]);
    const chosen = done(await buyer.choose());
    expect(chosen.gateway.orderId).not.toBe(window.orderId);
    done(await buyer.verify(buyer.pay(chosen.gateway.orderId)));
    expect((await buyer.order()).status).toBe(201);
  },
);

test("When the cart changes after the authorisation, then the change is refused and the order placed", async () => {
  const { buyer } = await authorised();
  refused(await buyer.put("shipping-method", { shippingMethodId: "express" }), 409, "PLACEMENT_IN_PROGRESS");
  expect((await buyer.order()).status).toBe(201);
});
