import { refusal, useWorld } from "./harness.js";

const world = useWorld();

const MANUAL = { payment: { capture: "manual" } };
const ALREADY_PAID =
  "Your payment has been declined as the order is already paid. Please initiate the payment with a new order.";

const capture = (id: string, amount = 50_000, currency = "INR") =>
  world.call("POST", `/v1/payments/${id}/capture`, { amount, currency });
const fetchPayment = async (id: string) => (await world.call("GET", `/v1/payments/${id}`)).body;
const fetchOrder = async (id: string) => (await world.call("GET", `/v1/orders/${id}`)).body;
const authorized = async (more: object = MANUAL) =>
  world.control.pay(await world.order(50_000, more), { method: "card", outcome: "success" }).paymentId;

describe("capture", () => {
  test("When an authorised payment is captured, then payment, order and ledger show it", async () => {
    const orderId = await world.order(50_000, { ...MANUAL, receipt: "R-1" });
    const { paymentId } = world.control.pay(orderId, { method: "card", outcome: "success" });
    const { status, body } = await capture(paymentId);
    expect([status, body.status, body.fee]).toEqual([200, "captured", 1180]);
    expect(await fetchOrder(orderId)).toMatchObject({ status: "paid" });
    expect(world.control.ledger().captures).toEqual([
      {
        paymentId,
        orderId,
        receipt: "R-1",
        amount: 50_000,
        currency: "INR",
        by: "merchant",
        at: expect.any(Number),
      },
    ]);
  });

  test("When amount or currency is missing, then it is refused as required", async () => {
    const path = `/v1/payments/${await authorized()}/capture`;
    expect(refusal(await world.call("POST", path, { currency: "INR" }))).toEqual([
      400,
      "The amount field is required.",
    ]);
    expect(refusal(await world.call("POST", path, { amount: 50_000 }))).toEqual([
      400,
      "The currency field is required.",
    ]);
  });

  test("When amount or currency differ, then the refusal has the gateway's text", async () => {
    const id = await authorized();
    expect(refusal(await capture(id, 49_999))).toEqual([
      400,
      "Capture amount must be equal to the amount authorized",
    ]);
    expect(refusal(await capture(id, 50_000, "USD"))).toEqual([
      400,
      "Capture request currency must be same as payment currency.",
    ]);
    expect((await fetchPayment(id)).status).toBe("authorized");
  });

  test("When a payment is already captured, then the refusal has either text, and there is one capture", async () => {
    const id = await world.captured();
    expect(refusal(await capture(id))).toEqual([400, "This payment has already been captured"]);
    world.control.configure({ alreadyCapturedText: "order_paid" });
    const answer = await capture(id);
    expect(refusal(answer)).toEqual([400, ALREADY_PAID]);
    expect(answer.body.error?.reason).toBe("order_already_paid");
    expect(world.control.ledger().captures).toHaveLength(1);
  });

  test("When another payment paid the order, then the reason is order_already_paid", async () => {
    const orderId = await world.order(50_000, MANUAL);
    const first = world.control.pay(orderId, { method: "card", outcome: "success" });
    const second = world.control.pay(orderId, {
      method: "upi",
      outcome: "success",
      details: { ifPaid: "accept" },
    });
    expect((await capture(first.paymentId)).status).toBe(200);
    expect(refusal(await capture(second.paymentId))).toEqual([400, ALREADY_PAID]);
  });

  test("When the payment exceeds the amount due, then it is refused", async () => {
    const { paymentId } = world.control.pay(await world.order(50_000, MANUAL), {
      method: "card",
      outcome: "success",
      details: { amount: 60_000 },
    });
    expect(refusal(await capture(paymentId, 60_000))).toEqual([
      400,
      "Payment amount is greater than the amount due for order.",
    ]);
  });

  test.each(["failed", "refunded", "created"])(
    "When the payment is %s, then only authorised ones can be captured",
    async (status) => {
      const id = await authorized();
      world.control.tamper(id, { status });
      expect(refusal(await capture(id))).toEqual([
        400,
        "Only payments which have been authorized and not yet captured can be captured",
      ]);
    },
  );

  test("When two captures race, then the second is refused as in progress", async () => {
    // Longer than a busy machine needs to send the second.
    world.control.configure({ writeLatencyMs: 500 });
    const id = await authorized();
    const answers = await Promise.all([capture(id), capture(id)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const refused = answers.find(({ status }) => status === 400);
    expect(refused?.body.error?.description).toBe(
      "Request failed because another payment operation is in progress.",
    );
    expect(world.control.ledger().captures).toHaveLength(1);
  });

  test("When the automatic capture runs later, then the payment is authorised first and the signature already valid", async () => {
    const orderId = await world.order();
    const result = world.control.pay(orderId, { method: "card", outcome: "authorize_only" });
    expect(result).toMatchObject({ status: "authorized", signature: expect.any(String) });
    expect(world.control.autoCapture(result.paymentId)).toMatchObject({ status: "captured" });
    expect(world.control.ledger().captures).toMatchObject([{ by: "gateway" }]);
  });

  test("When the order has no capture option, then the account's setting applies", async () => {
    world.control.configure({ accountCapture: "manual" });
    expect((await fetchPayment(await authorized({}))).status).toBe("authorized");
    const automatic = await authorized({ payment: { capture: "automatic" } });
    expect((await fetchPayment(automatic)).status).toBe("captured");
  });
});

describe("capture expiry", () => {
  test("When a payment is not captured within manual_expiry_period, then the gateway refunds it", async () => {
    const id = await authorized({
      payment: { capture: "manual", capture_options: { manual_expiry_period: 30 } },
    });
    world.control.advance(29 * 60);
    expect((await fetchPayment(id)).status).toBe("authorized");
    world.control.advance(61);
    expect(await fetchPayment(id)).toMatchObject({
      status: "refunded",
      captured: false,
      amount_refunded: 50_000,
    });
    const { body } = await world.call("GET", `/v1/payments/${id}/refunds`);
    expect(body.items).toMatchObject([{ status: "processed", speed_processed: "normal", amount: 50_000 }]);
    await world.control.flushWebhooks();
    const refundEvents = world.control.events().filter(({ event }) => event.startsWith("refund."));
    expect(refundEvents.map(({ event }) => event)).toEqual(["refund.created", "refund.processed"]);
  });

  test("When a payment is captured in time, then it does not expire", async () => {
    const id = await authorized({
      payment: { capture: "manual", capture_options: { manual_expiry_period: 30 } },
    });
    await capture(id);
    world.control.advance(31 * 60);
    expect((await fetchPayment(id)).status).toBe("captured");
  });

  test("When the order has no option, then the account's 3 days hold", async () => {
    world.control.configure({ accountCapture: "manual" });
    const id = await authorized({});
    world.control.advance(3 * 24 * 3600 - 5);
    expect((await fetchPayment(id)).status).toBe("authorized");
    world.control.advance(10);
    expect((await fetchPayment(id)).status).toBe("refunded");
  });
});
