import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { type As, type CartWorld, IMPATIENT, productOf, startCartWorld } from "./cart-world.js";

const { variants, coupons, promotions } = SEED;
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

const apply = (couponCode: string, as: As = guest) =>
  world.call("post", "/api/cart/coupons", { as, body: { couponCode } });
const setQuantity = (itemId: string, quantity: number) =>
  world.call("put", `/api/cart/items/${itemId}`, { as: guest, body: { quantity } });
const codesOf = (notices: { code: string }[]) => notices.map(({ code }) => code);
const reservations = () => world.sandbox.control.inventory.activeReservations();

describe("coupons", () => {
  it("When a coupon applies, then its discount is shown, spread over the lines, and reduces the tax", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const { status, body } = await apply("  welcome10 ");
    expect(status).toBe(200);
    expect(body.data.discount).toEqual({ code: coupons.WELCOME10, discountAmount: 39.8 });
    expect(body.data.cart.appliedCoupons).toEqual([{ code: coupons.WELCOME10, discountAmount: 39.8 }]);
    // 5 % of 358.20, each half rounded to the paisa: 8.955 → 8.96
    expect(body.data.cart.totals).toMatchObject({
      subtotal: 398,
      discountTotal: 39.8,
      taxTotal: 17.92,
      grandTotal: 376.12,
    });
  });

  it("When the same coupon is applied again, then nothing changes", async () => {
    await world.add(guest, variants.ashwagandha, 2);
    const first = await apply(coupons.WELCOME10);
    const second = await apply(coupons.WELCOME10);
    expect(second.status).toBe(200);
    expect(second.body.data.discount).toEqual(first.body.data.discount);
    expect(second.body.data.cart.version).toBe(first.body.data.cart.version);
  });

  it.each([
    ["has expired", coupons.EXPIRED5],
    ["does not exist", "NOSUCHCODE"],
    ["needs a larger cart", coupons.FLAT100],
  ])(
    "When a coupon %s, then 400 COUPON_INVALID with the reason and the cart is unchanged",
    async (_why, code) => {
      const added = await world.add(guest, variants.ashwagandha);
      const { status, body } = await apply(code);
      expect([status, body.error.code]).toEqual([400, "COUPON_INVALID"]);
      expect(body.error.details).toEqual({ code, reason: expect.stringMatching(/^[A-Z_]{3,}$|\w/) });
      const { body: after } = await world.call("get", "/api/cart", { as: guest });
      expect(after.data).toMatchObject({ appliedCoupons: [], version: added.body.data.cart.version });
    },
  );

  it("When there is no cart or it is empty, then 400 COUPON_INVALID with reason CART_EMPTY", async () => {
    const { status, body } = await apply(coupons.WELCOME10);
    expect([status, body.error]).toEqual([
      400,
      { code: "COUPON_INVALID", details: { code: coupons.WELCOME10, reason: "CART_EMPTY" } },
    ]);
  });

  it("When all coupons are stackable, then their discounts are added", async () => {
    await world.add(guest, variants.hairOil);
    await apply(coupons.WELCOME10);
    const { status, body } = await apply(coupons.HAIR15);
    expect(status).toBe(200);
    expect(body.data.cart.appliedCoupons).toEqual([
      { code: coupons.WELCOME10, discountAmount: 29.9 },
      { code: coupons.HAIR15, discountAmount: 44.85 },
    ]);
    expect(body.data.cart.totals.discountTotal).toBe(74.75);
  });

  it("When one of two coupons is not stackable, then the second is refused", async () => {
    await world.add(guest, variants.hairOil, 2);
    await apply(coupons.FLAT100);
    const { status, body } = await apply(coupons.WELCOME10);
    expect([status, body.error.details]).toEqual([400, { code: coupons.WELCOME10, reason: "NOT_STACKABLE" }]);
  });

  it("When a change makes the coupon invalid, then it is dropped with a notice", async () => {
    const added = await world.add(guest, variants.hairOil, 2);
    expect((await apply(coupons.FLAT100)).body.data.cart.totals.discountTotal).toBe(100);
    const { body } = await setQuantity(added.body.data.cartItem.id, 1);
    expect(body.data.cart).toMatchObject({ appliedCoupons: [], totals: { subtotal: 299, discountTotal: 0 } });
    expect(body.data.cart.notices).toContainEqual(
      expect.objectContaining({
        code: "COUPON_DROPPED",
        details: { code: coupons.FLAT100, reason: expect.any(String) },
      }),
    );
  });

  it("When a coupon is worth more than the cart, then the total is zero, never less", async () => {
    world.sandbox.control.pricing.setCoupon({ code: "GENEROUS", type: "fixed", value: 150, stackable: true });
    world.sandbox.control.pricing.setCoupon({
      code: "GENEROUS2",
      type: "fixed",
      value: 150,
      stackable: true,
    });
    await world.add(guest, variants.ashwagandha);
    await apply("GENEROUS");
    const { body } = await apply("GENEROUS2");
    expect(body.data.discount).toEqual({ code: "GENEROUS2", discountAmount: 49 });
    expect(body.data.cart.totals).toMatchObject({
      subtotal: 199,
      discountTotal: 199,
      taxTotal: 0,
      grandTotal: 0,
    });
  });

  it("When a coupon is removed, then the total is as before; removing one that is not applied has no effect", async () => {
    const added = await world.add(guest, variants.ashwagandha);
    await apply(coupons.WELCOME10);
    const removed = await world.call("delete", "/api/cart/coupons/welcome10", { as: guest });
    expect(removed.body.data.cart).toMatchObject({ appliedCoupons: [], totals: added.body.data.cart.totals });
    const again = await world.call("delete", "/api/cart/coupons/welcome10", { as: guest });
    expect([again.status, again.body.data.cart.version]).toEqual([200, removed.body.data.cart.version]);
  });

  it("When the last line is removed, then the coupons are removed too", async () => {
    const added = await world.add(guest, variants.ashwagandha);
    await apply(coupons.WELCOME10);
    const { body } = await world.call("delete", `/api/cart/items/${added.body.data.cartItem.id}`, {
      as: guest,
    });
    expect(body.data.cart).toMatchObject({ appliedCoupons: [], totals: { discountTotal: 0 } });
  });
});

describe("automatic and tier discounts", () => {
  it("When the subtotal reaches their thresholds, then both are shown separately and deducted", async () => {
    await world.add(guest, variants.ashwagandhaLarge, 7);
    const { body } = await world.call("get", "/api/cart", { as: guest });
    expect(body.data.totals.subtotal).toBe(3_143);
    expect(body.data.appliedDiscounts).toEqual([
      expect.objectContaining({ id: promotions.automaticId, type: "automatic", discountAmount: 100 }),
      expect.objectContaining({ id: "tier-silver", type: "tier", discountAmount: 94.29 }),
    ]);
    expect(body.data.totals.discountTotal).toBe(194.29);
  });

  it("When the subtotal falls below them, then both are removed", async () => {
    const added = await world.add(guest, variants.ashwagandhaLarge, 5);
    expect(added.body.data.cart.appliedDiscounts).toHaveLength(1);
    const { body } = await setQuantity(added.body.data.cartItem.id, 1);
    expect(body.data.cart).toMatchObject({ appliedDiscounts: [], totals: { discountTotal: 0 } });
  });
});

describe("gifts", () => {
  it("When the cart earns a gift, then the gift is a free, reserved line; when the cart no longer earns it, the line is removed", async () => {
    const added = await world.add(guest, variants.ashwagandhaLarge, 4);
    const { cart } = added.body.data;
    expect(codesOf(cart.notices)).toEqual(["GIFT_ADDED"]);
    expect(cart.freeGifts).toEqual([
      expect.objectContaining({
        variantId: variants.giftLipBalm,
        isFreeGift: true,
        giftRuleId: promotions.giftRuleId,
        unitPrice: 0,
        lineTotal: 0,
      }),
    ]);
    expect(cart).toMatchObject({ itemCount: 2, totals: { subtotal: 1_796 } });
    expect(await reservations()).toContainEqual(
      expect.objectContaining({ variantId: variants.giftLipBalm, quantity: 1 }),
    );
    const { body } = await setQuantity(added.body.data.cartItem.id, 1);
    expect(codesOf(body.data.cart.notices)).toEqual(["GIFT_REMOVED"]);
    expect(body.data.cart).toMatchObject({ freeGifts: [], itemCount: 1 });
    await world.deliver();
    expect(await reservations()).toEqual([expect.objectContaining({ variantId: variants.ashwagandhaLarge })]);
  });

  it("When a gift is still earned, then its line stays and there is no further notice", async () => {
    const first = await world.add(guest, variants.ashwagandhaLarge, 4);
    const second = await world.add(guest, variants.hairOil);
    expect(second.body.data.cart.freeGifts[0].id).toBe(first.body.data.cart.freeGifts[0].id);
    expect(second.body.data.cart.notices).toEqual([]);
  });

  it("When a customer changes or removes a gift, then 400 FREE_GIFT_LOCKED", async () => {
    const { body } = await world.add(guest, variants.ashwagandhaLarge, 4);
    const path = `/api/cart/items/${body.data.cart.freeGifts[0].id}`;
    const changed = await world.call("put", path, { as: guest, body: { quantity: 5 } });
    const removed = await world.call("delete", path, { as: guest });
    expect([changed.status, changed.body.error.code]).toEqual([400, "FREE_GIFT_LOCKED"]);
    expect([removed.status, removed.body.error.code]).toEqual([400, "FREE_GIFT_LOCKED"]);
  });

  it("When the gift is also bought, then there are two lines", async () => {
    await world.add(guest, variants.giftLipBalm, 1);
    const { body } = await world.add(guest, variants.ashwagandhaLarge, 4);
    const lines = body.data.cart.items.filter(
      (item: { variantId: string }) => item.variantId === variants.giftLipBalm,
    );
    expect(
      lines.map((line: { isFreeGift: boolean; lineTotal: number }) => [line.isFreeGift, line.lineTotal]),
    ).toEqual([
      [false, 149],
      [true, 0],
    ]);
  });

  it("When the gift is out of stock, then the cart has no gift line, and a notice", async () => {
    await world.sandbox.control.inventory.setStock(variants.giftLipBalm, 0);
    const { body } = await world.add(guest, variants.ashwagandhaLarge, 4);
    expect(body.data.cart).toMatchObject({ freeGifts: [], itemCount: 1 });
    expect(body.data.cart.notices).toEqual([
      {
        code: "GIFT_UNAVAILABLE",
        message: expect.any(String),
        details: {
          productId: "prod-rose-lip-balm",
          variantId: variants.giftLipBalm,
          name: expect.any(String),
          quantity: 1,
          available: 0,
          giftRuleId: promotions.giftRuleId,
        },
      },
    ]);
  });

  it("When the product of the gift is withdrawn, then the cart has no gift line, and a notice", async () => {
    world.sandbox.control.pricing.setPromotions({
      giftRules: [
        {
          ruleId: "gift-withdrawn",
          name: "A gift that is no longer sold",
          minCartTotal: 0,
          productId: productOf(variants.inactive),
          variantId: variants.inactive,
          quantity: 1,
        },
      ],
    });
    const { body } = await world.add(guest, variants.ashwagandha);
    expect(body.data.cart.freeGifts).toEqual([]);
    expect(codesOf(body.data.cart.notices)).toEqual(["GIFT_UNAVAILABLE"]);
  });

  it("When more of a gift is earned than is available, then the cart keeps the units it has, with a notice", async () => {
    await world.add(guest, variants.ashwagandhaLarge, 4);
    await world.sandbox.control.inventory.setStock(variants.giftLipBalm, 0);
    const rule = {
      ruleId: promotions.giftRuleId,
      name: "Two rose lip balms",
      minCartTotal: promotions.giftThreshold,
      productId: productOf(variants.giftLipBalm),
      variantId: variants.giftLipBalm,
      quantity: 2,
    };
    world.sandbox.control.pricing.setPromotions({ giftRules: [rule] });
    const { body } = await world.add(guest, variants.hairOil);
    expect(body.data.cart.freeGifts).toMatchObject([{ quantity: 1 }]);
    expect(body.data.cart.notices).toContainEqual(
      expect.objectContaining({
        code: "GIFT_UNAVAILABLE",
        details: expect.objectContaining({ quantity: 2, available: 1 }),
      }),
    );
  });

  it("When only the gift would remain, then the cart is emptied and abandoned", async () => {
    const added = await world.add(guest, variants.ashwagandhaLarge, 4);
    const { body } = await world.call("delete", `/api/cart/items/${added.body.data.cartItem.id}`, {
      as: guest,
    });
    expect(body.data.cart).toMatchObject({ status: "abandoned", items: [], itemCount: 0 });
    await world.deliver();
    expect(await reservations()).toEqual([]);
  });
});
