import { randomUUID } from "node:crypto";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { clearFailPoint, setFailPoint, useFailPoints } from "../../support/fail-points.js";
import { chooseMethod, payFor, Shopper, startCheckout, verify } from "../../support/purchase.js";
import { type As, type CartWorld, newGuest, startCartWorld } from "./cart-world.js";

useFailPoints();

const { variants } = SEED;
const LATER_MS = 60_000;
let world: CartWorld;
let guest: { sessionId: string };
let asha: { token: string };

beforeAll(async () => {
  world = await startCartWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = newGuest();
  asha = { token: world.sandbox.tokens.asha };
});

const carts = () => world.db.collection("carts");
const items = () => world.db.collection("cartItems");
const sessions = () => world.db.collection("checkoutSessions");
const inventory = () => world.sandbox.control.inventory;
const faults = () => world.sandbox.control.faults;
const merge = (sessionId = guest.sessionId) =>
  world.call("post", "/api/cart/merge", { as: asha, headers: { "X-Session-Id": sessionId } });
const cartOf = async (as: As) => (await world.call("get", "/api/cart", { as })).body.data;

/** The reservations match the customer's lines, and no unit is lost or doubled. */
async function expectHeldAsStored() {
  await world.deliver(LATER_MS);
  const sum = (rows: { variantId: string; quantity: number }[]) => {
    const units: Record<string, number> = {};
    for (const { variantId, quantity } of rows) units[variantId] = (units[variantId] ?? 0) + quantity;
    return units;
  };
  const stored = await items().find<{ variantId: string; quantity: number }>({}).toArray();
  expect(sum(await inventory().activeReservations())).toEqual(sum(stored));
  expect(await inventory().imbalances()).toEqual([]);
}

describe("concurrent requests", () => {
  it("When the same merge is requested five times at once, then it is done once", async () => {
    await world.add(asha, variants.ashwagandha, 1);
    await world.add(guest, variants.ashwagandha, 2);
    await world.add(guest, variants.kajal, 1);
    const answers = await Promise.all(Array.from({ length: 5 }, () => merge()));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(answers.filter(({ body }) => body.data.merged)).toHaveLength(1);
    expect(await cartOf(asha)).toMatchObject({ itemCount: 2, totalQuantity: 4 });
    await expectHeldAsStored();
  });

  it("When a customer without a cart merges two guest ids at once, then one cart has both", async () => {
    const second = newGuest();
    await world.add(guest, variants.ashwagandha, 2);
    await world.add(second, variants.ashwagandha, 1);
    await world.add(second, variants.hairOil, 1);
    const answers = await Promise.all([merge(), merge(second.sessionId)]);
    expect(answers.map(({ status, body }) => [status, body.data.merged])).toEqual([
      [200, true],
      [200, true],
    ]);
    expect(await carts().countDocuments({ userId: SEED.users.asha })).toBe(1);
    expect(await cartOf(asha)).toMatchObject({ itemCount: 2, totalQuantity: 4 });
    await expectHeldAsStored();
  });

  it("When the customer empties the cart that a merge is waiting for, then the merge uses another one", async () => {
    await world.add(guest, variants.hairOil, 1);
    const { body } = await world.add(asha, variants.kajal, 1);
    const path = `/api/cart/items/${body.data.cartItem.id}`;
    const slow = { service: "pricing", match: "tier-discounts", action: "delay", delayMs: 300 } as const;
    faults().add({ ...slow, times: 1 });
    world.sandbox.control.calls.reset();
    const changing = world.call("put", path, { as: asha, body: { quantity: 2 } });
    await world.sandbox.control.calls.waitFor({ route: "GET /api/tier-discounts/calculate" }, 1);
    const [, removed, merged] = await Promise.all([
      changing,
      world.call("delete", path, { as: asha }),
      merge(),
    ]);
    expect([removed.status, merged.status, merged.body.data?.merged]).toEqual([200, 200, true]);
    expect(await cartOf(asha)).toMatchObject({ itemCount: 1, items: [{ variantId: variants.hairOil }] });
    await expectHeldAsStored();
  });

  it("When adding, changing and removing run during a merge, then every unit is in one cart and reserved once", async () => {
    const { body: first } = await world.add(guest, variants.ashwagandha, 2);
    await world.add(asha, variants.kajal, 1);
    const path = `/api/cart/items/${first.data.cartItem.id}`;
    const answers = await Promise.all([
      world.add(guest, variants.hairOil, 1),
      merge(),
      world.add(guest, variants.giloy, 1),
      world.add(asha, variants.kajal, 2),
      world.call("put", path, { as: guest, body: { quantity: 3 } }),
      world.call("delete", path, { as: guest }),
    ]);
    expect(answers.every(({ status }) => status < 500)).toBe(true);
    await merge();
    const { items: lines } = await cartOf(asha);
    const units = Object.fromEntries(
      lines.map(({ variantId, quantity }: { variantId: string; quantity: number }) => [variantId, quantity]),
    );
    expect(units).toMatchObject({ [variants.kajal]: 3, [variants.hairOil]: 1, [variants.giloy]: 1 });
    expect(await carts().countDocuments({ status: "active" })).toBe(1);
    await expectHeldAsStored();
  });
});

describe("reservations that the outbox still has to settle", () => {
  it("When a line was removed and added again, and its release comes after the merge, then the customer keeps the stock and can buy", async () => {
    const { body: added } = await world.add(guest, variants.ashwagandha, 2);
    await world.add(guest, variants.kajal, 1);
    await world.call("delete", `/api/cart/items/${added.data.cartItem.id}`, { as: guest });
    await world.add(guest, variants.ashwagandha, 1);
    expect((await merge()).body.data.merged).toBe(true);
    await expectHeldAsStored();

    await inventory().lapse((await cartOf(asha)).id);
    const contact = { email: "meera@example.com", phone: "+919845012345" };
    const headers = { "Idempotency-Key": randomUUID() };
    const started = await world.call("post", "/api/checkout/start", { as: asha, body: contact, headers });
    expect([started.status, started.body.error?.code]).toEqual([201, undefined]);
    await expectHeldAsStored();
    expect((await world.call("delete", "/api/cart", { as: asha })).status).toBe(200);
    await expectHeldAsStored();
  });

  it("When the response to a change of the guest's line was lost, then the check after the merge leaves the stock with the customer", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    faults().add({ service: "inventory", match: "PUT /api/reservations/:id", action: "reset-after" });
    const body = { productId: SEED.products.ashwagandha, variantId: variants.ashwagandha, quantity: 4 };
    expect((await world.call("post", "/api/cart/items", { as: guest, body })).status).toBe(502);
    await world.recover();
    expect((await merge()).body.data).toMatchObject({ merged: true, cart: { totalQuantity: 2 } });
    await expectHeldAsStored();
  });
});

describe("When a merge fails, then nothing is merged, nothing is lost, and the next call continues", () => {
  async function picture() {
    const project = { projection: { updatedAt: 0 } };
    return [await carts().find({}, project).toArray(), await items().find({}, project).toArray()];
  }

  it.each([
    ["pricing is down", { service: "pricing", action: "status", status: 503 }, 503],
    [
      "the transfer fails",
      { service: "inventory", match: "POST /api/reservations/transfer", action: "status", status: 500 },
      502,
    ],
    [
      "the response to the transfer is lost",
      { service: "inventory", match: "POST /api/reservations/transfer", action: "reset-after" },
      502,
    ],
  ] as const)("%s", async (_what, fault, status) => {
    await world.add(asha, variants.ashwagandha, 1);
    await world.add(guest, variants.ashwagandha, 2);
    await world.add(guest, variants.lastUnit);
    const before = await picture();
    faults().add(fault);
    expect((await merge()).status).toBe(status);
    await world.recover();
    expect(await picture()).toEqual(before);
    await world.deliver(LATER_MS);
    expect(await inventory().imbalances()).toEqual([]);
    const { status: again, body } = await merge();
    expect([again, body.data.merged, body.data.cart.totalQuantity]).toEqual([200, true, 4]);
    await expectHeldAsStored();
  });

  it("the process dies after the reservations were transferred", async () => {
    await world.add(asha, variants.ashwagandha, 2);
    await world.add(guest, variants.ashwagandha, 3);
    await world.add(guest, variants.hairOil, 1);
    const [from, to] = [await carts().findOne(guest), await carts().findOne({ userId: SEED.users.asha })];
    const { transferReservations } = await import(
      "../../../services/integrations/inventory-integration.service.js"
    );
    await transferReservations(String(from?._id), String(to?._id), "of-the-process-that-died");
    expect((await merge()).body.data).toMatchObject({ merged: true, cart: { totalQuantity: 6 } });
    await expectHeldAsStored();
  });

  it("the database refuses the write", async () => {
    await world.add(asha, variants.ashwagandha, 2);
    await world.add(guest, variants.ashwagandha, 3);
    await world.add(guest, variants.hairOil, 1);
    const before = await picture();
    await setFailPoint(world.db.admin(), {
      mode: { times: 1 },
      data: { failCommands: ["delete"], namespace: `${world.db.databaseName}.cartItems`, errorCode: 8000 },
    });
    expect((await merge()).status).toBeGreaterThanOrEqual(500);
    await clearFailPoint();
    expect(await picture()).toEqual(before);
    expect((await merge()).body.data.cart.totalQuantity).toBe(6);
    await expectHeldAsStored();
  });
});

describe("a cart that is being bought", () => {
  async function begin(token?: string) {
    const started = await startCheckout(world.url, token ? { token } : {});
    const open = await chooseMethod(started);
    return { ...open, session: { sessionId: open.shopper.guestId ?? "" } };
  }

  it("When the guest's payment is open, then it is superseded, its checkout ends, and a late capture is refunded", async () => {
    const open = await begin();
    const { status, body } = await merge(open.session.sessionId);
    expect([status, body.data.merged]).toEqual([200, true]);
    expect(await sessions().findOne({})).toMatchObject({ status: "failed", failureReason: "cart_gone" });
    expect(await world.db.collection("payments").findOne({})).toMatchObject({
      status: "failed",
      errorCode: "superseded",
    });
    payFor(world.sandbox, open);
    await world.settle();
    expect(await world.db.collection("orders").countDocuments()).toBe(0);
    expect(await world.db.collection("refunds").find().toArray()).toEqual([
      expect.objectContaining({ systemReason: "superseded", amount: open.amount }),
    ]);
    expect(await cartOf(asha)).toMatchObject({ status: "active", itemCount: 1 });
  });

  it("When the guest's open payment holds the only use of a coupon, then the customer's cart gets the coupon", async () => {
    const started = await startCheckout(world.url, { coupon: SEED.coupons.LASTONE });
    const open = await chooseMethod(started);
    const { body } = await merge(open.shopper.guestId ?? "");
    expect(body.data.cart.appliedCoupons).toMatchObject([{ code: SEED.coupons.LASTONE }]);
    await world.deliver();
    expect(world.sandbox.control.pricing.usages(SEED.coupons.LASTONE)).toEqual([]);
  });

  it("When the guest's payment is accepted, then 409 until the order is placed, and then there is nothing to merge", async () => {
    world.sandbox.control.razorpay.configure({ webhooks: { hold: true } });
    const open = await begin();
    await world.add(asha, variants.kajal);
    const paid = payFor(world.sandbox, open);
    expect((await verify(open, paid)).status).toBe(200);
    const sessionId = open.session.sessionId;
    const answer = await merge(sessionId);
    expect([answer.status, answer.body.error?.code]).toEqual([409, "PLACEMENT_IN_PROGRESS"]);
    const guestShopper = new Shopper(world.url);
    guestShopper.guestId = sessionId;
    const placed = await guestShopper.send({
      method: "POST",
      path: "/api/orders",
      body: { checkoutSessionId: open.id },
    });
    expect(placed.status).toBeLessThan(300);
    expect((await merge(sessionId)).body.data).toMatchObject({ merged: false, cart: { itemCount: 1 } });
  });

  it("When the guest's or the customer's order is being placed, then 409 and nothing is moved", async () => {
    await world.add(guest, variants.ashwagandha);
    await world.add(asha, variants.kajal);
    const { Types } = await import("mongoose");
    for (const owner of [{ sessionId: guest.sessionId }, { userId: SEED.users.asha }]) {
      await carts().updateOne(owner, { $set: { placing: new Types.ObjectId() } });
      const answer = await merge();
      expect([answer.status, answer.body.error.code]).toEqual([409, "PLACEMENT_IN_PROGRESS"]);
      await carts().updateOne(owner, { $set: { placing: null } });
    }
    expect(world.sandbox.control.calls.count({ route: "POST /api/reservations/transfer" })).toBe(0);
  });

  it("When the customer's payment is open, then the merge supersedes it", async () => {
    await begin(asha.token);
    await world.add(guest, variants.kajal);
    expect((await merge()).body.data.merged).toBe(true);
    expect(await world.db.collection("payments").findOne({})).toMatchObject({ errorCode: "superseded" });
    expect(await sessions().findOne({})).toMatchObject({ status: "address_entered" });
  });
});
