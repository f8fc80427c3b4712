import { refusal, useWorld } from "./harness.js";

const world = useWorld();

const refund = (id: string, body?: unknown, headers?: Record<string, string>) =>
  world.call("POST", `/v1/payments/${id}/refund`, body, headers);
const fetchPayment = async (id: string) => (await world.call("GET", `/v1/payments/${id}`)).body;

describe("creating", () => {
  test("When a part is refunded, then the refund has the documented shape and the payment stays captured", async () => {
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

  test("When no amount is given, then the rest is refunded and the payment has the status refunded", async () => {
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

  test("When the refund is optimum, then it is instant, or becomes normal with refund.speed_changed", async () => {
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
  ])("When %j is requested, then it is refused with: %s", async (body, description) => {
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

  test("When nothing is left, then the refund is refused as already refunded", async () => {
    const id = await world.captured();
    await refund(id);
    expect(refusal(await refund(id, { amount: 100 }))).toEqual([
      400,
      "The payment has been fully refunded already",
    ]);
  });

  test("When the whole amount is pending, then nothing is left to refund", async () => {
    world.control.configure({ refundMode: "pending" });
    const id = await world.captured();
    await refund(id);
    expect((await fetchPayment(id)).status).toBe("captured");
    expect(refusal(await refund(id))).toEqual([400, "The payment has been fully refunded already"]);
  });

  test("When the gateway has refunded an uncaptured payment, then it is already fully refunded", async () => {
    const orderId = await world.order();
    world.control.pay(orderId, { method: "upi", outcome: "success" });
    const second = { method: "card", outcome: "success", details: { ifPaid: "gateway_refund" } } as const;
    const { paymentId } = world.control.pay(orderId, second);
    expect(refusal(await refund(paymentId))).toEqual([400, "The payment has been fully refunded already"]);
  });

  test("When the payment is not captured, then the refund is refused", async () => {
    const { paymentId } = world.control.pay(await world.order(), {
      method: "card",
      outcome: "authorize_only",
    });
    expect(refusal(await refund(paymentId))).toEqual([
      400,
      "The payment status should be captured for action to be taken",
    ]);
  });

  test("When the balance is too low, then the refusal has either text, and source, step and reason NA", async () => {
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

  test("When a receipt repeats on one payment, then it is a duplicate, but not on another payment", async () => {
    const [first, second] = [await world.captured(), await world.captured()];
    const body = { amount: 1000, receipt: "RET-1" };
    await refund(first, body);
    expect(refusal(await refund(first, body))).toEqual([
      400,
      "Duplicate receipt found for this refund request.",
    ]);
    expect((await refund(second, body)).status).toBe(200);
  });

  test("When the payment is disputed, then refunds are blocked until the dispute is won", async () => {
    const id = await world.captured();
    const dispute = world.control.openDispute(id);
    expect(refusal(await refund(id))).toEqual([
      400,
      "The refund on this payment is blocked due to ongoing dispute investigation.",
    ]);
    world.control.moveDispute(dispute.id, "won");
    expect((await refund(id)).status).toBe(200);
  });

  test("When the payment is older than 6 months, then the refusal has null fields", async () => {
    const id = await world.captured();
    world.control.advance(184 * 24 * 3600);
    expect((await refund(id)).body.error).toMatchObject({
      description: "Refund is not supported by the bank because the payment is more than 6 months old",
      source: null,
      step: null,
      reason: null,
    });
  });

  test("When two refunds race without a key, then one is refused as in progress", async () => {
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
