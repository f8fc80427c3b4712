import type http from "node:http";
import Joi from "joi";
import { logger } from "../../../config/logger.config.js";
import { metrics } from "../../../config/metrics.config.js";
import { notFound, refusal } from "../../../services/integrations/contract.js";
import type { ServiceClientOptions } from "../../../services/integrations/http-client.service.js";
import { apiPath, createHttpClient } from "../../../services/integrations/http-client.service.js";
import { runWithContext } from "../../../utils/request-context.js";
import {
  type Answerer,
  closedUrl,
  closeStubs,
  json,
  ok,
  refuse,
  type StubServer,
  startStub,
  until,
} from "./stub-server.js";

const schema = Joi.object<{ value: number }>({ value: Joi.number() });
const refusals = [
  refusal(409, "TAKEN"),
  refusal(409, "NO"),
  refusal(409, "INSUFFICIENT_STOCK"),
  notFound("NOT_FOUND"),
];
const path = "/api/thing";
/** Enough for two tries on a busy machine. */
const DEADLINE_MS = 3_000;
/** For what lasts until the deadline. */
const SHORT_DEADLINE_MS = 200;
/** For a busy machine. Without a deadline the fault lasts until the test itself is given up. */
const SLACK_MS = 10_000;

let stub: StubServer;
beforeEach(async () => {
  stub = await startStub((_request, response) => ok(response, { value: 1 }));
});
afterEach(closeStubs);

const clientOf = (options: Partial<ServiceClientOptions> = {}) =>
  createHttpClient({ name: "thing", baseUrl: stub.url, timeoutMs: DEADLINE_MS, ...options });

/** Sends one byte at a time, without end. */
function drip(response: http.ServerResponse): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  const timer = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(timer));
}

/** Writes 50 MB unless the connection is closed before. */
function flood(response: http.ServerResponse, written: { bytes: number }): void {
  response.writeHead(200, { "Content-Type": "application/json" });
  const chunk = Buffer.alloc(64_000, "x");
  const more = () => {
    while (written.bytes < 50_000_000 && !response.destroyed) {
      written.bytes += chunk.length;
      if (!response.write(chunk)) {
        response.once("drain", more);
        return;
      }
    }
    response.end();
  };
  more();
}

const flooded = { bytes: 0 };
const html =
  (status: number): Answerer =>
  (_request, response) => {
    response.writeHead(status, { "Content-Type": "text/html" }).end("<html>proxy</html>");
  };

interface Fault {
  name: string;
  answer: Answerer;
  outcome: string;
  code: string;
  /** Requests that arrive for a read: two where a repeat may help. */
  tries: number;
}

const FAULTS: Fault[] = [
  {
    name: "500",
    answer: (_q, r) => json(r, 500, { success: false }),
    outcome: "unknown",
    code: "HTTP_500",
    tries: 2,
  },
  { name: "502 as HTML", answer: html(502), outcome: "unknown", code: "HTTP_502", tries: 2 },
  { name: "503", answer: (_q, r) => json(r, 503, {}), outcome: "unavailable", code: "HTTP_503", tries: 2 },
  {
    name: "503 that asks to wait beyond the deadline",
    answer: (_q, r) => json(r, 503, {}, { "Retry-After": "30" }),
    outcome: "unavailable",
    code: "HTTP_503",
    tries: 1,
  },
  { name: "hang", answer: () => {}, outcome: "unknown", code: "TIMEOUT", tries: 1 },
  {
    name: "reset",
    answer: (_q, _r, m) => m.socket.resetAndDestroy(),
    outcome: "unknown",
    code: "NETWORK",
    tries: 2,
  },
  { name: "slow drip", answer: (_q, r) => drip(r), outcome: "unknown", code: "TIMEOUT", tries: 1 },
  { name: "200 with HTML", answer: html(200), outcome: "unknown", code: "BAD_RESPONSE", tries: 1 },
  {
    name: "204",
    answer: (_q, r) => void r.writeHead(204).end(),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  {
    name: "truncated JSON",
    answer: (_q, r) => void r.writeHead(200).end('{"success":true,"data":{"val'),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  {
    name: "a body that ends early",
    answer: (_q, r, m) => {
      r.writeHead(200, { "Content-Length": "100" });
      r.write('{"success":true', () => m.socket.destroy());
    },
    outcome: "unknown",
    code: "NETWORK",
    tries: 2,
  },
  {
    name: "a number as text",
    answer: (_q, r) => ok(r, { value: "1" }),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  {
    name: "a missing field",
    answer: (_q, r) => ok(r, {}),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  { name: "null data", answer: (_q, r) => ok(r, null), outcome: "unknown", code: "BAD_RESPONSE", tries: 1 },
  {
    name: "a JSON list",
    answer: (_q, r) => json(r, 200, [1]),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  {
    name: "success: false with 200",
    answer: (_q, r) => json(r, 200, { success: false, data: { value: 1 } }),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  { name: "50 MB", answer: (_q, r) => flood(r, flooded), outcome: "unknown", code: "BAD_RESPONSE", tries: 1 },
  {
    name: "a redirect",
    answer: (_q, r) => void r.writeHead(302, { Location: "http://127.0.0.1:9/" }).end(),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  { name: "404 as HTML", answer: html(404), outcome: "unknown", code: "BAD_RESPONSE", tries: 1 },
  { name: "401 as HTML", answer: html(401), outcome: "unavailable", code: "HTTP_401", tries: 1 },
  {
    name: "401",
    answer: (_q, r) => refuse(r, 401, "NO"),
    outcome: "unavailable",
    code: "HTTP_401",
    tries: 1,
  },
  {
    name: "408",
    answer: (_q, r) => refuse(r, 408, "SLOW"),
    outcome: "unknown",
    code: "BAD_RESPONSE",
    tries: 1,
  },
  {
    name: "429",
    answer: (_q, r) => refuse(r, 429, "SLOW_DOWN"),
    outcome: "unavailable",
    code: "HTTP_429",
    tries: 1,
  },
  { name: "409", answer: (_q, r) => refuse(r, 409, "TAKEN"), outcome: "refused", code: "TAKEN", tries: 1 },
];

describe("the faults of a neighbour", () => {
  test.each(FAULTS)(
    "When it answers with $name, then the result is $outcome $code within the deadline",
    async (fault) => {
      stub.answer = fault.answer;
      const startedAt = performance.now();
      const timeoutMs = fault.code === "TIMEOUT" ? SHORT_DEADLINE_MS : DEADLINE_MS;
      const result = await clientOf({ timeoutMs }).get({ path, refusals, schema });
      expect(result).toMatchObject({
        success: false,
        outcome: fault.outcome,
        code: fault.code,
        service: "thing",
      });
      expect(performance.now() - startedAt).toBeLessThan(timeoutMs + SLACK_MS);
      expect(stub.requests).toHaveLength(fault.tries);
    },
  );

  test("When the body is endless, then reading stops soon after the limit", async () => {
    flooded.bytes = 0;
    stub.answer = (_request, response) => flood(response, flooded);
    await clientOf().get({ path, refusals, schema });
    expect(flooded.bytes).toBeLessThan(20_000_000);
  });

  test("When nothing listens, then it is unavailable", async () => {
    const result = await clientOf({ baseUrl: await closedUrl() }).get({ path, refusals, schema });
    expect(result).toMatchObject({ outcome: "unavailable", code: "NETWORK", statusCode: 503 });
  });

  test("When the host does not exist, then it is unavailable", async () => {
    const result = await clientOf({ baseUrl: "http://nowhere.invalid" }).get({
      path,
      refusals,
      schema,
    });
    expect(result).toMatchObject({ outcome: "unavailable", code: "NETWORK" });
  });

  test("When a write is answered with 503, then its outcome is unknown, since it may have been done", async () => {
    stub.answer = (_request, response) => json(response, 503, {});
    const result = await clientOf().write({ method: "POST", path, body: {}, refusals, schema });
    expect(result).toMatchObject({ outcome: "unknown", code: "HTTP_503" });
  });
});

describe("good answers and refusals", () => {
  test("When there are extra fields, then they are stripped", async () => {
    stub.answer = (_request, response) => ok(response, { value: 1, more: { deep: true } });
    expect(await clientOf().get({ path, refusals, schema })).toEqual({ success: true, data: { value: 1 } });
  });

  test("When the data holds __proto__, then no prototype is changed, in a success or a refusal", async () => {
    const body = (success: boolean) =>
      `{"success":${success},"data":{"value":1,"__proto__":{"polluted":1},"\\u005f_proto__":{"polluted":2}},"error":"NO"}`;
    stub.answer = (_request, response) => void response.writeHead(200).end(body(true));
    expect(await clientOf().get({ path, refusals, schema })).toEqual({ success: true, data: { value: 1 } });
    stub.answer = (_request, response) => void response.writeHead(409).end(body(false));
    const refusal = await clientOf().get({ path, refusals, schema });
    expect(refusal).toMatchObject({ outcome: "refused", data: { value: 1 } });
    expect("data" in refusal && Object.assign({}, refusal.data)).not.toHaveProperty("polluted");
  });

  test("When the data has a key that cannot be stored, then it is dropped", async () => {
    stub.answer = (_request, response) =>
      void response
        .writeHead(200)
        .end('{"success":true,"data":{"a\\u0000b":1,"_bsontype":"ObjectId","$c":{"d.e":2}}}');
    const anything = Joi.object().unknown(true);
    expect(await clientOf().get({ path, refusals, schema: anything })).toEqual({
      success: true,
      data: { $c: { "d.e": 2 } },
    });
  });

  test.each([
    ["a wrong field", 200, '{"success":true,"data":{"value":"CANARY asha@example.in"}}', "BAD_RESPONSE"],
    ["a page", 200, "<html>CANARY</html>", "BAD_RESPONSE"],
    ["a page with a 4xx", 404, "<html>CANARY</html>", "BAD_RESPONSE"],
    ["a message with a 5xx", 500, '{"success":false,"error":"CANARY"}', "HTTP_500"],
    ["a message with a 403", 403, '{"success":false,"error":"CANARY"}', "HTTP_403"],
  ])(
    "When a neighbour sends %s, then its texts and values are not logged",
    async (_what, status, body, code) => {
      const logs = [jest.spyOn(logger, "warn"), jest.spyOn(logger, "error")];
      stub.answer = (_request, response) => void response.writeHead(status).end(body);
      await clientOf().get({ path, refusals, schema });
      const logged = JSON.stringify(logs.map((log) => log.mock.calls));
      expect(logged).toContain(code);
      expect(logged).not.toMatch(/CANARY|asha/);
    },
  );

  test.each([
    ["a string", "INSUFFICIENT_STOCK"],
    ["an object", { code: "INSUFFICIENT_STOCK", message: "Only 2 left" }],
  ])("When a refusal's error is %s, then its code and data are passed on", async (_kind, error) => {
    stub.answer = (_request, response) => refuse(response, 409, error, { available: 2 });
    const result = await clientOf().write({ method: "POST", path, body: {}, refusals, schema });
    expect(result).toMatchObject({
      outcome: "refused",
      code: "INSUFFICIENT_STOCK",
      statusCode: 409,
      data: { available: 2 },
    });
  });

  test("When the error is prose, then it matches no listed code, and the outcome is unknown", async () => {
    stub.answer = (_request, response) => refuse(response, 409, "That will not do");
    expect(await clientOf().get({ path, refusals, schema })).toMatchObject({
      outcome: "unknown",
      code: "HTTP_409",
    });
  });
});

describe("what is sent", () => {
  test("When a write goes out, then it carries token, request id, key and body", async () => {
    await runWithContext({ requestId: "req-42" }, () =>
      clientOf().write({
        method: "PUT",
        path,
        body: { quantity: 2 },
        idempotencyKey: "order-1:stock",
        refusals,
        schema,
      }),
    );
    expect(stub.requests[0]).toMatchObject({
      method: "PUT",
      path,
      body: { quantity: 2 },
      headers: {
        authorization: "Bearer test-service-token-of-at-least-32-characters",
        "x-request-id": "req-42",
        traceparent: expect.stringMatching(/^00-[\da-f]{32}-[\da-f]{16}-01$/),
        "idempotency-key": "order-1:stock",
        "content-type": "application/json",
      },
    });
  });

  test("When a read goes out, then it has a request id of its own and no key", async () => {
    await clientOf().get({ path, query: { a: "x y&z", b: 2, c: undefined }, refusals, schema });
    expect(stub.requests[0]?.path).toBe("/api/thing?a=x+y%26z&b=2");
    expect(stub.requests[0]?.headers["x-request-id"]).toMatch(/^[\w-]{10,}$/);
    expect(stub.requests[0]?.headers).not.toHaveProperty("idempotency-key");
  });

  test("When a key is written in another script, then it is encoded", async () => {
    await clientOf().write({
      method: "POST",
      path,
      idempotencyKey: "o1:coupon-दीवाली\r\nX: 1",
      refusals,
      schema,
    });
    expect(stub.requests[0]?.headers["idempotency-key"]).toMatch(/^o1%3Acoupon-%E0/);
    expect(stub.requests[0]?.headers).not.toHaveProperty("x");
  });

  test("When an id contains slashes, then they stay inside its segment", async () => {
    await clientOf().get({ path: apiPath`/api/products/${"a/../b?c#d"}/x`, refusals, schema });
    expect(stub.requests[0]?.path).toBe("/api/products/a%2F..%2Fb%3Fc%23d/x");
  });

  test.each([".", "..", ""])("When an id is '%s', then nothing is sent and it is not found", async (id) => {
    const result = await clientOf().get({ path: apiPath`/api/products/${id}/x`, refusals, schema });
    expect(result).toMatchObject({ outcome: "refused", statusCode: 404 });
    expect(stub.requests).toHaveLength(0);
  });

  test("When calls follow one another, then they share a connection", async () => {
    const client = clientOf();
    for (let call = 0; call < 5; call += 1) await client.get({ path, refusals, schema });
    expect(stub.connections).toBe(1);
  });
});

describe("retries", () => {
  test("When a write fails once, then it is repeated with the same key and succeeds", async () => {
    stub.answer = (_request, response) => {
      if (stub.requests.length === 1) json(response, 500, {});
      else ok(response, { value: 2 });
    };
    expect(await clientOf().write({ method: "POST", path, body: {}, refusals, schema })).toEqual({
      success: true,
      data: { value: 2 },
    });
    const keys = stub.requests.map((request) => request.headers["idempotency-key"]);
    expect(keys[0]).toBeDefined();
    expect(keys[1]).toBe(keys[0]);
  });

  test("When a 503 asks to wait within the deadline, then the retry comes after that", async () => {
    const times: number[] = [];
    stub.answer = (_request, response) => {
      times.push(performance.now());
      if (times.length === 1) json(response, 503, {}, { "Retry-After": "0.3" });
      else ok(response, { value: 1 });
    };
    expect(await clientOf().get({ path, refusals, schema })).toMatchObject({ success: true });
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(290);
  });

  test("When the first try lost its connection and the second finds no neighbour, then the outcome stays unknown", async () => {
    stub.answer = (_request, _response, message) => {
      message.socket.resetAndDestroy();
      void stub.close();
    };
    const result = await clientOf().write({ method: "POST", path, body: {}, refusals, schema });
    expect(result).toMatchObject({ outcome: "unknown", code: "NETWORK" });
    expect(stub.requests).toHaveLength(1);
  });

  test("When a neighbour keeps failing, then retries end with their budget", async () => {
    stub.answer = (_request, response) => json(response, 500, {});
    const client = clientOf({ breaker: { faults: 1_000 } });
    await Promise.all(Array.from({ length: 60 }, () => client.get({ path, refusals, schema })));
    // Sixty calls, ten retries in a burst.
    expect(stub.requests.length).toBeGreaterThanOrEqual(69);
    expect(stub.requests.length).toBeLessThanOrEqual(71);
  });
});

describe("the circuit breaker", () => {
  const breaker = { faults: 3, cooldownMs: 150 };
  const fail: Answerer = (_request, response) => json(response, 500, {});

  async function openedClient(options: Partial<ServiceClientOptions> = {}) {
    const client = clientOf({ breaker, ...options });
    stub.answer = fail;
    while (client.state().breaker === "closed") await client.get({ path, refusals, schema });
    return client;
  }

  test("When it is open, then nothing is sent and the answer comes at once", async () => {
    const client = await openedClient();
    const sent = stub.requests.length;
    expect(await client.get({ path, refusals, schema })).toMatchObject({
      outcome: "unavailable",
      code: "BREAKER_OPEN",
    });
    expect(stub.requests).toHaveLength(sent);
  });

  test("When refusals and wrong fields come in a row, then it stays closed", async () => {
    const client = clientOf({ breaker });
    stub.answer = (_request, response) => refuse(response, 409, "TAKEN");
    for (let call = 0; call < 10; call += 1) await client.get({ path, refusals, schema });
    stub.answer = (_request, response) => ok(response, { value: "wrong" });
    for (let call = 0; call < 10; call += 1) await client.get({ path, refusals, schema });
    expect(client.state().breaker).toBe("closed");
  });

  test("When the neighbour may be back, then exactly one probe is sent and fifty other calls are refused", async () => {
    const client = await openedClient();
    const sent = stub.requests.length;
    let release = () => {};
    stub.answer = (_request, response) => {
      release = () => ok(response, { value: 1 });
    };
    await new Promise((resolve) => setTimeout(resolve, breaker.cooldownMs + 20));
    const probe = client.get({ path, refusals, schema });
    await until(() => stub.requests.length === sent + 1);
    const others = await Promise.all(
      Array.from({ length: 50 }, () => client.get({ path, refusals, schema })),
    );
    expect(others.every((result) => !result.success && result.code === "BREAKER_OPEN")).toBe(true);
    expect(client.state().breaker).toBe("half-open");
    release();
    expect(await probe).toMatchObject({ success: true });
    expect(client.state().breaker).toBe("closed");
    expect(stub.requests).toHaveLength(sent + 1);
  });

  test("When the probe is refused, then the neighbour is healthy and the breaker closes", async () => {
    const client = await openedClient();
    stub.answer = (_request, response) => refuse(response, 404, "NOT_FOUND");
    await new Promise((resolve) => setTimeout(resolve, breaker.cooldownMs + 20));
    expect(await client.get({ path, refusals, schema })).toMatchObject({ outcome: "refused" });
    expect(client.state().breaker).toBe("closed");
  });

  test("When a call from before fails during the probe, then the probe alone decides", async () => {
    const client = clientOf({ breaker });
    let failBefore = () => {};
    stub.answer = (_request, response) => {
      failBefore = () => json(response, 500, {});
    };
    const sent = stub.requests.length;
    const before = client.get({ path, refusals, schema });
    await until(() => stub.requests.length === sent + 1);
    stub.answer = fail;
    while (client.state().breaker === "closed") await client.get({ path, refusals, schema });
    await new Promise((resolve) => setTimeout(resolve, breaker.cooldownMs + 20));
    const failed = stub.requests.length;
    let succeed = () => {};
    stub.answer = (_request, response) => {
      succeed = () => ok(response, { value: 1 });
    };
    const probe = client.get({ path, refusals, schema });
    await until(() => stub.requests.length === failed + 1);
    failBefore();
    expect(await before).toMatchObject({ code: "HTTP_500" });
    succeed();
    expect(await probe).toMatchObject({ success: true });
    expect(client.state().breaker).toBe("closed");
  });

  test("When the probe fails, then it opens again", async () => {
    const client = await openedClient();
    await new Promise((resolve) => setTimeout(resolve, breaker.cooldownMs + 20));
    expect(await client.get({ path, refusals, schema })).toMatchObject({ code: "HTTP_500" });
    expect(client.state().breaker).toBe("open");
  });
});

describe("the bulkhead", () => {
  test("When slots and queue are full, then the next call is refused at once, and other neighbours are not affected", async () => {
    const healthy = await startStub((_request, response) => ok(response, { value: 1 }));
    const other = createHttpClient({ name: "other", baseUrl: healthy.url });
    stub.answer = () => {};
    const client = clientOf({ maxConcurrent: 2, timeoutMs: 400 });
    const held = Array.from({ length: 4 }, () => client.get({ path, refusals, schema }));
    await until(() => stub.requests.length === 2);
    const first = await Promise.race([client.get({ path, refusals, schema }), ...held]);
    expect(first).toMatchObject({ outcome: "unavailable", code: "BULKHEAD_FULL" });
    expect(client.state().inFlight).toBe(2);
    expect(await other.get({ path, refusals, schema })).toMatchObject({ success: true });
    const results = await Promise.all(held);
    // Those that waited had (almost) no time left when their turn came.
    expect(results.map((result) => result.success)).toEqual([false, false, false, false]);
    expect(results.slice(0, 2).map((result) => !result.success && result.code)).toEqual([
      "TIMEOUT",
      "TIMEOUT",
    ]);
  });
});

describe("metrics and health", () => {
  test("When calls were made, then the counters tell how they ended", async () => {
    const client = clientOf({ name: "counted" });
    await client.get({ path, refusals, schema });
    stub.answer = (_request, response) => refuse(response, 409, "TAKEN");
    await client.get({ path, refusals, schema });
    const text = await metrics.metrics();
    for (const outcome of ["succeeded", "refused"])
      expect(text).toContain(
        `upstream_call_duration_seconds_count{upstream="counted",outcome="${outcome}"} 1\n`,
      );
    expect(text).toContain('upstream_breaker_open{upstream="counted"} 0\n');
    expect(text).toContain('upstream_calls_in_flight{upstream="counted"} 0\n');
  });

  test.each([
    ["up", (response: http.ServerResponse) => ok(response, {})],
    ["down", (response: http.ServerResponse) => json(response, 503, {})],
  ])("When the health page answers, then it is %s", async (status, answer) => {
    stub.answer = (_request, response) => answer(response);
    expect(await clientOf().health(500)).toMatchObject({ status, breaker: "closed" });
    expect(stub.requests[0]?.path).toBe("/health");
  });

  test("When the health page hangs, then it is down after the limit", async () => {
    stub.answer = () => {};
    const report = await clientOf({ timeoutMs: 60_000 }).health(100);
    expect(report.status).toBe("down");
    expect(report.latencyMs).toBeLessThan(100 + SLACK_MS);
  });
});
