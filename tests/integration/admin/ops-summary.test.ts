import { Types } from "mongoose";
import { paidCheckout, place } from "../../support/purchase.js";
import { type AdminWorld, onlyFor, planOf, startAdminWorld } from "./admin-world.js";

const PATH = "/api/admin/ops/summary";

let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const summary = async () => (await world.get(PATH)).body.data;

describe("GET /api/admin/ops/summary", () => {
  test("When nothing has happened, then everything is 0", async () => {
    expect(await summary()).toEqual({
      at: expect.any(String),
      moneyWithoutOrder: { count: 0, amount: 0, oldestAt: null, overdueCount: 0, overdueAmount: 0 },
      outbox: { pending: 0, dead: 0, lagSeconds: 0 },
      waiting: { payments: 0, refunds: 0, refundsToApprove: 0, returnsToDecide: 0, webhooks: 0 },
    });
  });

  test("When a payment is captured, then it is money without an order until the order is placed", async () => {
    world.sandbox.control.razorpay.configure({ webhooks: { hold: true } });
    const checkout = await paidCheckout(world.url, world.sandbox);
    const payments = world.db.collection("payments");
    const capturedAt = (await payments.findOne({ _id: new Types.ObjectId(checkout.paymentId) }))?.capturedAt;
    const rupees = checkout.amount / 100;
    expect((await summary()).moneyWithoutOrder).toEqual({
      ...{ count: 1, amount: rupees, oldestAt: capturedAt.toISOString() },
      ...{ overdueCount: 0, overdueAmount: 0 },
    });

    const quarterPast = new Date(Date.now() - 15.5 * 60_000);
    await payments.updateOne(
      { gatewayPaymentId: checkout.paid.paymentId },
      { $set: { capturedAt: quarterPast } },
    );
    expect((await summary()).moneyWithoutOrder).toEqual({
      ...{ count: 1, amount: rupees, oldestAt: quarterPast.toISOString() },
      ...{ overdueCount: 1, overdueAmount: rupees },
    });

    expect((await place(checkout)).status).toBe(201);
    expect((await summary()).moneyWithoutOrder).toMatchObject({ count: 0, amount: 0, oldestAt: null });
  });

  test("When a part of a capture is refunded or reserved for it, then only the rest is without an order", async () => {
    const payment = (fields: object) => ({
      _id: new Types.ObjectId(),
      ...{ status: "captured", surplus: false, orderId: null, capturedAt: new Date() },
      ...{ capturedAmount: 10_000, refundedAmount: 0, refundReserved: 0, attention: false },
      ...fields,
    });
    await world.db
      .collection("payments")
      .insertMany([
        payment({ refundedAmount: 2_500, refundReserved: 1_500 }),
        payment({ refundedAmount: 10_000 }),
        payment({ surplus: true }),
        payment({ orderId: new Types.ObjectId() }),
        payment({ status: "failed" }),
      ]);
    expect((await summary()).moneyWithoutOrder).toMatchObject({ count: 1, amount: 60 });
  });

  test("When messages and people wait, then each is counted where it belongs", async () => {
    const insert = (collection: string, ...rows: object[]) =>
      world.db.collection(collection).insertMany(rows);
    const dueAt = new Date(Date.now() - 90_000);
    const message = (dedupeKey: string, fields: object) => ({
      dedupeKey,
      dueAt,
      createdAt: dueAt,
      ...fields,
    });
    await insert(
      "outboxMessages",
      ...[message("a", { state: "pending" }), message("b", { state: "dead" })],
      ...[message("c", { state: "dead" }), message("d", { state: "delivered" })],
    );
    await insert(
      "payments",
      { attention: true, status: "captured" },
      { attention: false, status: "captured" },
    );
    const refund = (refundNumber: string, status: string, attention: boolean) => ({
      refundNumber,
      status,
      attention,
    });
    await insert(
      "refunds",
      refund("1", "failed", true),
      refund("2", "pending", false),
      refund("3", "pending", false),
    );
    await insert("returns", { status: "requested" }, { status: "approved" });
    await insert("webhookEvents", { eventId: "1", state: "flagged" }, { eventId: "2", state: "processed" });
    const { outbox, waiting } = await summary();
    expect(outbox).toMatchObject({ pending: 1, dead: 2 });
    expect(outbox.lagSeconds).toBeGreaterThanOrEqual(90);
    expect(waiting).toEqual({
      payments: 1,
      refunds: 1,
      refundsToApprove: 2,
      returnsToDecide: 1,
      webhooks: 1,
    });
  });

  test("When money without an order is summed up, then its own index answers", async () => {
    const filter = { status: "captured", surplus: false, orderId: null };
    const cursor = world.db
      .collection("payments")
      .aggregate([{ $match: filter }], { hint: "captured_without_order" });
    expect(await planOf(cursor)).toContain("captured_without_order");
  });

  test("When a role reads it, then every admin may, and a machine may not", async () => {
    const allowed = onlyFor(["admin", "finance", "support", "fulfilment", "viewer"]);
    expect(await world.statusByRole("get", PATH)).toEqual(allowed);
  });
});
