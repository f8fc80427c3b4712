import { Types } from "mongoose";
import { type AdminWorld, startAdminWorld } from "./admin-world.js";
import {
  below,
  CASES,
  type Cart,
  countsOf,
  funnelOf,
  type Line,
  periodsOf,
  randomCart,
  randomSession,
  type Session,
  startOf,
  topProducts,
  within,
} from "./naive-analytics.js";

/** The analyses against a plain count over the same random documents, however much of it is tallied. */

const AMOUNT = 1_000;
const CHANGES = 40;
let carts: Cart[] = [];
let lines: Line[] = [];
let sessions: Session[] = [];
let world: AdminWorld;
let models: typeof import("../../../models/index.js");

beforeAll(async () => {
  world = await startAdminWorld();
  models = await import("../../../models/index.js");
});
afterAll(() => world.stop());

async function startAnew(): Promise<void> {
  for (const name of ["carts", "cartItems", "checkoutSessions", "cartDays", "checkoutDays", "tallyRuns"])
    await world.db.collection(name).deleteMany({});
  [carts, lines, sessions] = [[], [], []];
  await addMore(AMOUNT);
}

/** Not changed since their creation, unless `updatedAt` says so. */
async function addMore(amount: number, changes: { updatedAt?: Date } = {}): Promise<void> {
  const made = Array.from({ length: amount }, () => randomCart());
  const madeLines = made.flatMap((one) => one.lines);
  const madeSessions = Array.from({ length: amount }, () => randomSession());
  await world.db.collection<Cart>("carts").insertMany(made.map(({ cart }) => ({ ...cart, ...changes })));
  await world.db.collection<Line>("cartItems").insertMany(madeLines.map((line) => ({ ...line })));
  await world.db
    .collection<Session>("checkoutSessions")
    .insertMany(madeSessions.map((one) => ({ ...one, ...changes })));
  carts.push(...made.map(({ cart }) => cart));
  lines.push(...madeLines);
  sessions.push(...madeSessions);
}

/** As the service does: abandoned carts come back or are bought, active ones are emptied, filled and merged. */
async function changeSome(): Promise<void> {
  const { Cart: CartModel, CartItem, CheckoutSession } = models;
  for (let change = 0; change < CHANGES; change += 1) {
    const cart = carts[below(carts.length)] as Cart;
    const next = randomCart(cart.createdAt);
    const { status, grandTotal, itemCount, mergedIntoCartId } = next.cart;
    const set = { status, grandTotal, itemCount, mergedIntoCartId };
    const moved = next.lines.map((line) => ({ ...line, cartId: cart._id }));
    await CartModel.updateOne({ _id: cart._id }, { $set: set });
    await CartItem.deleteMany({ cartId: cart._id });
    await world.db
      .collection<Line>("cartItems")
      .insertMany([...moved.map((line) => ({ ...line })), filler()]);
    Object.assign(cart, set);
    lines = [...lines.filter(({ cartId }) => !cartId.equals(cart._id)), ...moved];
    const session = sessions[below(sessions.length)] as Session;
    const at = new Date();
    await CheckoutSession.findOneAndUpdate({ _id: session._id }, { $set: { "steps.completedAt": at } });
    session.steps.completedAt = at;
  }
}

/** Belongs to no cart: `insertMany` refuses an empty list. */
const filler = () => ({ cartId: new Types.ObjectId(), productId: "none", isFreeGift: false }) as Line;

const runJob = () => world.runJob("analytics");
const states = [
  ["nothing is tallied", startAnew],
  [
    "documents have come and changed since the job ran",
    () =>
      startAnew()
        .then(runJob)
        .then(changeSome)
        .then(() => addMore(30, { updatedAt: new Date() })),
  ],
  ["the job has run again", () => startAnew().then(runJob).then(changeSome).then(runJob)],
] as const;

describe.each(states)("When %s", (_state, prepare) => {
  beforeAll(async () => {
    await prepare();
  });

  it.each(CASES)("then carts by %s from %s to %s are as counted by hand", async (groupBy, from, to) => {
    const query = `dateFrom=${from}&dateTo=${to}&groupBy=${groupBy}`;
    const { body } = await world.get(`/api/admin/carts/analytics?${query}`);
    const { series, topAbandonedProducts, ...total } = body.data;
    const counted = within(carts, from, to);
    expect(total.carts).toBeGreaterThan(0);
    expect(total).toEqual(countsOf(counted));
    expect(topAbandonedProducts).toEqual(topProducts(counted, lines));
    const periods = periodsOf(counted, { groupBy, from, to });
    expect(series).toEqual([...periods].map(([period, some]) => ({ period, ...countsOf(some) })));
    const other = await world.get(`/api/admin/carts/analytics/abandonment?${query}`);
    expect(other.body.data).toEqual(body.data);
  });

  it.each(CASES)("then the funnel by %s from %s to %s is as counted by hand", async (groupBy, from, to) => {
    const query = `dateFrom=${from}&dateTo=${to}&groupBy=${groupBy}`;
    const { body } = await world.get(`/api/admin/checkouts/funnel?${query}`);
    const { series, ...total } = body.data;
    const counted = within(sessions, from, to);
    expect(counted.length).toBeGreaterThan(0);
    expect(total).toEqual(funnelOf(counted));
    const periods = periodsOf(counted, { groupBy, from, to });
    expect(series).toEqual([...periods].map(([period, some]) => ({ period, ...funnelOf(some) })));
  });
});

describe("The range of an analysis", () => {
  it.each([
    ["dateFrom=2026-02-01T00:00:00Z&dateTo=2026-01-01T00:00:00Z"],
    ["dateFrom=2025-01-01T00:00:00Z&dateTo=2026-01-03T00:00:00Z"],
    ["dateFrom=2020-01-01T00:00:00Z"],
    ["groupBy=year"],
    ["page=1"],
  ])("When it is %s, then 400", async (query) => {
    for (const route of ["carts/analytics", "checkouts/funnel"]) {
      const { status, body } = await world.get(`/api/admin/${route}?${query}`);
      expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    }
  });

  it("When none is given, then it is the last 30 days", async () => {
    const { body } = await world.get("/api/admin/carts/analytics");
    const { series } = body.data;
    expect(series).toHaveLength(31);
    expect(series.at(-1).period).toBe(startOf(new Date(), "day"));
    expect(body.data.carts).toBe(0);
  });

  it("When nothing happened in it, then every number is 0 and every period is there", async () => {
    const { body } = await world.get(
      "/api/admin/carts/analytics?dateFrom=2020-03-01T00:00:00Z&dateTo=2020-03-03T00:00:00Z",
    );
    expect(body.data).toMatchObject({
      carts: 0,
      abandonmentRate: 0,
      averageCartValue: 0,
      topAbandonedProducts: [],
    });
    expect(body.data.series.map(({ period }: { period: string }) => period)).toEqual([
      "2020-03-01",
      "2020-03-02",
      "2020-03-03",
    ]);
  });
});
