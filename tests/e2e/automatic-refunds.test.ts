import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { textAt } from "../../scripts/support/json.js";
import { useInstances } from "../support/instances.js";
import {
  expectMoneyBack,
  expectPaidOrder,
  gatewayOrdersOf,
  letExpire,
  orderOf,
  paymentsOf,
  sessionOf,
} from "../support/money.js";
import {
  chooseMethod,
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  place,
  startCheckout,
  verify,
} from "../support/purchase.js";

/** Every capture becomes an order or is refunded automatically. */
const world = useInstances();
const gateway = () => world().sandbox.control.razorpay;
const inventory = () => world().sandbox.control.inventory;
const open = (options: Parameters<typeof openCheckout>[1] = {}) =>
  openCheckout(world().urls[0] ?? "", options);

afterEach(async () => {
  gateway().clearFaults();
  gateway().configure({ listLagSeconds: 0, webhooks: { drop: "none" } });
  await world().settle();
});

const addToCart = ({ shopper }: OpenCheckout, item: object) =>
  shopper.do({ method: "POST", path: "/api/cart/items", body: item });

describe("payments that pay for no order", () => {
  test("When the cart changed while the payment window was open, then that payment is refunded", async () => {
    const old = await open();
    await addToCart(old, ITEMS.ashwagandha);
    const paid = payFor(world().sandbox, old);
    await expectMoneyBack(world(), old, { paid, reason: "superseded" });
    for (const attempt of ["first", "second"]) {
      expect([attempt, await verify(old, paid)]).toMatchObject([
        attempt,
        { status: 400, code: "PAYMENT_SUPERSEDED" },
      ]);
    }
    expect(await orderOf(world(), old)).toBeNull();
    const chosen = await chooseMethod(old);
    expect(chosen.gatewayOrderId).not.toBe(old.gatewayOrderId);
    expect(chosen.amount).toBeGreaterThan(old.amount);
    payFor(world().sandbox, chosen);
    await expectPaidOrder(world(), chosen);
  });

  test("When two tabs pay for one checkout, then the first pays for the order and the second is refunded", async () => {
    const checkout = await open();
    const first = payFor(world().sandbox, checkout);
    const second = payFor(world().sandbox, checkout, { method: "card", details: { ifPaid: "accept" } });
    expect(await verify(checkout, first)).toMatchObject({ status: 200 });
    await expectMoneyBack(world(), checkout, { paid: second, reason: "surplus" });
    await expectPaidOrder(world(), checkout);
  });

  test("When the gateway refunds a second payment by itself, then nothing is refunded twice", async () => {
    const checkout = await open();
    payFor(world().sandbox, checkout);
    const second = payFor(world().sandbox, checkout, { details: { ifPaid: "gateway_refund" } });
    await expectPaidOrder(world(), checkout);
    const payments = await paymentsOf(world(), checkout);
    expect(payments.find((row) => row.gatewayPaymentId === second.paymentId)).toMatchObject({
      status: "refunded",
      capturedAmount: 0,
    });
    expect(gateway().refundsOf(second.paymentId)).toHaveLength(1);
  });

  test.each([
    ["amount", (amountDue: number) => ({ amount: amountDue - 100 })],
    ["currency", () => ({ currency: "USD" })],
  ])(
    "When the %s paid is not the one requested, then the payment is refused and refunded",
    async (_, details) => {
      const checkout = await open();
      const paid = payFor(world().sandbox, checkout, { details: details(checkout.amount) });
      for (const attempt of ["first", "second"]) {
        expect([attempt, await verify(checkout, paid)]).toMatchObject([
          attempt,
          { status: 400, code: "AMOUNT_MISMATCH" },
        ]);
      }
      const { amount } = gateway().paymentsOf(checkout.gatewayOrderId)[0] ?? {};
      await expectMoneyBack(world(), checkout, { paid, amount, reason: "amount_mismatch" });
      expect(await place(checkout)).toMatchObject({ status: 400, code: "PAYMENT_REQUIRED" });
      expect(await orderOf(world(), checkout)).toBeNull();
    },
  );

  test("When another customer buys the last unit, then the session fails for good and everything is undone", async () => {
    await inventory().setStock(SEED.variants.lastUnit, 1);
    const slow = await open({ items: [ITEMS.last, ITEMS.hairOil], coupon: SEED.coupons.WELCOME10 });
    const session = await sessionOf(world(), slow);
    await inventory().lapse(String(session?.cartId));
    const fast = await open({ items: [ITEMS.last], method: "cod" });
    expect(await place(fast)).toMatchObject({ status: 201 });
    gateway().configure({ webhooks: { drop: "all" } });
    const paid = payFor(world().sandbox, slow);
    expect(await verify(slow, paid)).toMatchObject({ status: 200 });
    expect(world().sandbox.control.pricing.usages(SEED.coupons.WELCOME10)).toContain(slow.id);
    const url = world().urls[1];
    const answers = [await place(slow), await place(slow, { url }), await place(slow)];
    expect(answers).toMatchObject(answers.map(() => ({ status: 409, code: "OUT_OF_STOCK" })));
    await expectMoneyBack(world(), slow, { paid, reason: "undo" });
    expect(await place(slow)).toMatchObject({ status: 409, code: "OUT_OF_STOCK" });
    expect(await sessionOf(world(), slow)).toMatchObject({
      status: "failed",
      failureReason: "out_of_stock",
      placement: null,
    });
    expect(world().sandbox.control.pricing.usages(SEED.coupons.WELCOME10)).not.toContain(slow.id);
    expect(await inventory().ledger({ orderId: slow.id, type: "converted" })).toEqual([]);
    const cart = await slow.shopper.do({ method: "GET", path: "/api/cart" });
    expect(textAt(cart, "status")).toBe("active");
  });

  test("When the refund's answer is lost, then the payment is refunded once", async () => {
    const old = await open();
    await addToCart(old, ITEMS.ashwagandha);
    gateway().setFault({ match: "POST /payments/:id/refund", action: "reset", when: "after" });
    const paid = payFor(world().sandbox, old);
    await world().settle();
    // The outbox message waits for its retry; the sweep asks earlier.
    await world().runJob("payment-sweep", world().urls[1]);
    await expectMoneyBack(world(), old, { paid, reason: "superseded" });
  });
});

describe("late payments and lost webhooks", () => {
  test("When a failed payment is captured later, then the same record pays for the order", async () => {
    const checkout = await open();
    const attempt = payFor(world().sandbox, checkout, { outcome: "late" });
    await world().settle();
    expect(await paymentsOf(world(), checkout)).toMatchObject([{ status: "failed" }]);
    expect(await place(checkout)).toMatchObject({ status: 400, code: "PAYMENT_REQUIRED" });
    gateway().settleLate(attempt.paymentId);
    await expectPaidOrder(world(), checkout);
    expect(await paymentsOf(world(), checkout)).toMatchObject([{ status: "captured", accepted: true }]);
  });

  test("When a failed attempt is retried, then both attempts share one gateway order", async () => {
    const checkout = await open();
    payFor(world().sandbox, checkout, { method: "card", outcome: "fail" });
    await world().settle();
    const retry = await checkout.shopper.do({
      method: "POST",
      path: `/api/payments/${checkout.paymentId}/retry`,
      body: {},
    });
    expect(textAt(retry, "gateway.orderId")).toBe(checkout.gatewayOrderId);
    payFor(world().sandbox, checkout);
    await expectPaidOrder(world(), checkout);
    expect(await paymentsOf(world(), checkout)).toMatchObject([
      { status: "failed", accepted: false },
      { status: "captured", accepted: true, retryOf: new Types.ObjectId(checkout.paymentId) },
    ]);
  });

  test("When no webhook arrives, then the sweep places the order", async () => {
    gateway().configure({ listLagSeconds: 3600, webhooks: { drop: "all" } });
    const checkout = await open();
    payFor(world().sandbox, checkout);
    await world().runJob("payment-sweep");
    expect(await orderOf(world(), checkout)).toBeNull();
    const [payment] = await paymentsOf(world(), checkout);
    const due = { $set: { "sweep.nextAt": new Date(Date.now() - 1) } };
    await world().db.collection("payments").updateOne({ _id: payment?._id }, due);
    await world().runJob("payment-sweep", world().urls[1]);
    await expectPaidOrder(world(), checkout);
  });

  test("When a payment is captured after the session expired, then the order is placed from the frozen lines", async () => {
    const checkout = await open({ coupon: SEED.coupons.WELCOME10 });
    await letExpire(world(), checkout);
    await world().runJob("checkout-cleanup");
    await world().settle();
    const session = await sessionOf(world(), checkout);
    expect(session).toMatchObject({ status: "failed", failureReason: "expired" });
    expect(await inventory().activeReservations(String(session?.cartId))).toEqual([]);
    expect(world().sandbox.control.pricing.usages(SEED.coupons.WELCOME10)).not.toContain(checkout.id);
    expect(await place(checkout)).toMatchObject({ status: 410, code: "CHECKOUT_EXPIRED" });
    payFor(world().sandbox, checkout);
    await expectPaidOrder(world(), checkout);
    expect(world().sandbox.control.pricing.usages(SEED.coupons.WELCOME10)).toContain(checkout.id);
  });

  test("When a payment is captured after the session expired and the stock is gone, then it is refunded", async () => {
    await inventory().setStock(SEED.variants.lastUnit, 1);
    const checkout = await open({ items: [ITEMS.last] });
    await letExpire(world(), checkout);
    await world().runJob("checkout-cleanup");
    await world().settle();
    const other = await open({ items: [ITEMS.last], method: "cod" });
    expect(await place(other)).toMatchObject({ status: 201 });
    const paid = payFor(world().sandbox, checkout);
    await expectMoneyBack(world(), checkout, { paid, reason: "undo" });
    expect(await place(checkout)).toMatchObject({ status: 409, code: "OUT_OF_STOCK" });
  });

  test("When the cleanup finds an expired session whose payment was not reported, then it places the order", async () => {
    gateway().configure({ webhooks: { drop: "all" } });
    const checkout = await open();
    payFor(world().sandbox, checkout);
    await letExpire(world(), checkout);
    await world().runJob("checkout-cleanup");
    await expectPaidOrder(world(), checkout);
  });

  test("When the gateway order's answer is lost, then choosing again finds the same gateway order", async () => {
    const started = await startCheckout(world().urls[0] ?? "");
    gateway().setFault({ match: "POST /orders", action: "reset", when: "after" });
    const lost = await started.shopper.send({
      method: "PUT",
      path: `/api/checkout/${started.id}/payment-method`,
      body: { method: "upi", termsAccepted: true },
    });
    expect(lost.status).toBe(502);
    const checkout = await chooseMethod(started);
    expect(await gatewayOrdersOf(world().sandbox, checkout.paymentId)).toEqual([checkout.gatewayOrderId]);
    expect(await paymentsOf(world(), checkout)).toHaveLength(1);
    payFor(world().sandbox, checkout);
    await expectPaidOrder(world(), checkout);
  });
});
