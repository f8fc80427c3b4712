import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type As, type CartWorld, newGuest, startCartWorld } from "./cart-world.js";

const { variants, coupons } = SEED;
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
const inventory = () => world.sandbox.control.inventory;
const merge = (sessionId = guest.sessionId) =>
  world.call("post", "/api/cart/merge", { as: asha, headers: { "X-Session-Id": sessionId } });
const cartOf = async (as: As) => (await world.call("get", "/api/cart", { as })).body.data;
const codes = (notices: { code: string }[]) => notices.map(({ code }) => code);

interface Line {
  variantId: string;
  quantity: number;
  reservationId: string | null;
}
const byVariant = (a: { variantId: string }, b: { variantId: string }) =>
  a.variantId < b.variantId ? -1 : 1;

/** Every unit in the customer's cart is reserved for that cart, once; nothing else is reserved. */
async function expectHeldAsStored() {
  await world.deliver();
  const cart = await carts().findOne({ userId: SEED.users.asha, status: "active" });
  const lines = await items().find<Line>({ cartId: cart?._id }).toArray();
  const held = await inventory().activeReservations();
  expect(
    held
      .map(({ reservationId, variantId, quantity }) => ({ reservationId, variantId, quantity }))
      .sort(byVariant),
  ).toEqual(
    lines
      .map(({ reservationId, variantId, quantity }) => ({ reservationId, variantId, quantity }))
      .sort(byVariant),
  );
  expect(new Set(held.map(({ cartId }) => cartId))).toEqual(new Set([cart?._id.toHexString()]));
  expect(await inventory().imbalances()).toEqual([]);
}

describe("merging", () => {
  it("When both have carts, then quantities are added, one call transfers the reservations, and the guest's cart is converted", async () => {
    await world.add(asha, variants.ashwagandha, 2);
    await world.add(guest, variants.ashwagandha, 3);
    const { body: oil } = await world.add(guest, variants.hairOil, 1);
    const { status, body } = await merge();
    expect([status, body.data.merged]).toEqual([200, true]);
    expect(body.data.cart.items).toEqual([
      expect.objectContaining({ variantId: variants.ashwagandha, quantity: 5, lineTotal: 995 }),
      expect.objectContaining({ variantId: variants.hairOil, quantity: 1, id: oil.data.cartItem.id }),
    ]);
    expect(body.data.cart.totals.subtotal).toBe(995 + 299);
    const own = await carts().findOne({ userId: SEED.users.asha });
    expect(own).toMatchObject({ status: "active", itemCount: 2, totalQuantity: 6, lease: null });
    expect(await carts().findOne({ sessionId: guest.sessionId })).toMatchObject({
      status: "converted",
      mergedIntoCartId: own?._id,
      itemCount: 0,
      lease: null,
    });
    expect(world.sandbox.control.calls.count({ route: "POST /api/reservations/transfer" })).toBe(1);
    await expectHeldAsStored();
  });

  it("When the customer has no cart yet, then one is created with the guest's lines", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const { body } = await merge();
    expect(body.data).toMatchObject({ merged: true, cart: { itemCount: 1, totalQuantity: 2 } });
    await expectHeldAsStored();
  });

  it("When it is called again, then nothing changes", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    await merge();
    const before = await carts().find().toArray();
    const { status, body } = await merge();
    expect([status, body.data.merged, body.data.cart.totalQuantity]).toEqual([200, false, 2]);
    expect(await carts().find().toArray()).toEqual(before);
    await expectHeldAsStored();
  });

  it("When there is nothing to merge, then the response is the customer's cart, or an empty one", async () => {
    const { status, body } = await merge();
    expect([status, body.data]).toEqual([200, expect.objectContaining({ merged: false, notices: [] })]);
    expect(body.data.cart).toMatchObject({ id: null, items: [] });
    expect(await carts().countDocuments()).toBe(0);
  });

  it("When the carts are merged, then the guest id reads an empty cart and cannot change the moved lines", async () => {
    const { body } = await world.add(guest, variants.ashwagandha);
    await merge();
    expect(await cartOf(guest)).toMatchObject({ id: null, items: [] });
    const path = `/api/cart/items/${body.data.cartItem.id}`;
    expect((await world.call("delete", path, { as: guest })).body.error.code).toBe("FORBIDDEN");
    await world.add(guest, variants.hairOil);
    expect(await cartOf(guest)).toMatchObject({ itemCount: 1, items: [{ variantId: variants.hairOil }] });
    expect((await merge()).body.data).toMatchObject({ merged: true, cart: { itemCount: 2 } });
    await expectHeldAsStored();
  });

  it("When the token or the guest id is missing, then the merge is refused", async () => {
    expect((await world.call("post", "/api/cart/merge", { as: guest })).status).toBe(401);
    const { status, body } = await world.call("post", "/api/cart/merge", { as: asha });
    expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
  });
});

describe("limits and stock", () => {
  it("When a quantity would exceed its limit, then it is reduced to the limit, with a notice", async () => {
    await world.add(asha, variants.ashwagandha, 7);
    await world.add(guest, variants.ashwagandha, 6);
    await world.add(asha, variants.serum, 1);
    await world.add(guest, variants.serum, 2);
    const { status, body } = await merge();
    expect(status).toBe(200);
    const quantities = body.data.cart.items.filter((item: { isFreeGift: boolean }) => !item.isFreeGift);
    expect(quantities).toEqual([
      expect.objectContaining({ variantId: variants.ashwagandha, quantity: 10 }),
      expect.objectContaining({ variantId: variants.serum, quantity: 2 }),
    ]);
    expect(body.data.notices).toContainEqual(
      expect.objectContaining({
        code: "QUANTITY_REDUCED",
        itemId: quantities[0].id,
        details: expect.objectContaining({ previousQuantity: 13, currentQuantity: 10 }),
      }),
    );
    await expectHeldAsStored();
  });

  it("When there is no room for a line, then it is left out with a notice and its stock is released", async () => {
    const { putSettings, forgetSettings } = await import("../../../services/platform/settings.service.js");
    await world.add(asha, variants.ashwagandha);
    await world.add(guest, variants.hairOil);
    await world.add(guest, variants.kajal);
    await putSettings({ group: "cart", patch: { maxLines: 2 }, by: "test" });
    const { status, body } = await merge();
    await world.db.collection("settings").deleteMany({});
    forgetSettings();
    expect([status, body.data.cart.itemCount]).toEqual([200, 2]);
    expect(body.data.notices).toEqual([
      expect.objectContaining({
        code: "QUANTITY_REDUCED",
        details: expect.objectContaining({
          variantId: variants.kajal,
          previousQuantity: 1,
          currentQuantity: 0,
        }),
      }),
    ]);
    await expectHeldAsStored();
  });

  it("When the guest's reservation has lapsed and only a part is available, then the quantity is reduced to it", async () => {
    await world.add(asha, variants.ashwagandha, 2);
    await world.add(guest, variants.ashwagandha, 3);
    const guestCart = await carts().findOne({ sessionId: guest.sessionId });
    await inventory().lapse(guestCart?._id.toHexString());
    await items().updateOne({ cartId: guestCart?._id }, { $set: { reservationExpiresAt: new Date(0) } });
    await inventory().setStock(variants.ashwagandha, 1);
    const { status, body } = await merge();
    expect([status, body.data.cart.items[0].quantity]).toEqual([200, 3]);
    expect(codes(body.data.notices)).toContain("QUANTITY_REDUCED");
    await expectHeldAsStored();
  });

  it("When the customer's reservation has lapsed, then the guest's is extended to what is available", async () => {
    await world.add(asha, variants.ashwagandha, 2);
    const own = await carts().findOne({ userId: SEED.users.asha });
    await world.add(guest, variants.ashwagandha, 3);
    await inventory().lapse(own?._id.toHexString());
    await items().updateOne({ cartId: own?._id }, { $set: { reservationExpiresAt: new Date(0) } });
    await inventory().setStock(variants.ashwagandha, 1);
    const { body } = await merge();
    expect(body.data.cart.items[0].quantity).toBe(4);
    await expectHeldAsStored();
  });

  it("When nothing is available of a line, then it is moved, a notice says that it is out of stock, and nothing fails", async () => {
    await world.add(guest, variants.lastUnit);
    const guestCart = await carts().findOne({ sessionId: guest.sessionId });
    await inventory().lapse(guestCart?._id.toHexString());
    await items().updateOne({ cartId: guestCart?._id }, { $set: { reservationExpiresAt: new Date(0) } });
    await inventory().setStock(variants.lastUnit, 0);
    const { status, body } = await merge();
    expect([status, body.data.cart.items[0].quantity]).toEqual([200, 1]);
    expect(body.data.notices).toEqual([
      expect.objectContaining({
        code: "OUT_OF_STOCK",
        itemId: body.data.cart.items[0].id,
        details: expect.objectContaining({ requested: 1, available: 0 }),
      }),
    ]);
  });

  it("When the last unit is in the guest's cart, then the customer gets it", async () => {
    await world.add(guest, variants.lastUnit);
    const { body } = await merge();
    expect(body.data.cart.items[0]).toMatchObject({ quantity: 1, availability: { isAvailable: true } });
    await expectHeldAsStored();
  });
});

describe("prices", () => {
  it("When a price has changed, then a line that grew takes today's price, and a moved one keeps its own until it grows", async () => {
    await world.add(asha, variants.ashwagandha, 1);
    await world.add(guest, variants.ashwagandha, 1);
    await world.add(guest, variants.kajal, 1);
    world.sandbox.control.catalog.setPrice(variants.ashwagandha, 210);
    world.sandbox.control.catalog.setPrice(variants.kajal, 190);
    const { body } = await merge();
    const [grown, moved] = body.data.cart.items;
    expect([grown.unitPrice, moved.unitPrice]).toEqual([210, 180]);
    const changes = body.data.notices.filter(({ code }: { code: string }) => code === "PRICE_CHANGED");
    expect(changes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          itemId: grown.id,
          details: expect.objectContaining({ previousPrice: 199, currentPrice: 210 }),
        }),
        expect.objectContaining({
          itemId: moved.id,
          details: expect.objectContaining({ previousPrice: 180, currentPrice: 190 }),
        }),
      ]),
    );
    expect(changes).toHaveLength(2);
  });

  it("When the catalog is down, then the carts are merged with the last known prices", async () => {
    await world.add(asha, variants.ashwagandha, 1);
    await world.add(guest, variants.ashwagandha, 1);
    world.sandbox.control.faults.add({ service: "catalog", action: "status", status: 503 });
    const { status, body } = await merge();
    expect([status, body.data.cart.items[0]]).toEqual([
      200,
      expect.objectContaining({ quantity: 2, unitPrice: 199 }),
    ]);
  });
});

describe("promotions", () => {
  let orders = 0;
  const recordUse = async (code: string, person: object) => {
    const { urls, env } = world.sandbox;
    const { userId, email, phone } = Object(person);
    orders += 1;
    const answer = await fetch(`${urls.pricing}/api/coupons/usage`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Authorization: `Bearer ${env.SERVICE_TOKEN ?? ""}` },
      body: JSON.stringify({ code, userId, email, phone, orderId: `earlier-${orders}`, discountAmount: 50 }),
    });
    expect(answer.status).toBe(200);
  };
  const apply = (as: As, couponCode: string) =>
    world.call("post", "/api/cart/coupons", { as, body: { couponCode } });

  it("When both have a coupon that is not stackable, then the customer's is kept and the other is dropped with a notice", async () => {
    await world.add(asha, variants.ashwagandha, 3);
    await apply(asha, coupons.FLAT100);
    await world.add(guest, variants.hairOil);
    await apply(guest, coupons.WELCOME10);
    const { body } = await merge();
    expect(body.data.cart.appliedCoupons).toEqual([{ code: coupons.FLAT100, discountAmount: 100 }]);
    expect(body.data.notices).toContainEqual(
      expect.objectContaining({
        code: "COUPON_DROPPED",
        details: expect.objectContaining({ code: coupons.WELCOME10, reason: "NOT_STACKABLE" }),
      }),
    );
  });

  it("When only the guest has a coupon, then it is moved", async () => {
    await world.add(guest, variants.ashwagandha, 3);
    await apply(guest, coupons.WELCOME10);
    expect((await merge()).body.data.cart.appliedCoupons).toMatchObject([{ code: coupons.WELCOME10 }]);
  });

  it("When the guest logs in, then the coupon is validated again for the customer, with the token's contact", async () => {
    await world.add(guest, variants.ashwagandha, 3);
    await apply(guest, coupons.ONCE20);
    await recordUse(coupons.ONCE20, { email: "somebody.else@example.com" });
    world.sandbox.control.calls.reset();
    const { body } = await merge();
    const asked = world.sandbox.control.calls.list({ route: "POST /api/coupons/validate" });
    expect(asked.at(-1)?.body).toMatchObject({
      userId: SEED.users.asha,
      email: expect.stringMatching(/@/),
      phone: expect.stringMatching(/^\+91/),
    });
    expect(body.data.cart.appliedCoupons).toHaveLength(1);
    await recordUse(coupons.ONCE20, asked.at(-1)?.body as object);
    const { body: grown } = await world.add(asha, variants.kajal);
    expect(codes(grown.data.cart.notices)).toContain("COUPON_DROPPED");
  });

  it("When both have the gift, then one remains, reserved once", async () => {
    await world.add(asha, variants.ashwagandhaLarge, 4);
    await world.add(guest, variants.ashwagandhaLarge, 4);
    const { body } = await merge();
    expect(body.data.cart.freeGifts).toEqual([expect.objectContaining({ quantity: 1 })]);
    await expectHeldAsStored();
  });

  it("When the guest has the last gift, then it is moved", async () => {
    await inventory().setStock(variants.giftLipBalm, 1);
    await world.add(guest, variants.ashwagandhaLarge, 4);
    const { body } = await merge();
    expect(body.data.cart.freeGifts).toHaveLength(1);
    expect(codes(body.data.notices)).not.toContain("GIFT_REMOVED");
    await expectHeldAsStored();
  });
});

describe("saved items", () => {
  it("When the guest has saved items, then they become the customer's, and quantities of one variant are added", async () => {
    const saveOne = async (as: As, variantId: string, quantity: number) => {
      const { body } = await world.add(as, variantId, quantity);
      await world.call("post", `/api/cart/items/${body.data.cartItem.id}/save-later`, { as });
    };
    await saveOne(asha, variants.kajal, 1);
    await saveOne(guest, variants.kajal, 2);
    await saveOne(guest, variants.hairOil, 1);
    expect((await merge()).body.data.merged).toBe(true);
    expect((await merge()).body.data.merged).toBe(false);
    const stored = await world.db.collection("savedItems").find().sort({ variantId: 1 }).toArray();
    expect(stored).toEqual([
      expect.objectContaining({ userId: SEED.users.asha, variantId: variants.hairOil, quantity: 1 }),
      expect.objectContaining({ userId: SEED.users.asha, variantId: variants.kajal, quantity: 3 }),
    ]);
    expect(stored.every((item) => !("sessionId" in item))).toBe(true);
    const { body } = await world.call("get", "/api/cart/saved-items", { as: guest });
    expect(body.data.items).toEqual([]);
  });
});
