import { useWorld } from "./harness.js";

const world = useWorld();

test("When orders are used through the SDK, then every method works", async () => {
  const { orders } = world.sdk;
  const created = await orders.create({
    amount: 50_000,
    receipt: "SV-1",
    currency: "INR",
    notes: { cart: "c_1" },
  });
  expect(created).toMatchObject({ entity: "order", currency: "INR", notes: { cart: "c_1" } });
  expect(await orders.fetch(created.id)).toEqual(created);
  expect(await orders.edit(created.id, { notes: { cart: "c_2" } })).toMatchObject({ notes: { cart: "c_2" } });
  const { paymentId } = world.control.pay(created.id, { method: "upi", outcome: "success" });
  expect(await orders.fetchPayments(created.id)).toMatchObject({ count: 1, items: [{ id: paymentId }] });
  expect(await orders.all({ receipt: "SV-1" })).toMatchObject({ count: 1, items: [{ id: created.id }] });
  expect(await orders.all({ from: Math.floor(Date.now() / 1000) + 60 })).toMatchObject({
    count: 0,
    items: [],
  });
});

test("When the order has no currency, then the SDK sends INR", async () => {
  const order: { amount: number; currency: string } = { amount: 500, currency: "" };
  expect(await world.sdk.orders.create(order)).toMatchObject({ currency: "INR" });
});

test("When payments are used through the SDK, then every method works", async () => {
  const { payments } = world.sdk;
  const orderId = await world.order(50_000, { payment: { capture: "manual" } });
  const { paymentId } = world.control.pay(orderId, { method: "card", outcome: "success" });
  expect(await payments.capture(paymentId, 50_000, "INR")).toMatchObject({ status: "captured" });
  expect(await payments.fetch(paymentId)).toMatchObject({ id: paymentId, order_id: orderId });
  expect(await payments.edit(paymentId, { notes: { a: "b" } })).toMatchObject({ notes: { a: "b" } });
  expect(await payments.all({ count: 100 })).toMatchObject({ count: 1 });
  expect(await payments.fetchCardDetails(paymentId)).toMatchObject({ entity: "card", last4: "1007" });
  const refund = await payments.refund(paymentId, { amount: 1000, receipt: "RET-1" });
  expect(refund).toMatchObject({ entity: "refund", payment_id: paymentId, receipt: "RET-1" });
  expect(await payments.fetchMultipleRefund(paymentId, {})).toMatchObject({
    count: 1,
    items: [{ id: refund.id }],
  });
  expect(await payments.fetchRefund(paymentId, refund.id)).toMatchObject({ id: refund.id });
});

test("When the SDK expands, then it sends parameters that the gateway ignores", async () => {
  const paymentId = await world.captured();
  expect(await world.sdk.payments.fetch(paymentId, { "expand[]": "card" })).not.toHaveProperty("card");
  expect(world.control.warnings()).toHaveLength(1);
});

test("When refunds are used through the SDK, then every method works", async () => {
  const { refunds, payments } = world.sdk;
  const paymentId = await world.captured();
  const refund = await payments.refund(paymentId, {});
  expect(refund).toMatchObject({ amount: 50_000 });
  expect(await refunds.all({})).toMatchObject({ count: 1, items: [{ id: refund.id }] });
  const ofPayment = { count: 100, payment_id: paymentId };
  expect(await refunds.all(ofPayment)).toMatchObject({ count: 1 });
  expect(await refunds.fetch(refund.id)).toMatchObject({ status: "processed" });
  expect(await refunds.fetch(refund.id, { payment_id: paymentId })).toMatchObject({ id: refund.id });
  expect(await refunds.edit(refund.id, { notes: { c: "d" } })).toMatchObject({ notes: { c: "d" } });
});

test("When settlements are used through the SDK, then they and the combined report are returned", async () => {
  const { settlements, payments } = world.sdk;
  const orderId = await world.order(50_000, { receipt: "SV-9" });
  const { paymentId } = world.control.pay(orderId, { method: "card", outcome: "success" });
  const refund = await payments.refund(paymentId, { amount: 10_000 });
  const settlement = world.control.settle();
  expect(settlement).toMatchObject({
    amount: 50_000 - 1180 - 10_000,
    fees: 1180,
    tax: 180,
    status: "processed",
  });
  expect(world.control.settle()).toBeNull();
  expect(await settlements.all()).toMatchObject({ count: 1, items: [settlement] });
  expect(await settlements.fetch(settlement?.id ?? "")).toEqual(settlement);
  const today = new Date(world.control.now() + 5.5 * 3600 * 1000);
  const [year, month, day] = [today.getUTCFullYear(), today.getUTCMonth() + 1, today.getUTCDate()];
  expect(await settlements.reports({ year, month, day })).toMatchObject({
    entity: "collection",
    count: 2,
    items: [
      {
        entity_id: paymentId,
        type: "payment",
        credit: 48_820,
        debit: 0,
        fee: 1180,
        tax: 180,
        payment_id: null,
        order_receipt: "SV-9",
        settlement_id: settlement?.id,
        card_network: "Visa",
      },
      { entity_id: refund.id, type: "refund", credit: 0, debit: 10_000, payment_id: paymentId },
    ],
  });
  expect(await settlements.reports({ year, month: month === 1 ? 2 : 1 })).toMatchObject({ count: 0 });
});

test.each([
  ["month=5", "The year must be 4 digits."],
  ["year=2026&month=13", "The month is not a valid month."],
  ["year=2026&month=1&count=1001", "The count may not be greater than 1000."],
])("When the report is requested with %s, then it is refused", async (query, description) => {
  const { status, body } = await world.call("GET", `/v1/settlements/recon/combined?${query}`);
  expect([status, body.error?.description]).toEqual([400, description]);
});

test("When disputes are used through the SDK, then they can be fetched, contested and accepted", async () => {
  const { disputes } = world.sdk;
  const paymentId = await world.captured(249_900);
  const dispute = world.control.openDispute(paymentId);
  expect(dispute).toMatchObject({ status: "open", phase: "chargeback", amount: 249_900, amount_deducted: 0 });
  expect(await disputes.all()).toMatchObject({ count: 1, items: [{ id: dispute.id }] });
  const draft = { amount: 249_900, summary: "delivered", action: "draft" } as const;
  expect(await disputes.contest(dispute.id, draft)).toMatchObject({
    status: "open",
    evidence: { summary: "delivered", submitted_at: null },
  });
  expect(await disputes.contest(dispute.id, { ...draft, action: "submit" })).toMatchObject({
    status: "under_review",
    evidence: { submitted_at: expect.any(Number) },
  });
  world.control.moveDispute(dispute.id, "action_required");
  expect(await disputes.accept(dispute.id)).toMatchObject({ status: "lost", amount_deducted: 249_900 });
  expect(await disputes.fetch(dispute.id)).toMatchObject({ status: "lost" });
  expect(
    world.control
      .events()
      .map(({ event }) => event)
      .slice(3),
  ).toEqual([
    "payment.dispute.created",
    "payment.dispute.under_review",
    "payment.dispute.action_required",
    "payment.dispute.lost",
  ]);
  expect(() => world.control.moveDispute(dispute.id, "won")).toThrow("cannot change");
});

test("When a dispute is not in the fraud phase, then it cannot be closed", async () => {
  const paymentId = await world.captured();
  const fraud = world.control.openDispute(paymentId, { phase: "fraud" });
  expect(world.control.moveDispute(fraud.id, "closed").status).toBe("closed");
  const chargeback = world.control.openDispute(paymentId);
  expect(() => world.control.moveDispute(chargeback.id, "closed")).toThrow("fraud phase");
});

test("When a method is down, then the SDK and the events report it", async () => {
  const downtime = world.control.startDowntime({ method: "netbanking", instrument: { bank: "SBIN" } });
  world.control.updateDowntime(downtime.id, "low");
  world.control.resolveDowntime(downtime.id);
  expect(await world.sdk.payments.fetchPaymentDowntime()).toMatchObject({
    count: 1,
    items: [{ id: downtime.id, status: "resolved", severity: "low", instrument_schema: ["bank"] }],
  });
  expect(await world.sdk.payments.fetchPaymentDowntimeById(downtime.id)).toMatchObject({
    method: "netbanking",
  });
  await world.control.flushWebhooks();
  expect(world.receiver.received.at(-1)?.body).toMatchObject({
    contains: ["payment.downtime"],
    payload: { "payment.downtime": { entity: { id: downtime.id } } },
  });
});

test("When the gateway refuses, then the SDK rejects with status and error, not with an Error", async () => {
  const reason = await world.sdk.orders.fetch("order_AAAAAAAAAAAAAA").catch((error: unknown) => error);
  expect(reason).not.toBeInstanceOf(Error);
  expect(reason).toMatchObject({
    statusCode: 400,
    error: { code: "BAD_REQUEST_ERROR", description: "The id provided does not exist" },
  });
});

test("When an id contains a path, then the SDK follows it, so the caller must check ids", async () => {
  const smuggled: unknown = await world.sdk.orders.fetch("order_x/../../payments?count=1");
  expect(smuggled).toMatchObject({ entity: "collection" });
});
