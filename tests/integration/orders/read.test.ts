import { type Buyer, done, refused, useShop } from "../checkout/shop-world.js";

const shop = useShop();
const control = () => shop().sandbox.control;
const numbersOf = ({ items }: { items: { orderNumber: string }[] }) =>
  items.map(({ orderNumber }) => orderNumber);
const DAY_MS = 86_400_000;

/** The token of the link in the confirmation mail. */
async function mailedToken(orderId: string): Promise<string> {
  await shop().settle();
  const [mail] = control().engagement.notifications({ dedupeKey: `order_confirmed:${orderId}` });
  const token = new URL(String(mail?.data.link)).searchParams.get("token");
  if (!token) throw new Error("the mail has no link");
  return token;
}

async function ordered() {
  const buyer = shop().guest();
  const order = await buyer.buy();
  return { buyer, order, path: `/api/orders/${order.orderNumber}` };
}

describe("the list", () => {
  let buyer: Buyer;
  const numbers: string[] = [];

  beforeAll(async () => {
    buyer = shop().guest();
    for (let count = 0; count < 3; count += 1) numbers.push((await buyer.buy()).orderNumber);
  });

  test("When it is requested, then it has the caller's orders, newest first", async () => {
    await ordered();
    const list = done(await buyer.get("/api/orders"));
    expect(numbersOf(list)).toEqual([...numbers].reverse());
    expect(list.pagination).toEqual({ page: 1, limit: 20, total: 3, totalPages: 1 });
    expect(list.items[0]).toMatchObject({
      status: "confirmed",
      items: [{ quantity: 1 }],
      payment: { gateway: "cod" },
    });
  });

  test("When it is paged and sorted in reverse, then each order appears once", async () => {
    const pages = await Promise.all(
      [1, 2, 3].map(async (page) => done(await buyer.get(`/api/orders?page=${page}&limit=2&sortOrder=asc`))),
    );
    expect(pages.flatMap(numbersOf)).toEqual(numbers);
    expect(pages.map(({ pagination }) => pagination.totalPages)).toEqual([2, 2, 2]);
  });

  test("When it is filtered, then by status and by dates, both ends included", async () => {
    expect(done(await buyer.get("/api/orders?status=shipped")).items).toEqual([]);
    expect(done(await buyer.get("/api/orders?status=confirmed")).items).toHaveLength(3);
    const { placedAt } = done(await buyer.get(`/api/orders/${numbers[1]}`));
    const moment = encodeURIComponent(placedAt);
    const exactly = done(await buyer.get(`/api/orders?dateFrom=${moment}&dateTo=${moment}`));
    expect(numbersOf(exactly)).toEqual([numbers[1]]);
    const tomorrow = new Date(Date.now() + DAY_MS).toISOString();
    expect(done(await buyer.get(`/api/orders?dateFrom=${tomorrow}`)).items).toEqual([]);
  });

  test.each([
    "limit=101",
    "limit=0",
    "page=0",
    "sortBy=grandTotal",
    "status=nonsense",
    "userId=user-asha",
    "page=1&page=2",
  ])("When the query is %s, then VALIDATION_ERROR", async (query) => {
    expect(refused(await buyer.get(`/api/orders?${query}`), 400, "VALIDATION_ERROR")).toMatchObject([
      { in: "query" },
    ]);
  });

  test("When the range is longer than a year, or reversed, then VALIDATION_ERROR", async () => {
    for (const query of ["dateFrom=2024-01-01&dateTo=2025-06-01", "dateFrom=2026-02-02&dateTo=2026-02-01"]) {
      refused(await buyer.get(`/api/orders?${query}`), 400, "VALIDATION_ERROR");
    }
  });

  test("When another caller requests it, then it is empty; without identification, 401", async () => {
    expect(done(await shop().guest().get("/api/orders")).items).toEqual([]);
    expect(numbersOf(done(await shop().customer("esha").get("/api/orders")))).not.toContain(numbers[0]);
    refused(await shop().call("get", "/api/orders"), 401, "UNAUTHENTICATED");
  });
});

describe("one order", () => {
  test("When its owner asks, then it comes with its timeline; to others it does not exist", async () => {
    const { buyer, order, path } = await ordered();
    const view = done(await buyer.get(path));
    expect(view).toMatchObject({ orderNumber: order.orderNumber, timeline: expect.any(Array) });
    expect(done(await buyer.get(`${path}/confirmation`))).toMatchObject({ orderNumber: order.orderNumber });
    for (const other of [shop().guest(), shop().customer("asha")]) {
      for (const part of ["", "/confirmation", "/timeline"]) {
        refused(await other.get(path + part), 404, "ORDER_NOT_FOUND");
      }
    }
    refused(await buyer.get("/api/orders/ORD-2026-999999"), 404, "ORDER_NOT_FOUND");
    refused(await buyer.get("/api/orders/nonsense"), 400, "VALIDATION_ERROR");
    for (const part of ["", "/confirmation", "/timeline"]) {
      refused(await shop().call("get", path + part), 401, "UNAUTHENTICATED");
    }
  });

  test("When it is shown, then it has no fields of the gateway and no internal fields", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy({}, "card");
    const text = JSON.stringify(done(await buyer.get(`/api/orders/${orderNumber}`)));
    expect(text).not.toMatch(
      /order_|pay_|internalNotes|statusHistory|gatewayResponse|searchKeys|sellerOrders/,
    );
  });
});

describe("the link in the mail", () => {
  const open = (path: string, token: string) =>
    shop().call("get", `${path}?token=${encodeURIComponent(token)}`);

  test("When it is followed without a session, then the order opens", async () => {
    const { order, path } = await ordered();
    expect(done(await open(path, await mailedToken(order.id)))).toMatchObject({
      orderNumber: order.orderNumber,
    });
  });

  test("When another caller follows it, then the order opens too; an invalid token does not lock out the owner", async () => {
    const { buyer, order, path } = await ordered();
    const token = await mailedToken(order.id);
    expect((await shop().customer("asha").get(`${path}?token=${token}`)).status).toBe(200);
    expect((await buyer.get(`${path}?token=1.x`)).status).toBe(200);
  });

  test("When it is tampered with, or another order's, then 404", async () => {
    const [first, second] = [await ordered(), await ordered()];
    const token = await mailedToken(first.order.id);
    const [expires = "", signature = ""] = token.split(".");
    for (const wrong of [
      await mailedToken(second.order.id),
      `${Number(expires) + 1}.${signature}`,
      `${expires}.${signature.slice(0, -1)}`,
      `${expires}.`,
      expires,
      `${token}.x`,
      "x".repeat(200),
    ]) {
      const answer = await open(first.path, wrong);
      expect([wrong, answer.status, answer.body.error.code]).toEqual([wrong, 404, "ORDER_NOT_FOUND"]);
    }
    refused(await first.buyer.get(`${first.path}/confirmation?token=${token}`), 400, "VALIDATION_ERROR");
  });

  test("When it is older than three months, then 404", async () => {
    const { order, path } = await ordered();
    const token = await mailedToken(order.id);
    const { setClock } = await import("../../../utils/clock.js");
    setClock(89 * DAY_MS);
    expect((await open(path, token)).status).toBe(200);
    setClock(91 * DAY_MS);
    refused(await open(path, token), 404, "ORDER_NOT_FOUND");
    setClock(0);
  });
});
