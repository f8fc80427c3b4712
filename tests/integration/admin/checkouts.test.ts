import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { openCheckout, startCheckout } from "../../support/purchase.js";
import { unknownId } from "../cart/cart-world.js";
import { type AdminWorld, onlyFor, planOf, startAdminWorld } from "./admin-world.js";

const STAFF = ["admin", "finance", "support", "fulfilment", "viewer"] as const;
let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const path = "/api/admin/checkouts";
const sessions = () => world.db.collection("checkoutSessions");

describe("GET /api/admin/checkouts", () => {
  const session = (day: number, status: string, userId: string) => ({
    _id: new Types.ObjectId(),
    cartId: new Types.ObjectId(),
    userId,
    status,
    email: "meera@example.com",
    phone: null,
    customerName: null,
    paymentMethod: null,
    totals: null,
    frozen: null,
    orderNumber: null,
    source: "web",
    failureReason: null,
    reminderSentAt: null,
    steps: {
      initiatedAt: null,
      addressEnteredAt: null,
      paymentPendingAt: null,
      completedAt: null,
      failedAt: null,
    },
    expiresAt: new Date("2026-06-01T00:00:00Z"),
    createdAt: new Date(`2026-05-0${day}T12:00:00Z`),
    updatedAt: new Date(`2026-05-0${day}T12:00:00Z`),
  });
  beforeEach(async () => {
    await sessions().insertMany([
      session(1, "initiated", "user-one"),
      session(2, "completed", "user-one"),
      session(3, "failed", "user-two"),
      session(4, "initiated", "user-two"),
    ]);
  });

  it.each([
    ["", [4, 3, 2, 1]],
    ["status=initiated", [4, 1]],
    ["userId=user-one", [2, 1]],
    ["userId=user-two&status=failed", [3]],
    ["dateFrom=2026-05-02T12:00:00Z&dateTo=2026-05-03T12:00:00Z", [3, 2]],
    ["sortOrder=asc&limit=3&page=2", [4]],
  ])("When %s is asked for, then only those come", async (query, days) => {
    const { body } = await world.get(`${path}?${query}`);
    const found = body.data.items.map(({ createdAt }: { createdAt: string }) =>
      new Date(createdAt).getUTCDate(),
    );
    expect(found).toEqual(days);
  });

  it("When the filters are used, then an index answers them in order", async () => {
    for (const filter of [{}, { status: "failed" }, { userId: "user-one" }]) {
      const plan = await planOf(sessions().find(filter).sort({ createdAt: -1 }).limit(20));
      expect(plan).toContain("IXSCAN");
      expect(plan).not.toMatch(/COLLSCAN|"SORT"/);
    }
  });

  it("When the status is no status, then 400", async () => {
    expect((await world.get(`${path}?status=lost`)).body.error).toMatchObject({ code: "VALIDATION_ERROR" });
  });
});

describe("GET /api/admin/checkouts/:sessionId", () => {
  it("When a guest's checkout is being paid, then it comes in full, but for the session id", async () => {
    const { id, paymentId, shopper } = await openCheckout(world.url);
    const { status, body } = await world.get(`${path}/${id}`);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      id,
      status: "payment_pending",
      userId: null,
      email: "meera@example.com",
      paymentMethod: "upi",
      steps: { initiatedAt: expect.any(String), paymentPendingAt: expect.any(String), completedAt: null },
      payments: [{ id: paymentId, status: "pending", gatewayOrderId: expect.stringMatching(/^order_/) }],
      payment: { id: paymentId, gatewayOrderId: expect.stringMatching(/^order_/), accepted: false },
      placement: null,
      cart: { items: [{ variantId: SEED.variants.hairOil }] },
    });
    expect(shopper.guestId).toEqual(expect.any(String));
    expect(JSON.stringify(body)).not.toContain(shopper.guestId);
    expect((await world.get(`${path}?status=payment_pending`)).body.data.items).toMatchObject([
      { id, value: body.data.totals.grandTotal, amountDue: body.data.totals.amountDue },
    ]);
  });

  it("When there is none, then 404", async () => {
    const { status, body } = await world.get(`${path}/${unknownId()}`);
    expect([status, body.error.code]).toEqual([404, "CHECKOUT_NOT_FOUND"]);
  });

  it("When a role asks, then all staff may read, and no one else", async () => {
    const { id } = await startCheckout(world.url);
    for (const route of [path, `${path}/funnel`, `${path}/${id}`]) {
      expect(await world.statusByRole("get", route)).toEqual(onlyFor(STAFF));
      expect((await world.call("get", route)).status).toBe(401);
    }
  });

  it("When a customer goes through the steps, then the funnel counts each of them", async () => {
    await openCheckout(world.url);
    await startCheckout(world.url);
    const { body } = await world.get(`${path}/funnel?groupBy=month`);
    expect(body.data.steps.map(({ count }: { count: number }) => count)).toEqual([2, 2, 1, 0]);
    expect(body.data.steps.map(({ dropOff }: { dropOff: number }) => dropOff)).toEqual([0, 1, 1, 0]);
    expect(body.data.conversionRate).toBe(0);
  });
});

describe("The job checkout-reminder", () => {
  const HOUR = 3_600_000;
  const mails = () => world.sandbox.control.engagement.notifications({ template: "checkout_abandoned" });
  const run = async (): Promise<unknown> => {
    const runs = (await world.runJob("checkout-reminder")) as { result: unknown };
    await world.deliver(HOUR);
    return runs.result;
  };
  /** As if it had not been changed for this time. */
  const age = (id: string, ms: number) =>
    sessions().updateOne({ _id: new Types.ObjectId(id) }, [
      { $set: { expiresAt: { $subtract: ["$expiresAt", ms] } } },
    ]);

  it("When a checkout was left alone for an hour, then its owner is reminded once", async () => {
    const { id } = await startCheckout(world.url, { token: world.token("asha").token });
    await age(id, 61 * 60_000);
    expect(await run()).toEqual({ reminded: 1, failed: 0 });
    expect(await run()).toEqual({ reminded: 0, failed: 0 });
    expect(mails()).toMatchObject([
      {
        channels: ["email"],
        to: { userId: SEED.users.asha, email: "meera@example.com" },
        data: { checkoutSessionId: id, itemCount: 1, link: expect.stringContaining(id) },
        dedupeKey: `checkout_abandoned:${id}`,
      },
    ]);
    expect(await sessions().findOne({ _id: new Types.ObjectId(id) })).toMatchObject({
      reminderSentAt: expect.any(Date),
    });
  });

  it("When it has expired by then, then its owner is reminded all the same; too late, or too early, then not", async () => {
    const { id } = await startCheckout(world.url);
    await age(id, 59 * 60_000);
    expect(await run()).toEqual({ reminded: 0, failed: 0 });
    await age(id, 2 * 60_000);
    await world.runJob("checkout-cleanup");
    expect(await sessions().findOne({ _id: new Types.ObjectId(id) })).toMatchObject({
      status: "failed",
      failureReason: "expired",
    });
    expect(await run()).toEqual({ reminded: 1, failed: 0 });
    const { id: old } = await startCheckout(world.url);
    await age(old, 26 * HOUR);
    expect(await run()).toEqual({ reminded: 0, failed: 0 });
  });

  it("When two runs meet, then one mail is sent", async () => {
    const { id } = await startCheckout(world.url);
    await age(id, 61 * 60_000);
    const { unfinishedCheckouts, remindOfCheckout } = await import(
      "../../../services/flows/remind-checkout.flow.js"
    );
    const find = await unfinishedCheckouts();
    const [found] = await find(10);
    if (!found) throw new Error("not found");
    const reminded = await Promise.all(Array.from({ length: 5 }, () => remindOfCheckout(found)));
    expect(reminded.filter(Boolean)).toHaveLength(1);
    await world.deliver(HOUR);
    expect(mails()).toHaveLength(1);
  });

  it("When it was resumed, bought, or has no e-mail, then no reminder is sent", async () => {
    const token = world.token("asha").token;
    const { id } = await startCheckout(world.url, { token });
    await age(id, 61 * 60_000);
    const resumed = await world.call("get", `/api/checkout/resume/${id}`, { as: { token } });
    expect(resumed.body.meta).toEqual({ renewed: true });
    const { id: bought } = await startCheckout(world.url);
    await age(bought, 61 * 60_000);
    const session = await sessions().findOne({ _id: new Types.ObjectId(bought) });
    await world.db.collection("carts").updateOne({ _id: session?.cartId }, { $set: { status: "converted" } });
    const { id: silent } = await startCheckout(world.url);
    await age(silent, 61 * 60_000);
    await sessions().updateOne({ _id: new Types.ObjectId(silent) }, { $set: { email: null } });
    expect(await run()).toEqual({ reminded: 0, failed: 0 });
    expect(mails()).toEqual([]);
  });

  describe("When several checkouts name one address", () => {
    const setEmail = (id: string, email: string) =>
      sessions().updateOne({ _id: new Types.ObjectId(id) }, { $set: { email } });
    const reminders = () => world.db.collection("reminders");

    async function abandonedBy(email: string, shopper?: { token: string }) {
      const { id } = await startCheckout(world.url, shopper);
      await setEmail(id, email);
      await age(id, 61 * 60_000);
      return id;
    }

    it("then a typed address gets one reminder a day, in whatever spelling", async () => {
      for (const email of [
        "victim@example.in",
        "Victim@Example.in",
        "victim+1@example.in",
        "victim@example.in",
      ])
        await abandonedBy(email);
      expect(await run()).toEqual({ reminded: 1, failed: 0 });
      expect(await run()).toEqual({ reminded: 0, failed: 0 });
      expect(mails()).toHaveLength(1);
      await reminders().updateMany({}, [{ $set: { sentAt: { $subtract: ["$sentAt", 25 * HOUR] } } }]);
      expect(await run()).toEqual({ reminded: 1, failed: 0 });
      expect(JSON.stringify(await reminders().find({}).toArray())).not.toMatch(/victim/i);
    });

    it("then other addresses get theirs", async () => {
      await abandonedBy("one@example.in");
      await abandonedBy("two@example.in");
      expect(await run()).toEqual({ reminded: 2, failed: 0 });
    });

    it("then a customer gets one at the confirmed address after a stranger has typed it, not the other way round", async () => {
      await abandonedBy("user-asha@example.in");
      expect(await run()).toEqual({ reminded: 1, failed: 0 });
      await abandonedBy("user-asha@example.in", { token: world.token("asha").token });
      expect(await run()).toEqual({ reminded: 1, failed: 0 });
      await abandonedBy("user-asha@example.in");
      expect(await run()).toEqual({ reminded: 0, failed: 0 });
    });

    it("then a customer who types a foreign address counts as a stranger", async () => {
      await abandonedBy("victim@example.in", { token: world.token("asha").token });
      await abandonedBy("victim@example.in");
      expect(await run()).toEqual({ reminded: 1, failed: 0 });
    });

    it("then a reminder of a cart counts as well", async () => {
      const { id } = await startCheckout(world.url, { token: world.token("asha").token });
      const session = await sessions().findOne({ _id: new Types.ObjectId(id) });
      await sessions().updateOne({ _id: new Types.ObjectId(id) }, { $set: { status: "failed" } });
      const abandonedAt = new Date(Date.now() - 25 * HOUR);
      await world.db
        .collection("carts")
        .updateOne({ _id: session?.cartId }, { $set: { status: "abandoned", abandonedAt } });
      expect(await world.runJob("abandoned-cart")).toMatchObject({ result: { reminded: 1, failed: 0 } });
      await abandonedBy("user-asha@example.in");
      expect(await run()).toEqual({ reminded: 0, failed: 0 });
    });

    it("then an address that is changed after the claim gets none", async () => {
      const id = await abandonedBy("one@example.in");
      await world.runJob("checkout-reminder");
      await setEmail(id, "victim@example.in");
      await world.deliver(HOUR);
      expect(mails()).toEqual([]);
    });
  });

  it("When an admin sets another time, then that counts", async () => {
    await world.put("/api/admin/settings/checkout", { reminderAfterMinutes: 10 });
    const { id } = await startCheckout(world.url);
    await age(id, 11 * 60_000);
    expect(await run()).toEqual({ reminded: 1, failed: 0 });
  });
});
