import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, useShop } from "../checkout/shop-world.js";

/** What the gateway's events about disputes, refunds made elsewhere, downtimes and unknown orders change. */
const shop = useShop({ CATALOG_CACHE_SECONDS: "60" });
const gateway = () => shop().sandbox.control.razorpay;
const events = () => shop().db.collection("webhookEvents");
const byId = { _id: -1 } as const;

afterEach(async () => {
  await shop().recover();
  gateway().configure({
    refundMode: "instant",
    refundSettleMs: null,
    webhooks: { drop: "none", hold: false },
  });
  await shop().settle();
});

const paymentOf = async (buyer: Buyer) => {
  const [payment] = await buyer.stored.payments();
  if (!payment) throw new Error("a payment was expected");
  return payment;
};
const refundsOf = async (buyer: Buyer) =>
  shop()
    .db.collection("refunds")
    .find({ paymentId: (await paymentOf(buyer))._id })
    .sort({ _id: 1 })
    .toArray();

/** An order that was paid online. */
async function paidOrder() {
  const buyer = shop().guest();
  await buyer.buy({}, "upi");
  await shop().settle();
  const { gatewayPaymentId, capturedAmount } = await paymentOf(buyer);
  return { buyer, paymentId: gatewayPaymentId as string, amount: capturedAmount as number };
}

/** A payment for a cart that has changed, so all of it is to be refunded; its webhooks are held. */
async function superseded() {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  done(await buyer.add(SEED.variants.ashwagandha));
  gateway().configure({ webhooks: { hold: true } });
  const { paymentId } = buyer.pay(window.orderId);
  return { buyer, paymentId, amount: (await paymentOf(buyer)).amount as number };
}

async function release(order: "fifo" | "reverse" = "fifo"): Promise<void> {
  await gateway().release({ order });
  gateway().configure({ webhooks: { hold: false } });
  await shop().settle();
}

/** Sends an event and waits until it is applied. @returns the stored event */
async function send(event: string, payload: object, createdAt?: number) {
  await gateway().sendEvent(event, payload, createdAt === undefined ? {} : { createdAt });
  await shop().settle();
  const [stored] = await events().find({ event }).sort(byId).limit(1).toArray();
  return stored;
}

/** Lets all attempts of the events that wait pass, as two minutes do. */
async function letAttemptsPass(): Promise<void> {
  await events().updateMany({ state: "received" }, { $set: { attempts: 5, dueAt: new Date(0) } });
  await shop().runJob("webhook-retry");
}

const messages = (template: string, contains: string) =>
  shop()
    .sandbox.control.engagement.notifications({ template })
    .filter(({ dedupeKey }) => dedupeKey.includes(contains));

describe("A dispute", () => {
  test("When it is opened, then payment, order and staff know the deadline", async () => {
    const { buyer, paymentId, amount } = await paidOrder();
    const { id, respond_by } = gateway().openDispute(paymentId);
    await shop().settle();
    const dispute = { id, status: "open", amount, respondBy: new Date(respond_by * 1000), closedAt: null };
    expect((await paymentOf(buyer)).disputes).toMatchObject([dispute]);
    expect((await buyer.stored.order())?.disputes).toMatchObject([dispute]);
    const [message] = messages("payment_dispute_admin", id);
    const order = await buyer.stored.order();
    expect(message?.data).toMatchObject({
      orderNumber: order?.orderNumber,
      amount: amount / 100,
      status: "open",
    });
  });

  test.each(["fifo", "reverse"] as const)(
    "When it is lost and its events arrive in the order %s and again, then one refund counts what was deducted",
    async (order) => {
      const { buyer, paymentId, amount } = await paidOrder();
      gateway().configure({ webhooks: { hold: true } });
      const { id } = gateway().openDispute(paymentId, { amount: 5_000 });
      gateway().moveDispute(id, "under_review");
      gateway().moveDispute(id, "lost");
      await release(order);
      for (const { id: eventId } of gateway().events().slice(-3)) await gateway().redeliver(eventId);
      await send("payment.dispute.lost", {
        payment: { entity: gateway().entity(paymentId) },
        dispute: { entity: gateway().entity(id) },
      });
      expect((await paymentOf(buyer)).disputes).toMatchObject([
        { id, status: "lost", amountDeducted: 5_000 },
      ]);
      expect(await paymentOf(buyer)).toMatchObject({
        status: "captured",
        refundedAmount: 5_000,
        refundReserved: 0,
      });
      expect(await buyer.stored.order()).toMatchObject({ refundedAmount: 5_000, paymentStatus: "paid" });
      expect(await refundsOf(buyer)).toMatchObject([
        {
          systemReason: "dispute_lost",
          status: "completed",
          amount: 5_000,
          initiatedByType: "system",
          type: "partial",
        },
      ]);
      expect(amount).toBeGreaterThan(5_000);
      expect(messages("payment_refunded_late", String((await refundsOf(buyer))[0]?._id))).toEqual([]);
    },
  );

  test("When none of its events arrives, then the list says that it was opened and lost, each once", async () => {
    const { buyer, paymentId } = await paidOrder();
    gateway().configure({ webhooks: { drop: "all" } });
    const { id } = gateway().openDispute(paymentId, { amount: 5_000 });
    for (const status of ["open", "lost"] as const) {
      if (status === "lost") gateway().moveDispute(id, status);
      expect(await shop().runJob("dispute-sync")).toMatchObject({ result: { changed: 1, failed: 0 } });
      expect(await shop().runJob("dispute-sync")).toMatchObject({ result: { changed: 0, failed: 0 } });
      await shop().settle();
      expect((await paymentOf(buyer)).disputes).toMatchObject([{ id, status }]);
    }
    expect(messages("payment_dispute_admin", id)).toHaveLength(2);
    expect(await refundsOf(buyer)).toMatchObject([{ systemReason: "dispute_lost", amount: 5_000 }]);
    gateway().configure({ webhooks: { drop: "none" } });
  });

  test("When it is recorded before the order is placed, then the order has it too", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    gateway().configure({ webhooks: { drop: "all" } });
    const paid = buyer.pay(window.orderId);
    done(await buyer.verify(paid));
    gateway().configure({ webhooks: { drop: "none" } });
    // A dispute's event with a payment that is known here does not place the order.
    const { id } = gateway().openDispute(paid.paymentId);
    await shop().settle();
    expect(await buyer.stored.order()).toBeNull();
    done(await buyer.order());
    expect((await buyer.stored.order())?.disputes).toMatchObject([{ id, status: "open" }]);
  });

  test("When it is lost before the capture is known here, then what was deducted counts all the same", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    gateway().configure({ webhooks: { hold: true } });
    const { paymentId } = buyer.pay(window.orderId);
    const { id } = gateway().openDispute(paymentId, { amount: 5_000 });
    gateway().moveDispute(id, "lost");
    const idOf = (name: string) =>
      gateway()
        .events()
        .findLast(({ event, body }) => event === name && body.includes(paymentId))?.id ?? "";
    for (const name of ["payment.authorized", "payment.dispute.lost"]) {
      await gateway().release({ eventIds: [idOf(name)] });
      await shop().settle();
    }
    await release();
    expect(await paymentOf(buyer)).toMatchObject({ status: "captured", refundedAmount: 5_000 });
    expect(await buyer.stored.order()).toMatchObject({ refundedAmount: 5_000, paymentStatus: "paid" });
    expect(await refundsOf(buyer)).toMatchObject([{ systemReason: "dispute_lost", status: "completed" }]);
  });

  test("When more was deducted than is left, then the rest of the payment counts and a person has to look", async () => {
    const { buyer, paymentId, amount } = await paidOrder();
    gateway().refundInDashboard(paymentId, 4_000);
    await shop().settle();
    const { id } = gateway().openDispute(paymentId);
    gateway().moveDispute(id, "lost");
    await shop().settle();
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount, attention: true });
    expect(await buyer.stored.order()).toMatchObject({ refundedAmount: amount, paymentStatus: "refunded" });
    // A refund that is in flight might make room.
    await letAttemptsPass();
    await letAttemptsPass();
    const [event] = await events().find({ event: "payment.dispute.lost" }).sort(byId).limit(1).toArray();
    expect(event).toMatchObject({
      state: "flagged",
      reason: "more was deducted than is left of the payment",
      awaits: [paymentId],
    });
    expect(await refundsOf(buyer)).toHaveLength(2);
  });

  test("When a refund is owed meanwhile, then nothing is sent until the dispute is won", async () => {
    const { buyer, paymentId, amount } = await superseded();
    const { id } = gateway().openDispute(paymentId);
    // The dispute is known before the capture: its event brings the payment.
    await release("reverse");
    expect(await refundsOf(buyer)).toMatchObject([{ status: "processing", attention: true, attempts: [] }]);
    await shop().runJob("payment-sweep");
    expect(gateway().refundsOf(paymentId)).toEqual([]);
    gateway().moveDispute(id, "won");
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([{ status: "completed", attention: false, amount }]);
    expect(gateway().refundsOf(paymentId)).toHaveLength(1);
  });

  test("When the gateway refuses a refund before the dispute is known, then its end sends it again", async () => {
    const { buyer, paymentId, amount } = await superseded();
    const { id } = gateway().openDispute(paymentId);
    const captured = gateway()
      .events()
      .filter(({ event }) => event === "payment.captured")
      .at(-1);
    await gateway().release({ eventIds: [captured?.id ?? ""] });
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([
      { status: "failed", attention: true, failureReason: expect.stringContaining("disputed") },
    ]);
    await release();
    gateway().moveDispute(id, "won");
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([{ status: "failed" }, { status: "completed", amount }]);
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount, refundReserved: 0 });
  });

  test("When it is lost while a refund waits, then what was deducted is not refunded again, and the rest is", async () => {
    const { buyer, paymentId, amount } = await superseded();
    const { id } = gateway().openDispute(paymentId, { amount: 1_000 });
    await release("reverse");
    gateway().moveDispute(id, "lost");
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([
      { status: "failed", attention: false },
      { status: "completed", systemReason: "dispute_lost", amount: 1_000 },
      { status: "completed", systemReason: "surplus", amount: amount - 1_000 },
    ]);
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount, refundReserved: 0 });
  });
});

describe("A refund made in the gateway's dashboard", () => {
  test("When it is completed, then it has a row and counts on payment and order, until all is refunded", async () => {
    const { buyer, paymentId, amount } = await paidOrder();
    const { id } = gateway().refundInDashboard(paymentId, 3_000);
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([
      {
        gatewayRefundId: id,
        systemReason: "dashboard",
        initiatedByType: "system",
        status: "completed",
        amount: 3_000,
      },
    ]);
    expect(await buyer.stored.order()).toMatchObject({ refundedAmount: 3_000, paymentStatus: "paid" });
    expect(messages("refund_completed", "refund_completed:")).not.toEqual([]);
    gateway().refundInDashboard(paymentId);
    await shop().settle();
    expect(await paymentOf(buyer)).toMatchObject({ status: "captured", refundedAmount: amount });
    expect(await buyer.stored.order()).toMatchObject({ refundedAmount: amount, paymentStatus: "refunded" });
    expect(await buyer.stored.history()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ statusType: "payment", fromStatus: "paid", toStatus: "refunded" }),
      ]),
    );
  });

  test("When it is pending and then fails, then its amount is reserved and given back", async () => {
    const { buyer, paymentId } = await paidOrder();
    gateway().configure({ refundMode: "pending", refundSettleMs: null });
    const { id } = gateway().refundInDashboard(paymentId, 3_000);
    await shop().settle();
    expect(await paymentOf(buyer)).toMatchObject({ refundReserved: 3_000, refundedAmount: 0 });
    expect(await buyer.stored.order()).toMatchObject({ refundReserved: 3_000 });
    gateway().settleRefund(id, "failed");
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([{ status: "failed", attention: true }]);
    expect(await paymentOf(buyer)).toMatchObject({ refundReserved: 0, refundedAmount: 0 });
    expect(await buyer.stored.order()).toMatchObject({ refundReserved: 0, refundedAmount: 0 });
  });

  test.each([
    [["pending", "processed", "failed"], "failed"],
    [["failed", "processed", "pending"], "failed"],
    [["processed", "failed", "processed"], "processed"],
    [["failed", "pending", "processed"], "processed"],
    [["processed", "pending", "failed", "processed", "failed"], "failed"],
  ])("When its events report %j, then it ends as the gateway has it: %s", async (reports, truth) => {
    const { buyer, paymentId, amount } = await paidOrder();
    gateway().configure({ webhooks: { drop: "all" } });
    const { id } = gateway().refundInDashboard(paymentId);
    const entity = { ...gateway().entity(id) };
    gateway().tamper(id, { status: truth });
    gateway().configure({ webhooks: { drop: "none" } });
    const payment = { entity: gateway().entity(paymentId) };
    for (const status of reports) {
      const event = status === "pending" ? "created" : status;
      await send(`refund.${event}`, { payment, refund: { entity: { ...entity, status } } });
    }
    const isDone = truth === "processed";
    expect(await refundsOf(buyer)).toMatchObject([{ status: isDone ? "completed" : "failed", amount }]);
    const counted = { refundedAmount: isDone ? amount : 0, refundReserved: 0 };
    expect(await paymentOf(buyer)).toMatchObject(counted);
    expect(await buyer.stored.order()).toMatchObject({
      ...counted,
      paymentStatus: isDone ? "refunded" : "paid",
    });
  });

  test("When a part is refunded elsewhere while a refund waits for a dispute, then it counts and the rest is owed", async () => {
    const { buyer, paymentId, amount } = await superseded();
    const { id } = gateway().openDispute(paymentId, { amount: 1_000 });
    await release("reverse");
    gateway().refundInDashboard(paymentId, 3_000);
    await shop().settle();
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: 3_000, refundReserved: amount - 3_000 });
    gateway().moveDispute(id, "won");
    await shop().settle();
    expect(await refundsOf(buyer)).toMatchObject([
      { status: "failed", attention: false },
      { status: "completed", systemReason: "gateway", amount: 3_000 },
      { status: "completed", amount: amount - 3_000 },
    ]);
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount, refundReserved: 0 });
  });

  test("When it found no room beside a refund in flight, then it counts once that refund has failed", async () => {
    const { buyer, paymentId, amount } = await superseded();
    gateway().setFault({ match: "POST /payments/:id/refund", action: "status500", times: "always" });
    await release();
    gateway().refundInDashboard(paymentId, 3_000);
    await shop().settle();
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: 0, refundReserved: amount });
    await letAttemptsPass();
    await shop().recover();
    await shop().runJob("payment-sweep");
    await shop().runJob("webhook-retry");
    await shop().settle();
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount, refundReserved: 0 });
  });

  test("When it is more than is left, then it waits, and is flagged in the end", async () => {
    const { buyer, paymentId, amount } = await paidOrder();
    const { id } = gateway().refundInDashboard(paymentId);
    await shop().settle();
    const other = { ...gateway().entity(id), id: "rfnd_AAAAAAAAAAAAAA", amount: 100 };
    const waiting = await send("refund.processed", { refund: { entity: other } });
    expect(waiting).toMatchObject({ state: "received", lastError: expect.stringContaining("exceeds") });
    await letAttemptsPass();
    expect(await events().findOne({ _id: waiting?._id })).toMatchObject({
      state: "flagged",
      reason: expect.stringContaining("exceeds"),
    });
    expect(await paymentOf(buyer)).toMatchObject({ refundedAmount: amount });
  });
});

describe("An event about an unknown order", () => {
  test("When the gateway order becomes known after the event was flagged, then the event is applied", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const payments = shop().db.collection("payments");
    const { _id } = await paymentOf(buyer);
    // As if the answer to the creation of the gateway order had been lost.
    await payments.updateOne({ _id }, { $set: { gatewayOrderId: null } });
    const { paymentId } = buyer.pay(window.orderId);
    await shop().settle();
    await letAttemptsPass();
    const about = { awaits: window.orderId };
    expect(await events().findOne(about)).toMatchObject({
      state: "flagged",
      reason: "unknown gateway order",
      awaits: [window.orderId, paymentId],
    });
    done(await buyer.choose());
    await shop().runJob("webhook-retry");
    expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
    expect(await events().countDocuments(about)).toBe(0);
  });
});

describe("A downtime", () => {
  test("When it starts and is resolved, then the payment options follow at once, although the list is cached", async () => {
    const buyer = await shop().guest().prepare();
    const upi = async () => {
      const { paymentOptions } = done(await buyer.choose("card"));
      return paymentOptions.find(({ method }: { method: string }) => method === "upi")?.downtime;
    };
    expect(await upi()).toBeUndefined();
    const { id } = gateway().startDowntime({ method: "upi", severity: "low" });
    await shop().settle();
    expect(await upi()).toMatchObject({ severity: "low" });
    gateway().updateDowntime(id, "high");
    await shop().settle();
    expect(await upi()).toMatchObject({ severity: "high" });
    const started = { ...gateway().entity(id), status: "started" };
    gateway().resolveDowntime(id);
    await shop().settle();
    expect(await upi()).toBeUndefined();
    const late = await send("payment.downtime.started", { "payment.downtime": { entity: started } });
    expect(late).toMatchObject({ state: "processed", reason: expect.stringContaining("newer report") });
    expect(await upi()).toBeUndefined();
  });
});

describe("An event without effect", () => {
  test.each([
    ["order.notification.delivered", {}, "processed", "events of this type have no effect here"],
    ["payment.captured", {}, "flagged", "the event contains no payment"],
    ["refund.processed", { refund: { entity: { id: "odd" } } }, "flagged", "refund: "],
  ])("When %s arrives with %j, then it is %s with the reason", async (event, payload, state, reason) => {
    const stored = await send(event, payload);
    expect(stored).toMatchObject({ state, reason: expect.stringContaining(reason) });
  });

  test("When a payment is reported again, then the event has its reason", async () => {
    const { paymentId } = await paidOrder();
    const stored = await send("payment.captured", { payment: { entity: gateway().entity(paymentId) } });
    expect(stored).toMatchObject({
      state: "processed",
      reason: "nothing new: the payment is captured already",
    });
  });
});

test("When a settlement is processed, then its rows are pulled once", async () => {
  const entity = {
    id: "setl_AAAAAAAAAAAAAA",
    entity: "settlement",
    ...{ amount: 97_640, fees: 2_360, tax: 360, utr: "AXIS00012345" },
    status: "processed",
    created_at: 1_767_225_600,
  };
  await send("settlement.processed", { settlement: { entity } });
  await send("settlement.processed", { settlement: { entity } });
  const owed = await shop().db.collection("outboxMessages").find({ type: "settlement.pull" }).toArray();
  expect(owed.map(({ payload }) => payload)).toEqual([{ settlementId: entity.id, date: "2026-01-01" }]);
});

describe("Admins", () => {
  const path = "/api/admin/webhooks";
  const call = (method: "get" | "post", to: string, as: "admin" | "viewer" = "admin") =>
    shop().call(method, to, { as: { token: shop().sandbox.tokens[as] } });

  test("When they look for an event, then they see what it says, and why it is flagged, without personal data", async () => {
    const entity = {
      ...{ id: "pay_ABCDEFGHIJKLMN", entity: "payment", amount: 12_300, currency: "INR", status: "captured" },
      ...{ order_id: "order_ABCDEFGHIJKLMN", method: "upi", vpa: "asha@okbank", email: "asha@example.com" },
    };
    await send("payment.captured", { payment: { entity } });
    await letAttemptsPass();
    const { items, pagination } = done(
      await call("get", `${path}?state=flagged&event=payment.captured&source=razorpay&limit=1`, "viewer"),
    );
    expect(pagination.total).toBeGreaterThan(0);
    expect(items[0]).toMatchObject({
      event: "payment.captured",
      state: "flagged",
      reason: "unknown gateway order",
      awaits: [entity.order_id, entity.id],
    });
    const answer = await call("get", `${path}/${items[0].id}`, "viewer");
    expect(done(answer).content.payment).toEqual({
      ...{ id: entity.id, orderId: entity.order_id, status: "captured", currency: "INR" },
      ...{ amount: 123, amountRefunded: 0 },
    });
    expect(answer.text).not.toMatch(/asha|okbank/);
  });

  test("When they replay a flagged event, then it is applied again, and recorded in the audit log", async () => {
    const stored = await send("payment.captured", {});
    const replay = `${path}/${stored?._id.toHexString()}/replay`;
    expect((await call("post", replay, "viewer")).status).toBe(403);
    expect(done(await call("post", replay))).toMatchObject({ state: "received", attempts: 0, reason: null });
    await shop().runJob("webhook-retry");
    expect(await events().findOne({ _id: stored?._id })).toMatchObject({ state: "flagged", attempts: 1 });
    const audit = await shop().db.collection("auditLogs").findOne({ action: "webhook.replay" });
    expect(audit).toMatchObject({ resourceId: stored?._id.toHexString(), before: { state: "flagged" } });
    await events().updateOne({ _id: stored?._id }, { $set: { state: "processed" } });
    expect((await call("post", replay)).status).toBe(404);
    expect((await call("get", `${path}/${"0".repeat(24)}`)).status).toBe(404);
  });
});
