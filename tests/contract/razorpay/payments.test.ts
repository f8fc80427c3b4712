import { createHmac } from "node:crypto";
import { KEY_SECRET, useWorld } from "./harness.js";

const world = useWorld();

const MANUAL = { payment: { capture: "manual" } };
const ALREADY_PAID =
  "Your payment has been declined as the order is already paid. Please initiate the payment with a new order.";

const fetchPayment = async (id: string) => (await world.call("GET", `/v1/payments/${id}`)).body;
const fetchOrder = async (id: string) => (await world.call("GET", `/v1/orders/${id}`)).body;
const authorized = async (more: object = MANUAL) =>
  world.control.pay(await world.order(50_000, more), { method: "card", outcome: "success" }).paymentId;

describe("attempts", () => {
  test("When a payment succeeds, then it is captured, the order is paid, and the signature is Checkout's", async () => {
    const orderId = await world.order(129_900);
    const result = world.control.pay(orderId, { method: "upi", outcome: "success" });
    const expected = createHmac("sha256", KEY_SECRET).update(`${orderId}|${result.paymentId}`).digest("hex");
    expect(result).toMatchObject({ orderId, status: "captured", signature: expected });
    expect(await fetchPayment(result.paymentId)).toMatchObject({
      entity: "payment",
      amount: 129_900,
      base_amount: 129_900,
      currency: "INR",
      status: "captured",
      captured: true,
      order_id: orderId,
      method: "upi",
      vpa: "success@razorpay",
      upi: { flow: "intent" },
      acquirer_data: { rrn: expect.stringMatching(/^\d{12}$/) },
      amount_refunded: 0,
      refund_status: null,
      notes: [],
      error_code: null,
    });
    expect(await fetchOrder(orderId)).toMatchObject({
      status: "paid",
      amount_paid: 129_900,
      amount_due: 0,
      attempts: 1,
    });
  });

  test.each([
    ["card", { card_id: expect.stringMatching(/^card_/), acquirer_data: { auth_code: expect.any(String) } }],
    ["netbanking", { bank: "HDFC", acquirer_data: { bank_transaction_id: expect.any(String) } }],
    ["wallet", { wallet: "mobikwik", acquirer_data: { transaction_id: null } }],
  ] as const)("When %s is used, then its own fields are filled", async (method, fields) => {
    const { paymentId } = world.control.pay(await world.order(), { method, outcome: "success" });
    expect(await fetchPayment(paymentId)).toMatchObject({ method, ...fields });
  });

  test.each([
    [1000, 24, 4],
    [249_900, 5898, 900],
    [34_900, 824, 126],
  ])("When %i paise are captured, then fee %i includes tax %i", async (amount, fee, tax) => {
    expect(await fetchPayment(await world.captured(amount))).toMatchObject({ fee, tax });
  });

  test("When a payment is not captured, then fee and tax are null", async () => {
    expect(await fetchPayment(await authorized())).toMatchObject({
      status: "authorized",
      captured: false,
      fee: null,
      tax: null,
    });
  });

  test.each([
    ["fail", "payment_failed", "bank"],
    ["cancel", "payment_cancelled", "customer"],
    ["late", "payment_timed_out", "customer"],
  ] as const)(
    "When an attempt ends with %s, then it failed by %s and the order is attempted",
    async (outcome, reason, source) => {
      const orderId = await world.order();
      const result = world.control.pay(orderId, { method: "netbanking", outcome });
      expect(result).toMatchObject({
        status: "failed",
        error: { code: "BAD_REQUEST_ERROR", reason, source },
      });
      expect(result).not.toHaveProperty("signature");
      expect(await fetchPayment(result.paymentId)).toMatchObject({
        status: "failed",
        captured: false,
        error_code: "BAD_REQUEST_ERROR",
        error_reason: reason,
      });
      expect(await fetchOrder(orderId)).toMatchObject({
        status: "attempted",
        attempts: 1,
        amount_due: 50_000,
      });
    },
  );

  test("When a second attempt succeeds, then both count and are listed, newest first", async () => {
    const orderId = await world.order();
    const failed = world.control.pay(orderId, { method: "card", outcome: "fail" });
    const paid = world.control.pay(orderId, { method: "wallet", outcome: "success" });
    expect(await fetchOrder(orderId)).toMatchObject({ status: "paid", attempts: 2 });
    const { body } = await world.call("GET", `/v1/orders/${orderId}/payments`);
    expect(body.items?.map(({ id }) => id)).toEqual([paid.paymentId, failed.paymentId]);
  });

  test("When the buyer has not finished, then the payment stays created and can be settled", async () => {
    const { paymentId, status } = world.control.pay(await world.order(), {
      method: "upi",
      outcome: "pending",
    });
    expect(status).toBe("created");
    expect(world.control.settleLate(paymentId).status).toBe("captured");
  });

  test("When empty errors are configured as blank, then they are empty strings", async () => {
    world.control.configure({ emptyErrors: "blank" });
    expect(await fetchPayment(await world.captured())).toMatchObject({ error_code: "", error_reason: "" });
  });

  test("When an attempt has a wrong amount and currency, then the payment has them", async () => {
    const { paymentId } = world.control.pay(await world.order(), {
      method: "upi",
      outcome: "success",
      details: { amount: 100, currency: "USD", vpa: null, email: null, contact: null },
    });
    expect(await fetchPayment(paymentId)).toMatchObject({
      amount: 100,
      currency: "USD",
      vpa: null,
      email: null,
    });
    expect(world.control.ledger().captures).toMatchObject([{ paymentId, amount: 100, currency: "USD" }]);
  });

  test("When an entity is tampered with, then the API returns the changed values", async () => {
    const paymentId = await world.captured();
    world.control.tamper(paymentId, { order_id: null, amount: 1 });
    expect(await fetchPayment(paymentId)).toMatchObject({ order_id: null, amount: 1 });
  });

  test("When a partial payment is captured, then the order stays attempted until nothing is due", async () => {
    const orderId = await world.order(50_000, { partial_payment: true });
    const first = { method: "upi", outcome: "success", details: { amount: 20_000 } } as const;
    world.control.pay(orderId, first);
    expect(await fetchOrder(orderId)).toMatchObject({
      status: "attempted",
      amount_paid: 20_000,
      amount_due: 30_000,
    });
    world.control.pay(orderId, { method: "upi", outcome: "success" });
    expect(await fetchOrder(orderId)).toMatchObject({ status: "paid", amount_paid: 50_000, amount_due: 0 });
  });
});

describe("late authorisation", () => {
  test("When the bank answers late, then the same payment id goes from failed to captured", async () => {
    const orderId = await world.order();
    const { paymentId } = world.control.pay(orderId, { method: "upi", outcome: "late" });
    const settled = world.control.settleLate(paymentId);
    expect(settled).toMatchObject({ paymentId, status: "captured", signature: expect.any(String) });
    expect(await fetchPayment(paymentId)).toMatchObject({ status: "captured", error_code: null });
    await world.control.flushWebhooks();
  });

  test("When a captured payment is settled late again, then it is refused", async () => {
    const paymentId = await world.captured();
    expect(() => world.control.settleLate(paymentId)).toThrow("cannot be settled late");
  });

  test("When the order is already paid, then the gateway refunds the late payment uncaptured", async () => {
    const orderId = await world.order();
    const late = world.control.pay(orderId, { method: "upi", outcome: "late" });
    const paid = world.control.pay(orderId, { method: "card", outcome: "success" });
    expect(world.control.settleLate(late.paymentId).status).toBe("refunded");
    expect(await fetchPayment(late.paymentId)).toMatchObject({
      status: "refunded",
      captured: false,
      refund_status: "full",
      amount_refunded: 50_000,
    });
    expect(await fetchPayment(paid.paymentId)).toMatchObject({ status: "captured", amount_refunded: 0 });
    expect(await fetchOrder(orderId)).toMatchObject({ status: "paid", amount_paid: 50_000 });
    expect(world.control.ledger().refunds).toMatchObject([
      { paymentId: late.paymentId, by: "gateway", ofCapture: false, status: "processed" },
    ]);
  });
});

describe("second payments", () => {
  test.each([{}, MANUAL])(
    "When the order is paid or authorised (%j), then Checkout refuses another",
    async (more) => {
      const orderId = await world.order(50_000, more);
      world.control.pay(orderId, { method: "upi", outcome: "success" });
      expect(() => world.control.pay(orderId, { method: "card", outcome: "success" })).toThrow(ALREADY_PAID);
      expect(await fetchOrder(orderId)).toMatchObject({ attempts: 1 });
    },
  );

  test("When a second payment is accepted, then both are captured and the order is paid once", async () => {
    const orderId = await world.order();
    world.control.pay(orderId, { method: "upi", outcome: "success" });
    const second = { method: "card", outcome: "success", details: { ifPaid: "accept" } } as const;
    expect(world.control.pay(orderId, second).status).toBe("captured");
    expect(world.control.ledger().captures).toHaveLength(2);
    expect(await fetchOrder(orderId)).toMatchObject({ status: "paid", amount_paid: 50_000, attempts: 2 });
    await world.control.flushWebhooks();
    const paidEvents = world.control.events().filter(({ event }) => event === "order.paid");
    expect(paidEvents).toHaveLength(1);
  });

  test("When the gateway refunds the second payment, then it is never captured", async () => {
    const orderId = await world.order();
    world.control.pay(orderId, { method: "upi", outcome: "success" });
    const second = { method: "card", outcome: "success", details: { ifPaid: "gateway_refund" } } as const;
    expect(world.control.pay(orderId, second).status).toBe("refunded");
    expect(world.control.ledger().captures).toHaveLength(1);
    const events = world.control.events().map(({ event }) => event);
    expect(events.slice(3)).toEqual(["payment.authorized", "refund.created", "refund.processed"]);
  });
});
