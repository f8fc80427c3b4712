import axios from "axios";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../../scripts/sandbox/shared/faults.js";
import { inParallel, useNeighbours } from "./harness.js";

const world = useNeighbours();
const { ashwagandha } = SEED.variants;

const reserve = () =>
  world.call.inventory.post("/api/reservations", { cartId: "cart-1", variantId: ashwagandha, quantity: 1 });
const reserved = async () => (await world.sandbox.control.inventory.numbers(ashwagandha)).reserved;
const injectOnce = (rule: Omit<FaultRule, "match">) =>
  world.sandbox.control.faults.add({ match: "POST /api/reservations", times: 1, ...rule });
const codeOf = async (call: Promise<unknown>): Promise<string | undefined> => {
  const error: unknown = await call.catch((reason: unknown) => reason);
  return axios.isAxiosError(error) ? error.code : undefined;
};
const raw = (timeout: number) =>
  world.call.inventory.http.post(
    "/api/reservations",
    { cartId: "cart-1", variantId: ashwagandha, quantity: 1 },
    { timeout, responseType: "text", transformResponse: (text: string) => text },
  );

describe("Faults: before the work", () => {
  afterEach(async () => {
    expect(await reserved()).toBe(0);
  });

  test("When a service hangs, then the caller's time-out ends the call", async () => {
    injectOnce({ action: "hang" });
    expect(await codeOf(raw(100))).toBe("ECONNABORTED");
  });

  test("When the connection is reset before the work, then nothing is done", async () => {
    injectOnce({ action: "reset-before" });
    expect(await codeOf(raw(1_000))).toBe("ECONNRESET");
  });

  test("When a status is injected, then it has the envelope", async () => {
    injectOnce({ action: "status", status: 503 });
    const { status, body } = await reserve();
    expect([status, body.error?.code]).toEqual([503, "INJECTED_FAULT"]);
  });
});

describe("Faults: after the work", () => {
  afterEach(async () => {
    expect(await reserved()).toBe(1);
  });

  test("When an answer is delayed, then it is late but correct", async () => {
    injectOnce({ action: "delay", delayMs: 120 });
    const started = performance.now();
    expect((await reserve()).status).toBe(201);
    expect(performance.now() - started).toBeGreaterThanOrEqual(115);
  });

  test("When the connection is reset after the work, then the units are reserved", async () => {
    injectOnce({ action: "reset-after" });
    expect(await codeOf(raw(1_000))).toBe("ECONNRESET");
  });

  test("When an error status follows the work, then the work is done", async () => {
    injectOnce({ action: "status", status: 500, after: true });
    expect((await reserve()).status).toBe(500);
  });

  test("When the answer is garbage, then it claims to be JSON but is not", async () => {
    injectOnce({ action: "garbage" });
    const { headers, data } = await raw(1_000);
    expect(headers["content-type"]).toMatch(/json/);
    expect(() => JSON.parse(data)).toThrow();
  });

  test("When a proxy answers HTML, then with 200 or the given status", async () => {
    injectOnce({ action: "html", status: 200 });
    const { status, headers, data } = await raw(1_000);
    expect([status, headers["content-type"]]).toEqual([200, expect.stringMatching(/html/)]);
    expect(data).toContain("<html>");
  });

  test("When the answer is truncated, then the connection closes halfway", async () => {
    injectOnce({ action: "truncate" });
    expect(["ECONNRESET", "ERR_BAD_RESPONSE"]).toContain(await codeOf(raw(1_000)));
  });

  test("When the answer drips, then only a time-out for the whole call ends it", async () => {
    injectOnce({ action: "slow-drip", delayMs: 400 });
    const body = { cartId: "cart-1", variantId: ashwagandha, quantity: 1 };
    const signal = AbortSignal.timeout(2_500);
    const dripping = world.call.inventory.http.post("/api/reservations", body, { timeout: 2_000, signal });
    expect(await codeOf(dripping)).toBe("ERR_CANCELED");
  });

  test("When types are wrong, then only the data is affected, not the envelope", async () => {
    injectOnce({ action: "wrong-types" });
    const { status, body } = await reserve();
    expect([status, body.success]).toEqual([201, true]);
    expect(body.data).toMatchObject({ quantity: "about 1", reservationId: { text: expect.any(String) } });
  });

  test("When the answer is huge, then it has the given size", async () => {
    injectOnce({ action: "huge", bytes: 3_000_000 });
    const { data } = await raw(2_000);
    expect(data.length).toBeGreaterThan(3_000_000);
  });
});

describe("Faults: matching", () => {
  const path = "/api/products/prod-kajal";
  const post = (url: string, rule: object) =>
    axios.post(`${url}/__faults`, rule, { validateStatus: () => true });

  test("When a rule is posted to one service, then it hits that service the given number of times", async () => {
    await post(world.sandbox.urls.catalog, { action: "status", status: 502, times: 2 });
    expect((await world.call.pricing.get("/api/tier-discounts/calculate?cartTotal=1")).status).toBe(200);
    const statuses = [];
    for (let index = 0; index < 3; index += 1) statuses.push((await world.call.catalog.get(path)).status);
    expect(statuses).toEqual([502, 502, 200]);
    expect(world.sandbox.control.faults.list()).toMatchObject([{ service: "catalog", hits: 2 }]);
  });

  test("When a pattern has parameters, then it hits matching routes only", async () => {
    world.sandbox.control.faults.add({ match: "GET /api/products/:id", action: "status" });
    expect((await world.call.catalog.get(path)).status).toBe(500);
    expect((await world.call.catalog.get(`${path}/related`)).status).toBe(200);
    await axios.delete(`${world.sandbox.urls.control}/__faults`);
    expect((await world.call.catalog.get(path)).status).toBe(200);
  });

  test("When a probability is given, then the same seed hits the same calls", async () => {
    const run = async (): Promise<number[]> => {
      world.sandbox.control.faults.clear();
      world.sandbox.control.faults.add({ action: "status", probability: 0.5, seed: 7 });
      const statuses: number[] = [];
      for (let index = 0; index < 20; index += 1) statuses.push((await world.call.catalog.get(path)).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });

  test("When a service has latency or an error rate, then it applies to all calls", async () => {
    const url = `${world.sandbox.urls.control}/__faults/behaviour`;
    await axios.put(url, { service: "catalog", latencyMs: 60 });
    const started = performance.now();
    expect((await world.call.catalog.get(path)).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(55);
    await axios.put(url, { service: "catalog", errorRate: 1 });
    expect((await world.call.catalog.get(path)).status).toBe(500);
  });

  test("When a rule matches the gateway, then it hits the gateway too", async () => {
    world.sandbox.control.faults.add({
      service: "razorpay",
      match: "POST /v1/orders",
      action: "status",
      status: 502,
    });
    expect((await world.call.razorpay.post("/v1/orders", { amount: 100 })).status).toBe(502);
  });

  test("When a rule is invalid, then the answer is 400", async () => {
    expect((await post(world.sandbox.urls.catalog, { action: "explode" })).status).toBe(400);
  });

  test("When connections are reset, then the calls are still counted", async () => {
    world.sandbox.control.faults.add({ service: "inventory", action: "reset-before", times: 2 });
    await inParallel(2, async () => {
      await codeOf(raw(1_000));
      return { status: 0, body: { success: false, message: "", data: {}, error: null } };
    });
    await reserve();
    const filter = { service: "inventory", route: "POST /api/reservations" } as const;
    await world.sandbox.control.calls.waitFor(filter, 3);
    expect(world.sandbox.control.calls.list(filter).map((entry) => entry.status)).toEqual([0, 0, 201]);
  });
});
