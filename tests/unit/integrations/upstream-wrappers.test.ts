import { paise } from "../../../utils/money.js";
import type { Failure } from "../../../utils/result.js";
import { closeStubs, ok, refuse, type SeenRequest, type StubServer, startStub } from "./stub-server.js";
import { CALLS, importWrappers, items, product, SERVICES, variant, type Wrappers } from "./upstream-calls.js";

/** Every call of the neighbours' contract, against one stub for all six neighbours. */

let stub: StubServer;
let wrappers: Wrappers;
beforeAll(async () => {
  stub = await startStub();
  for (const service of SERVICES) process.env[`${service}_SERVICE_URL`] = stub.url;
  process.env.CATALOG_CACHE_SECONDS = "60";
  wrappers = await importWrappers();
});
beforeEach(() => {
  stub.requests.length = 0;
  wrappers.catalog.clearCatalogCache();
  wrappers.shipping.clearServiceabilityCache();
});
afterAll(closeStubs);

const line = (request: SeenRequest | undefined) => `${request?.method} ${request?.path}`;

describe("every call of the contract", () => {
  test.each(CALLS)(
    "When $name is called, then request and answer are translated",
    async ({ call, sent, body, key, answer, data }) => {
      stub.answer = (_request, response) => ok(response, answer);
      const result = await call(wrappers);
      expect(result).toEqual({ success: true, data });
      expect(stub.requests.map(line)).toEqual([sent]);
      expect(stub.requests[0]?.body).toEqual(body);
      if (key !== undefined) expect(stub.requests[0]?.headers["idempotency-key"]).toBe(key);
    },
  );

  test("When the code names all of them, then none of the contract is missing", () => {
    const names = CALLS.map((call) => call.name.split(" ")[0]);
    expect(new Set(names).size).toBe(11 + 6 + 5 + 9 + 5 + 4);
  });
});

describe("impossible answers", () => {
  const getVariantDetails = ({ catalog }: Wrappers) =>
    catalog.getVariantDetails({ productId: "p1", variantId: "v1" });

  test.each([
    ["a negative price", { salePrice: -1 }],
    ["a price as text", { salePrice: "499.5" }],
    ["no price", { salePrice: null }],
    ["a price beyond reason", { salePrice: 1e12 }],
    ["a rate above 100", { gstRate: 101 }],
    ["a negative rate", { gstRate: -1 }],
    ["a rate of no tax", { gstRate: 12.345 }],
    ["another currency", { currency: "USD" }],
    ["half a unit a customer", { maxPerOrder: 1.5 }],
  ])("When a variant has %s, then it is a bad answer", async (_kind, fields) => {
    stub.answer = (_request, response) => ok(response, { ...variant, ...fields });
    expect(await getVariantDetails(wrappers)).toMatchObject({ outcome: "unknown", code: "BAD_RESPONSE" });
  });

  test("When the catalog knows no rate, then it is null and the settings decide", async () => {
    stub.answer = (_request, response) => ok(response, { ...variant, gstRate: undefined, hsnCode: null });
    expect(await getVariantDetails(wrappers)).toMatchObject({
      success: true,
      data: { gstRateBps: null, hsnCode: null },
    });
  });

  test("When a valid coupon has no discount, then it is a bad response", async () => {
    stub.answer = (_request, response) => ok(response, { valid: true, code: "X", type: "fixed" });
    const result = await wrappers.pricing.validateCoupon({ code: "X", cartTotal: paise(100), items: [] });
    expect(result).toMatchObject({ code: "BAD_RESPONSE" });
  });

  test("When a quantity is not whole, then the stock answer is a bad response", async () => {
    stub.answer = (_request, response) =>
      ok(response, { variantId: "v1", sku: "S", available: 1.5, isAvailable: true });
    expect(await wrappers.inventory.checkStock("v1", 1)).toMatchObject({ code: "BAD_RESPONSE" });
  });

  test("When the worth of redeemed points differs from what was shown, then it counts as a refusal", async () => {
    stub.answer = (_request, response) =>
      ok(response, { redemptionId: "x", points: 100, discountAmount: 10 });
    const result = await wrappers.engagement.redeemLoyalty({
      userId: "u1",
      orderId: "o1",
      points: 100,
      expectedDiscount: paise(2500),
    });
    expect(result).toMatchObject({ outcome: "refused", code: "POINT_VALUE_CHANGED" });
  });
});

describe("refusals", () => {
  test("When a product does not exist, then it is PRODUCT_NOT_FOUND, whichever code the catalog sends", async () => {
    stub.answer = (_request, response) => refuse(response, 404, { code: "VARIANT_NOT_FOUND" });
    expect(await wrappers.catalog.getVariantDetails({ productId: "p1", variantId: "v9" })).toMatchObject({
      outcome: "refused",
      code: "PRODUCT_NOT_FOUND",
    });
    expect(await wrappers.catalog.getProduct("..")).toMatchObject({
      outcome: "refused",
      code: "PRODUCT_NOT_FOUND",
    });
  });

  test("When a reservation is gone, then it is RESERVATION_NOT_FOUND", async () => {
    stub.answer = (_request, response) => refuse(response, 404, "GONE");
    expect(await wrappers.inventory.updateReservation("r1", { quantity: 1 })).toMatchObject({
      code: "RESERVATION_NOT_FOUND",
    });
  });

  test("When stock is short, then what is available can be read from the refusal", async () => {
    const failureWith = async (data: unknown): Promise<Failure> => {
      stub.answer = (_request, response) => refuse(response, 409, "INSUFFICIENT_STOCK", data);
      const result = await wrappers.inventory.convertReservationsToSale({
        cartId: null,
        orderId: "o1",
        items,
      });
      if (result.success) throw new Error("a refusal was expected");
      return result;
    };
    expect(wrappers.inventory.availableOf(await failureWith({ available: 2, more: 1 }))).toBe(2);
    expect(wrappers.inventory.availableOf(await failureWith({ available: "2" }))).toBeNull();
    expect(wrappers.inventory.availableOf(await failureWith(null))).toBeNull();
    const short = { items: [{ variantId: "v1", available: 0 }] };
    expect(wrappers.inventory.shortItemsOf(await failureWith(short))).toEqual([
      { variantId: "v1", requested: null, available: 0 },
    ]);
    expect(wrappers.inventory.shortItemsOf(await failureWith("x"))).toEqual([]);
  });
});

describe("what is kept", () => {
  const countOf = () => stub.requests.length;
  beforeEach(() => {
    stub.answer = (_request, response) => ok(response, product);
  });

  test("When a product is asked for again, then the catalog is not, unless it must be fresh", async () => {
    await wrappers.catalog.getProduct("p1");
    await wrappers.catalog.getProduct("p1");
    expect(countOf()).toBe(1);
    await wrappers.catalog.getProduct("p1", { fresh: true });
    expect(countOf()).toBe(2);
  });

  test("When ten callers ask at once, then one call answers all", async () => {
    const results = await Promise.all(Array.from({ length: 10 }, () => wrappers.catalog.getProduct("p1")));
    expect(results.every((result) => result.success)).toBe(true);
    expect(countOf()).toBe(1);
  });

  test("When a call failed, then the failure is not kept", async () => {
    stub.answer = (_request, response) => refuse(response, 404, "NO");
    await wrappers.catalog.getProduct("p1");
    stub.answer = (_request, response) => ok(response, product);
    expect(await wrappers.catalog.getProduct("p1")).toMatchObject({ success: true });
  });

  test("When a batch is asked for, then only what is not kept goes out", async () => {
    await wrappers.catalog.getProduct("p1");
    stub.answer = (_request, response) => ok(response, { products: [{ ...product, id: "p2" }] });
    const result = await wrappers.catalog.getProducts(["p1", "p2"]);
    expect(stub.requests[1]?.body).toEqual({ productIds: ["p2"] });
    expect(result.success && [...result.data.keys()].sort()).toEqual(["p1", "p2"]);
  });

  test("When a caller changes a kept value, then it throws instead of changing it for all", async () => {
    const result = await wrappers.catalog.getProduct("p1");
    if (!result.success) throw new Error("a product was expected");
    expect(() => {
      result.data.name = "changed";
    }).toThrow(TypeError);
  });
});

describe("health", () => {
  test("When all answer, then each neighbour is up, with breaker and latency", async () => {
    stub.answer = (_request, response) => ok(response, {});
    const health = await wrappers.health.upstreamHealth();
    expect(Object.keys(health).sort()).toEqual([
      "auth",
      "catalog",
      "engagement",
      "inventory",
      "pricing",
      "shipping",
    ]);
    expect(health.catalog).toMatchObject({ status: "up", breaker: "closed", latencyMs: expect.any(Number) });
  });
});
