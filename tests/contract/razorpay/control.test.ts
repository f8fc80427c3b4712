import type { RemoteRazorpayControl } from "../../../scripts/sandbox/razorpay/index.js";
import {
  createRazorpaySimulator,
  createRemoteRazorpayControl,
} from "../../../scripts/sandbox/razorpay/index.js";
import { KEY_ID, KEY_SECRET, listen, startWorld, stop, type World } from "./harness.js";

let world: World;
let remote: RemoteRazorpayControl;
beforeAll(async () => {
  world = await startWorld();
  remote = createRemoteRazorpayControl(world.origin);
});
afterAll(() => world.close());
beforeEach(() => world.control.reset());

const post = async (name: string, body: unknown) => {
  const response = await fetch(`${world.origin}/__control/${name}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

test("When a purchase is driven over HTTP, then it is the same as in the process", async () => {
  const orderId = await world.order(50_000, { receipt: "R-1" });
  const details = { card: { network: "RuPay" }, notes: { a: "b" }, email: null };
  const paid = await remote.pay(orderId, { method: "card", outcome: "authorize_only", details });
  expect(paid.signature).toBe(await remote.signCheckout(orderId, paid.paymentId));
  expect(await remote.autoCapture(paid.paymentId)).toMatchObject({ status: "captured", notes: { a: "b" } });
  const refund = await remote.refundInDashboard(paid.paymentId, 1000);
  expect(await remote.refundsOf(paid.paymentId)).toMatchObject([{ id: refund.id, amount: 1000 }]);
  expect(await remote.paymentsOf(orderId)).toHaveLength(1);
  expect(await remote.entity(orderId)).toMatchObject({ status: "paid" });
  expect(await remote.ledger()).toEqual(world.control.ledger());
  await remote.flushWebhooks();
  expect(await remote.events()).toEqual(world.control.events());
  expect(await remote.deliveries()).toHaveLength(5);
  expect(await remote.settle()).toMatchObject({ entity: "settlement" });
});

test("When the gateway refuses a control call, then the remote call throws the same error", async () => {
  const orderId = await world.order();
  await remote.pay(orderId, { method: "upi", outcome: "success" });
  await expect(remote.pay(orderId, { method: "upi", outcome: "success" })).rejects.toMatchObject({
    name: "GatewayError",
    status: 400,
    fields: { reason: "order_already_paid" },
  });
});

test("When settings are changed over HTTP, then they hold, and reset takes them back", async () => {
  await remote.configure({ refundMode: "pending", webhooks: { hold: true, drop: ["order.paid"] } });
  expect(world.control.settings()).toMatchObject({ refundMode: "pending", webhooks: { hold: true } });
  const fault = await remote.setFault({ match: "GET /orders", action: "status500" });
  expect(await remote.faults()).toEqual([fault]);
  const paymentId = await world.captured();
  const { body } = await world.call("POST", `/v1/payments/${paymentId}/refund`, {});
  expect(await remote.settleRefund(String(body.id), "failed")).toMatchObject({ status: "failed" });
  expect(await remote.release()).toHaveLength(4);
  await remote.reset();
  expect(await remote.settings()).toMatchObject({
    refundMode: "instant",
    webhooks: { hold: false, drop: "none" },
  });
  expect(await remote.faults()).toEqual([]);
  expect(await remote.entity(paymentId)).toBeNull();
});

test("When the remaining calls are made over HTTP, then they do what they say", async () => {
  const late = await remote.pay(await world.order(), { method: "upi", outcome: "late" });
  expect(await remote.settleLate(late.paymentId, { ifPaid: "accept" })).toMatchObject({ status: "captured" });
  const dispute = await remote.openDispute(late.paymentId, { phase: "fraud" });
  expect(await remote.moveDispute(dispute.id, "closed")).toMatchObject({ status: "closed" });
  const downtime = await remote.startDowntime({ method: "upi" });
  expect(await remote.updateDowntime(downtime.id, "low")).toMatchObject({ severity: "low" });
  expect(await remote.resolveDowntime(downtime.id)).toMatchObject({ status: "resolved" });
  await remote.tamper(late.paymentId, { amount: 1 });
  expect(await remote.entity(late.paymentId)).toMatchObject({ amount: 1 });
  const before = await remote.now();
  await remote.advance(3600);
  expect(await remote.now()).toBeGreaterThanOrEqual(before + 3_600_000);
  await remote.clearFaults();
  expect(await remote.warnings()).toEqual([]);
});

test("When webhooks are driven over HTTP, then endpoints, secret, samples and replays work", async () => {
  await remote.flushWebhooks();
  await remote.setWebhookUrls([world.receiver.url]);
  await remote.enableEndpoint(world.receiver.url);
  expect(await remote.endpoints()).toMatchObject([{ url: world.receiver.url, enabled: true }]);
  const sent = await remote.sendEvent("mystery", null, { createdAt: null });
  expect(await remote.redeliver(sent.eventId)).toMatchObject([{ status: 200 }]);
  await expect(remote.replay(sent.eventId)).rejects.toThrow("acknowledged");
  expect((await remote.sendSample("order.paid")).deliveries).toMatchObject([{ status: 200 }]);
  await expect(remote.sendSample("none")).rejects.toThrow("no sample none");
  await remote.rotateWebhookSecret("another");
  const resigned = await remote.sendSample("order.paid");
  await remote.rotateWebhookSecret("contract-webhook-secret");
  expect((await remote.sendSample("order.paid")).signature).not.toBe(resigned.signature);
});

test.each([
  ["pay", { orderId: "order_x", method: "cash", outcome: "success" }],
  ["pay", { orderId: "order_x", method: "upi", outcome: "success", colour: 1 }],
  ["setFault", { match: "GET /orders", action: "explode" }],
  ["setFault", { match: "orders", action: "hang" }],
  ["configure", { balance: "much" }],
  ["advance", { seconds: -1 }],
])("When %s is called with nonsense (%j), then 400", async (name, body) => {
  expect(await post(name, body)).toMatchObject({
    status: 400,
    body: { error: { description: expect.any(String) } },
  });
});

test("When a call does not exist, then 404; what only reads can be looked at with GET", async () => {
  expect((await post("explode", {})).status).toBe(404);
  const response = await fetch(`${world.origin}/__control/ledger`);
  expect(await response.json()).toEqual({ result: { captures: [], refunds: [], refundOutcomes: [] } });
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
