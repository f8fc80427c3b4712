import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, CONTACT, codesOf, done, PLACES, refused, unknownId, useShop } from "./shop-world.js";

const { variants } = SEED;
const MINUTE_MS = 60_000;
const shop = useShop();
const catalog = () => shop().sandbox.control.catalog;
const inventory = () => shop().sandbox.control.inventory;
const sessionsOf = async (buyer: Buyer) =>
  shop()
    .db.collection("checkoutSessions")
    .find("sessionId" in buyer.as ? { sessionId: buyer.as.sessionId } : {})
    .toArray();

describe("starting", () => {
  test("When the cart is ready, then 201 with the whole session; and again 200 with the same", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.ashwagandha, 2);
    const first = await buyer.start();
    expect(first.status).toBe(201);
    expect(first.body.data).toMatchObject({
      status: "initiated",
      ...CONTACT,
      shippingAddress: null,
      billingSameAsShipping: true,
      shippingMethod: null,
      paymentMethod: null,
      payment: null,
      totals: { subtotal: 398, taxTotal: 19.9, grandTotal: 417.9, amountDue: 417.9, taxEstimated: true },
      cart: { itemCount: 1 },
    });
    const again = await buyer.start();
    expect([again.status, again.body.data.id]).toEqual([200, first.body.data.id]);
    expect(await sessionsOf(buyer)).toHaveLength(1);
  });

  test("When a live checkout is started with another contact, then it takes that contact", async () => {
    const buyer = await shop().guest().begin();
    const again = await buyer.start({ email: "Other@Example.COM" });
    expect([again.status, again.body.data.email, again.body.data.phone]).toEqual([
      200,
      "Other@Example.COM",
      CONTACT.phone,
    ]);
    expect(await buyer.stored.session()).toMatchObject({ email: "Other@Example.COM" });
  });

  test("When a customer starts without a contact, then the contact of the token is used", async () => {
    const buyer = shop().customer("bharat");
    await buyer.add(variants.hairOil);
    const { email, phone } = done(await buyer.start({}));
    expect([email, phone]).toEqual(["user-bharat@example.in", "+919880011002"]);
  });

  test("When a guest has no cart, or an empty one, then CART_EMPTY and no session", async () => {
    const buyer = shop().guest();
    refused(await buyer.start(), 400, "CART_EMPTY");
    const added = done(await buyer.add(variants.hairOil));
    await shop().call("delete", `/api/cart/items/${added.cartItem.id}`, { as: buyer.as });
    refused(await buyer.start(), 400, "CART_EMPTY");
    expect(await sessionsOf(buyer)).toEqual([]);
  });

  test("When the caller is not identified, then 401", async () => {
    refused(await shop().call("post", "/api/checkout/start", { body: CONTACT }), 401, "UNAUTHENTICATED");
  });

  test("When it starts twenty times at once, then there is one session", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.ashwagandha, 3);
    const answers = await Promise.all(Array.from({ length: 20 }, () => buyer.start()));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 201]));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
    expect(await sessionsOf(buyer)).toHaveLength(1);
    const cartId = answers[0]?.body.data.cartId;
    expect(await inventory().activeReservations(cartId)).toMatchObject([{ quantity: 3 }]);
  });

  test("When it starts, then the reservations live as long as a checkout", async () => {
    const buyer = shop().guest();
    await shop().set("checkout", { reservationTtlMinutes: 77 });
    await buyer.add(variants.ashwagandha, 2);
    await buyer.add(variants.hairOil, 1);
    const { cartId } = done(await buyer.start());
    const held = await inventory().activeReservations(cartId);
    expect(held).toHaveLength(2);
    for (const { expiresAt } of held) {
      const minutes = (Date.parse(expiresAt) - Date.now()) / 60_000;
      expect(minutes).toBeGreaterThan(76);
      expect(minutes).toBeLessThanOrEqual(77.1);
    }
  });

  const endOfReservation = async (cartId: string) => {
    const [held] = await inventory().activeReservations(cartId);
    return Date.parse(held?.expiresAt ?? "");
  };
  /** The response does not wait for the call. */
  const untilReservedPast = async (cartId: string, time: number) => {
    for (let tries = 0; tries < 50 && (await endOfReservation(cartId)) <= time; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
  };

  test("When the reservations would end before the session, then a step extends all of them", async () => {
    const buyer = await shop().guest().begin();
    await shop().set("checkout", { reservationTtlMinutes: 240, expiryMinutes: 60 });
    done(await buyer.put("notes", { customerNotes: "Ring twice" }));
    const { cartId } = done(await buyer.checkout());
    const call = { route: "PUT /api/reservations/cart/:cartId" };
    await shop().sandbox.control.calls.waitFor(call, 1);
    await untilReservedPast(cartId, Date.now() + 200 * MINUTE_MS);
    const minutesLeft = ((await endOfReservation(cartId)) - Date.now()) / MINUTE_MS;
    expect(minutesLeft).toBeGreaterThan(239);
  });

  test("When the reservations outlast the session, then a step extends nothing", async () => {
    const buyer = await shop().guest().begin();
    shop().sandbox.control.calls.reset();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    done(await buyer.put("notes", { customerNotes: "Ring twice" }));
    expect(shop().sandbox.control.calls.counts().inventory).toBeUndefined();
  });

  test("When a checkout takes an hour, then its reservations outlast it by five minutes after every step", async () => {
    // The clock of the running service: files that share it may have loaded the module before.
    const { setClock } = await import("../../../utils/clock.js");
    const buyer = await shop().guest().begin();
    const { cartId } = done(await buyer.checkout());
    for (const minutes of [4, 9, 18, 35, 60]) {
      setClock(minutes * MINUTE_MS);
      shop().sandbox.control.clock.setOffset(minutes * MINUTE_MS);
      const { expiresAt } = done(await buyer.put("notes", { customerNotes: `After ${minutes} minutes` }));
      const needed = Date.parse(expiresAt) + 5 * MINUTE_MS;
      await untilReservedPast(cartId, needed);
      expect(await endOfReservation(cartId)).toBeGreaterThan(needed);
    }
  });
});

describe("what changed since it was put into the cart", () => {
  test("When a price has changed, then CART_CHANGED names it, the cart has it, and starting again works", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.ashwagandha, 2);
    catalog().setPrice(variants.ashwagandha, 219);
    const { notices } = refused(await buyer.start(), 400, "CART_CHANGED");
    expect(notices).toMatchObject([
      { code: "PRICE_CHANGED", details: { previousPrice: 199, currentPrice: 219 } },
    ]);
    expect(await sessionsOf(buyer)).toEqual([]);
    const cart = done(await buyer.get("/api/cart"));
    expect(cart).toMatchObject({ totals: { subtotal: 438 }, items: [{ unitPrice: 219, lineTotal: 438 }] });
    const started = await buyer.start();
    expect([started.status, started.body.data.totals.subtotal]).toEqual([201, 438]);
  });

  test("When a product was withdrawn, then its line is removed with a notice, and the rest can be bought", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.ashwagandha, 1);
    await buyer.add(variants.hairOil, 1);
    catalog().setProductStatus(SEED.products.ashwagandha, "inactive");
    const { notices } = refused(await buyer.start(), 400, "CART_CHANGED");
    expect(codesOf(notices)).toEqual(["PRODUCT_UNAVAILABLE"]);
    const started = await buyer.start();
    expect(started.status).toBe(201);
    expect(started.body.data.cart.items).toMatchObject([{ variantId: variants.hairOil }]);
  });

  test("When the only product was withdrawn, then CART_EMPTY", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.ashwagandha, 1);
    catalog().setProductStatus(SEED.products.ashwagandha, "inactive");
    refused(await buyer.start(), 400, "CART_EMPTY");
    expect(await sessionsOf(buyer)).toEqual([]);
  });

  test("When the coupon no longer applies, then it is dropped with a notice, and starting again works", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.ashwagandha, 3);
    done(await buyer.post("/api/cart/coupons", { couponCode: SEED.coupons.FLAT100 }));
    shop().sandbox.control.pricing.removeCoupon(SEED.coupons.FLAT100);
    const { notices } = refused(await buyer.start(), 400, "CART_CHANGED");
    expect(codesOf(notices)).toEqual(["COUPON_DROPPED"]);
    const started = await buyer.start();
    expect(started.body.data).toMatchObject({ totals: { discountTotal: 0 }, cart: { appliedCoupons: [] } });
  });

  test("When too little is in stock, then the quantity is reduced with a notice", async () => {
    const buyer = shop().guest();
    const { cart } = done(await buyer.add(variants.giloy, 4));
    await inventory().lapse(cart.id);
    await inventory().setStock(variants.giloy, 3);
    const { notices } = refused(await buyer.start(), 400, "CART_CHANGED");
    expect(codesOf(notices)).toContain("QUANTITY_REDUCED");
    const started = done(await buyer.start());
    expect(started.cart.items).toMatchObject([{ quantity: 3 }]);
    await inventory().setStock(variants.giloy, 100);
  });

  test("When nothing is left of a line, then OUT_OF_STOCK names it and there is no session", async () => {
    const buyer = shop().guest();
    await inventory().setStock(variants.lastUnit, 1);
    const { cart, cartItem } = done(await buyer.add(variants.lastUnit));
    await inventory().lapse(cart.id);
    await inventory().setStock(variants.lastUnit, 0);
    const details = refused(await buyer.start(), 400, "OUT_OF_STOCK");
    expect(details).toMatchObject({
      available: 0,
      notices: [{ code: "OUT_OF_STOCK", itemId: cartItem.id }],
    });
    expect(await sessionsOf(buyer)).toEqual([]);
    await inventory().setStock(variants.lastUnit, 1);
    expect((await buyer.start()).status).toBe(201);
  });

  test("When the gift of the cart is out of stock, then it starts without the gift, and a notice says so", async () => {
    const buyer = shop().guest();
    const { cart } = done(await buyer.add(variants.ashwagandhaLarge, 4));
    expect(cart.freeGifts).toMatchObject([{ variantId: variants.giftLipBalm, quantity: 1 }]);
    await inventory().lapse(cart.id);
    await inventory().setStock(variants.giftLipBalm, 0);
    const started = await buyer.start();
    await inventory().setStock(variants.giftLipBalm, 100);
    expect(started.status).toBe(201);
    expect(started.body.data.cart).toMatchObject({
      ...{ freeGifts: [], items: [{ variantId: variants.ashwagandhaLarge, quantity: 4 }] },
      notices: [{ code: "GIFT_UNAVAILABLE", details: { variantId: variants.giftLipBalm, available: 0 } }],
    });
    expect(await inventory().activeReservations(cart.id)).toMatchObject([{ quantity: 4 }]);
  });

  test("When the reservation lapsed but stock is there, then it is reserved again without a notice", async () => {
    const buyer = shop().guest();
    const { cart } = done(await buyer.add(variants.conditioner, 2));
    await inventory().lapse(cart.id);
    expect((await buyer.start()).status).toBe(201);
    expect(await inventory().activeReservations(cart.id)).toMatchObject([{ quantity: 2 }]);
  });
});

describe("ownership", () => {
  test("When another caller requests it, or the id is unknown, then 404 everywhere", async () => {
    const buyer = await shop().guest().begin();
    const other = shop().guest();
    other.id = buyer.id;
    const before = await buyer.stored.session();
    refused(await other.checkout(), 404, "CHECKOUT_NOT_FOUND");
    refused(await other.checkout("/summary"), 404, "CHECKOUT_NOT_FOUND");
    refused(await other.get(`/api/checkout/resume/${buyer.id}`), 404, "CHECKOUT_NOT_FOUND");
    refused(await other.put("contact", CONTACT), 404, "CHECKOUT_NOT_FOUND");
    refused(await other.choose(), 404, "CHECKOUT_NOT_FOUND");
    buyer.id = unknownId();
    refused(await buyer.checkout(), 404, "CHECKOUT_NOT_FOUND");
    expect(await other.stored.session()).toEqual(before);
  });
});
