import request from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { chooseMethod, payFor, place, startCheckout } from "../../support/purchase.js";
import { type As, type CartWorld, startCartWorld } from "./cart-world.js";

const { variants, products } = SEED;
let world: CartWorld;
let guest: { sessionId: string };

beforeAll(async () => {
  world = await startCartWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = { sessionId: newGuestId() };
});

const items = () => world.db.collection("cartItems");
const inventory = () => world.sandbox.control.inventory;
const catalog = () => world.sandbox.control.catalog;
const readCart = async (as: As = guest) => (await world.call("get", "/api/cart", { as })).body.data;

describe("changes in the catalog", () => {
  it("When a price has changed, then the read shows both prices and writes nothing", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const before = await items().find().toArray();
    catalog().setPrice(variants.ashwagandha, 225);
    const cart = await readCart();
    expect(cart.notices).toEqual([
      {
        code: "PRICE_CHANGED",
        message: expect.any(String),
        itemId: cart.items[0].id,
        details: expect.objectContaining({
          productId: products.ashwagandha,
          variantId: variants.ashwagandha,
          previousPrice: 199,
          currentPrice: 225,
        }),
      },
    ]);
    expect(cart.items[0]).toMatchObject({ unitPrice: 199, lineTotal: 398 });
    expect(await items().find().toArray()).toEqual(before);
  });

  it("When the line grows, then it takes the new price, with one notice", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    catalog().setPrice(variants.ashwagandha, 225);
    await world.add(guest, variants.ashwagandha, 1);
    const first = await readCart();
    expect(first.items[0]).toMatchObject({ unitPrice: 225, lineTotal: 675 });
    expect(first.notices).toHaveLength(1);
    catalog().setPrice(variants.ashwagandha, 230);
    expect((await readCart()).notices).toEqual([
      expect.objectContaining({
        details: expect.objectContaining({ previousPrice: 225, currentPrice: 230 }),
      }),
    ]);
  });

  it("When a product is withdrawn, then the read says so, and the line stays until the customer decides", async () => {
    const { body } = await world.add(guest, variants.lowStock, 2);
    catalog().setProductStatus("prod-guggul-extract", "inactive");
    const cart = await readCart();
    expect(cart.notices).toEqual([
      expect.objectContaining({
        code: "PRODUCT_UNAVAILABLE",
        itemId: body.data.cartItem.id,
        details: expect.objectContaining({ variantId: variants.lowStock, quantity: 2 }),
      }),
    ]);
    expect(cart.itemCount).toBe(1);
  });

  it("When stock is low or gone, then the notice gives the requested and the available quantity", async () => {
    const { body } = await world.add(guest, variants.ashwagandha, 3);
    const { id } = body.data.cartItem;
    const noticed = async () => (await readCart()).notices;
    await inventory().setStock(variants.ashwagandha, 1);
    expect(await noticed()).toEqual([
      expect.objectContaining({
        code: "LOW_STOCK",
        itemId: id,
        details: expect.objectContaining({ requested: 3, available: 4 }),
      }),
    ]);
    await items().updateMany({}, { $set: { reservationExpiresAt: new Date(0) } });
    expect(await noticed()).toEqual([
      expect.objectContaining({
        code: "OUT_OF_STOCK",
        itemId: id,
        details: expect.objectContaining({ requested: 3, available: 1 }),
      }),
    ]);
  });

  it("When a gift is added and removed, then both notices name the gift's line", async () => {
    const { body: more } = await world.add(guest, variants.ashwagandhaLarge, 4);
    const [gift] = more.data.cart.freeGifts;
    const notice = (code: string) =>
      expect.objectContaining({
        code,
        itemId: gift.id,
        details: expect.objectContaining({
          variantId: variants.giftLipBalm,
          quantity: 1,
          giftRuleId: SEED.promotions.giftRuleId,
        }),
      });
    expect(more.data.cart.notices).toContainEqual(notice("GIFT_ADDED"));
    const path = `/api/cart/items/${more.data.cartItem.id}`;
    const { body: less } = await world.call("put", path, { as: guest, body: { quantity: 1 } });
    expect(less.data.cart.notices).toContainEqual(notice("GIFT_REMOVED"));
  });
});

describe("reservations that lapse", () => {
  /** Lapses the reservations at the inventory service and in the stored lines. */
  async function lapse() {
    await inventory().lapse();
    await items().updateMany({}, { $set: { reservationExpiresAt: new Date(0) } });
    expect(await inventory().activeReservations()).toEqual([]);
  }

  it("When a reservation has lapsed, then the line stays, and any change reserves it again, even to the same quantity", async () => {
    const { body } = await world.add(guest, variants.ashwagandha, 2);
    await world.add(guest, variants.kajal, 1);
    await lapse();
    expect((await readCart()).itemCount).toBe(2);
    const path = `/api/cart/items/${body.data.cartItem.id}`;
    expect((await world.call("put", path, { as: guest, body: { quantity: 2 } })).status).toBe(200);
    await world.deliver();
    expect(await inventory().activeReservations()).toEqual([
      expect.objectContaining({ variantId: variants.ashwagandha, quantity: 2 }),
    ]);
    expect(await world.db.collection("carts").findOne({})).toMatchObject({ version: 2 });
  });

  it("When the checkout starts, then every line is reserved again", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    await world.add(guest, variants.kajal, 1);
    await lapse();
    const body = { email: "meera@example.com", phone: "9845012345" };
    const { status } = await world.call("post", "/api/checkout/start", { as: guest, body });
    expect(status).toBe(201);
    await world.deliver();
    const held = await inventory().activeReservations();
    expect(held.map(({ variantId, quantity }) => [variantId, quantity]).sort()).toEqual([
      [variants.ashwagandha, 2],
      [variants.kajal, 1],
    ]);
    expect(await inventory().imbalances()).toEqual([]);
  });
});

describe("recommendations", () => {
  const recommend = async (as: As, query = "") =>
    (await world.call("get", `/api/cart/recommendations${query}`, { as })).body.data.products;

  it("When there is a cart, then related products are shown, without those in it", async () => {
    await world.add(guest, variants.hairOil);
    const shown = await recommend(guest);
    expect(shown.length).toBeGreaterThan(1);
    const ids = shown.map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).not.toContain(products.hairOil);
    const body = { productId: "prod-amla-shampoo", variantId: "var-amla-shampoo-200ml", quantity: 1 };
    expect((await world.call("post", "/api/cart/items", { as: guest, body })).status).toBe(200);
    expect((await recommend(guest)).map(({ id }: { id: string }) => id)).not.toContain("prod-amla-shampoo");
    expect(await recommend(guest, "?limit=1")).toHaveLength(1);
  });

  it("When there is no cart, or the catalog is down, then there are none", async () => {
    expect(await recommend(null)).toEqual([]);
    expect(await recommend(guest)).toEqual([]);
    await world.add(guest, variants.hairOil);
    const { clearCatalogCache } = await import(
      "../../../services/integrations/catalog-integration.service.js"
    );
    clearCatalogCache();
    world.sandbox.control.faults.add({ service: "catalog", action: "status", status: 503 });
    expect(await recommend(guest)).toEqual([]);
  });

  it.each(["?limit=0", "?limit=21", "?limit=x", "?page=1"])(
    "When the query is %s, then 400",
    async (query) => {
      const { status, body } = await world.call("get", `/api/cart/recommendations${query}`, { as: guest });
      expect([status, body.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    },
  );
});

describe("HTTP caching", () => {
  const get = (path: string, as: As, etag?: string) => {
    const sent = request(world.url).get(path);
    if (as && "sessionId" in as) sent.set("X-Session-Id", as.sessionId);
    return etag ? sent.set("If-None-Match", etag) : sent;
  };

  it.each(["/api/cart", "/api/cart/mini", "/api/cart/saved-items"])(
    "When %s is requested again with its ETag, then 304 until something changes",
    async (path) => {
      await world.add(guest, variants.ashwagandha);
      const first = await get(path, guest);
      expect(first.status).toBe(200);
      expect(first.headers["cache-control"]).toBe("private, no-cache");
      expect(first.headers.vary).toMatch(/Authorization/);
      expect(first.headers.vary).toMatch(/X-Session-Id/);
      const { etag } = first.headers;
      expect(etag).toMatch(/^W\/"[A-Za-z0-9_-]{20,}"$/);
      const again = await get(path, guest, etag);
      expect([again.status, again.text]).toEqual([304, ""]);
      expect(again.headers.etag).toBe(etag);
      const { body } = await world.add(guest, variants.hairOil);
      const save = `/api/cart/items/${body.data.cartItem.id}/save-later`;
      await world.call("post", save, { as: guest });
      await world.add(guest, variants.kajal);
      const changed = await get(path, guest, etag);
      expect(changed.status).toBe(200);
      expect(changed.headers.etag).not.toBe(etag);
    },
  );

  it("When a read is refused, then the response has no ETag", async () => {
    const refused = await get("/api/cart/saved-items", null);
    expect([refused.status, refused.headers.etag]).toEqual([401, undefined]);
  });

  it("When another guest sends the ETag, then they get their own cart", async () => {
    await world.add(guest, variants.ashwagandha);
    const { etag } = (await get("/api/cart", guest)).headers;
    const other = { sessionId: newGuestId() };
    const answer = await get("/api/cart", other, etag);
    expect([answer.status, answer.body.data.itemCount]).toEqual([200, 0]);
  });

  it("When the documentation is read, then it lists 304 for these routes and for no others", async () => {
    const { body } = await request(world.url).get("/api/docs/openapi.json");
    const answersOf = (path: string) => Object.keys(body.paths[path].get.responses);
    for (const path of ["/api/cart", "/api/cart/mini", "/api/cart/saved-items"])
      expect(answersOf(path)).toContain("304");
    expect(answersOf("/api/cart/recommendations")).not.toContain("304");
  });
});

describe("bundles", () => {
  it("When a line was added as part of a bundle, then cart and order show the bundle", async () => {
    const item = {
      productId: products.kajal,
      variantId: variants.kajal,
      quantity: 1,
      bundleId: "bundle-diwali",
    };
    const open = await chooseMethod(await startCheckout(world.url, { items: [item] }));
    payFor(world.sandbox, open);
    const placed = await place(open);
    // The webhook may have placed it first.
    expect([200, 201]).toContain(placed.status);
    expect(placed.data).toMatchObject({ items: [{ variantId: variants.kajal, bundleId: "bundle-diwali" }] });
    expect(await items().findOne({})).toMatchObject({ bundleId: "bundle-diwali" });
    expect(await world.db.collection("orderItems").findOne({})).toMatchObject({ bundleId: "bundle-diwali" });
  });
});
