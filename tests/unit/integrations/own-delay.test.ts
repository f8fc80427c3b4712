import { once } from "node:events";
import { Worker } from "node:worker_threads";
import Joi from "joi";
import { logger } from "../../../config/logger.config.js";
import { metrics } from "../../../config/metrics.config.js";
import { createHttpClient, type ServiceClient } from "../../../services/integrations/http-client.service.js";
import { createTransport } from "../../../services/integrations/razorpay/transport.js";

/** What a blocked event loop does to calls. The neighbour runs in a thread of its own: it answers while we are blocked. */
const NEIGHBOUR = `
  const { parentPort } = require("node:worker_threads");
  require("node:http").createServer((request, response) => {
    parentPort.postMessage("received");
    const delayMs = Number(new URL(request.url, "http://x").searchParams.get("delayMs"));
    setTimeout(() => {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ success: true, data: { value: 1 }, id: "order_1" }));
    }, delayMs);
  }).listen(0, "127.0.0.1", function () { parentPort.postMessage(this.address().port); });
`;
const DEADLINE_MS = 400;
/** Where the loop must not be blocked for half of the time, on a machine that others keep busy. */
const LONG_DEADLINE_MS = 2_000;
/** Longer than the deadline, so that its timer runs late. */
const BLOCK_MS = 700;

let neighbour: Worker;
let baseUrl: string;
beforeAll(async () => {
  neighbour = new Worker(NEIGHBOUR, { eval: true });
  const [port] = (await once(neighbour, "message")) as [number];
  baseUrl = `http://127.0.0.1:${port}`;
});
afterAll(() => neighbour.terminate());

function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

const schema = Joi.object<{ value: number }>({ value: Joi.number() });
const clientOf = (name: string, { faults = 1, timeoutMs = DEADLINE_MS } = {}): ServiceClient =>
  createHttpClient({ name, baseUrl, timeoutMs, breaker: { faults, cooldownMs: 60_000 } });
const ask = (client: ServiceClient, delayMs: number) => client.get({ path: "/", query: { delayMs }, schema });
/** Resolves when the neighbour has received so many more calls. */
const received = async (count = 1): Promise<void> => {
  for (let calls = 0; calls < count; calls += 1) await once(neighbour, "message");
};

test("When the answer arrives while the loop is blocked past the deadline, then it is read and not given up", async () => {
  const client = clientOf("prompt");
  const asked = ask(client, 100);
  await received();
  block(BLOCK_MS);
  expect(await asked).toEqual({ success: true, data: { value: 1 } });
});

test("When the gateway's answer arrives while the loop is blocked past the deadline, then it is read, too", async () => {
  const { call, guard } = createTransport({
    keyId: "rzp_test_1DP5mmOlF5G5ag",
    keySecret: "secret",
    apiUrl: baseUrl,
    timeoutMs: DEADLINE_MS,
  });
  const asked = call({
    send: (_sdk, http) => http.get("/v1/orders/order_1?delayMs=100"),
    read: () => "read",
    isWrite: false,
    refusals: [],
  });
  await received();
  block(BLOCK_MS);
  expect(await asked).toEqual({ success: true, data: "read" });
  expect(guard.state().breaker).toBe("closed");
});

test("When calls time out because the loop was blocked, then no breaker opens and the neighbour is not blamed", async () => {
  const warn = jest.spyOn(logger, "warn");
  const client = clientOf("innocent");
  const asked = Promise.all(Array.from({ length: 10 }, () => ask(client, BLOCK_MS + 300)));
  await received(10);
  block(BLOCK_MS);
  for (const result of await asked) {
    expect(result).toMatchObject({ success: false, outcome: "unknown", code: "TIMEOUT", isOwnDelay: true });
  }
  expect(client.state().breaker).toBe("closed");
  const messages = warn.mock.calls.map(([, message]) => message);
  expect(messages).toEqual(
    Array(10).fill("> Too late to wait for an answer: this instance has too much work"),
  );
  const text = await metrics.metrics();
  expect(text).toContain('upstream_call_duration_seconds_count{upstream="innocent",outcome="own_delay"} 10');
  expect(text).not.toContain('upstream="innocent",outcome="unknown"');
});

test("When the neighbour is too slow although the loop is in time, then its breaker opens", async () => {
  const client = clientOf("slow", { faults: 3, timeoutMs: LONG_DEADLINE_MS });
  const warn = jest.spyOn(logger, "warn");
  await Promise.all(Array.from({ length: 3 }, () => ask(client, LONG_DEADLINE_MS * 2)));
  expect(client.state().breaker).toBe("open");
  expect(warn.mock.calls.map(([, message]) => message)).toContain("> Neighbour failed");
});

test("When our delay comes between a neighbour's faults, then it neither opens the breaker nor makes it forget them", async () => {
  const client = clientOf("both", { faults: 2, timeoutMs: LONG_DEADLINE_MS });
  const slowly = LONG_DEADLINE_MS * 2;
  await ask(client, slowly);
  const asked = ask(client, slowly);
  await received();
  block(LONG_DEADLINE_MS);
  expect(await asked).toMatchObject({ isOwnDelay: true });
  expect(client.state().breaker).toBe("closed");
  await ask(client, slowly);
  expect(client.state().breaker).toBe("open");
});

test("When a call gets its slot with little time left, then its time-out is not the neighbour's fault", async () => {
  const client = createHttpClient({
    name: "queued",
    baseUrl,
    timeoutMs: DEADLINE_MS,
    maxConcurrent: 1,
    breaker: { faults: 1, cooldownMs: 60_000 },
  });
  const first = ask(client, DEADLINE_MS * 0.75);
  const second = ask(client, DEADLINE_MS * 0.75);
  expect(await first).toMatchObject({ success: true });
  expect(await second).toMatchObject({ code: "TIMEOUT", isOwnDelay: true });
  expect(client.state().breaker).toBe("closed");
});
