import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { unknownId } from "../cart/cart-world.js";
import { type AdminWorld, onlyFor, planOf, startAdminWorld } from "./admin-world.js";

const { variants } = SEED;
const STAFF = ["admin", "finance", "support", "fulfilment", "viewer"] as const;
let world: AdminWorld;
beforeAll(async () => {
  world = await startAdminWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const path = "/api/admin/carts";

describe("GET /api/admin/carts/abandoned", () => {
  const cart = (day: number, fields: object = {}) => ({
    _id: new Types.ObjectId(),
    sessionId: `guest-session-${day}-of-a-test`,
    status: "abandoned",
    currency: "INR",
    grandTotal: day * 10_000,
    itemCount: 1,
    totalQuantity: 2,
    source: "web",
    abandonedAt: new Date(`2026-05-0${day}T12:00:00Z`),
    reminderSentAt: null,
    createdAt: new Date("2026-04-01T12:00:00Z"),
    updatedAt: new Date("2026-05-01T12:00:00Z"),
    ...fields,
  });
  const of = (userId: string) => ({ userId, sessionId: undefined });
  beforeEach(async () => {
    await world.db
      .collection("carts")
      .insertMany(
        [cart(1), cart(2, of("user-one")), cart(3), cart(4, of("user-two")), cart(5, { status: "active" })],
        { ignoreUndefined: true },
      );
  });
  const daysOf = async (query: string): Promise<number[]> => {
    const { body } = await world.get(`${path}/abandoned?${query}`);
    return body.data.items.map(({ value }: { value: number }) => value / 100);
  };

  it("When nothing is asked, then the carts come by the time they were abandoned, without session ids", async () => {
    const { body } = await world.get(`${path}/abandoned`);
    expect(body.data.pagination).toMatchObject({ total: 4 });
    expect(body.data.items[0]).toEqual({
      id: expect.any(String),
      userId: "user-two",
      value: 400,
      currency: "INR",
      itemCount: 1,
      totalQuantity: 2,
      source: "web",
      abandonedAt: "2026-05-04T12:00:00.000Z",
      reminderSentAt: null,
      createdAt: "2026-04-01T12:00:00.000Z",
      updatedAt: "2026-05-01T12:00:00.000Z",
    });
    expect(JSON.stringify(body)).not.toContain("guest-session");
  });

  it.each([
    ["minValue=200", [4, 3, 2]],
    ["minValue=200&maxValue=300", [3, 2]],
    ["maxValue=100", [1]],
    ["userId=user-one", [2]],
    ["dateFrom=2026-05-02T12:00:00Z&dateTo=2026-05-03T12:00:00Z", [3, 2]],
    ["sortOrder=asc&limit=2&page=2", [3, 4]],
    ["userId=nobody", []],
  ])("When %s is asked for, then only those come", async (query, days) => {
    expect(await daysOf(query)).toEqual(days);
  });

  it("When the last line was removed, then the cart is in the list with nothing in it", async () => {
    const guest = { sessionId: newGuestId() };
    const { body } = await world.add(guest, variants.hairOil);
    await world.call("delete", `/api/cart/items/${body.data.cartItem.id}`, { as: guest });
    expect((await world.get(`${path}/abandoned?maxValue=0`)).body.data.items).toMatchObject([
      { id: body.data.cart.id, itemCount: 0 },
    ]);
  });

  it("When the filters are used, then one index answers them; one owner's carts may be sorted in memory", async () => {
    const dates = { $gte: new Date(0) };
    const carts = world.db.collection("carts");
    const planFor = (filter: object) => planOf(carts.find(filter).sort({ abandonedAt: -1 }).limit(20));
    for (const filter of [{}, { abandonedAt: dates }, { abandonedAt: dates, grandTotal: { $gte: 1 } }]) {
      const plan = await planFor({ status: "abandoned", ...filter });
      expect(plan).toContain("IXSCAN");
      expect(plan).not.toMatch(/COLLSCAN|"SORT"/);
    }
    expect(await planFor({ status: "abandoned", userId: "user-one" })).toContain("IXSCAN");
  });
});

describe("GET /api/admin/carts/:cartId", () => {
  it("When a customer's cart is requested, then it comes with reservations and the customer", async () => {
    const { body: added } = await world.add(world.token("asha"), variants.hairOil, 2);
    const { status, body } = await world.get(`${path}/${added.data.cart.id}`);
    expect(status).toBe(200);
    const [held] = await world.sandbox.control.inventory.activeReservations();
    const reservation = { reservationId: held?.reservationId, expiresAt: held?.expiresAt };
    expect(body.data).toMatchObject({
      id: added.data.cart.id,
      status: "active",
      userId: SEED.users.asha,
      user: { id: SEED.users.asha, status: "active" },
      totals: added.data.cart.totals,
      items: [{ variantId: variants.hairOil, quantity: 2, reservation }],
      reservations: [{ ...reservation, variantId: variants.hairOil, quantity: 2 }],
    });
  });

  it("When it is a guest's, then there is no user, and the session id stays inside", async () => {
    const guest = { sessionId: newGuestId() };
    const { body: added } = await world.add(guest, variants.hairOil);
    const { body } = await world.get(`${path}/${added.data.cart.id}`);
    expect(body.data).toMatchObject({ userId: null, user: null });
    expect(JSON.stringify(body)).not.toContain(guest.sessionId);
  });

  it("When the user is unknown, or the Auth service is down, then the cart comes without a user", async () => {
    const { body: added } = await world.add(world.token("asha"), variants.hairOil);
    world.sandbox.control.faults.add({ service: "auth", action: "status", status: 500 });
    const down = await world.get(`${path}/${added.data.cart.id}`);
    expect([down.status, down.body.data.user, down.body.data.userId]).toEqual([200, null, SEED.users.asha]);
    world.sandbox.control.faults.clear();
    const carts = world.db.collection("carts");
    await carts.updateOne(
      { _id: new Types.ObjectId(String(added.data.cart.id)) },
      { $set: { userId: "user-gone" } },
    );
    const unknown = await world.get(`${path}/${added.data.cart.id}`);
    expect([unknown.status, unknown.body.data.user]).toEqual([200, null]);
  });

  it("When there is no such cart, then 404; an invalid id is 400", async () => {
    const { status, body } = await world.get(`${path}/${unknownId()}`);
    expect([status, body.error.code]).toEqual([404, "CART_NOT_FOUND"]);
    expect((await world.get(`${path}/everything`)).status).toBe(400);
  });
});

describe("/api/admin/carts/settings", () => {
  it("When nothing was stored, then the defaults hold", async () => {
    expect((await world.get(`${path}/settings`)).body.data).toEqual({
      cartExpiryDays: 7,
      maxLines: 50,
      maxPerVariant: 10,
      reservationTtlMinutes: expect.any(Number),
      version: 0,
    });
  });

  it("When one of them is changed, then the others stay, new carts follow, and it is audited", async () => {
    const { status, body } = await world.put(`${path}/settings`, { cartExpiryDays: 3 });
    expect([status, body.data.cartExpiryDays, body.data.maxLines]).toEqual([200, 3, 50]);
    expect((await world.get(`${path}/settings`)).body.data.cartExpiryDays).toBe(3);
    expect((await world.get("/api/admin/settings/cart")).body.data).toMatchObject({
      version: 1,
      values: { cartExpiryDays: 3 },
    });
    expect(await world.audits()).toMatchObject([
      {
        action: "settings.update",
        resourceId: "cart",
        before: { cartExpiryDays: 7 },
        after: { cartExpiryDays: 3 },
      },
    ]);
    const { body: added } = await world.add({ sessionId: newGuestId() }, variants.hairOil);
    const days = (Date.parse(added.data.cart.expiresAt) - Date.now()) / 86_400_000;
    expect(days).toBeCloseTo(3, 2);
  });

  it.each([{}, { version: 1 }, { maxLines: 0 }, { maxCoupons: 3 }, { maxLines: "9" }])(
    "When %j is sent, then 400",
    async (body) => {
      expect((await world.put(`${path}/settings`, body)).body.error).toMatchObject({
        code: "VALIDATION_ERROR",
      });
      expect(await world.audits()).toEqual([]);
    },
  );

  it("When the version is stale, then 409", async () => {
    const { version } = (await world.get(`${path}/settings`)).body.data;
    const first = await world.put(`${path}/settings`, { maxLines: 20, version });
    expect(first.body.data.version).toBe(version + 1);
    const late = await world.put(`${path}/settings`, { maxLines: 30, version });
    expect([late.status, late.body.error.code]).toEqual([409, "VERSION_CONFLICT"]);
    expect(late.body.error.details.current).toMatchObject({ version: 1, values: { maxLines: 20 } });
  });
});

it("When a role asks, then all staff may read carts, and only admins may change their settings", async () => {
  const { body } = await world.add(world.token("asha"), variants.hairOil);
  for (const route of ["abandoned", "analytics", "analytics/abandonment", "settings", body.data.cart.id]) {
    expect(await world.statusByRole("get", `${path}/${route}`)).toEqual(onlyFor(STAFF));
  }
  expect(await world.statusByRole("put", `${path}/settings`, { maxLines: 40 })).toEqual(onlyFor(["admin"]));
  expect((await world.call("get", `${path}/abandoned`)).status).toBe(401);
  expect((await world.call("get", `${path}/abandoned`, { as: world.token("asha") })).status).toBe(403);
});
