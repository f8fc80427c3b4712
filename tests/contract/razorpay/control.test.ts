import { createRazorpaySimulator } from "../../../scripts/sandbox/razorpay/index.js";
import { KEY_ID, KEY_SECRET, listen, stop, useWorld } from "./harness.js";

const world = useWorld();

test("When a purchase is driven by the controls, then payments, refunds and the ledger follow", async () => {
  const { control } = world;
  const orderId = await world.order(50_000, { receipt: "R-1" });
  const details = { card: { network: "RuPay" }, notes: { a: "b" }, email: null };
  const paid = control.pay(orderId, { method: "card", outcome: "authorize_only", details });
  expect(paid.signature).toBe(control.signCheckout(orderId, paid.paymentId));
  expect(control.autoCapture(paid.paymentId)).toMatchObject({ status: "captured", notes: { a: "b" } });
  const refund = control.refundInDashboard(paid.paymentId, 1000);
  expect(control.refundsOf(paid.paymentId)).toMatchObject([{ id: refund.id, amount: 1000 }]);
  expect(control.paymentsOf(orderId)).toHaveLength(1);
  expect(control.entity(orderId)).toMatchObject({ status: "paid" });
  expect(control.ledger()).toMatchObject({ captures: [{ orderId }], refunds: [{ amount: 1000 }] });
  await control.flushWebhooks();
  expect(control.deliveries()).toHaveLength(5);
  expect(control.settle()).toMatchObject({ entity: "settlement" });
});

test("When the gateway refuses a control call, then it throws the gateway's error", async () => {
  const orderId = await world.order();
  world.control.pay(orderId, { method: "upi", outcome: "success" });
  expect(() => world.control.pay(orderId, { method: "upi", outcome: "success" })).toThrow(
    expect.objectContaining({
      name: "GatewayError",
      status: 400,
      fields: expect.objectContaining({ reason: "order_already_paid" }),
    }),
  );
  expect(() => world.control.setFault({ match: "orders", action: "hang" })).toThrow("METHOD /path");
});

test("When settings are changed, then they hold, and reset restores the defaults", async () => {
  const { control } = world;
  control.configure({ refundMode: "pending", webhooks: { hold: true, drop: ["order.paid"] } });
  expect(control.settings()).toMatchObject({ refundMode: "pending", webhooks: { hold: true } });
  const fault = control.setFault({ match: "GET /orders", action: "status500" });
  expect(control.faults()).toEqual([fault]);
  const paymentId = await world.captured();
  const { body } = await world.call("POST", `/v1/payments/${paymentId}/refund`, {});
  expect(control.settleRefund(String(body.id), "failed")).toMatchObject({ status: "failed" });
  expect(await control.release()).toHaveLength(4);
  control.reset();
  expect(control.settings()).toMatchObject({
    refundMode: "instant",
    webhooks: { hold: false, drop: "none" },
  });
  expect(control.faults()).toEqual([]);
  expect(control.entity(paymentId)).toBeNull();
});

test("When late payments, disputes, downtimes and the clock are controlled, then each call has its effect", async () => {
  const { control } = world;
  const late = control.pay(await world.order(), { method: "upi", outcome: "late" });
  expect(control.settleLate(late.paymentId, { ifPaid: "accept" })).toMatchObject({ status: "captured" });
  const dispute = control.openDispute(late.paymentId, { phase: "fraud" });
  expect(control.moveDispute(dispute.id, "closed")).toMatchObject({ status: "closed" });
  const downtime = control.startDowntime({ method: "upi" });
  expect(control.updateDowntime(downtime.id, "low")).toMatchObject({ severity: "low" });
  expect(control.resolveDowntime(downtime.id)).toMatchObject({ status: "resolved" });
  control.tamper(late.paymentId, { amount: 1 });
  expect(control.entity(late.paymentId)).toMatchObject({ amount: 1 });
  const before = control.now();
  control.advance(3600);
  expect(control.now()).toBeGreaterThanOrEqual(before + 3_600_000);
  control.clearFaults();
  expect(control.warnings()).toEqual([]);
});

test("When webhooks are controlled, then endpoints, secret, samples and replays work", async () => {
  const { control, receiver } = world;
  await control.flushWebhooks();
  control.setWebhookUrls([receiver.url]);
  control.enableEndpoint(receiver.url);
  expect(control.endpoints()).toMatchObject([{ url: receiver.url, enabled: true }]);
  const sent = await control.sendEvent("mystery", null, { createdAt: null });
  expect(await control.redeliver(sent.eventId)).toMatchObject([{ status: 200 }]);
  await expect(control.replay(sent.eventId)).rejects.toThrow("acknowledged");
  expect((await control.sendSample("order.paid")).deliveries).toMatchObject([{ status: 200 }]);
  expect(() => control.sendSample("none")).toThrow("no sample none");
  control.rotateWebhookSecret("another");
  const resigned = await control.sendSample("order.paid");
  control.rotateWebhookSecret("contract-webhook-secret");
  expect((await control.sendSample("order.paid")).signature).not.toBe(resigned.signature);
});

test("When the simulator is reset in the middle of deliveries, then they leave no trace", async () => {
  world.control.configure({ webhooks: { timeoutMs: 50, drop: ["payment.authorized", "order.paid"] } });
  world.receiver.answers.push(null);
  const before = world.receiver.received.length;
  await world.captured();
  while (world.receiver.received.length === before) await new Promise(setImmediate);
  world.control.reset();
  await world.control.flushWebhooks({ retries: true });
  expect(world.control.deliveries()).toEqual([]);
});

test("When the simulator is closed with work outstanding, then nothing more is sent and hanging calls end", async () => {
  const simulator = createRazorpaySimulator({
    keyId: KEY_ID,
    keySecret: KEY_SECRET,
    webhookSecret: "w",
    webhookUrls: [world.receiver.url],
    webhookDelayMs: 30,
  });
  const { server, origin } = await listen(simulator.app);
  simulator.control.setFault({ match: "GET /orders", action: "hang" });
  const authorization = `Basic ${Buffer.from(`${KEY_ID}:${KEY_SECRET}`).toString("base64")}`;
  const hanging = fetch(`${origin}/v1/orders`, { headers: { authorization } });
  const failed = expect(hanging).rejects.toThrow();
  simulator.control.startDowntime({ method: "upi" });
  while (simulator.control.faults()[0]?.hits !== 1) await new Promise(setImmediate);
  const before = world.receiver.received.length;
  await simulator.close();
  await failed;
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(world.receiver.received).toHaveLength(before);
  await stop(server);
});
