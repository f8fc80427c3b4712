import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { type CartWorld, IMPATIENT, productOf, startCartWorld } from "./cart-world.js";

useFailPoints();

const { variants } = SEED;
let world: CartWorld;
let guest: { sessionId: string };

beforeAll(async () => {
  world = await startCartWorld(IMPATIENT);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = { sessionId: newGuestId() };
});

const LATER_MS = 60_000;
const carts = () => world.db.collection("carts");
const items = () => world.db.collection("cartItems");
const inventory = () => world.sandbox.control.inventory;
const faults = () => world.sandbox.control.faults;
const addBody = (variantId: string, quantity = 1) => ({
  productId: productOf(variantId),
  variantId,
  quantity,
});
const tryAdd = (variantId: string, quantity = 1) =>
  world.call("post", "/api/cart/items", { as: guest, body: addBody(variantId, quantity) });

/** Everything that a failed change must leave unchanged. */
async function picture() {
  const held = await inventory().activeReservations();
  return {
    carts: await carts()
      .find({}, { projection: { updatedAt: 0 } })
      .toArray(),
    items: await items().find().toArray(),
    held: held.map(({ reservationId, quantity }) => ({ reservationId, quantity })),
  };
}

describe("When another service fails, then a write is refused and nothing has changed", () => {
  const statusIn = { unavailable: 503, wrong: 502, silent: 504 };
  it.each([
    ["the catalog is down", { service: "catalog", action: "reset-before" }, [502, 503]],
    [
      "the catalog returns an invalid response",
      { service: "catalog", action: "wrong-types" },
      [statusIn.wrong],
    ],
    ["the catalog hangs", { service: "catalog", action: "hang" }, [statusIn.silent]],
    ["pricing fails", { service: "pricing", action: "status", status: 500 }, [502, 503]],
    ["pricing is unavailable", { service: "pricing", action: "status", status: 503 }, [statusIn.unavailable]],
    [
      "pricing hangs",
      { service: "pricing", match: "GET /api/tier-discounts/calculate", action: "hang" },
      [statusIn.silent],
    ],
    ["inventory refuses the connection", { service: "inventory", action: "reset-before" }, [502, 503]],
    ["inventory hangs", { service: "inventory", match: "reservations", action: "hang" }, [statusIn.silent]],
  ] as const)("%s", async (_what, fault, statuses) => {
    await world.add(guest, variants.ashwagandha, 2);
    const before = await picture();
    faults().add(fault);
    for (const variantId of [variants.ashwagandha, variants.hairOil]) {
      const answer = await tryAdd(variantId);
      expect(statuses).toContain(answer.status);
      expect(answer.body.error.code).toMatch(/^UPSTREAM_/);
    }
    await world.recover();
    await world.deliver(LATER_MS);
    expect(await picture()).toEqual(before);
    expect((await tryAdd(variants.hairOil)).status).toBe(200);
  });

  it("inventory reserves but its response is lost: the reservation is found and released", async () => {
    faults().add({ service: "inventory", match: "POST /api/reservations", action: "reset-after" });
    const answer = await tryAdd(variants.ashwagandha, 3);
    expect(answer.status).toBe(502);
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 3 })]);
    await world.recover();
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toEqual([]);
    expect(await items().countDocuments()).toBe(0);
  });

  it("inventory raises the reservation but its response is lost: it is lowered again", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    faults().add({ service: "inventory", match: "PUT /api/reservations/:id", action: "reset-after" });
    expect((await tryAdd(variants.ashwagandha, 4)).status).toBe(502);
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 6 })]);
    await world.recover();
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
    expect(await items().findOne({})).toMatchObject({ quantity: 2 });
  });

  it("the undo fails as well: the outbox does it later", async () => {
    faults().add({ service: "pricing", action: "status", status: 500 });
    faults().add({
      service: "inventory",
      match: "DELETE /api/reservations/:id",
      action: "status",
      status: 500,
    });
    expect((await tryAdd(variants.ashwagandha)).status).toBe(502);
    expect(await inventory().activeReservations()).toHaveLength(1);
    await world.recover();
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toEqual([]);
  });
});

describe("When the write itself fails, then the reservations are undone", () => {
  it("because an order is being placed by then", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    faults().add({ service: "pricing", action: "delay", delayMs: 150 });
    const adding = tryAdd(variants.ashwagandha, 3);
    await world.sandbox.control.calls.waitFor({ route: "PUT /api/reservations/:id" }, 1);
    await carts().updateOne({}, { $set: { placing: new Types.ObjectId() } });
    const answer = await adding;
    expect([answer.status, answer.body.error.code]).toEqual([409, "PLACEMENT_IN_PROGRESS"]);
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
    expect(await items().findOne({})).toMatchObject({ quantity: 2 });
  });

  it("because another writer has taken the lease", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    faults().add({ service: "pricing", action: "delay", delayMs: 150 });
    const adding = tryAdd(variants.hairOil);
    await world.sandbox.control.calls.waitFor({ route: "POST /api/reservations" }, 2);
    await carts().updateOne({}, { $set: { lease: null }, $inc: { version: 1 } });
    const answer = await adding;
    expect([answer.status, answer.body.error]).toEqual([
      409,
      { code: "VERSION_CONFLICT", details: { current: 2 } },
    ]);
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toEqual([
      expect.objectContaining({ variantId: variants.ashwagandha }),
    ]);
  });

  it("but not after another writer has taken over the cart: its reservation stays", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const { calls } = world.sandbox.control;
    const pricing = { service: "pricing", times: 1 } as const;
    faults().add({ ...pricing, match: "GET /api/tier-discounts/calculate", action: "status", status: 400 });
    faults().add({ ...pricing, match: "GET /api/automatic-discounts/apply", action: "delay", delayMs: 800 });
    calls.reset();
    const adding = tryAdd(variants.ashwagandha, 1);
    await calls.waitFor({ route: "GET /api/tier-discounts/calculate" }, 1);
    const [held] = await inventory().activeReservations();
    const { updateReservation } = await import(
      "../../../services/integrations/inventory-integration.service.js"
    );
    await updateReservation(held?.reservationId ?? "", { quantity: 5 });
    await items().updateOne({}, { $set: { quantity: 5 } });
    const lease = { token: "another", until: new Date(Date.now() + 60_000) };
    await carts().updateOne({}, { $set: { lease }, $inc: { version: 1 } });
    expect((await adding).status).toBeGreaterThanOrEqual(500);
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 5 })]);
    await carts().updateOne({}, { $set: { lease: null } });
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 5 })]);
  });

  it("because the database refuses the lines", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const before = await picture();
    await setFailPoint(world.db.admin(), {
      mode: { times: 1 },
      data: { failCommands: ["insert"], namespace: `${world.db.databaseName}.cartItems`, errorCode: 8000 },
    });
    expect((await tryAdd(variants.hairOil)).status).toBeGreaterThanOrEqual(500);
    await clearFailPoint();
    expect(await picture()).toEqual(before);
  });
});

/** As a client does on a busy machine: after a time-out, or when its turn has not come, it sends the same request again. */
async function addPatiently(variantId: string) {
  const options = { as: guest, body: addBody(variantId, 1), headers: { "Idempotency-Key": randomUUID() } };
  for (;;) {
    const answer = await world.call("post", "/api/cart/items", options);
    if (answer.status < 500 && answer.body.error?.code !== "REQUEST_IN_PROGRESS") return answer;
  }
}

describe("concurrent requests", () => {
  it("When 50 requests add one variant at the same moment, then one line and one reservation have all 50 units", async () => {
    const { putSettings, forgetSettings } = await import("../../../services/platform/settings.service.js");
    await putSettings({ group: "cart", patch: { maxPerVariant: 100 }, by: "test" });
    const answers = await Promise.all(Array.from({ length: 50 }, () => addPatiently(variants.kajal)));
    forgetSettings();
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await carts().countDocuments()).toBe(1);
    expect(await items().find({ isFreeGift: false }).toArray()).toEqual([
      expect.objectContaining({ quantity: 50, lineTotal: 50 * 18_000 }),
    ]);
    await world.deliver();
    const held = await inventory().activeReservations();
    expect(held.filter(({ variantId }) => variantId === variants.kajal)).toEqual([
      expect.objectContaining({ quantity: 50 }),
    ]);
    expect(await carts().findOne({})).toMatchObject({ version: 50, subtotal: 50 * 18_000, lease: null });
    expect(await inventory().imbalances()).toEqual([]);
  });

  it("When five carts add the last unit, then one gets it and the others get OUT_OF_STOCK", async () => {
    const guests = Array.from({ length: 5 }, () => ({ sessionId: newGuestId() }));
    const answers = await Promise.all(
      guests.map((as) => world.call("post", "/api/cart/items", { as, body: addBody(variants.lastUnit) })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400, 400]);
    expect(await inventory().numbers(variants.lastUnit)).toMatchObject({ available: 0, reserved: 1 });
  });

  it("When a cart is emptied while a coupon is applied and removed, three times at once, then no request gets CART_NOT_FOUND", async () => {
    await world.add(guest, variants.hairOil);
    const coupon = { as: guest, body: { couponCode: SEED.coupons.WELCOME10 } };
    await world.call("post", "/api/cart/coupons", coupon);
    const answers = await Promise.all(
      [1, 2, 3].flatMap(() => [
        world.call("delete", "/api/cart", { as: guest }),
        world.call("delete", `/api/cart/coupons/${SEED.coupons.WELCOME10}`, { as: guest }),
        world.call("post", "/api/cart/coupons", coupon),
      ]),
    );
    const told = answers.map(({ status, body }) => `${status} ${body.error?.code}`);
    expect([...new Set(told)].sort()).toEqual(["200 undefined", "400 COUPON_INVALID"]);
    expect(await carts().find().toArray()).toMatchObject([{ status: "abandoned", itemCount: 0 }]);
  });

  it("When adding, changing and removing run concurrently, then line and reservation agree at the end", async () => {
    const first = await world.add(guest, variants.ashwagandha, 1);
    const path = `/api/cart/items/${first.body.data.cartItem.id}`;
    const answers = await Promise.all([
      tryAdd(variants.ashwagandha),
      world.call("put", path, { as: guest, body: { quantity: 3 } }),
      world.call("delete", path, { as: guest }),
      tryAdd(variants.hairOil),
      world.call("put", path, { as: guest, body: { quantity: 2 } }),
      tryAdd(variants.ashwagandha, 2),
    ]);
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    await world.deliver();
    const lines = await items().find().toArray();
    const held = await inventory().activeReservations();
    expect(held.map(({ variantId, quantity }) => ({ variantId, quantity })).sort(byVariant)).toEqual(
      lines.map(({ variantId, quantity }) => ({ variantId, quantity })).sort(byVariant),
    );
    expect(await inventory().imbalances()).toEqual([]);
  });
});

const byVariant = (a: { variantId: string }, b: { variantId: string }) =>
  a.variantId < b.variantId ? -1 : 1;

describe("releasing and paying", () => {
  it("When inventory is down, then a line can still be removed and is released later", async () => {
    const added = await world.add(guest, variants.ashwagandha);
    await world.add(guest, variants.hairOil);
    faults().add({ service: "inventory", action: "status", status: 503 });
    const path = `/api/cart/items/${added.body.data.cartItem.id}`;
    const { status, body } = await world.call("delete", path, { as: guest });
    expect([status, body.data.cart.itemCount]).toEqual([200, 1]);
    await world.deliver();
    expect(await inventory().activeReservations()).toHaveLength(2);
    await world.recover();
    await world.deliver(LATER_MS);
    expect(await inventory().activeReservations()).toHaveLength(1);
  });

  async function beginPaying(payment: object) {
    const cart = await carts().findOne({});
    const checkoutSessionId = new Types.ObjectId();
    await world.db.collection("checkoutSessions").insertOne({
      _id: checkoutSessionId,
      cartId: cart?._id,
      status: "payment_pending",
      placement: null,
      couponClaims: [],
      version: 1,
    });
    await world.db.collection("payments").insertOne({ checkoutSessionId, supersededAt: null, ...payment });
  }

  it("When the cart changes while its payment is open, then that payment is superseded", async () => {
    await world.add(guest, variants.ashwagandha);
    await beginPaying({ status: "pending", accepted: false });
    expect((await tryAdd(variants.hairOil)).status).toBe(200);
    expect(await world.db.collection("checkoutSessions").findOne({})).toMatchObject({
      status: "address_entered",
    });
    expect(await world.db.collection("payments").findOne({})).toMatchObject({
      status: "failed",
      errorCode: "superseded",
      supersededAt: expect.any(Date),
    });
  });

  it("When the payment is already accepted, then the cart cannot change and nothing is reserved", async () => {
    await world.add(guest, variants.ashwagandha);
    await beginPaying({ status: "captured", accepted: true });
    const before = await picture();
    const answer = await tryAdd(variants.hairOil);
    expect([answer.status, answer.body.error.code]).toEqual([409, "PLACEMENT_IN_PROGRESS"]);
    expect(await picture()).toEqual(before);
  });
});
