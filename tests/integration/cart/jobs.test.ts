import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { newGuestId } from "../../support/callers.js";
import { type As, type CartWorld, startCartWorld } from "./cart-world.js";

const { variants, coupons } = SEED;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
let world: CartWorld;
let guest: { sessionId: string };
let asha: { token: string };

beforeAll(async () => {
  world = await startCartWorld();
});
afterAll(() => world.stop());
beforeEach(async () => {
  await world.reset();
  guest = { sessionId: newGuestId() };
  asha = { token: world.sandbox.tokens.asha };
});

const carts = () => world.db.collection("carts");
const inventory = () => world.sandbox.control.inventory;
const readCart = async (as: As) => (await world.call("get", "/api/cart", { as })).body.data;

describe("promotion-refresh", () => {
  const run = () => world.runJobAfter("promotion-refresh", MINUTE_MS);
  const apply = (couponCode: string) =>
    world.call("post", "/api/cart/coupons", { as: guest, body: { couponCode } });

  it("When a coupon has ended, then it is dropped with a notice, and the cart's expiry does not change", async () => {
    await world.add(guest, variants.ashwagandha, 3);
    await apply(coupons.WELCOME10);
    const before = await carts().findOne({});
    world.sandbox.control.pricing.changeCoupon(coupons.WELCOME10, { expiresAt: Date.UTC(2025, 0, 1) });
    expect(await run()).toMatchObject({ state: "completed", result: { repriced: 1, failed: 0 } });
    const cart = await readCart(guest);
    expect(cart).toMatchObject({ appliedCoupons: [], totals: { discountTotal: 0 }, version: 3 });
    expect(cart.notices).toEqual([
      expect.objectContaining({
        code: "COUPON_DROPPED",
        details: expect.objectContaining({ code: coupons.WELCOME10 }),
      }),
    ]);
    expect((await carts().findOne({}))?.expiresAt).toEqual(before?.expiresAt);
    expect(await run()).toMatchObject({ result: { repriced: 0 } });
  });

  it("When a discount and a gift have ended, then both are removed, and the gift's stock is released", async () => {
    await world.add(guest, variants.ashwagandhaLarge, 5);
    expect((await readCart(guest)).freeGifts).toHaveLength(1);
    world.sandbox.control.pricing.setPromotions({ automaticDiscounts: [], giftRules: [] });
    await run();
    const cart = await readCart(guest);
    expect(cart).toMatchObject({ freeGifts: [], appliedDiscounts: [], itemCount: 1 });
    expect(cart.notices.map(({ code }: { code: string }) => code)).toEqual(["GIFT_REMOVED"]);
    await world.deliver(MINUTE_MS);
    const held = await inventory().activeReservations();
    expect(held.map(({ variantId }) => variantId)).toEqual([variants.ashwagandhaLarge]);
  });

  it("When everything still applies, then only the time of the check is written", async () => {
    await world.add(guest, variants.ashwagandha, 3);
    await apply(coupons.WELCOME10);
    const before = await carts().findOne({});
    expect(await run()).toMatchObject({ result: { repriced: 0, failed: 0 } });
    const after = await carts().findOne({});
    expect(after?.promotionsCheckedAt.getTime()).toBeGreaterThan(before?.promotionsCheckedAt.getTime());
    expect({ ...after, promotionsCheckedAt: null }).toEqual({ ...before, promotionsCheckedAt: null });
  });

  it("When a cart is being paid for or placed, then it is skipped", async () => {
    await world.add(guest, variants.ashwagandha, 3);
    await apply(coupons.WELCOME10);
    world.sandbox.control.pricing.changeCoupon(coupons.WELCOME10, { expiresAt: Date.UTC(2025, 0, 1) });
    const cart = await carts().findOne({});
    const session = {
      cartId: cart?._id,
      status: "payment_pending",
      placement: null,
      couponClaims: [],
      version: 1,
    };
    const { insertedId } = await world.db.collection("checkoutSessions").insertOne(session);
    await run();
    expect(await carts().findOne({})).toMatchObject({ version: 2 });
    expect(await world.db.collection("checkoutSessions").findOne({})).toMatchObject({
      status: "payment_pending",
    });
    await world.db.collection("checkoutSessions").deleteOne({ _id: insertedId });
    await carts().updateOne({}, { $set: { placing: new Types.ObjectId() } });
    await world.runJobAfter("promotion-refresh", 2 * MINUTE_MS);
    expect(await carts().findOne({})).toMatchObject({
      version: 2,
      appliedCoupons: [{ code: coupons.WELCOME10 }],
    });
  });

  it("When pricing is down, then nothing is lost, and the next run checks the cart", async () => {
    await world.add(guest, variants.ashwagandha, 3);
    await apply(coupons.WELCOME10);
    world.sandbox.control.faults.add({ service: "pricing", action: "status", status: 503 });
    expect(await run()).toMatchObject({ result: { repriced: 0, failed: 1 } });
    await world.recover();
    expect(await carts().findOne({})).toMatchObject({
      version: 2,
      appliedCoupons: [{ code: coupons.WELCOME10 }],
    });
  });
});

describe("abandoned-cart", () => {
  const run = (afterMs = 0) => world.runJobAfter("abandoned-cart", afterMs);
  const mails = () => world.sandbox.control.engagement.notifications({ template: "cart_abandoned" });

  /** As `cart-cleanup` left it `hoursAgo` hours ago. */
  async function abandon(hoursAgo: number) {
    const abandonedAt = new Date(Date.now() - hoursAgo * 60 * MINUTE_MS);
    await carts().updateMany({}, { $set: { status: "abandoned", abandonedAt } });
  }

  it("When a customer left a cart a day ago, then one reminder with its items is sent", async () => {
    await world.add(asha, variants.ashwagandha, 2);
    await abandon(25);
    expect(await run()).toMatchObject({ state: "completed", result: { reminded: 1, failed: 0 } });
    await world.deliver();
    expect(await run()).toMatchObject({ result: { reminded: 0 } });
    await world.deliver();
    expect(mails()).toEqual([
      expect.objectContaining({
        to: expect.objectContaining({ userId: SEED.users.asha, email: "user-asha@example.in" }),
        data: expect.objectContaining({
          customerName: "Asha Rao",
          itemCount: 1,
          grandTotal: 417.9,
          items: [expect.objectContaining({ quantity: 2, unitPrice: 199 })],
          link: expect.stringMatching(/\/cart$/),
        }),
      }),
    ]);
    expect((await carts().findOne({}))?.reminderSentAt).toEqual(expect.any(Date));
  });

  it("When two runs overlap, then one reminder is queued", async () => {
    await world.add(asha, variants.ashwagandha);
    await abandon(25);
    const { findCartsToRemind, remindOf } = await import(
      "../../../services/flows/remind-abandoned-cart.flow.js"
    );
    const [cart] = await findCartsToRemind(null, 10);
    if (!cart) throw new Error("no cart to remind of");
    const owed = await Promise.all([remindOf(cart), remindOf(cart), remindOf(cart)]);
    expect(owed.filter(Boolean)).toHaveLength(1);
    expect(await world.db.collection("outboxMessages").countDocuments({ type: "cart.abandoned" })).toBe(1);
  });

  it.each([
    ["it was abandoned too recently", asTheyAre, 23],
    ["it was abandoned too long ago", asTheyAre, 24 * 40],
    ["the customer has begun another cart", () => world.add(asha, variants.kajal), 25],
    ["the customer is disabled", () => disable(), 25],
    ["the cart was emptied", () => carts().updateMany({}, { $set: { itemCount: 0 } }), 25],
  ])("When %s, then no reminder is sent", async (_why, happen, hoursAgo) => {
    await world.add(asha, variants.ashwagandha);
    await abandon(hoursAgo);
    await happen();
    expect(await run()).toMatchObject({ state: "completed", result: { reminded: 0, failed: 0 } });
    await world.deliver();
    expect(mails()).toEqual([]);
  });
  async function asTheyAre() {}
  const disable = async () => world.sandbox.control.auth.setUserStatus(SEED.users.asha, "disabled");

  it("When the cart is a guest's, then no reminder is sent: no address is known", async () => {
    await world.add(guest, variants.ashwagandha);
    await abandon(25);
    expect(await run()).toMatchObject({ result: { reminded: 0, failed: 0 } });
  });

  it("When the customer returns before the mail is sent, then it is not sent", async () => {
    await world.add(asha, variants.ashwagandha);
    await abandon(25);
    await run();
    expect((await readCart(asha)).status).toBe("active");
    await world.deliver();
    expect(mails()).toEqual([]);
  });

  it("When the customer leaves the cart again, then there is no second reminder", async () => {
    await world.add(asha, variants.ashwagandha);
    await abandon(25);
    await run();
    await world.deliver();
    await readCart(asha);
    await abandon(25);
    await run(DAY_MS);
    await world.deliver();
    expect(mails()).toHaveLength(1);
  });

  it("When the Auth service is down, then the next run sends the reminder", async () => {
    await world.add(asha, variants.ashwagandha);
    await abandon(25);
    world.sandbox.control.faults.add({ service: "auth", action: "status", status: 503 });
    expect(await run()).toMatchObject({ result: { reminded: 0, failed: 1 } });
    world.sandbox.control.faults.clear();
    expect((await carts().findOne({}))?.reminderSentAt).toBeNull();
  });
});
