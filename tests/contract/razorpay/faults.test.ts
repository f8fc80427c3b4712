import { setTimeout as sleep } from "node:timers/promises";
import { BASIC, useWorld } from "./harness.js";

const world = useWorld();

const create = () => world.call("POST", "/v1/orders", { amount: 500, currency: "INR", receipt: "R-1" });
const countOrders = async () => (await world.call("GET", "/v1/orders?receipt=R-1")).body.count;

describe("answers", () => {
  test.each([
    ["status401", 401, "application/json; charset=utf-8", "Authentication failed"],
    ["unknownId", 400, "application/json; charset=utf-8", "The id provided does not exist"],
    ["status429", 429, "text/html; charset=utf-8", "Too Many Requests"],
    ["status500", 500, "application/json; charset=utf-8", "We are facing some trouble"],
    ["status502", 502, "application/json; charset=utf-8", "GATEWAY_ERROR"],
    ["status503", 503, "application/json; charset=utf-8", "SERVICE_UNAVAILABLE"],
    ["html200", 200, "text/html; charset=utf-8", "<html>"],
    ["empty500", 500, null, ""],
    ["null500", 500, "application/json; charset=utf-8", "null"],
  ] as const)(
    "When %s strikes before, then nothing is done; after, then everything is",
    async (action, status, type, text) => {
      world.control.setFault({ match: "POST /orders", action });
      const before = await create();
      expect([before.status, before.headers.get("content-type")]).toEqual([status, type]);
      expect(before.text).toContain(text);
      expect(await countOrders()).toBe(0);

      world.control.setFault({ match: "POST /orders", action, when: "after" });
      expect((await create()).status).toBe(status);
      expect(await countOrders()).toBe(1);
      expect((await create()).body.entity).toBe("order");
    },
  );

  test("When a call is throttled, then Retry-After says for how long", async () => {
    world.control.setFault({ match: "GET /orders", action: "status429" });
    expect((await world.call("GET", "/v1/orders")).headers.get("retry-after")).toBe("1");
  });

  test.each(["before", "after"] as const)(
    "When the connection is reset %s the effect, then the caller cannot know",
    async (when) => {
      world.control.setFault({ match: "POST /orders", action: "reset", when });
      await expect(create()).rejects.toThrow();
      expect(await countOrders()).toBe(when === "before" ? 0 : 1);
    },
  );

  test.each(["before", "after"] as const)(
    "When it is delayed %s the effect, then it answers in the end",
    async (when) => {
      world.control.setFault({ match: "POST /orders", action: "delay", when, delayMs: 60 });
      const began = performance.now();
      expect((await create()).status).toBe(200);
      expect(performance.now() - began).toBeGreaterThanOrEqual(55);
    },
  );
});

test("When the caller dies while its call is delayed, then the call is done as it was sent", async () => {
  const id = await world.captured();
  world.control.setFault({ match: "POST /payments/:id/refund", action: "delay", delayMs: 300 });
  const caller = new AbortController();
  const called = fetch(`${world.origin}/v1/payments/${id}/refund`, {
    method: "POST",
    headers: { Authorization: BASIC, "Content-Type": "application/json" },
    body: JSON.stringify({ amount: 100, receipt: "REF-1" }),
    signal: caller.signal,
  });
  while (world.control.faults()[0]?.hits !== 1) await sleep(5);
  caller.abort();
  await expect(called).rejects.toThrow();
  while (world.control.refundsOf(id).length === 0) await sleep(10);
  expect(world.control.refundsOf(id)).toMatchObject([{ amount: 100, receipt: "REF-1" }]);
});

describe("matching", () => {
  test("When times is given, then the fault hits that often, and patterns may have parameters and wildcards", async () => {
    const id = await world.captured();
    world.control.setFault({ match: "GET /payments/:id", action: "status500", times: 2 });
    const statuses = [];
    for (let index = 0; index < 3; index += 1)
      statuses.push((await world.call("GET", `/v1/payments/${id}`)).status);
    expect(statuses).toEqual([500, 500, 200]);
    expect(world.control.faults()).toMatchObject([{ hits: 2, times: 2 }]);

    world.control.setFault({ match: "* /v1/payments/*", action: "status503", times: "always" });
    expect((await world.call("POST", `/v1/payments/${id}/refund`)).status).toBe(503);
    expect((await world.call("GET", `/v1/payments/${id}/refunds`)).status).toBe(503);
    expect((await world.call("GET", "/v1/orders")).status).toBe(200);
    world.control.clearFaults();
    expect((await world.call("GET", `/v1/payments/${id}/refunds`)).status).toBe(200);
  });

  test("When a probability is given, then the same seed hits the same calls", async () => {
    const run = async () => {
      world.control.reset();
      world.control.configure({ seed: 42 });
      world.control.setFault({
        match: "GET /orders",
        action: "status500",
        times: "always",
        probability: 0.5,
      });
      const statuses: number[] = [];
      for (let index = 0; index < 20; index += 1)
        statuses.push((await world.call("GET", "/v1/orders")).status);
      return statuses;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([200, 500]));
    expect(await run()).toEqual(first);
  });

  test("When a match is invalid, then it is refused", () => {
    expect(() => world.control.setFault({ match: "orders", action: "hang" })).toThrow("METHOD /path");
  });
});

describe("through the SDK", () => {
  const attempt = () => world.sdk.orders.create({ amount: 500, currency: "INR", receipt: "R-1" });

  test("When the gateway hangs, then the SDK fails with a TypeError at the transport's time-out", async () => {
    world.control.setFault({ match: "POST /orders", action: "hang", when: "after" });
    await expect(attempt()).rejects.toThrow(/reading 'status'/);
    expect(await countOrders()).toBe(1);
  });

  test("When the connection is reset, then the cause is lost in a TypeError", async () => {
    world.control.setFault({ match: "POST /orders", action: "reset" });
    await expect(attempt()).rejects.toThrow(/reading 'status'/);
  });

  test.each(["status429", "empty500"] as const)(
    "When the answer is %s, then the SDK knows no error body",
    async (action) => {
      world.control.setFault({ match: "POST /orders", action });
      await expect(attempt()).rejects.toMatchObject({ error: undefined });
    },
  );

  test("When the body is null, then the SDK fails with a TypeError", async () => {
    world.control.setFault({ match: "POST /orders", action: "null500" });
    await expect(attempt()).rejects.toThrow(/reading 'error'/);
  });

  test("When a 200 contains HTML, then the SDK resolves with a string", async () => {
    world.control.setFault({ match: "POST /orders", action: "html200" });
    expect(typeof (await attempt())).toBe("string");
  });
});
