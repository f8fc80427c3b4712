import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { countStatus, inParallel, useNeighbours } from "./harness.js";

const world = useNeighbours();
const { coupons, promotions } = SEED;

const line = (productId: string, unitPrice: number, quantity = 1) => ({
  productId,
  variantId: `${productId}-variant`,
  quantity,
  unitPrice,
  lineTotal: unitPrice * quantity,
});
const validate = async (code: string, cartTotal: number, more: object = {}) => {
  const items = [line(SEED.products.ashwagandha, cartTotal)];
  const body = { code, cartTotal, items, ...more };
  return (await world.call.pricing.post("/api/coupons/validate", body)).body.data;
};
const use = (code: string, orderId: string, userId?: string, contact: object = {}) =>
  world.call.pricing.post("/api/coupons/usage", { code, orderId, userId, discountAmount: 50, ...contact });
const reverse = async (code: string, orderId: string) =>
  (await world.call.pricing.post("/api/coupons/usage/reverse", { code, orderId })).body.data;

describe("Pricing: coupons", () => {
  test("When a percentage coupon applies, then its discount is rounded to the paisa and capped", async () => {
    expect(await validate("welcome10", 175.55)).toEqual({
      valid: true,
      code: "WELCOME10",
      type: "percentage",
      value: 10,
      discountAmount: 17.56,
      stackable: true,
    });
    expect(await validate(coupons.WELCOME10, 10_000)).toMatchObject({ discountAmount: 300 });
  });

  test("When a fixed coupon applies, then its discount is its value, at most the cart total", async () => {
    expect(await validate(coupons.FLAT100, 499)).toMatchObject({ valid: true, discountAmount: 100 });
    expect(await validate(coupons.LASTONE, 30)).toMatchObject({ valid: true, discountAmount: 30 });
  });

  test("When a coupon gives free shipping, then no line is discounted", async () => {
    expect(await validate(coupons.FREESHIP, 500)).toMatchObject({
      valid: true,
      type: "free_shipping",
      discountAmount: 0,
    });
  });

  test.each([
    ["is unknown", "NOSUCH", 500, /no such/],
    ["has expired", coupons.EXPIRED5, 500, /expired/],
    ["needs a larger cart", coupons.FLAT100, 498.99, /499/],
    ["is for other products", coupons.HAIR15, 500, /does not apply/],
  ])("When a coupon %s, then it is not valid, with a reason", async (_case, code, cartTotal, reason) => {
    const verdict = await validate(code, cartTotal);
    expect(verdict).toMatchObject({ valid: false, discountAmount: 0 });
    expect(verdict.reason).toMatch(reason);
  });

  test("When a coupon is for certain products, then only their lines count", async () => {
    const items = [line(SEED.products.hairOil, 299, 2), line(SEED.products.kajal, 180)];
    expect(await validate(coupons.HAIR15, 778, { items })).toMatchObject({ discountAmount: 89.7 });
  });
});

describe("Pricing: coupon uses", () => {
  test("When an order uses a coupon twice, then it counts once", async () => {
    expect((await use(coupons.LASTONE, "order-1")).body.data).toEqual({ recorded: true });
    expect((await use(coupons.LASTONE, "order-1")).status).toBe(200);
    expect(world.sandbox.control.pricing.usages(coupons.LASTONE)).toEqual(["order-1"]);
  });

  test("When 20 orders request the last use, then one gets it and the others get 409", async () => {
    const replies = await inParallel(20, (index) => use(coupons.LASTONE, `order-${index}`));
    expect([countStatus(replies, 200), countStatus(replies, 409)]).toEqual([1, 19]);
    expect(replies.find((reply) => reply.status === 409)?.body.error?.code).toBe("USAGE_LIMIT");
    expect(await validate(coupons.LASTONE, 500)).toMatchObject({ valid: false });
  });

  test("When a use is reversed, then it is reversed once, and a later use counts again", async () => {
    await use(coupons.LASTONE, "order-1");
    expect(await reverse(coupons.LASTONE, "order-1")).toEqual({ reversed: true });
    expect(await reverse(coupons.LASTONE, "order-1")).toEqual({ reversed: false });
    expect((await use(coupons.LASTONE, "order-2")).status).toBe(200);
    expect(await reverse(coupons.LASTONE, "order-1")).toEqual({ reversed: false });
    expect((await use(coupons.LASTONE, "order-1")).status).toBe(409);
    const types = world.sandbox.control.pricing.ledger().map((entry) => entry.type);
    expect(types).toEqual(["recorded", "reversed", "recorded", "refused"]);
  });

  test("When a user has used a once-per-user coupon, then other users still can", async () => {
    expect((await use(coupons.ONCE20, "order-1", "user-asha")).status).toBe(200);
    expect((await use(coupons.ONCE20, "order-2", "user-asha")).status).toBe(409);
    expect((await use(coupons.ONCE20, "order-3", "user-dev")).status).toBe(200);
    expect(await validate(coupons.ONCE20, 500, { userId: "user-asha" })).toMatchObject({ valid: false });
  });
});

describe("Pricing: uses of one person", () => {
  const asha = { email: "asha@example.com", phone: "+919845012345" };

  test.each([
    ["the e-mail", { email: asha.email }],
    ["the phone", { phone: asha.phone }],
    ["the user id and another e-mail", { userId: "user-asha", email: "other@example.com" }],
  ])("When a later request shares %s, then the use counts", async (_what, person) => {
    expect((await use(coupons.ONCE20, "order-1", "user-asha", asha)).status).toBe(200);
    expect(await validate(coupons.ONCE20, 500, person)).toMatchObject({ valid: false });
    expect((await use(coupons.ONCE20, "order-2", undefined, person)).status).toBe(409);
    await reverse(coupons.ONCE20, "order-1");
    expect(await validate(coupons.ONCE20, 500, person)).toMatchObject({ valid: true });
  });

  test("When a later request shares nothing, then it does not count", async () => {
    await use(coupons.ONCE20, "order-1", undefined, asha);
    const other = { email: "dev@example.com", phone: "+919845054321" };
    expect(await validate(coupons.ONCE20, 500, other)).toMatchObject({ valid: true });
    expect(await validate(coupons.ONCE20, 500)).toMatchObject({ valid: true });
  });

  test("When an e-mail address is not lower case, then the answer is 400", async () => {
    const body = { code: coupons.ONCE20, cartTotal: 500, items: [], email: "Asha@example.com" };
    expect((await world.call.pricing.post("/api/coupons/validate", body)).status).toBe(400);
    expect((await use(coupons.ONCE20, "order-1", undefined, { email: "Asha@example.com" })).status).toBe(400);
  });
});

describe("Pricing: automatic offers", () => {
  const automatic = async (cartTotal: number) =>
    (
      await world.call.pricing.get(
        `/api/automatic-discounts/apply?cartTotal=${cartTotal}&itemCount=2&productIds=a,b&userId=u`,
      )
    ).body.data;
  const tier = async (cartTotal: number) =>
    (await world.call.pricing.get(`/api/tier-discounts/calculate?cartTotal=${cartTotal}`)).body.data;
  const gifts = async (cartTotal: number, productIds: string) =>
    (await world.call.pricing.get(`/api/free-gifts/eligible?cartTotal=${cartTotal}&productIds=${productIds}`))
      .body.data;

  test("When the total reaches the threshold, then the automatic discount applies, and not one paisa below it", async () => {
    expect(await automatic(promotions.automaticThreshold - 0.01)).toEqual({ discounts: [] });
    expect(await automatic(promotions.automaticThreshold)).toMatchObject({
      discounts: [{ id: promotions.automaticId, discountAmount: 100 }],
    });
  });

  test("When several tiers are reached, then the highest applies", async () => {
    expect(await tier(2_999)).toEqual({ tier: null, discountAmount: 0 });
    expect(await tier(3_000)).toMatchObject({ tier: { id: "tier-silver" }, discountAmount: 90 });
    expect(await tier(6_000)).toMatchObject({ tier: { id: "tier-gold" }, discountAmount: 300 });
  });

  test("When a cart earns gifts, then they are listed with their rule", async () => {
    expect(await gifts(promotions.giftThreshold - 1, "a")).toEqual({ gifts: [] });
    expect(await gifts(promotions.giftThreshold, "a")).toMatchObject({
      gifts: [{ ruleId: promotions.giftRuleId, variantId: SEED.variants.giftLipBalm, quantity: 1 }],
    });
    expect(await gifts(899, "a&productIds=prod-copper-bottle")).toMatchObject({
      gifts: [{ ruleId: "gift-tongue-cleaner" }],
    });
  });

  test("When the total is missing or not a number, then the answer is 400", async () => {
    expect((await world.call.pricing.get("/api/tier-discounts/calculate")).status).toBe(400);
    expect((await world.call.pricing.get("/api/tier-discounts/calculate?cartTotal=x")).status).toBe(400);
  });
});
