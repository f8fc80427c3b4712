import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, refused, unknownId, useShop } from "../checkout/shop-world.js";

const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;
const retry = (buyer: Buyer, paymentId: string, body: object = {}) =>
  buyer.post(`/api/payments/${paymentId}/retry`, body);

async function failedAttempt() {
  const buyer = shop().guest();
  const opened = await buyer.open({}, "card");
  buyer.pay(opened.gateway.orderId, { method: "card", outcome: "fail" });
  await shop().settle();
  return { buyer, ...opened };
}

describe("a failed attempt", () => {
  test("When it failed, then the session is unchanged, the reason is shown, and the customer gets one message", async () => {
    const { buyer, payment } = await failedAttempt();
    const view = done(await buyer.get(`/api/payments/${payment.id}`));
    expect(view).toMatchObject({ status: "failed", nextStep: "contact_bank", capturedAmount: 0 });
    expect(view.errorMessage).toMatch(/^Your bank declined the payment\. Contact the bank/);
    expect(await buyer.stored.payments()).toMatchObject([
      {
        ...{ errorCode: "BAD_REQUEST_ERROR", errorReason: "payment_failed", nextStep: "contact_bank" },
        errorMessage: expect.stringContaining("the bank declined it"),
      },
    ]);
    expect(done(await buyer.checkout())).toMatchObject({
      status: "payment_pending",
      payment: { status: "failed" },
    });
    const mails = shop().sandbox.control.engagement.notifications({
      dedupeKey: `payment_failed:${payment.id}`,
    });
    expect(mails).toMatchObject([{ template: "payment_failed", missing: [], requests: 1 }]);
    expect(mails[0]?.data).toMatchObject({ reason: view.errorMessage });
  });

  test("When it is retried, then a new record uses the same gateway order, and the order is placed", async () => {
    const { buyer, payment, gateway: window } = await failedAttempt();
    const again = done(await retry(buyer, payment.id, { method: "upi" }));
    expect(again.gateway.orderId).toBe(window.orderId);
    expect(again.payment).toMatchObject({ retryOf: payment.id, method: "upi", status: "pending" });
    done(await buyer.verify(buyer.pay(window.orderId)));
    expect((await buyer.order()).status).toBeLessThan(300);
    expect(await buyer.stored.payments()).toMatchObject([
      { status: "failed", accepted: false, orderId: null },
      { status: "captured", accepted: true, nextStep: null, orderId: new Types.ObjectId(buyer.id) },
    ]);
  });

  test("When no method is given, then the same one is retried", async () => {
    const { buyer, payment } = await failedAttempt();
    expect(done(await retry(buyer, payment.id)).payment.method).toBe("card");
  });

  test("When it is retried five times at once, then there is one new record", async () => {
    const { buyer, payment } = await failedAttempt();
    const answers = await Promise.all(Array.from({ length: 5 }, () => retry(buyer, payment.id)));
    expect(new Set(answers.map((answer) => done(answer).payment.id)).size).toBe(1);
    expect(await buyer.stored.payments()).toHaveLength(2);
  });

  test("When it is retried with cash on delivery, then the online payment is superseded and the order is placed", async () => {
    const { buyer, payment } = await failedAttempt();
    const cash = done(await retry(buyer, payment.id, { method: "cod" }));
    expect(cash).toMatchObject({ gateway: null, session: { totals: { shippingTotal: 89 } } });
    expect((await buyer.order()).status).toBe(201);
    const late = buyer.pay(String((await buyer.stored.payments())[0]?.gatewayOrderId));
    await shop().settle();
    const refunds = await buyer.stored.refunds();
    expect(refunds).toMatchObject([{ systemReason: "superseded", status: "completed" }]);
    expect(gateway().refundsOf(late.paymentId)).toHaveLength(1);
  });

  test("When the cart has changed, then the retry is on a new gateway order for the new amount", async () => {
    const { buyer, payment, gateway: window } = await failedAttempt();
    done(await buyer.add(SEED.variants.kajal));
    const again = done(await retry(buyer, payment.id));
    expect(again.gateway.orderId).not.toBe(window.orderId);
    expect(again.gateway.amount).toBeGreaterThan(window.amount);
  });

  test("When it had a coupon of one use, then the retry keeps it", async () => {
    const buyer = shop().guest();
    const { payment, gateway: window } = await buyer.open({ coupon: SEED.coupons.LASTONE }, "card");
    buyer.pay(window.orderId, { method: "card", outcome: "fail" });
    await shop().settle();
    const again = done(await retry(buyer, payment.id));
    expect(again.gateway).toMatchObject({ orderId: window.orderId, amount: window.amount });
  });

  test("When the payment is open, or paid, then PAYMENT_NOT_FAILED", async () => {
    const buyer = shop().guest();
    const { payment, gateway: window } = await buyer.open();
    expect(refused(await retry(buyer, payment.id), 400, "PAYMENT_NOT_FAILED")).toMatchObject({
      status: "pending",
    });
    done(await buyer.verify(buyer.pay(window.orderId)));
    refused(await retry(buyer, payment.id), 400, "PAYMENT_NOT_FAILED");
    refused(await retry(buyer, unknownId()), 404, "PAYMENT_NOT_FOUND");
  });

  test("When the session's time is over, then 410", async () => {
    const { buyer, payment } = await failedAttempt();
    await buyer.letExpire();
    refused(await retry(buyer, payment.id), 410, "CHECKOUT_EXPIRED");
  });
});

describe("cash on delivery in one call", () => {
  const payCash = (buyer: Buyer, body: object = { termsAccepted: true }, key?: string) =>
    buyer.post("/api/payments/cod", { checkoutSessionId: buyer.id, ...body }, key);

  test("When it is possible, then 201 with payment and order; again 200 with the same", async () => {
    const buyer = await shop().guest().prepare();
    const first = await payCash(buyer);
    expect(first.status).toBe(201);
    expect(first.body.data).toMatchObject({
      payment: { gateway: "cod", status: "pending", amount: 407.42, capturedAmount: 0 },
      order: { status: "confirmed", paymentStatus: "pending", paidAmount: 0, totals: { amountDue: 407.42 } },
    });
    const again = await payCash(buyer);
    expect([again.status, again.body.data.order.orderNumber]).toEqual([
      200,
      first.body.data.order.orderNumber,
    ]);
    expect(await buyer.stored.payments()).toMatchObject([{ orderId: new Types.ObjectId(buyer.id) }]);
    expect((await buyer.stored.order())?.termsAcceptedAt).toBeInstanceOf(Date);
  });

  test("When the key is repeated, then the first response is repeated", async () => {
    const buyer = await shop().guest().prepare();
    const key = randomUUID();
    const first = await payCash(buyer, { terms_accepted: true }, key);
    const again = await payCash(buyer, { terms_accepted: true }, key);
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([201, "true"]);
    expect(again.body).toEqual(first.body);
  });

  test.each([{}, { termsAccepted: false }])(
    "When it comes with %j, then TERMS_NOT_ACCEPTED and nothing is chosen",
    async (body) => {
      const buyer = await shop().guest().prepare();
      refused(await payCash(buyer, body), 400, "TERMS_NOT_ACCEPTED");
      expect(await buyer.stored.session()).toMatchObject({ status: "address_entered", paymentMethod: null });
    },
  );

  test("When the pincode has no cash on delivery, then COD_UNAVAILABLE; before an address CHECKOUT_INCOMPLETE", async () => {
    const buyer = await shop().guest().prepare({ place: "gangtok" });
    refused(await payCash(buyer), 400, "COD_UNAVAILABLE");
    const early = await shop().guest().begin();
    refused(await payCash(early), 400, "CHECKOUT_INCOMPLETE");
    early.id = unknownId();
    refused(await payCash(early), 404, "CHECKOUT_NOT_FOUND");
    expect(await buyer.stored.order()).toBeNull();
  });

  test("When orders paid on delivery wait for an admin, then the order is pending", async () => {
    await shop().set("payments", { codAutoConfirm: false });
    const buyer = await shop().guest().prepare();
    const { order } = done(await payCash(buyer));
    expect(order).toMatchObject({ status: "pending", paymentStatus: "pending" });
    expect(order.confirmedAt).toBeUndefined();
    expect((await buyer.stored.history()).map(({ toStatus }) => toStatus)).toEqual([
      "pending",
      "pending",
      "unfulfilled",
    ]);
    const online = shop().guest();
    expect((await online.buy({}, "upi")).status).toBe("confirmed");
  });
});
