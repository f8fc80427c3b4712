import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, done, useShop } from "../checkout/shop-world.js";

/** Events that come before what they are about, or a hundred times; clients that do not wait for their answer. */
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;

async function expectOneOrder(buyer: Buyer): Promise<void> {
  expect(await buyer.stored.order()).toMatchObject({ status: "confirmed" });
  expect(await buyer.stored.payments()).toMatchObject([{ status: "captured", accepted: true }]);
  expect(await buyer.stored.refunds()).toEqual([]);
  const { inventory } = shop().sandbox.control;
  expect(await inventory.ledger({ orderId: buyer.id, type: "converted" })).toHaveLength(1);
}

test("When a payment is reported before its gateway order is stored here, then the event is kept, and applied once it is", async () => {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  const [stored] = await buyer.stored.payments();
  const link = (gatewayOrderId: string | null) =>
    shop().db.collection("payments").updateOne({ _id: stored?._id }, { $set: { gatewayOrderId } });
  await link(null);
  buyer.pay(window.orderId);
  await gateway().flushWebhooks();
  const events = gateway().deliveries().slice(-2);
  expect(events.map(({ status }) => status)).toEqual([200, 200]);
  expect(await buyer.stored.order()).toBeNull();

  // The same request goes on: the gateway order is found by its receipt.
  expect(done(await buyer.choose()).gateway.orderId).toBe(window.orderId);
  await shop().runJob("webhook-retry");
  await shop().settle();
  await expectOneOrder(buyer);
});

test("When one event comes a hundred times, twenty at once, then each is acknowledged, and it has one effect", async () => {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  gateway().configure({ webhooks: { hold: true } });
  buyer.pay(window.orderId);
  const event = gateway()
    .events()
    .findLast(({ event }) => event === "payment.captured");
  if (!event) throw new Error("the gateway has no such event");
  for (let round = 0; round < 5; round += 1) {
    const deliveries = await Promise.all(Array.from({ length: 20 }, () => gateway().redeliver(event.id)));
    expect(new Set(deliveries.flat().map(({ status }) => status))).toEqual(new Set([200]));
  }
  gateway().configure({ webhooks: { hold: false } });
  await shop().settle();
  expect(await shop().db.collection("webhookEvents").countDocuments({ eventId: event.id })).toBe(1);
  await expectOneOrder(buyer);
});

test("When a second payment comes on one gateway order, then it has a record of its own and is refunded", async () => {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  const first = buyer.pay(window.orderId);
  await shop().settle();
  const second = buyer.pay(window.orderId, { details: { ifPaid: "accept" } });
  await shop().settle();
  expect(await buyer.stored.payments()).toMatchObject([
    { gatewayPaymentId: first.paymentId, accepted: true },
    { gatewayPaymentId: second.paymentId, accepted: false, surplus: true },
  ]);
  expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "surplus" }]);
});

test("When the client leaves while its order is placed, then the order is placed once, and the repeat gets it", async () => {
  const buyer = shop().guest();
  await buyer.open({ items: [[SEED.variants.ashwagandha, 1]] }, "cod");
  const { faults } = shop().sandbox.control;
  const { id } = faults.add({
    service: "inventory",
    match: "convert",
    action: "delay",
    delayMs: 1_500,
    times: 1,
  });
  const key = randomUUID();
  const leaving = new AbortController();
  const sessionId = "sessionId" in buyer.as ? buyer.as.sessionId : "";
  const answer = fetch(`${shop().url}/api/orders`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Session-Id": sessionId, "Idempotency-Key": key },
    body: JSON.stringify({ checkoutSessionId: buyer.id }),
    signal: leaving.signal,
  });
  const placing = async () => faults.list().some((row) => row.id === id && row.hits > 0);
  await eventually("the order is being placed", placing);
  leaving.abort();
  await expect(answer).rejects.toThrow();

  const body = { checkoutSessionId: buyer.id };
  const atOnce = await buyer.post("/api/orders", body, key);
  expect([atOnce.status, atOnce.body.error?.code]).toEqual([409, "REQUEST_IN_PROGRESS"]);
  await eventually("the order is there", async () => (await buyer.stored.order()) !== null);
  const repeated = () => buyer.post("/api/orders", body, key);
  await eventually("the key has its answer", async () => (await repeated()).status === 201);
  await shop().settle();
  expect(
    await shop()
      .db.collection("orders")
      .countDocuments({ checkoutSessionId: (await buyer.stored.order())?._id }),
  ).toBe(1);
});
