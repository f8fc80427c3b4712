import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, refused, useShop } from "../checkout/shop-world.js";

/** Jobs and the outbox, run manually as by an admin. Nothing runs in the background. */
const shop = useShop();
const control = () => shop().sandbox.control;
const admin = () => ({ token: shop().sandbox.tokens.admin });
const outbox = () => shop().db.collection("outboxMessages");
const HOUR_MS = 3_600_000;

const runByHand = (name: string) => shop().call("post", `/api/admin/jobs/${name}/run`, { as: admin() });
async function run(name: string): Promise<Record<string, number>> {
  const answer = done(await runByHand(name));
  expect(answer).toMatchObject({
    job: name,
    state: "completed",
    finishedAt: expect.any(String),
    error: null,
  });
  return answer.result;
}

/** Work left by other tests is done before the items of a job are counted. */
async function clearTheDesk(): Promise<void> {
  await shop().settle();
  await Promise.all(
    ["checkoutSessions", "payments", "carts", "outboxMessages", "webhookEvents"].map((name) =>
      shop().db.collection(name).deleteMany({}),
    ),
  );
}
beforeEach(clearTheDesk);

const paidUnheard = async (): Promise<Buyer> => {
  control().razorpay.configure({ webhooks: { drop: "all" } });
  const buyer = shop().guest();
  const { gateway } = await buyer.open();
  buyer.pay(gateway.orderId);
  return buyer;
};

describe("the routes", () => {
  test("When the name is unknown, then 404; when it is not an admin, then 403 or 401", async () => {
    refused(await runByHand("make-coffee"), 404, "JOB_NOT_FOUND");
    const path = "/api/admin/jobs/outbox/run";
    refused(await shop().customer().post(path), 403, "FORBIDDEN");
    for (const role of ["finance", "support", "fulfilment", "viewer"] as const) {
      const as = { token: shop().sandbox.tokens[role] };
      refused(await shop().call("post", path, { as }), 403, "FORBIDDEN");
    }
    refused(await shop().call("post", path), 401, "UNAUTHENTICATED");
  });

  test("When a job has run, then the list shows the run, and the audit log who did it", async () => {
    const { id } = done(await runByHand("cart-cleanup"));
    const { items } = done(await shop().call("get", "/api/admin/jobs", { as: admin() }));
    const listed = items.find(({ name }: { name: string }) => name === "cart-cleanup");
    expect(listed.lastRuns[0]).toMatchObject({ id, state: "completed" });
    const audit = await shop().db.collection("auditLogs").findOne({ resourceId: "cart-cleanup" });
    expect(audit).toMatchObject({ action: "job.run", actorType: "admin", actorId: SEED.admins.admin });
  });
});

describe("checkout-cleanup", () => {
  test("When a session's time is over, then it fails and releases stock and coupon; a second run finds nothing", async () => {
    const idle = await shop().guest().prepare();
    const paying = shop().guest();
    await paying.open({ coupon: SEED.coupons.WELCOME10 });
    const alive = await shop().guest().prepare();
    await idle.letExpire();
    // The customer may still be on the page of the bank.
    await paying.letExpire(14);
    expect(await run("checkout-cleanup")).toEqual({ expired: 1, failed: 0 });
    expect(await idle.stored.session()).toMatchObject({ status: "failed", failureReason: "expired" });
    expect(await paying.stored.session()).toMatchObject({ status: "payment_pending" });
    await paying.letExpire(16);
    expect(await run("checkout-cleanup")).toEqual({ expired: 1, failed: 0 });
    expect(await paying.stored.session()).toMatchObject({ status: "failed", failureReason: "expired" });
    await shop().settle();
    for (const buyer of [idle, paying]) {
      const cart = await buyer.stored.cart();
      expect(cart).toMatchObject({ status: "active" });
      expect(await control().inventory.activeReservations(String(cart?._id))).toEqual([]);
    }
    expect(control().pricing.usages(SEED.coupons.WELCOME10)).toEqual([]);
    expect(await run("checkout-cleanup")).toEqual({ expired: 0, failed: 0 });
    expect(await alive.stored.session()).toMatchObject({ status: "address_entered" });
    const held = await control().inventory.activeReservations(String((await alive.stored.cart())?._id));
    expect(held).toHaveLength(1);
  });

  test("When the gateway cannot be asked about one that was paying, then it waits", async () => {
    const paying = shop().guest();
    await paying.open();
    await paying.letExpire(16);
    control().razorpay.setFault({ match: "GET /orders/:id/payments", action: "status503", times: "always" });
    expect(await run("checkout-cleanup")).toEqual({ expired: 0, failed: 1 });
    expect(await paying.stored.session()).toMatchObject({ status: "payment_pending" });
    await shop().recover();
    expect(await run("checkout-cleanup")).toEqual({ expired: 1, failed: 0 });
  });

  test("When the gateway does not know the gateway order of one that was paying, then it fails, and its coupon is free", async () => {
    const paying = shop().guest();
    await paying.open({ coupon: SEED.coupons.WELCOME10 });
    await paying.letExpire(16);
    const checkoutSessionId = new Types.ObjectId(paying.id);
    const ofOtherKeys = { $set: { gatewayOrderId: "order_OfOtherKeys000" } };
    await shop().db.collection("payments").updateOne({ checkoutSessionId }, ofOtherKeys);
    expect(await run("checkout-cleanup")).toEqual({ expired: 1, failed: 0 });
    await shop().settle();
    expect(await paying.stored.session()).toMatchObject({ status: "failed", failureReason: "expired" });
    expect(control().pricing.usages(SEED.coupons.WELCOME10)).toEqual([]);
  });
});

test("When a cart's time is over, then cart-cleanup abandons it and releases its stock, unless it is being checked out", async () => {
  const [idle, checkingOut] = [shop().guest(), shop().guest()];
  const { cart } = done(await idle.add(SEED.variants.ashwagandha, 2));
  await checkingOut.begin();
  await shop()
    .db.collection("carts")
    .updateMany({}, { $set: { expiresAt: new Date(Date.now() - 1_000) } });
  expect(await run("cart-cleanup")).toEqual({ abandoned: 1, failed: 0 });
  expect(
    await shop()
      .db.collection("carts")
      .findOne({ _id: new Types.ObjectId(String(cart.id)) }),
  ).toMatchObject({
    status: "abandoned",
    abandonedAt: expect.any(Date),
  });
  expect(await checkingOut.stored.cart()).toMatchObject({ status: "active" });
  await shop().settle();
  expect(await control().inventory.activeReservations(cart.id)).toEqual([]);
  expect(await run("cart-cleanup")).toEqual({ abandoned: 0, failed: 0 });
  const back = done(await idle.get("/api/cart"));
  expect([back.id, back.itemCount]).toEqual([cart.id, 1]);
});

test("When a cart was abandoned by time and is paid for late, then it is converted, and no mail reminds of it", async () => {
  control().razorpay.configure({ webhooks: { drop: "all" } });
  const buyer = shop().customer("bharat");
  const { gateway } = await buyer.open();
  await buyer.letExpire(20);
  await run("checkout-cleanup");
  const past = { $set: { expiresAt: new Date(Date.now() - 1_000) } };
  await shop().db.collection("carts").updateMany({}, past);
  expect(await run("cart-cleanup")).toEqual({ abandoned: 1, failed: 0 });
  await shop().settle();
  done(await buyer.verify(buyer.pay(gateway.orderId)));
  const { id } = done(await buyer.order());
  expect(await buyer.stored.cart()).toMatchObject({
    ...{ status: "converted", placing: null, convertedOrderId: new Types.ObjectId(String(id)) },
  });
  expect(done(await buyer.get("/api/cart")).itemCount).toBe(0);
  const longAgo = { $set: { abandonedAt: new Date(Date.now() - 25 * HOUR_MS) } };
  await shop().db.collection("carts").updateMany({}, longAgo);
  expect(await run("abandoned-cart")).toMatchObject({ reminded: 0, failed: 0 });
});

test("When no webhook comes, then payment-sweep asks at the due time and places the order; a second run asks nothing", async () => {
  control().razorpay.configure({ listLagSeconds: 3_600 });
  const buyer = await paidUnheard();
  expect(await run("payment-sweep")).toMatchObject({ paymentsAsked: 0 });
  expect(await buyer.stored.order()).toBeNull();
  await shop()
    .db.collection("payments")
    .updateMany({}, { $set: { "sweep.nextAt": new Date(Date.now() - 1) } });
  expect(await run("payment-sweep")).toMatchObject({ paymentsAsked: 1, paymentsFailed: 0 });
  expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
  expect(await buyer.stored.payments()).toMatchObject([{ sweep: null, reconciledAt: expect.any(Date) }]);
  expect(await run("payment-sweep")).toMatchObject({ paymentsAsked: 0, paymentsFailed: 0 });
  expect(await buyer.stored.refunds()).toEqual([]);
  control().razorpay.configure({ listLagSeconds: 0 });
});

test("When placing was interrupted, then placement-recovery finishes it; a second run finds nothing", async () => {
  const buyer = await paidUnheard();
  control().faults.add({ service: "inventory", match: "convert", action: "reset-after" });
  expect((await buyer.order()).status).toBeGreaterThanOrEqual(502);
  expect((await buyer.stored.session())?.placement).not.toBeNull();
  await shop().recover();
  expect(await run("placement-recovery")).toMatchObject({ intentsFinished: 1, intentsFailed: 0 });
  expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
  expect(await control().inventory.ledger({ orderId: buyer.id, type: "converted" })).toHaveLength(1);
  expect(await run("placement-recovery")).toEqual({
    intentsFinished: 0,
    intentsFailed: 0,
    paymentsResolved: 0,
    paymentsFailed: 0,
    keysAbandoned: 0,
  });
});

test("When a request crashed and its client does not return, then placement-recovery releases its key", async () => {
  const records = shop().db.collection<{ _id: string }>("idempotencyRecords");
  const minute = 60_000;
  const crashed = { _id: "crashed", state: "in_progress", leaseUntil: new Date(Date.now() - minute) };
  const running = { _id: "running", state: "in_progress", leaseUntil: new Date(Date.now() + minute) };
  await records.insertMany([crashed, running]);
  expect(await run("placement-recovery")).toMatchObject({ keysAbandoned: 1 });
  expect(await records.findOne({ _id: "crashed" })).toMatchObject({ state: "abandoned" });
  expect(await records.findOne({ _id: "running" })).toMatchObject({ state: "in_progress" });
  await records.deleteMany({ _id: { $in: ["crashed", "running"] } });
});

test("When a stored event was never applied, then webhook-retry applies it; a second run finds nothing", async () => {
  const buyer = await paidUnheard();
  const captured = control()
    .razorpay.events()
    .filter(({ event }) => event === "payment.captured")
    .at(-1);
  const { storeWebhookEvent } = await import("../../../services/platform/webhook-event.service.js");
  await storeWebhookEvent({
    eventId: captured?.id ?? "",
    source: "razorpay",
    event: "payment.captured",
    bodyHash: "hash-of-a-test",
    payload: JSON.parse(captured?.body ?? "{}"),
  });
  expect(await run("webhook-retry")).toEqual({ applied: 0, failed: 0 });
  await shop()
    .db.collection("webhookEvents")
    .updateMany({}, { $set: { dueAt: new Date(Date.now() - 1) } });
  expect(await run("webhook-retry")).toEqual({ applied: 1, failed: 0 });
  expect(await shop().db.collection("webhookEvents").findOne({ eventId: captured?.id })).toMatchObject({
    state: "processed",
  });
  expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
  expect(await run("webhook-retry")).toEqual({ applied: 0, failed: 0 });
});

describe("outbox", () => {
  const mailsOf = (buyer: Buyer) =>
    control().engagement.notifications({ dedupeKey: `order_confirmed:${buyer.id}` });
  const messageOf = (buyer: Buyer) => outbox().findOne({ type: "order.placed", "payload.orderId": buyer.id });
  const at = async (offsetMs: number) => (await import("../../../utils/clock.js")).setClock(offsetMs);

  test("When an order was placed, then the job delivers its mail once; a second run delivers nothing", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy({}, "upi");
    expect(mailsOf(buyer)).toEqual([]);
    expect((await run("outbox")).taken).toBeGreaterThanOrEqual(1);
    expect(mailsOf(buyer)).toMatchObject([
      {
        template: "order_confirmed",
        to: { email: "meera@example.com", phone: "+919845012345" },
        data: { orderNumber, customerName: "Meera Nair", paymentStatus: "paid", grandTotal: 365.42 },
        missing: [],
        requests: 1,
      },
    ]);
    expect(await messageOf(buyer)).toMatchObject({ state: "delivered", attempts: 1 });
    await run("outbox");
    expect(mailsOf(buyer)).toMatchObject([{ requests: 1 }]);
  });

  test.each(["status", "reset-after"] as const)(
    "When the first deliveries end in %s, then the customer gets one mail in the end",
    async (action) => {
      const buyer = shop().guest();
      await buyer.buy();
      control().faults.add({ service: "engagement", action, times: 2 });
      await run("outbox");
      expect(await messageOf(buyer)).toMatchObject({
        state: "pending",
        attempts: 1,
        lastError: expect.any(String),
      });
      await run("outbox");
      expect(await messageOf(buyer)).toMatchObject({ attempts: 1 });
      await at(60_000);
      await run("outbox");
      expect(await messageOf(buyer)).toMatchObject({ state: "delivered", attempts: 2, lastError: null });
      expect(mailsOf(buyer)).toHaveLength(1);
    },
  );

  test("When it never works, then the message is dead and visible, and a replay delivers it", async () => {
    const buyer = shop().guest();
    await buyer.buy();
    control().faults.add({ service: "engagement", action: "status", status: 500 });
    for (let hours = 1; hours <= 12; hours += 1) {
      await at(hours * HOUR_MS);
      await shop().runJob("outbox");
    }
    const dead = await messageOf(buyer);
    expect(dead).toMatchObject({ state: "dead", attempts: 12, lastError: expect.stringMatching(/./) });
    await at(24 * HOUR_MS);
    await shop().runJob("outbox");
    expect((await messageOf(buyer))?.attempts).toBe(12);
    await at(0);
    const { items } = done(await shop().call("get", "/api/admin/outbox", { as: admin() }));
    expect(items).toContainEqual(
      expect.objectContaining({ id: String(dead?._id), state: "dead", attempts: 12 }),
    );
    await shop().recover();
    done(await shop().call("post", `/api/admin/outbox/${dead?._id}/replay`, { as: admin() }));
    await run("outbox");
    expect(await messageOf(buyer)).toMatchObject({ state: "delivered" });
    expect(mailsOf(buyer)).toHaveLength(1);
  });
});
