import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { CartState } from "../../../services/aggregates/cart/cart-draft.js";
import { newGuestId } from "../../support/callers.js";
import { type CartWorld, IMPATIENT, productOf, startCartWorld } from "./cart-world.js";

/** What the start of a checkout does with the cart: refreshes the prices and reserves every line. */

const { variants } = SEED;
const MINUTES = 45;
let world: CartWorld;
let guest: { sessionId: string };
let cartId: Types.ObjectId;

beforeAll(async () => {
  world = await startCartWorld(IMPATIENT);
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = { sessionId: newGuestId() };
});

async function fill(variantId: string, quantity: number): Promise<void> {
  const { body } = await world.add(guest, variantId, quantity);
  cartId = new Types.ObjectId(String(body.data.cart.id));
}

async function prepareCheckout(): Promise<CartState> {
  const [{ changeCart }, { refreshPrices }, { reserveLines }] = await Promise.all([
    import("../../../services/aggregates/cart/change-cart.js"),
    import("../../../services/aggregates/cart/cart-lines.js"),
    import("../../../services/aggregates/cart/reserve-lines.js"),
  ]);
  return changeCart(cartId, async (draft) => {
    await refreshPrices(draft);
    await reserveLines(draft, MINUTES);
  });
}

const catalog = () => world.sandbox.control.catalog;
const inventory = () => world.sandbox.control.inventory;

it("When nothing has changed, then one call extends all reservations, and the version stays", async () => {
  await fill(variants.ashwagandha, 2);
  await fill(variants.hairOil, 1);
  world.sandbox.control.calls.reset();
  const { cart, lines } = await prepareCheckout();
  expect(cart).toMatchObject({ version: 2, notices: [], lease: null });
  expect(world.sandbox.control.calls.counts().inventory).toEqual({ "PUT /api/reservations/cart/:cartId": 1 });
  const held = await inventory().activeReservations();
  for (const { expiresAt } of held) {
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan((MINUTES - 1) * 60_000);
  }
  expect(lines.map((line) => line.reservationId).sort()).toEqual(held.map((one) => one.reservationId).sort());
});

describe("a cart that is as it should be", () => {
  const carts = () => world.db.collection("carts");

  /** As the start of a checkout does it. `meanwhile` runs after the reservations are extended. */
  async function confirm(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<CartState> {
    const [{ confirmCart }, { reserveLines }, { getCartState }] = await Promise.all([
      import("../../../services/aggregates/cart/change-cart.js"),
      import("../../../services/aggregates/cart/reserve-lines.js"),
      import("../../../services/aggregates/cart/cart-reads.js"),
    ]);
    return confirmCart(await getCartState(cartId), async (draft) => {
      await reserveLines(draft, MINUTES);
      await meanwhile();
    });
  }

  it("When it was just changed, then only its lines are written", async () => {
    await fill(variants.hairOil, 1);
    const before = await carts().findOne({});
    const { lines } = await confirm();
    expect(await carts().findOne({})).toEqual(before);
    expect(await world.db.collection("cartItems").findOne({})).toMatchObject({
      reservationExpiresAt: lines[0]?.reservationExpiresAt,
    });
    expect(Number(lines[0]?.reservationExpiresAt) - Date.now()).toBeGreaterThan((MINUTES - 1) * 60_000);
  });

  it("When it was changed hours ago, then it lives longer too", async () => {
    await fill(variants.hairOil, 1);
    const expiry = async () => Number((await carts().findOne({}))?.expiresAt);
    const before = await expiry();
    await carts().updateOne({}, { $set: { expiresAt: new Date(before - 2 * 3_600_000) } });
    await confirm();
    expect(await expiry()).toBeGreaterThanOrEqual(before);
  });

  it("When a line's reservation is changed in the meantime, then that one is read again and extended", async () => {
    await fill(variants.hairOil, 1);
    const theirs = { reservationExpiresAt: new Date(Date.now() + 60_000) };
    let checks = 0;
    await confirm(async () => {
      checks += 1;
      if (checks === 1) await world.db.collection("cartItems").updateOne({}, { $set: theirs });
    });
    expect(checks).toBe(2);
    const line = await world.db.collection("cartItems").findOne({});
    expect(Number(line?.reservationExpiresAt)).toBeGreaterThan(Number(theirs.reservationExpiresAt));
  });
});

it("When reservations have lapsed, then they are replaced", async () => {
  await fill(variants.ashwagandha, 2);
  await inventory().lapse();
  const { lines } = await prepareCheckout();
  const [held] = await inventory().activeReservations();
  expect(held).toMatchObject({ quantity: 2, reservationId: lines[0]?.reservationId });
});

it("When a price has changed, then it is written to the cart, with a notice", async () => {
  await fill(variants.ashwagandha, 2);
  catalog().setPrice(variants.ashwagandha, 189);
  const { cart, lines } = await prepareCheckout();
  expect(lines[0]).toMatchObject({ unitPrice: 18_900, lineTotal: 37_800 });
  expect(cart).toMatchObject({ subtotal: 37_800, version: 2 });
  expect(cart.notices).toEqual([
    expect.objectContaining({
      code: "PRICE_CHANGED",
      itemId: lines[0]?._id.toHexString(),
      details: expect.objectContaining({ previousPrice: 199, currentPrice: 189 }),
    }),
  ]);
  expect((await prepareCheckout()).cart.notices).toEqual([]);
});

it("When a product is withdrawn, then its line is removed with a notice and its stock is released", async () => {
  await fill(variants.hairOil, 1);
  await fill(variants.ashwagandha, 2);
  catalog().setProductStatus(productOf(variants.ashwagandha), "inactive");
  const { cart, lines } = await prepareCheckout();
  expect(lines).toEqual([expect.objectContaining({ variantId: variants.hairOil })]);
  expect(cart.notices).toEqual([expect.objectContaining({ code: "PRODUCT_UNAVAILABLE" })]);
  await world.deliver();
  expect(await inventory().activeReservations()).toHaveLength(1);
});

it("When less is available than was reserved before, then the quantity is reduced, with a notice", async () => {
  await fill(variants.ashwagandha, 4);
  await inventory().lapse();
  await inventory().setStock(variants.ashwagandha, 3);
  const { cart, lines } = await prepareCheckout();
  expect(lines[0]).toMatchObject({ quantity: 3, lineTotal: 59_700 });
  expect(cart).toMatchObject({ subtotal: 59_700, totalQuantity: 3 });
  expect(cart.notices).toEqual([
    expect.objectContaining({
      code: "QUANTITY_REDUCED",
      details: expect.objectContaining({ previousQuantity: 4, currentQuantity: 3 }),
    }),
  ]);
});

it("When the catalog's limit is below the quantity, then quantity and reservation are reduced", async () => {
  await fill(variants.ashwagandha, 4);
  catalog().changeVariant(variants.ashwagandha, { maxPerOrder: 2 });
  const { lines } = await prepareCheckout();
  expect(lines[0]).toMatchObject({ quantity: 2, lineTotal: 39_800 });
  expect(await inventory().activeReservations()).toEqual([expect.objectContaining({ quantity: 2 })]);
});

it("When nothing is available of a line, then OUT_OF_STOCK names it, and cart and reservations are unchanged", async () => {
  await fill(variants.hairOil, 1);
  await fill(variants.ashwagandha, 2);
  await inventory().lapse();
  await inventory().setStock(variants.ashwagandha, 0);
  await expect(prepareCheckout()).rejects.toMatchObject({
    code: "OUT_OF_STOCK",
    details: { available: 0, notices: [expect.objectContaining({ code: "OUT_OF_STOCK" })] },
  });
  expect(await inventory().activeReservations()).toEqual([]);
  expect(await world.db.collection("carts").findOne({})).toMatchObject({ version: 2, lease: null });
});

it("When only reservations are extended, then an open payment stays open", async () => {
  await fill(variants.ashwagandha, 2);
  const body = { couponCode: SEED.coupons.WELCOME10 };
  expect((await world.call("post", "/api/cart/coupons", { as: guest, body })).status).toBe(200);
  const checkoutSessionId = new Types.ObjectId();
  const open = { status: "payment_pending", placement: null, couponClaims: [], version: 1 };
  await world.db.collection("checkoutSessions").insertOne({ _id: checkoutSessionId, cartId, ...open });
  await inventory().lapse();
  await prepareCheckout();
  expect(await world.db.collection("checkoutSessions").findOne({})).toMatchObject({
    status: "payment_pending",
  });
});
