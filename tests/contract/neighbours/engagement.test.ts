import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { countStatus, inParallel, useNeighbours } from "./harness.js";

const world = useNeighbours();
const { users } = SEED;

const post = (path: string, body: object) => world.call.engagement.post(path, body);
const points = async (userId: string) =>
  (await world.call.engagement.get(`/api/loyalty/balance?userId=${userId}`)).body.data;
const redeem = (userId: string, orderId: string, amount: number) =>
  post("/api/loyalty/redeem", { userId, orderId, points: amount });
const reverse = async (reference: string, more: object = {}) =>
  (await post("/api/loyalty/reverse", { userId: users.bharat, orderId: "order-1", reference, ...more })).body
    .data;
const credit = async (userId: string) =>
  (await world.call.engagement.get(`/api/store-credits/balance?userId=${userId}`)).body.data.balance;
const deduct = (userId: string, amount: number, reference: string) =>
  post("/api/store-credits/deduct", { userId, amount, reference });

describe("Engagement: loyalty", () => {
  test("When an order is delivered, then it earns points once", async () => {
    const earning = { userId: users.asha, orderId: "order-1", orderAmount: 499.5 };
    expect((await post("/api/loyalty/earn", earning)).body.data).toEqual({ points: 24 });
    expect((await post("/api/loyalty/earn", earning)).body.data).toEqual({ points: 24 });
    expect(await points(users.asha)).toEqual({ points: 24, pointValue: 0.25 });
  });

  test("When points are redeemed, then it counts once per order and is worth points × pointValue", async () => {
    const first = await redeem(users.bharat, "order-1", 400);
    expect(first.body.data).toMatchObject({ points: 400, discountAmount: 100 });
    expect(await redeem(users.bharat, "order-1", 400)).toEqual(first);
    expect(await points(users.bharat)).toMatchObject({ points: 600 });
  });

  test("When there are too few points, then the answer is 409 and none are redeemed", async () => {
    const { status, body } = await redeem(users.esha, "order-1", 41);
    expect([status, body.error?.code]).toEqual([409, "INSUFFICIENT_POINTS"]);
    expect(await points(users.esha)).toMatchObject({ points: 40 });
  });

  test("When ten orders redeem at once, then the balance is never exceeded", async () => {
    const replies = await inParallel(10, (index) => redeem(users.bharat, `order-${index}`, 400));
    expect([countStatus(replies, 200), countStatus(replies, 409)]).toEqual([2, 8]);
    expect(await points(users.bharat)).toMatchObject({ points: 200 });
  });

  test("When points are reversed, then once per reference and at most the redeemed points", async () => {
    await redeem(users.bharat, "order-1", 400);
    expect(await reverse("REF-1", { points: 100 })).toEqual({ points: 100 });
    expect(await reverse("REF-1", { points: 100 })).toEqual({ points: 100 });
    expect(await reverse("REF-2")).toEqual({ points: 300 });
    expect(await reverse("REF-3")).toEqual({ points: 0 });
    expect(await points(users.bharat)).toMatchObject({ points: 1_000 });
  });

  test("When a reversal arrives before the redemption, then sending it again still reverses", async () => {
    expect(await reverse("order-1:undo")).toEqual({ points: 0 });
    await redeem(users.bharat, "order-1", 400);
    expect(await reverse("order-1:undo")).toEqual({ points: 400 });
    expect(await points(users.bharat)).toMatchObject({ points: 1_000 });
  });

  test("When a misquote is set, then the discount is wrong", async () => {
    world.sandbox.control.engagement.setMisquote(0.5);
    expect((await redeem(users.bharat, "order-1", 400)).body.data).toMatchObject({ discountAmount: 50 });
  });
});

describe("Engagement: store credit", () => {
  test("When credit is issued, then it counts once per reference", async () => {
    const issue = { userId: users.asha, amount: 99.9, reason: "refund", reference: "REF-1" };
    const first = await post("/api/store-credits/issue", issue);
    expect(first.body.data).toMatchObject({ balance: 99.9 });
    expect(await post("/api/store-credits/issue", issue)).toEqual(first);
    expect(await credit(users.asha)).toBe(99.9);
  });

  test("When credit is deducted, then it counts once per reference and never goes below zero", async () => {
    expect((await deduct(users.esha, 25.2, "order-1")).body.data).toEqual({ balance: 0.3 });
    expect((await deduct(users.esha, 25.2, "order-1")).body.data).toEqual({ balance: 0.3 });
    const { status, body } = await deduct(users.esha, 0.31, "order-2");
    expect([status, body.error?.code]).toEqual([409, "INSUFFICIENT_CREDIT"]);
    expect(world.sandbox.control.engagement.creditLedger(users.esha).map((entry) => entry.type)).toEqual([
      "opening",
      "deducted",
      "refused",
    ]);
  });

  test("When ten orders deduct at once, then the balance is never exceeded", async () => {
    const replies = await inParallel(10, (index) => deduct(users.chitra, 200, `order-${index}`));
    expect([countStatus(replies, 200), countStatus(replies, 409)]).toEqual([2, 8]);
    expect(await credit(users.chitra)).toBe(100);
  });
});

describe("Engagement: notifications and wishlist", () => {
  const message = {
    channels: ["email"],
    to: { email: "asha@example.in" },
    template: "order_confirmed",
    data: { orderNumber: "ORD-2026-000001", customerName: "Asha", link: "http://localhost:3000/o/1" },
    dedupeKey: "order-1:order_confirmed",
  };
  const send = (more: object = {}) => post("/api/notifications/send", { ...message, ...more });

  test("When a notification is sent twice, then it is delivered once", async () => {
    const first = await send();
    expect(first.status).toBe(201);
    expect((await send()).body.data).toEqual(first.body.data);
    await send({ dedupeKey: "order-2:order_confirmed", data: {} });
    expect(world.sandbox.control.engagement.notifications()).toMatchObject([
      { dedupeKey: "order-1:order_confirmed", requests: 2, missing: [] },
      { dedupeKey: "order-2:order_confirmed", requests: 1, missing: ["customerName", "link"] },
    ]);
    expect(
      world.sandbox.control.engagement.notifications({ to: "asha@example.in", template: "invoice" }),
    ).toEqual([]);
  });

  test("When the template or the recipient is unknown, then the answer is 400", async () => {
    expect((await send({ template: "hello" })).status).toBe(400);
    expect((await send({ to: {} })).status).toBe(400);
  });

  test("When a variant is added to the wishlist twice, then it is listed once", async () => {
    const wish = { userId: users.asha, productId: SEED.products.kajal, variantId: SEED.variants.kajal };
    expect((await post("/api/wishlist/add", wish)).body.data).toEqual({ added: true });
    expect((await post("/api/wishlist/add", wish)).status).toBe(200);
    expect(world.sandbox.control.engagement.wishlist(users.asha)).toEqual([wish]);
  });
});
