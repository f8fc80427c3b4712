import { ApiError, type ClientOptions, createClient } from "../../../clients/typescript/index.js";

const BASE_URL = "https://orders.example.com";

type Reply = (request: Request) => Response | Promise<Response>;

const envelope = (data: unknown, { status = 200, code = "", headers = {} } = {}) =>
  Response.json(
    {
      success: status < 400,
      statusCode: status,
      message: "Hello",
      data,
      error: code ? { code, details: { available: 1 } } : null,
    },
    { status, headers: { "X-Request-Id": "request-1", ...headers } },
  );

/** A client whose requests get these replies, the last one from then on; and the requests. */
function clientWith(replies: Reply[], options: ClientOptions = {}) {
  const requests: Request[] = [];
  const fetch = async (request: Request) => {
    requests.push(request.clone());
    const reply = replies[Math.min(requests.length, replies.length) - 1];
    if (!reply) throw new Error("no reply");
    return reply(request);
  };
  return { api: createClient({ baseUrl: BASE_URL, fetch, ...options }), requests };
}

const headersOf = (requests: readonly Request[], name: string) =>
  requests.map(({ headers }) => headers.get(name));

const orderNumber = "ORD-2026-000001";
const path = { orderNumber };
const item = { productId: "prod-1", variantId: "var-1", quantity: 2 };

describe("The client's calls", () => {
  test("When an operation takes a path, a query and a body, then they are sent", async () => {
    const { api, requests } = clientWith([() => envelope({ items: [] })]);
    const { data, status, message } = await api.get("/api/orders", { params: { query: { page: 2 } } });
    await api.post("/api/orders/{orderNumber}/cancel", {
      params: { path },
      body: { reason: "Ordered twice" },
    });
    expect({ data, status, message }).toEqual({ data: { items: [] }, status: 200, message: "Hello" });
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      `GET ${BASE_URL}/api/orders?page=2`,
      `POST ${BASE_URL}/api/orders/${orderNumber}/cancel`,
    ]);
    expect(await requests[1]?.json()).toEqual({ reason: "Ordered twice" });
  });

  test("When the answer is a file, then the data is a blob", async () => {
    const pdf = () => new Response("%PDF-1.7", { headers: { "Content-Type": "application/pdf" } });
    const { api } = clientWith([pdf]);
    const invoiceNumber = "INV-2026-000001";
    const { data } = await api.get("/api/invoices/{invoiceNumber}/download", {
      params: { path: { invoiceNumber } },
    });
    expect(data).toBeInstanceOf(Blob);
    expect(await data.text()).toBe("%PDF-1.7");
  });

  test("When a call does not fit its operation, then it does not compile", async () => {
    const { api } = clientWith([() => envelope({ cart: {} })]);
    const wrong: (() => Promise<unknown>)[] = [
      // @ts-expect-error there is no such path
      () => api.get("/api/carts"),
      // @ts-expect-error no quantity
      () => api.post("/api/cart/items", { body: { productId: "prod-1", variantId: "var-1" } }),
      // @ts-expect-error no order number
      () => api.get("/api/orders/{orderNumber}"),
      // @ts-expect-error a cart has no such field
      async () => (await api.get("/api/cart")).data.price,
    ];
    expect(wrong).toHaveLength(4);
    const right: () => Promise<number> = async () => (await api.get("/api/cart")).data.totals.grandTotal;
    expect(right).toBeInstanceOf(Function);
  });
});

describe("The client's caller", () => {
  test("When the service mints a guest id, then it is kept, announced once and sent from then on", async () => {
    const minted: string[] = [];
    const { api, requests } = clientWith(
      [() => envelope({}, { headers: { "X-Session-Id": "guest-1" } }), () => envelope({})],
      { onSessionId: (id) => minted.push(id) },
    );
    await api.post("/api/cart/items", { body: item });
    await api.get("/api/cart");
    expect(headersOf(requests, "x-session-id")).toEqual([null, "guest-1"]);
    expect([api.sessionId, ...minted]).toEqual(["guest-1", "guest-1"]);
  });

  test("When a token is set, then it is sent with the guest id", async () => {
    const { api, requests } = clientWith([() => envelope({})], { sessionId: "guest-1" });
    api.token = "token-1";
    await api.post("/api/cart/merge", {});
    expect(headersOf(requests, "authorization")).toEqual(["Bearer token-1"]);
    expect(headersOf(requests, "x-session-id")).toEqual(["guest-1"]);
  });
});

describe("The client's keys and retries", () => {
  test("When a POST is sent, then it has a key of its own, or the given one; other requests have none", async () => {
    const { api, requests } = clientWith([() => envelope({})]);
    await api.post("/api/cart/items", { body: item });
    await api.post("/api/cart/items", { body: item });
    await api.post("/api/cart/items", { body: item, idempotencyKey: "my-own-key" });
    await api.get("/api/cart");
    const [first, second, given, none] = headersOf(requests, "idempotency-key");
    expect(first).toMatch(/^[0-9a-f]{32}$/);
    expect(second).toMatch(/^[0-9a-f]{32}$/);
    expect(second).not.toBe(first);
    expect([given, none]).toEqual(["my-own-key", null]);
  });

  const busy = () => envelope(null, { status: 503, code: "OVERLOADED", headers: { "Retry-After": "0" } });

  test("When the service asks for a repetition, then the same request is sent again with the same key", async () => {
    const { api, requests } = clientWith([busy, busy, () => envelope({ cart: {} }, { status: 200 })]);
    const { status } = await api.post("/api/cart/items", { body: item });
    expect(status).toBe(200);
    expect(requests).toHaveLength(3);
    expect(new Set(headersOf(requests, "idempotency-key")).size).toBe(1);
    for (const request of requests) expect(await request.json()).toEqual(item);
  });

  test("When the service stays busy, or asks for a long wait, then the caller gets the error", async () => {
    const endless = clientWith([busy]);
    await expect(endless.api.get("/api/cart")).rejects.toMatchObject({ code: "OVERLOADED", status: 503 });
    expect(endless.requests).toHaveLength(3);
    const limited = clientWith([
      () => envelope(null, { status: 429, code: "RATE_LIMITED", headers: { "Retry-After": "60" } }),
    ]);
    await expect(limited.api.get("/api/cart")).rejects.toMatchObject({ retryAfterSeconds: 60 });
    expect(limited.requests).toHaveLength(1);
  });
});

describe("The client's errors", () => {
  test("When the service refuses, then the error has code, details and the request's id", async () => {
    const { api } = clientWith([() => envelope(null, { status: 400, code: "OUT_OF_STOCK" })]);
    const failure = await api.get("/api/cart").catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ApiError);
    expect(failure).toMatchObject({
      ...{ name: "ApiError", status: 400, code: "OUT_OF_STOCK", message: "Hello" },
      ...{ details: { available: 1 }, requestId: "request-1", retryAfterSeconds: null },
    });
  });

  test("When a proxy answers with a page, then the code says that it cannot be read", async () => {
    const { api } = clientWith([() => new Response("<h1>Bad gateway</h1>", { status: 502 })]);
    await expect(api.get("/api/cart")).rejects.toMatchObject({ code: "UNREADABLE_ANSWER", status: 502 });
  });

  test("When the network fails, then the code says so; an aborted request rejects as fetch does", async () => {
    const { api } = clientWith([() => Promise.reject(new TypeError("fetch failed"))]);
    await expect(api.get("/api/cart")).rejects.toMatchObject({ code: "NO_ANSWER", status: 0 });
    const aborted = clientWith([() => Promise.reject(new DOMException("stop", "AbortError"))]);
    await expect(aborted.api.get("/api/cart")).rejects.toMatchObject({ name: "AbortError" });
  });
});
