import { refusal, startWorld, type World } from "./harness.js";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());
beforeEach(() => world.control.reset());

const KEY = { "X-Refund-Idempotency": "REF-2026-000001" };
const refund = (id: string, body?: unknown, headers?: Record<string, string>) =>
  world.call("POST", `/v1/payments/${id}/refund`, body, headers);
const fetchPayment = async (id: string) => (await world.call("GET", `/v1/payments/${id}`)).body;

describe("creating", () => {
  test("When part is refunded, then the documented shape and a payment that stays captured", async () => {
    const id = await world.captured(249_900);
    const body = { amount: 50_000, receipt: "RET-77", notes: { return_id: "RET-77" } };
    const answer = await refund(id, body);
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^rfnd_[A-Za-z0-9]{14}$/),
      entity: "refund",
      amount: 50_000,
      currency: "INR",
      payment_id: id,
      notes: { return_id: "RET-77" },
      receipt: "RET-77",
      acquirer_data: { arn: null },
      created_at: expect.any(Number),
      batch_id: null,
      status: "processed",
      speed_requested: "normal",
      speed_processed: "normal",
    });
    expect(await fetchPayment(id)).toMatchObject({
      status: "captured",
      amount_refunded: 50_000,
      refund_status: "partial",
    });
  });

  test("When no amount is given, then everything left goes back and the payment is refunded", async () => {
    const id = await world.captured(50_000);
    await refund(id, { amount: 20_000 });
    expect((await refund(id)).body).toMatchObject({ amount: 30_000, notes: [], receipt: null });
    expect(await fetchPayment(id)).toMatchObject({
      status: "refunded",
      captured: true,
      amount_refunded: 50_000,
      refund_status: "full",
    });
  });

  test("When the refund is optimum, then it is instant, or falls back with refund.speed_changed", async () => {
    const id = await world.captured();
    expect((await refund(id, { amount: 1000, speed: "optimum" })).body.speed_processed).toBe("instant");
    world.control.configure({ instantRefunds: false });
    expect((await refund(id, { amount: 1000, speed: "optimum" })).body).toMatchObject({
      speed_requested: "optimum",
      speed_processed: "normal",
    });
    expect(world.control.events().map(({ event }) => event)).toContain("refund.speed_changed");
  });
});

describe("refusals", () => {
  test.each([
    [{ amount: 60_000 }, "The refund amount provided is greater than amount captured"],
    [{ amount: 99 }, "The amount must be at least INR 1.00"],
    [{ amount: 0 }, "Amount cannot be blank."],
    [{ amount: 100.5 }, "The amount must be an integer."],
    [{ speed: "fast" }, "The selected speed is invalid."],
    [{ reason: "x" }, "reason is/are not required and should not be sent"],
  ])("When %j is asked, then it is refused with: %s", async (body, description) => {
    const id = await world.captured();
    expect(refusal(await refund(id, body))).toEqual([400, description]);
    expect(world.control.ledger().refunds).toEqual([]);
  });

  test("When the sum exceeds the capture, then the second is refused", async () => {
    const id = await world.captured();
    await refund(id, { amount: 30_000 });
    expect(refusal(await refund(id, { amount: 30_000 }))).toEqual([
      400,
      "The total refund amount is greater than the refund payment amount",
    ]);
  });

  test("When nothing is left, then it has been refunded already", async () => {
    const id = await world.captured();
    await refund(id);
    expect(refusal(await refund(id, { amount: 100 }))).toEqual([
      400,
      "The payment has been fully refunded already",
    ]);
  });

  test("When the whole amount is pending, then nothing is left either", async () => {
    world.control.configure({ refundMode: "pending" });
    const id = await world.captured();
    await refund(id);
    expect((await fetchPayment(id)).status).toBe("captured");
    expect(refusal(await refund(id))).toEqual([400, "The payment has been fully refunded already"]);
  });

  test("When the gateway refunded an uncaptured payment itself, then it is fully refunded already", async () => {
    const orderId = await world.order();
    world.control.pay(orderId, { method: "upi", outcome: "success" });
    const second = { method: "card", outcome: "success", details: { ifPaid: "gateway_refund" } } as const;
    const { paymentId } = world.control.pay(orderId, second);
    expect(refusal(await refund(paymentId))).toEqual([400, "The payment has been fully refunded already"]);
  });

  test("When the payment is not captured, then the status should be captured", async () => {
    const { paymentId } = world.control.pay(await world.order(), {
      method: "card",
      outcome: "authorize_only",
    });
    expect(refusal(await refund(paymentId))).toEqual([
      400,
      "The payment status should be captured for action to be taken",
    ]);
  });

  test("When the balance is too low, then either text with source, step and reason NA", async () => {
    const id = await world.captured();
    world.control.configure({ balance: 1000 });
    const refused = await refund(id, { amount: 1001 });
    expect(refused.body.error?.description).toMatch(
      /^Your account does not have enough balance to carry out the refund operation\. /,
    );
    world.control.configure({ lowBalanceText: "invalid_request" });
    expect((await refund(id, { amount: 1001 })).body.error).toMatchObject({
      description: "invalid request sent",
      source: "NA",
      step: "NA",
      reason: "NA",
    });
    expect((await refund(id, { amount: 1000 })).status).toBe(200);
    expect(world.control.settings().balance).toBe(0);
  });

  test("When a receipt repeats on one payment, then it is a duplicate; on another it is not", async () => {
    const [first, second] = [await world.captured(), await world.captured()];
    const body = { amount: 1000, receipt: "RET-1" };
    await refund(first, body);
    expect(refusal(await refund(first, body))).toEqual([
      400,
      "Duplicate receipt found for this refund request.",
    ]);
    expect((await refund(second, body)).status).toBe(200);
  });

  test("When the payment is disputed, then refunds are blocked until it is won", async () => {
    const id = await world.captured();
    const dispute = world.control.openDispute(id);
    expect(refusal(await refund(id))).toEqual([
      400,
      "The refund on this payment is blocked due to ongoing dispute investigation.",
    ]);
    world.control.moveDispute(dispute.id, "won");
    expect((await refund(id)).status).toBe(200);
  });

  test("When the payment is older than 6 months, then the bank refuses, with nulls", async () => {
    const id = await world.captured();
    world.control.advance(184 * 24 * 3600);
    expect((await refund(id)).body.error).toMatchObject({
      description: "Refund is not supported by the bank because the payment is more than 6 months old",
      source: null,
      step: null,
      reason: null,
    });
  });

  test("When two refunds race without a key, then one finds an operation in progress", async () => {
    world.control.configure({ writeLatencyMs: 30 });
    const id = await world.captured();
    const answers = await Promise.all([refund(id, { amount: 1000 }), refund(id, { amount: 1000 })]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused.map(refusal)).toEqual([
      [400, "Request failed because another payment operation is in progress."],
    ]);
    expect(world.control.ledger().refunds).toHaveLength(1);
  });
});

describe("idempotency", () => {
  test("When key and body repeat, then the same refund, whatever the order of the fields", async () => {
    const id = await world.captured();
    const first = await refund(id, { amount: 1000, receipt: "RET-1" }, KEY);
    const second = await refund(id, { receipt: "RET-1", amount: 1000 }, KEY);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(world.control.ledger().refunds).toMatchObject([
      { idempotencyKey: "REF-2026-000001", amount: 1000 },
    ]);
  });

  test("When the body differs, then 409", async () => {
    const id = await world.captured();
    await refund(id, { amount: 1000 }, KEY);
    expect(refusal(await refund(id, { amount: 2000 }, KEY))).toEqual([
      409,
      "Different request with the same idempotency key has already been processed.",
    ]);
  });

  test("When the first is still in flight, then 409, and afterwards the same refund", async () => {
    world.control.configure({ writeLatencyMs: 50 });
    const id = await world.captured();
    const answers = await Promise.all([refund(id, { amount: 1000 }, KEY), refund(id, { amount: 1000 }, KEY)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.error?.description).toBe(
      "Another request with the same idempotency key is still in progress.",
    );
    const made = answers.find(({ status }) => status === 200);
    expect((await refund(id, { amount: 1000 }, KEY)).body).toEqual(made?.body);
    expect(world.control.ledger().refunds).toHaveLength(1);
  });

  test("When the same key serves another payment, then that is another refund", async () => {
    const [first, second] = [await world.captured(), await world.captured()];
    await refund(first, { amount: 1000 }, KEY);
    expect((await refund(second, { amount: 1000 }, KEY)).body.payment_id).toBe(second);
  });

  test.each(["short", "has spaces in it", "slash/slash/slash"])(
    "When the key is %j, then 400",
    async (key) => {
      const id = await world.captured();
      expect((await refund(id, { amount: 1000 }, { "X-Refund-Idempotency": key })).status).toBe(400);
      expect(world.control.ledger().refunds).toEqual([]);
    },
  );

  test("When a request was refused, then its key is free for the next try", async () => {
    const id = await world.captured();
    world.control.configure({ balance: 0 });
    expect((await refund(id, { amount: 1000 }, KEY)).status).toBe(400);
    world.control.configure({ balance: null });
    expect((await refund(id, { amount: 1000 }, KEY)).status).toBe(200);
  });
});

describe("outcomes", () => {
  test("When refunds are pending, then they are processed or failed later, and the reference comes then", async () => {
    world.control.configure({ refundMode: "pending" });
    const id = await world.captured();
    const first = String((await refund(id, { amount: 20_000 })).body.id);
    const second = String((await refund(id, { amount: 30_000 })).body.id);
    expect(world.control.settleRefund(first, "processed")).toMatchObject({
      status: "processed",
      acquirer_data: { arn: expect.stringMatching(/^\d{12}$/) },
    });
    expect(world.control.settleRefund(second, "failed").status).toBe("failed");
    expect(await fetchPayment(id)).toMatchObject({
      status: "captured",
      amount_refunded: 20_000,
      refund_status: "partial",
    });
    expect(world.control.ledger().refunds.map(({ status }) => status)).toEqual(["processed", "failed"]);
    expect(() => world.control.settleRefund(second, "processed")).toThrow("a refund that is failed stays so");
  });

  test("When pending refunds settle by themselves, then after the configured time", async () => {
    world.control.configure({ refundMode: "pending", refundSettleMs: 60_000 });
    const id = await world.captured();
    expect((await refund(id)).body.status).toBe("pending");
    world.control.advance(61);
    expect((await fetchPayment(id)).status).toBe("refunded");
  });

  test.each([
    [true, 0, null],
    [false, 2468, "partial"],
  ])(
    "When ₹24.68 is refunded (amount restored: %s), then it fails afterwards",
    async (restores, refunded, status) => {
      world.control.configure({ refundFailureMs: 60_000, failedRefundRestoresAmount: restores });
      const id = await world.captured();
      const made = (await refund(id, { amount: 2468 })).body;
      expect(made.status).toBe("pending");
      world.control.advance(61);
      expect((await world.call("GET", `/v1/refunds/${made.id}`)).body.status).toBe("failed");
      expect(await fetchPayment(id)).toMatchObject({ amount_refunded: refunded, refund_status: status });
      expect(world.control.events().map(({ event }) => event)).toContain("refund.failed");
      expect((await refund(id, { amount: 50_000 })).status).toBe(200);
    },
  );

  test("When a failing refund looks processed at first, then the gateway takes its word back", async () => {
    world.control.configure({ refundFailureMs: 60_000, failingRefundLooksProcessed: true });
    const id = await world.captured(2468);
    expect((await refund(id)).body.status).toBe("processed");
    expect((await fetchPayment(id)).status).toBe("refunded");
    world.control.advance(61);
    expect(await fetchPayment(id)).toMatchObject({
      status: "captured",
      amount_refunded: 0,
      refund_status: null,
    });
    expect(world.control.ledger().refundOutcomes.map(({ status }) => status)).toEqual([
      "processed",
      "failed",
    ]);
  });

  test("When somebody refunds in the dashboard, then the ledger knows whom", async () => {
    const id = await world.captured();
    world.control.refundInDashboard(id, 1000);
    expect(world.control.ledger().refunds).toMatchObject([{ by: "dashboard", amount: 1000, receipt: null }]);
    expect(() => world.control.refundInDashboard(id, 60_000)).toThrow("The total refund amount");
  });
});
