import { Types } from "mongoose";
import { profileOf } from "../../support/profiler.js";
import { type AdminWorld, startAdminWorld } from "./admin-world.js";

/** What the job `retention` deletes, what it keeps, and that the analyses of carts do not change by it. */

const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY);

let world: AdminWorld;
let analyseCarts: typeof import("../../../src/cart/cart.analytics.service.js").analyseCarts;
beforeAll(async () => {
  world = await startAdminWorld();
  ({ analyseCarts } = await import("../../../src/cart/cart.analytics.service.js"));
});
beforeEach(async () => {
  for (const collection of await world.db.collections()) await collection.deleteMany({});
  const { forgetSettings } = await import("../../../services/platform/settings.service.js");
  forgetSettings();
});
afterAll(() => world.stop());

const collection = (name: string) => world.db.collection(name);
async function run(): Promise<Record<string, number>> {
  const run = (await world.runJob("retention")) as { state: string; result: Record<string, number> };
  expect(run.state).toBe("completed");
  return run.result;
}
const left = async (name: string, field: string) =>
  (await collection(name).find({}).toArray()).map((row) => row[field]).sort();

interface CartFacts {
  days: number;
  name?: string;
  guest?: boolean;
  status?: string;
  more?: object;
}

async function addCart({ days, name = "cart", guest = true, status = "abandoned", more = {} }: CartFacts) {
  const _id = new Types.ObjectId();
  const key = _id.toHexString();
  await collection("carts").insertOne({
    _id,
    ...(guest ? { sessionId: `${name}-${key}` } : { userId: `${name}-${key}` }),
    ...{ status, itemCount: 2, grandTotal: 50_000, mergedIntoCartId: null, placing: null, name },
    ...{
      abandonedAt: daysAgo(days),
      createdAt: daysAgo(days + 7),
      updatedAt: daysAgo(days),
      version: 1,
      ...more,
    },
  });
  await collection("cartItems").insertMany([
    {
      cartId: _id,
      productId: "prod-1",
      variantId: "a",
      name: "One",
      quantity: 2,
      lineTotal: 30_000,
      isFreeGift: false,
    },
    {
      cartId: _id,
      productId: "prod-2",
      variantId: "b",
      name: "Two",
      quantity: 1,
      lineTotal: 20_000,
      isFreeGift: false,
    },
    {
      cartId: _id,
      productId: "prod-3",
      variantId: "c",
      name: "Gift",
      quantity: 1,
      lineTotal: 0,
      isFreeGift: true,
    },
  ]);
  return _id;
}

describe("Carts", () => {
  it("When a guest's cart was abandoned 90 days ago, then it goes with its lines, and others stay", async () => {
    await addCart({ days: 91, name: "old" });
    await addCart({ days: 89, name: "young" });
    await addCart({ days: 400, name: "customer", guest: false });
    await addCart({ days: 400, name: "active", status: "active" });
    await addCart({ days: 400, name: "converted", status: "converted" });
    await addCart({ days: 400, name: "placing", more: { placing: new Types.ObjectId() } });
    expect(await run()).toMatchObject({ carts: 1 });
    expect(await left("carts", "name")).toEqual(["active", "converted", "customer", "placing", "young"]);
    expect(await collection("cartItems").countDocuments()).toBe(5 * 3);
  });

  it("When a payment belongs to a cart, then the cart is kept, and its checkout can still be read", async () => {
    const cartId = await addCart({ days: 100 });
    const checkoutSessionId = new Types.ObjectId();
    await collection("checkoutSessions").insertOne({ _id: checkoutSessionId, cartId, status: "failed" });
    await collection("payments").insertOne({ checkoutSessionId, status: "failed" });
    const other = await addCart({ days: 100 });
    await collection("checkoutSessions").insertOne({ cartId: other, status: "failed" });
    expect(await run()).toMatchObject({ carts: 1 });
    expect(await collection("carts").distinct("_id")).toEqual([cartId]);
    expect(await run()).toMatchObject({ carts: 0 });
    expect(await collection("checkoutSessions").countDocuments()).toBe(2);
  });

  it("When carts are deleted, then every analysis is what it was, tallied or not", async () => {
    const timeOf = (days: number, hour: number) => new Date(daysAgo(days).setUTCHours(hour, 17, 0, 0));
    for (const days of [100, 101, 102, 120])
      for (const hour of [2, 5, 19, 23]) {
        const more = { createdAt: timeOf(days + 7, hour) };
        await addCart({ days, more });
        await addCart({ days, guest: false, more });
        await addCart({ days, more: { ...more, itemCount: 0 } });
      }
    const midnight = (days: number) => new Date(daysAgo(days).setUTCHours(0, 0, 0, 0));
    const queries = (["day", "month"] as const).flatMap((groupBy) => [
      { dateFrom: midnight(130), dateTo: midnight(0), groupBy },
      { dateFrom: midnight(109), dateTo: midnight(107), groupBy },
      { dateFrom: new Date(midnight(109).getTime() + 12 * 3_600_000), dateTo: midnight(100), groupBy },
    ]);
    const ask = () => Promise.all(queries.map((query) => analyseCarts(query)));
    const before = await ask();
    expect(before[0]?.total.abandoned).toBeGreaterThan(20);
    expect(await run()).toMatchObject({ carts: 32 });
    expect(await ask()).toEqual(before);
    await world.runJob("analytics");
    expect(await ask()).toEqual(before);

    // The job has not seen this cart when it is deleted.
    await addCart({ days: 95, more: { createdAt: timeOf(107, 2), updatedAt: new Date() } });
    const grown = await ask();
    expect(grown[0]?.total.abandoned).toBe((before[0]?.total.abandoned ?? 0) + 1);
    expect(await run()).toMatchObject({ carts: 1 });
    expect(await ask()).toEqual(grown);
    await world.runJob("analytics");
    expect(await ask()).toEqual(grown);
  });

  it("When two runs meet, then each cart is deleted and counted once", async () => {
    for (let index = 0; index < 30; index += 1) await addCart({ days: 100 });
    const query = { dateFrom: daysAgo(200), dateTo: new Date(), groupBy: "month" } as const;
    const before = await analyseCarts(query);
    const { pruneCarts } = await import("../../../services/flows/prune-carts.flow.js");
    const runs = await Promise.all([pruneCarts(30), pruneCarts(30), pruneCarts(20)]);
    expect(runs.reduce((sum, { deleted }) => sum + deleted, 0)).toBe(30);
    expect(await analyseCarts(query)).toEqual(before);
  });
});

describe("Messages, runs and events", () => {
  const message = (state: string, days: number) => ({
    ...{ type: "order.placed", dedupeKey: `${state}-${days}`, payload: {}, state, attempts: 1, done: [] },
    ...{
      createdAt: daysAgo(days),
      deliveredAt: state === "delivered" ? daysAgo(days) : null,
      dueAt: daysAgo(-1),
    },
  });
  const event = (state: string, days: number) => ({
    ...{ source: "razorpay", eventId: `${state}-${days}`, state, receivedAt: daysAgo(days), attempts: 1 },
    ...{
      payload: { event: "payment.captured" },
      bodyHash: "hash",
      dueAt: daysAgo(-1),
      event: "payment.captured",
    },
  });

  it("When messages are old, then the delivered ones go, in as many batches as it takes", async () => {
    const many = Array.from({ length: 1_200 }, (_, index) => ({
      ...message("delivered", 31),
      dedupeKey: `many-${index}`,
    }));
    const replayed = { ...message("delivered", 40), dedupeKey: "replayed", deliveredAt: daysAgo(1) };
    await collection("outboxMessages").insertMany([
      ...many,
      ...[message("delivered", 29), message("pending", 300), message("dead", 300), replayed],
    ]);
    expect(await run()).toMatchObject({ messages: 1_200 });
    expect(await left("outboxMessages", "dedupeKey")).toEqual([
      ...["dead-300", "delivered-29", "pending-300", "replayed"],
    ]);
  });

  it("When job runs are old, then the ended ones go", async () => {
    const row = (state: string, days: number) => ({
      ...{ job: "outbox", slot: `${state}-${days}`, state, startedAt: daysAgo(days) },
    });
    await collection("jobRuns").insertMany([row("completed", 31), row("failed", 31), row("completed", 29)]);
    expect(await run()).toMatchObject({ jobRuns: 2 });
    expect(await collection("jobRuns").distinct("slot", { job: "outbox" })).toEqual(["completed-29"]);
  });

  it("When webhook events are old, then first their bodies go, then they", async () => {
    await collection("webhookEvents").insertMany([
      ...[event("processed", 29), event("processed", 31), event("flagged", 31), event("received", 300)],
      ...[event("processed", 181), event("flagged", 181)],
    ]);
    expect(await run()).toMatchObject({ webhookBodies: 4, webhookEvents: 2 });
    const stored = await collection("webhookEvents").find({}).sort({ eventId: 1 }).toArray();
    expect(stored.map(({ eventId, payload }) => [eventId, payload !== undefined])).toEqual([
      ["flagged-31", false],
      ["processed-29", true],
      ["processed-31", false],
      ["received-300", true],
    ]);
    const path = `/api/admin/webhooks/${String(stored[0]?._id)}/replay`;
    expect((await world.post(path)).body.error?.code).toBe("NOT_FOUND");
    expect(await run()).toMatchObject({ webhookBodies: 0, webhookEvents: 0 });
  });

  it("When an admin sets other periods, then they count", async () => {
    await collection("outboxMessages").insertOne(message("delivered", 10));
    expect(await run()).toMatchObject({ messages: 0 });
    const { status } = await world.put("/api/admin/settings/retention", { outboxDays: 9 });
    expect(status).toBe(200);
    expect(await run()).toMatchObject({ messages: 1 });
  });

  it("When everything is looked for, then every query uses an index", async () => {
    await collection("outboxMessages").insertMany([message("delivered", 31), message("pending", 31)]);
    await collection("webhookEvents").insertMany([event("processed", 31), event("processed", 181)]);
    await addCart({ days: 91 });
    const rows = await profileOf(world.db, run, { planSummary: { $exists: true }, ns: { $not: /system/ } });
    const plans = rows.map(({ ns, planSummary }) => `${String(ns).split(".")[1]} ${planSummary}`);
    expect(plans.filter((plan) => plan.includes("COLLSCAN"))).toEqual([]);
    expect(rows.filter(({ hasSortStage }) => hasSortStage).map(({ command }) => command)).toEqual([]);
    for (const plan of ["carts IXSCAN { abandonedAt: 1 }", "webhookEvents IXSCAN { receivedAt: 1 }"])
      expect(plans).toContain(plan);
  });
});
