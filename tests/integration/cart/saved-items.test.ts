import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type As, type CartWorld, newGuest, startCartWorld, unknownId } from "./cart-world.js";

const { variants } = SEED;
let world: CartWorld;
let guest: { sessionId: string };
let other: { sessionId: string };

beforeAll(async () => {
  world = await startCartWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = newGuest();
  other = newGuest();
});

const saved = () => world.db.collection("savedItems");
const items = () => world.db.collection("cartItems");
const inventory = () => world.sandbox.control.inventory;
const save = (as: As, itemId: string) => world.call("post", `/api/cart/items/${itemId}/save-later`, { as });
const moveBack = (as: As, id: string) =>
  world.call("post", `/api/cart/saved-items/${id}/move-to-cart`, { as });
const list = (as: As) => world.call("get", "/api/cart/saved-items", { as });

/** Adds a line and saves it for later. @returns the saved item's id */
async function addAndSave(as: As, variantId: string, quantity = 1): Promise<string> {
  const { body } = await world.add(as, variantId, quantity);
  const answer = await save(as, body.data.cartItem.id);
  expect(answer.status).toBe(200);
  return answer.body.data.savedItem.id;
}

describe("saving for later", () => {
  it("When a line is saved, then it leaves the cart, is saved with its price, and its stock is released", async () => {
    await world.add(guest, variants.hairOil);
    const { body: added } = await world.add(guest, variants.ashwagandha, 2);
    const { status, body } = await save(guest, added.data.cartItem.id);
    expect(status).toBe(200);
    expect(body.data.savedItem).toMatchObject({
      variantId: variants.ashwagandha,
      quantity: 2,
      unitPrice: 199,
      availability: { isAvailable: true },
    });
    expect(body.data.cart).toMatchObject({ itemCount: 1, totals: { subtotal: 299 } });
    expect(await saved().findOne({})).toMatchObject({
      sessionId: guest.sessionId,
      quantity: 2,
      unitPrice: 19_900,
    });
    await world.deliver();
    const held = await inventory().activeReservations();
    expect(held.map(({ variantId }) => variantId)).toEqual([variants.hairOil]);
    expect(await inventory().imbalances()).toEqual([]);
  });

  it("When the last line is saved, then the cart is abandoned and the item is saved", async () => {
    await addAndSave(guest, variants.ashwagandha);
    expect(await world.db.collection("carts").findOne({})).toMatchObject({ status: "abandoned" });
    expect((await list(guest)).body.data.pagination.total).toBe(1);
  });

  it("When the same variant is saved twice, then there is one item with both quantities", async () => {
    const first = await addAndSave(guest, variants.ashwagandha, 2);
    const second = await addAndSave(guest, variants.ashwagandha, 3);
    expect(second).toBe(first);
    expect(await saved().find().toArray()).toEqual([expect.objectContaining({ quantity: 5 })]);
  });

  it("When more is saved than one cart may hold, then the quantity is limited and can still be moved back", async () => {
    await addAndSave(guest, variants.serum, 2);
    const id = await addAndSave(guest, variants.serum, 1);
    expect(await saved().findOne({})).toMatchObject({ quantity: 2 });
    expect((await moveBack(guest, id)).status).toBe(200);
  });

  it("When the line is a gift, then it is locked", async () => {
    const { body } = await world.add(guest, variants.ashwagandhaLarge, 4);
    const gift = body.data.cart.freeGifts[0];
    const answer = await save(guest, gift.id);
    expect([answer.status, answer.body.error.code]).toEqual([400, "FREE_GIFT_LOCKED"]);
  });

  it("When the line is another owner's or unknown, or pricing is down, then it is refused and nothing changes", async () => {
    const { body } = await world.add(other, variants.ashwagandha);
    const foreign = await save(guest, body.data.cartItem.id);
    expect([foreign.status, foreign.body.error.code]).toEqual([403, "FORBIDDEN"]);
    const unknown = await save(guest, unknownId());
    expect([unknown.status, unknown.body.error.code]).toEqual([404, "CART_ITEM_NOT_FOUND"]);
    await world.add(other, variants.hairOil);
    world.sandbox.control.faults.add({ service: "pricing", action: "status", status: 503 });
    expect((await save(other, body.data.cartItem.id)).status).toBe(503);
    await world.recover();
    expect([await items().countDocuments(), await saved().countDocuments()]).toEqual([2, 0]);
  });

  it("When the caller has no identity, then 401", async () => {
    expect((await list(null)).status).toBe(401);
  });
});

describe("the saved items", () => {
  it("When they are listed, then the newest come first, in pages, and only the caller's own", async () => {
    for (const variantId of [variants.ashwagandha, variants.hairOil, variants.kajal])
      await addAndSave(guest, variantId);
    await addAndSave(other, variants.giloy);
    const { body } = await world.call("get", "/api/cart/saved-items?limit=2", { as: guest });
    expect(body.data.items.map((item: { variantId: string }) => item.variantId)).toEqual([
      variants.kajal,
      variants.hairOil,
    ]);
    expect(body.data.pagination).toMatchObject({ page: 1, limit: 2, total: 3, totalPages: 2 });
  });

  it("When inventory is down, then they are listed without availability", async () => {
    await addAndSave(guest, variants.ashwagandha);
    world.sandbox.control.faults.add({ service: "inventory", action: "reset-before" });
    const { status, body } = await list(guest);
    expect([status, body.data.items[0].availability]).toEqual([200, null]);
  });

  it("When one is deleted, then it is gone; a second time, or another owner's, is 404", async () => {
    const id = await addAndSave(guest, variants.ashwagandha);
    const remove = (as: As) => world.call("delete", `/api/cart/saved-items/${id}`, { as });
    expect((await remove(other)).body.error.code).toBe("SAVED_ITEM_NOT_FOUND");
    expect((await remove(guest)).status).toBe(200);
    expect((await remove(guest)).status).toBe(404);
    expect(await saved().countDocuments()).toBe(0);
  });
});

describe("moving back to the cart", () => {
  it("When one is moved back, then it is reserved at today's price, with a notice, and is no longer saved", async () => {
    const id = await addAndSave(guest, variants.ashwagandha, 2);
    world.sandbox.control.catalog.setPrice(variants.ashwagandha, 219);
    const { status, body } = await moveBack(guest, id);
    expect(status).toBe(200);
    expect(body.data.cart.items).toEqual([expect.objectContaining({ quantity: 2, unitPrice: 219 })]);
    expect(body.data.cart.notices).toEqual([
      expect.objectContaining({
        code: "PRICE_CHANGED",
        itemId: body.data.cart.items[0].id,
        details: expect.objectContaining({ previousPrice: 199, currentPrice: 219 }),
      }),
    ]);
    expect(await saved().countDocuments()).toBe(0);
    await world.deliver();
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
  });

  it("When it belongs to a bundle, then it still does after moving back", async () => {
    const body = { productId: SEED.products.kajal, variantId: variants.kajal, quantity: 1, bundleId: "b-1" };
    const added = await world.call("post", "/api/cart/items", { as: guest, body });
    const { body: kept } = await save(guest, added.body.data.cartItem.id);
    await moveBack(guest, kept.data.savedItem.id);
    expect(await items().findOne({})).toMatchObject({ bundleId: "b-1" });
  });

  it.each([
    [
      "is withdrawn",
      () => world.sandbox.control.catalog.setVariantStatus(variants.kajal, "inactive"),
      404,
      "PRODUCT_NOT_FOUND",
    ],
    ["is sold out", () => inventory().setStock(variants.kajal, 1), 400, "OUT_OF_STOCK"],
    [
      "exceeds the limit of the variant",
      () => world.sandbox.control.catalog.changeVariant(variants.kajal, { maxPerOrder: 1 }),
      400,
      "CART_LIMIT",
    ],
    [
      "cannot be looked up",
      () => world.sandbox.control.faults.add({ service: "catalog", action: "status", status: 503 }),
      503,
      "UPSTREAM_UNAVAILABLE",
    ],
  ])("When it %s, then it stays saved", async (_why, happen, status, code) => {
    const id = await addAndSave(guest, variants.kajal, 2);
    await world.deliver();
    await happen();
    const answer = await moveBack(guest, id);
    await world.recover();
    expect([answer.status, answer.body.error.code]).toEqual([status, code]);
    expect(await saved().findOne({})).toMatchObject({ quantity: 2 });
    expect(await inventory().activeReservations()).toEqual([]);
  });

  it("When it is another owner's or unknown, then 404", async () => {
    const id = await addAndSave(other, variants.kajal);
    expect((await moveBack(guest, id)).body.error.code).toBe("SAVED_ITEM_NOT_FOUND");
    expect((await moveBack(guest, unknownId())).status).toBe(404);
  });

  it("When it is moved back five times at once, then it is in the cart once", async () => {
    const id = await addAndSave(guest, variants.kajal, 2);
    const answers = await Promise.all(Array.from({ length: 5 }, () => moveBack(guest, id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 404, 404, 404, 404]);
    expect(await items().find().toArray()).toEqual([expect.objectContaining({ quantity: 2 })]);
    await world.deliver();
    expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
    expect(await inventory().imbalances()).toEqual([]);
  });
});

describe("the wishlist", () => {
  const wish = (as: As, itemId: string) =>
    world.call("post", `/api/cart/items/${itemId}/move-wishlist`, { as });
  const wishlist = () => world.sandbox.control.engagement.wishlist(SEED.users.asha);

  it("When a customer moves a line to it, then it is on the wishlist and not in the cart", async () => {
    const asha = { token: world.sandbox.tokens.asha };
    await world.add(asha, variants.hairOil);
    const { body } = await world.add(asha, variants.kajal);
    const answer = await wish(asha, body.data.cartItem.id);
    expect([answer.status, answer.body.data.cart.itemCount]).toEqual([200, 1]);
    expect(wishlist()).toEqual([expect.objectContaining({ variantId: variants.kajal })]);
    expect((await wish(asha, body.data.cartItem.id)).body.error.code).toBe("CART_ITEM_NOT_FOUND");
  });

  it("When the Engagement service fails, then 502 and the cart is unchanged; a retry succeeds", async () => {
    const asha = { token: world.sandbox.tokens.asha };
    const { body } = await world.add(asha, variants.kajal);
    world.sandbox.control.faults.add({ service: "engagement", action: "status", status: 500 });
    const answer = await wish(asha, body.data.cartItem.id);
    expect([answer.status, answer.body.error.code]).toEqual([502, "UPSTREAM_BAD_RESPONSE"]);
    expect(await items().countDocuments()).toBe(1);
    expect(await world.db.collection("carts").findOne({})).toMatchObject({ version: 1, lease: null });
    expect(wishlist()).toEqual([]);
    world.sandbox.control.faults.clear();
    expect((await wish(asha, body.data.cartItem.id)).status).toBe(200);
    expect(wishlist()).toHaveLength(1);
  });

  it("When the cart cannot be written afterwards, then a retry ends with one entry and no line", async () => {
    const asha = { token: world.sandbox.tokens.asha };
    await world.add(asha, variants.hairOil);
    const { body } = await world.add(asha, variants.kajal);
    world.sandbox.control.faults.add({ service: "pricing", action: "status", status: 503 });
    expect((await wish(asha, body.data.cartItem.id)).status).toBe(503);
    expect(await items().countDocuments()).toBe(2);
    await world.recover();
    expect((await wish(asha, body.data.cartItem.id)).status).toBe(200);
    expect(wishlist()).toHaveLength(1);
    expect(await items().countDocuments()).toBe(1);
  });

  it("When the line is a gift or another owner's, or the caller is a guest, then it is refused", async () => {
    const asha = { token: world.sandbox.tokens.asha };
    const { body } = await world.add(asha, variants.ashwagandhaLarge, 4);
    expect((await wish(asha, body.data.cart.freeGifts[0].id)).body.error.code).toBe("FREE_GIFT_LOCKED");
    const bharat = { token: world.sandbox.tokens.bharat };
    expect((await wish(bharat, body.data.cartItem.id)).body.error.code).toBe("FORBIDDEN");
    expect((await wish(guest, body.data.cartItem.id)).status).toBe(401);
    expect(wishlist()).toEqual([]);
  });
});
