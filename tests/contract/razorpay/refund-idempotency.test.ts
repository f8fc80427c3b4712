import { refusal, useWorld } from "./harness.js";

const world = useWorld();

const KEY = { "X-Refund-Idempotency": "REF-2026-000001" };
const refund = (id: string, body?: unknown, headers?: Record<string, string>) =>
  world.call("POST", `/v1/payments/${id}/refund`, body, headers);
const fetchPayment = async (id: string) => (await world.call("GET", `/v1/payments/${id}`)).body;

describe("idempotency", () => {
  test("When key and body repeat, in any order of fields, then the same refund is returned", async () => {
    const id = await world.captured();
    const first = await refund(id, { amount: 1000, receipt: "RET-1" }, KEY);
    const second = await refund(id, { receipt: "RET-1", amount: 1000 }, KEY);
    expect(second.status).toBe(200);
    expect(second.body).toEqual(first.body);
    expect(world.control.ledger().refunds).toMatchObject([
      { idempotencyKey: "REF-2026-000001", amount: 1000 },
    ]);
  });

  test("When the body differs, then the answer is 409", async () => {
    const id = await world.captured();
    await refund(id, { amount: 1000 }, KEY);
    expect(refusal(await refund(id, { amount: 2000 }, KEY))).toEqual([
      409,
      "Different request with the same idempotency key has already been processed.",
    ]);
  });

  test("When the first request is in flight, then the second gets 409, and later the same refund", async () => {
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

  test("When another payment uses the same key, then it is another refund", async () => {
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

  test("When a request is refused, then its key can be used again", async () => {
    const id = await world.captured();
    world.control.configure({ balance: 0 });
    expect((await refund(id, { amount: 1000 }, KEY)).status).toBe(400);
    world.control.configure({ balance: null });
    expect((await refund(id, { amount: 1000 }, KEY)).status).toBe(200);
  });
});

describe("outcomes", () => {
  test("When refunds are pending, then their outcome and bank reference follow later", async () => {
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
    expect(() => world.control.settleRefund(second, "processed")).toThrow(
      "a refund that is failed cannot change",
    );
  });

  test("When automatic settling is configured, then pending refunds settle after that time", async () => {
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

  test("When a failing refund looks processed at first, then it fails later", async () => {
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

  test("When a refund is made in the dashboard, then the ledger says so", async () => {
    const id = await world.captured();
    world.control.refundInDashboard(id, 1000);
    expect(world.control.ledger().refunds).toMatchObject([{ by: "dashboard", amount: 1000, receipt: null }]);
    expect(() => world.control.refundInDashboard(id, 60_000)).toThrow("The total refund amount");
  });
});
