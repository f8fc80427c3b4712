import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { type As, type CartWorld, IMPATIENT, productOf, startCartWorld, unknownId } from "./cart-world.js";

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

const reservations = () => world.sandbox.control.inventory.activeReservations();
const carts = () => world.db.collection("carts");
const items = () => world.db.collection("cartItems");
const addBody = (variantId: string, quantity = 1) => ({
  productId: productOf(variantId),
  variantId,
  quantity,
});

describe("reading a cart", () => {
  it("When the caller has neither a token nor a guest id, then the cart is empty and none is created", async () => {
    const answer = await world.call("get", "/api/cart");
    expect(answer.status).toBe(200);
    expect(answer.body.data).toMatchObject({ id: null, items: [], itemCount: 0, totals: { grandTotal: 0 } });
    expect(answer.headers["x-session-id"]).toBeUndefined();
    expect(await carts().countDocuments()).toBe(0);
  });

  it("When a guest has a cart, then it shows lines, totals and availability", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    await world.sandbox.control.inventory.setStock(variants.ashwagandha, 7);
    const { body } = await world.call("get", "/api/cart", { as: guest });
    expect(body.data).toMatchObject({
      sessionId: guest.sessionId,
      status: "active",
      currency: "INR",
      itemCount: 1,
      totalQuantity: 2,
      totals: {
        subtotal: 398,
        discountTotal: 0,
        shippingTotal: 0,
        taxTotal: 19.9,
        grandTotal: 417.9,
        taxEstimated: true,
      },
    });
    expect(body.data.items[0]).toMatchObject({
      variantId: variants.ashwagandha,
      sku: "ASH-CHU-100G",
      name: "Ashwagandha Churna 100g",
      quantity: 2,
      unitPrice: 199,
      unitMrp: 249,
      lineTotal: 398,
      isFreeGift: false,
      // Seven units are free, and the line's reservation holds two.
      availability: { isAvailable: true, available: 9 },
    });
    expect(body.data.items[0]).not.toHaveProperty("reservationId");
  });

  it("When little is left of a line, then a notice says so", async () => {
    await world.add(guest, variants.lowStock, 1);
    const { body } = await world.call("get", "/api/cart", { as: guest });
    expect(body.data.notices).toEqual([
      expect.objectContaining({
        code: "LOW_STOCK",
        itemId: body.data.items[0].id,
        details: expect.objectContaining({ available: 3 }),
      }),
    ]);
  });

  it("When a reservation has lapsed and others have taken the stock, then the line is shown as out of stock", async () => {
    await world.add(guest, variants.lastUnit);
    await items().updateMany({}, { $set: { reservationExpiresAt: new Date(0) } });
    const { body } = await world.call("get", "/api/cart", { as: guest });
    expect(body.data.items[0].availability).toEqual({ isAvailable: false, available: 0 });
    expect(body.data.notices).toEqual([expect.objectContaining({ code: "OUT_OF_STOCK" })]);
  });

  it("When inventory is down, then the cart shows the last known prices, no availability and a notice", async () => {
    await world.add(guest, variants.ashwagandha);
    world.sandbox.control.faults.add({ service: "inventory", action: "reset-before" });
    const { status, body } = await world.call("get", "/api/cart", { as: guest });
    expect(status).toBe(200);
    expect(body.data.items[0]).toMatchObject({ unitPrice: 199, availability: null });
    expect(body.data.notices).toEqual([expect.objectContaining({ code: "UPSTREAM_UNAVAILABLE" })]);
  });

  it("When the mini cart is read, then it shows lines, units and total", async () => {
    const empty = await world.call("get", "/api/cart/mini", { as: guest });
    expect(empty.body.data).toEqual({ itemCount: 0, totalQuantity: 0, grandTotal: 0, currency: "INR" });
    await world.add(guest, variants.ashwagandha, 3);
    const { body } = await world.call("get", "/api/cart/mini", { as: guest });
    expect(body.data).toEqual({ itemCount: 1, totalQuantity: 3, grandTotal: 626.86, currency: "INR" });
  });
});

describe("adding", () => {
  it("When a caller without identity adds, then a guest id is minted, returned in header and body, and owns the cart", async () => {
    const answer = await world.add(null, variants.ashwagandha);
    const sessionId = answer.headers["x-session-id"];
    expect(sessionId).toMatch(/^[A-Za-z0-9_-]{22,64}$/);
    expect(answer.body.data.cart.sessionId).toBe(sessionId);
    expect(await carts().findOne({})).toMatchObject({ sessionId, status: "active", version: 1, lease: null });
  });

  it("When a customer adds, then line, price and reservation are written", async () => {
    const asha: As = { token: world.sandbox.tokens.asha };
    const { body } = await world.add(asha, variants.giloy, 2);
    expect(body.data.cartItem).toMatchObject({ quantity: 2, unitPrice: 175.5, lineTotal: 351 });
    const cart = await carts().findOne({});
    expect(cart).toMatchObject({ userId: SEED.users.asha, subtotal: 35_100, itemCount: 1, totalQuantity: 2 });
    const [held] = await reservations();
    expect(held).toMatchObject({ variantId: variants.giloy, quantity: 2, cartId: cart?._id.toHexString() });
    expect(await items().findOne({})).toMatchObject({
      reservationId: held?.reservationId,
      unitPrice: 17_550,
      gstRateBps: 500,
      isReturnable: true,
    });
  });

  it("When the same variant is added again, then the line and its reservation grow", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const { body } = await world.add(guest, variants.ashwagandha, 3);
    expect(body.data.cart.items).toHaveLength(1);
    expect(body.data.cartItem.quantity).toBe(5);
    expect(await reservations()).toEqual([expect.objectContaining({ quantity: 5 })]);
  });

  it("When the reservation has lapsed, then raising the quantity makes a new reservation", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    expect(await world.sandbox.control.inventory.lapse()).toBe(1);
    await world.add(guest, variants.ashwagandha, 1);
    const [held] = await reservations();
    expect(held).toMatchObject({ quantity: 3 });
    expect(await items().findOne({})).toMatchObject({ reservationId: held?.reservationId, quantity: 3 });
  });

  it("When the price has risen since, then the line takes today's price and a notice says so", async () => {
    await world.add(guest, variants.ashwagandha);
    world.sandbox.control.catalog.setPrice(variants.ashwagandha, 219);
    const { body } = await world.add(guest, variants.ashwagandha);
    expect(body.data.cartItem).toMatchObject({ unitPrice: 219, lineTotal: 438 });
    expect(body.data.cart.notices).toContainEqual(
      expect.objectContaining({
        code: "PRICE_CHANGED",
        details: expect.objectContaining({ previousPrice: 199, currentPrice: 219 }),
      }),
    );
  });

  it("When more is requested than is available, then 400 OUT_OF_STOCK gives the total that is available", async () => {
    const none = await world.call("post", "/api/cart/items", {
      as: guest,
      body: addBody(variants.outOfStock),
    });
    expect([none.status, none.body.error]).toEqual([
      400,
      { code: "OUT_OF_STOCK", details: { available: 0 } },
    ]);
    await world.add(guest, variants.lowStock, 2);
    const more = await world.call("post", "/api/cart/items", {
      as: guest,
      body: addBody(variants.lowStock, 2),
    });
    expect([more.status, more.body.error]).toEqual([
      400,
      { code: "OUT_OF_STOCK", details: { available: 3 } },
    ]);
    expect(await items().findOne({})).toMatchObject({ quantity: 2 });
    expect(await reservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
  });

  it.each([
    ["an unknown product", { productId: "prod-nothing", variantId: "var-nothing", quantity: 1 }],
    ["an unknown variant", { productId: SEED.products.ashwagandha, variantId: "var-nothing", quantity: 1 }],
    [
      "a variant of another product",
      { productId: SEED.products.kajal, variantId: variants.hairOil, quantity: 1 },
    ],
    ["an inactive product", addBody(variants.inactive)],
  ])("When it is %s, then 404 PRODUCT_NOT_FOUND and nothing is reserved", async (_what, body) => {
    const answer = await world.call("post", "/api/cart/items", { as: guest, body });
    expect([answer.status, answer.body.error.code]).toEqual([404, "PRODUCT_NOT_FOUND"]);
    expect(await items().countDocuments()).toBe(0);
    expect(await reservations()).toEqual([]);
  });

  it("When the limit of the variant or of the shop is exceeded, then 400 CART_LIMIT", async () => {
    const own = await world.call("post", "/api/cart/items", { as: guest, body: addBody(variants.serum, 3) });
    expect([own.status, own.body.error]).toEqual([
      400,
      { code: "CART_LIMIT", details: { limit: "maxPerVariant", maximum: 2, requested: 3 } },
    ]);
    await world.add(guest, variants.ashwagandha, 7);
    const shop = await world.call("post", "/api/cart/items", {
      as: guest,
      body: addBody(variants.ashwagandha, 4),
    });
    expect(shop.body.error.details).toEqual({ limit: "maxPerVariant", maximum: 10, requested: 11 });
    expect(await reservations()).toEqual([expect.objectContaining({ quantity: 7 })]);
  });

  it("When the cart has the maximum number of lines, then 400 CART_LIMIT, but an existing line can grow", async () => {
    const { forgetSettings, putSettings } = await import("../../../services/platform/settings.service.js");
    await putSettings({ group: "cart", patch: { maxLines: 2 }, by: "test" });
    await world.add(guest, variants.ashwagandha);
    await world.add(guest, variants.hairOil);
    const answer = await world.call("post", "/api/cart/items", { as: guest, body: addBody(variants.kajal) });
    expect([answer.status, answer.body.error]).toEqual([
      400,
      { code: "CART_LIMIT", details: { limit: "maxLines", maximum: 2 } },
    ]);
    await world.add(guest, variants.hairOil);
    forgetSettings();
  });

  it("When two requests have the same Idempotency-Key, then the item is added once", async () => {
    const headers = { "Idempotency-Key": "add-once-12345" };
    const body = addBody(variants.ashwagandha);
    const first = await world.call("post", "/api/cart/items", { as: guest, body, headers });
    const second = await world.call("post", "/api/cart/items", { as: guest, body, headers });
    expect(second.headers["idempotency-replayed"]).toBe("true");
    expect(second.body).toEqual(first.body);
    expect(await items().findOne({})).toMatchObject({ quantity: 1 });
  });

  it("When an order is being placed from the cart, then 409 PLACEMENT_IN_PROGRESS and nothing is reserved", async () => {
    await world.add(guest, variants.ashwagandha);
    const { Types } = await import("mongoose");
    await carts().updateOne({}, { $set: { placing: new Types.ObjectId() } });
    const answer = await world.call("post", "/api/cart/items", {
      as: guest,
      body: addBody(variants.hairOil),
    });
    expect([answer.status, answer.body.error.code]).toEqual([409, "PLACEMENT_IN_PROGRESS"]);
    expect(await reservations()).toHaveLength(1);
  });
});

describe("changing and removing", () => {
  it("When a quantity is changed, then line, totals and reservation follow", async () => {
    const added = await world.add(guest, variants.ashwagandha, 5);
    const path = `/api/cart/items/${added.body.data.cartItem.id}`;
    const { status, body } = await world.call("put", path, { as: guest, body: { quantity: 2 } });
    expect(status).toBe(200);
    expect(body.data.cartItem).toMatchObject({ quantity: 2, lineTotal: 398 });
    expect(body.data.cart).toMatchObject({ totalQuantity: 2, totals: { subtotal: 398 }, version: 2 });
    expect(await reservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
  });

  it("When the quantity is the same and still reserved, then nothing is written", async () => {
    const added = await world.add(guest, variants.ashwagandha, 2);
    const path = `/api/cart/items/${added.body.data.cartItem.id}`;
    const { status, body } = await world.call("put", path, { as: guest, body: { quantity: 2 } });
    expect([status, body.data.cart.version]).toEqual([200, 1]);
    expect(await carts().findOne({})).toMatchObject({ version: 1, lease: null });
  });

  it("When one of two lines is removed, then the other stays and the reservation is released", async () => {
    await world.add(guest, variants.hairOil);
    const added = await world.add(guest, variants.ashwagandha, 2);
    const path = `/api/cart/items/${added.body.data.cartItem.id}`;
    const { body } = await world.call("delete", path, { as: guest });
    expect(body.data.cart.items).toEqual([expect.objectContaining({ variantId: variants.hairOil })]);
    await world.deliver();
    expect(await reservations()).toEqual([expect.objectContaining({ variantId: variants.hairOil })]);
  });

  it("When the last line is removed, then the cart is abandoned and the next add creates another", async () => {
    const added = await world.add(guest, variants.ashwagandha);
    const { body } = await world.call("delete", `/api/cart/items/${added.body.data.cartItem.id}`, {
      as: guest,
    });
    expect(body.data.cart).toMatchObject({ status: "abandoned", items: [], totals: { grandTotal: 0 } });
    const empty = await world.call("get", "/api/cart", { as: guest });
    expect(empty.body.data).toMatchObject({ id: null, items: [] });
    const next = await world.add(guest, variants.ashwagandha);
    expect(next.body.data.cart.id).not.toBe(body.data.cart.id);
    await world.deliver();
    expect(await reservations()).toEqual([expect.objectContaining({ cartId: next.body.data.cart.id })]);
  });

  it("When the cart is emptied, then every reservation is released; emptying again has no effect", async () => {
    const none = await world.call("delete", "/api/cart", { as: guest });
    expect([none.status, none.body.data.cart.id]).toEqual([200, null]);
    await world.add(guest, variants.ashwagandha, 2);
    await world.add(guest, variants.hairOil);
    const { body } = await world.call("delete", "/api/cart", { as: guest });
    expect(body.data.cart).toMatchObject({ items: [], itemCount: 0 });
    await world.deliver();
    expect(await reservations()).toEqual([]);
    expect(await world.sandbox.control.inventory.imbalances()).toEqual([]);
  });

  it("When the cart was abandoned by time, then its owner's next request makes it active again", async () => {
    const added = await world.add(guest, variants.ashwagandha);
    await carts().updateOne({}, { $set: { status: "abandoned", abandonedAt: new Date() } });
    await items().updateMany({}, { $set: { reservationId: null, reservationExpiresAt: null } });
    await world.sandbox.control.inventory.lapse();
    const path = `/api/cart/items/${added.body.data.cartItem.id}`;
    const { status, body } = await world.call("put", path, { as: guest, body: { quantity: 3 } });
    expect([status, body.data.cart.id, body.data.cart.status]).toEqual([
      200,
      added.body.data.cart.id,
      "active",
    ]);
    expect(await reservations()).toEqual([expect.objectContaining({ quantity: 3 })]);
    expect(await carts().findOne({})).toMatchObject({ abandonedAt: null });
  });

  it("When the line is unknown, then 404; when it is another owner's, then 403; without identity, then 401", async () => {
    const added = await world.add(guest, variants.ashwagandha);
    const path = `/api/cart/items/${added.body.data.cartItem.id}`;
    const other = { sessionId: newGuestId() };
    const body = { quantity: 2 };
    const unknown = await world.call("put", `/api/cart/items/${unknownId()}`, { as: guest, body });
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "CART_ITEM_NOT_FOUND"]);
    for (const as of [other, { token: world.sandbox.tokens.bharat }]) {
      const foreign = await world.call("put", path, { as, body });
      expect([foreign.status, foreign.body.error.code]).toEqual([403, "FORBIDDEN"]);
      expect((await world.call("delete", path, { as })).status).toBe(403);
    }
    expect((await world.call("put", path, { body })).status).toBe(401);
    expect(await items().findOne({})).toMatchObject({ quantity: 1 });
  });

  it.each([
    ["an unknown field", "post", "/api/cart/items", { ...addBody(variants.kajal), price: 1 }],
    [
      "an operator for an id",
      "post",
      "/api/cart/items",
      { ...addBody(variants.kajal), variantId: { $ne: null } },
    ],
    ["a quantity of zero", "post", "/api/cart/items", addBody(variants.kajal, 0)],
    ["a fractional quantity", "post", "/api/cart/items", addBody(variants.kajal, 1.5)],
    ["a quantity as text", "post", "/api/cart/items", { ...addBody(variants.kajal), quantity: "1" }],
    ["a malformed id", "put", "/api/cart/items/abc", { quantity: 1 }],
    ["an empty coupon code", "post", "/api/cart/coupons", { couponCode: "  " }],
  ] as const)("When the request has %s, then 400 VALIDATION_ERROR", async (_what, method, path, body) => {
    const answer = await world.call(method, path, { as: guest, body });
    expect([answer.status, answer.body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(await carts().countDocuments()).toBe(0);
  });
});
