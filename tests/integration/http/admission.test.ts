import { createServer } from "node:http";
import request from "supertest";
import { routesOf } from "../../../config/express.config.js";
import { logger } from "../../../config/logger.config.js";
import { metrics } from "../../../config/metrics.config.js";
import {
  admissionBy,
  createAdmission,
  type Machine,
  priorityOf,
} from "../../../middlewares/admission.middleware.js";
import { AdmissionLimit, type Priority } from "../../../middlewares/admission-limit.js";
import { expectEnvelope } from "../../support/http-assertions.js";
import { makeTestApp, SESSION } from "./test-app.js";

/** In flight, when also the most important requests are refused. */
const FULL = 128;

/** An application whose limit is the lowest, 8, with some requests in flight. */
function busyApp(inFlight: number) {
  const limit = new AdmissionLimit(1);
  const take = (count: number) => {
    for (let taken = 0; taken < count; taken += 1) expect(limit.admit("critical")).toBe(true);
  };
  take(FULL);
  for (let step = 0; step < 20; step += 1) limit.adjust(1_000, 100);
  for (let left = FULL; left > inFlight; left -= 1) limit.release();
  return { limit, ...makeTestApp({}, admissionBy(limit)) };
}

interface Ask {
  priority: Priority;
  method: "get" | "post";
  path: string;
  retryAfter: string;
}

const ASKED: readonly Ask[] = [
  { priority: "critical", method: "post", path: "/place", retryAfter: "1" },
  { priority: "checkout", method: "post", path: "/callback", retryAfter: "1" },
  { priority: "cart", method: "post", path: "/add", retryAfter: "2" },
  { priority: "read", method: "get", path: "/open", retryAfter: "2" },
  { priority: "report", method: "get", path: "/export", retryAfter: "10" },
];
const ask = ({ app }: ReturnType<typeof busyApp>, { method, path }: Pick<Ask, "method" | "path">) =>
  request(app)[method](`/api/widgets${path}`).set("X-Session-Id", SESSION);

describe("An overloaded instance", () => {
  test.each(ASKED)(
    "When it is full, then $priority is 503 OVERLOADED with Retry-After $retryAfter",
    async (asked) => {
      const busy = busyApp(FULL);
      const refused = await ask(busy, asked);
      expect(expectEnvelope(refused, 503, busy.routes).error?.code).toBe("OVERLOADED");
      expect(refused.headers["retry-after"]).toBe(asked.retryAfter);
      expect(busy.limit.inFlight).toBe(FULL);
    },
  );

  test.each([
    { inFlight: 0, served: ["critical", "checkout", "cart", "read", "report"] },
    { inFlight: 4, served: ["critical", "checkout", "cart", "read"] },
    { inFlight: 7, served: ["critical", "checkout", "cart"] },
    { inFlight: 8, served: ["critical", "checkout"] },
    { inFlight: 12, served: ["critical"] },
  ])("When $inFlight requests are in flight, then it serves $served", async ({ inFlight, served }) => {
    const busy = busyApp(inFlight);
    for (const asked of ASKED) {
      const { status } = await ask(busy, asked);
      expect([asked.priority, status]).toEqual([asked.priority, served.includes(asked.priority) ? 200 : 503]);
    }
    expect(busy.limit.inFlight).toBe(inFlight);
  });

  test("When it is full, then health is still answered", async () => {
    expect((await ask(busyApp(FULL), { method: "get", path: "/live" })).status).toBe(200);
  });

  test("When a request is refused, then neither its token nor its body is read", async () => {
    const { app } = busyApp(FULL);
    const broken = request(app).post("/api/widgets/merge").set("Authorization", "Bearer broken");
    expect((await broken.set("Content-Type", "application/json").send("{")).status).toBe(503);
  });

  test("When a client leaves before its answer, then its place is free again", async () => {
    const busy = busyApp(2);
    const release = busy.hold();
    const server = createServer(busy.app).listen(0);
    const held = request(server)
      .post("/api/widgets")
      .set("X-Session-Id", SESSION)
      .send({ name: "x", quantity: 1 });
    const ended = held.then(
      () => "answered",
      () => "left",
    );
    while (busy.limit.inFlight < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    held.abort();
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 50, "left"))])).toBe(
      "left",
    );
    while (busy.limit.inFlight > 2) await new Promise((resolve) => setTimeout(resolve, 5));
    release();
    // An aborted request leaves its server open.
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("When requests are refused, then they are counted by priority and not logged one by one", async () => {
    const warn = jest.spyOn(logger, "warn");
    const error = jest.spyOn(logger, "error");
    const count = async () =>
      Number(/requests_rejected_total\{priority="read"\} (\d+)/.exec(await metrics.metrics())?.[1] ?? 0);
    const before = await count();
    const busy = busyApp(FULL);
    for (let times = 0; times < 5; times += 1) await ask(busy, { method: "get", path: "/open" });
    expect(await count()).toBe(before + 5);
    expect(warn).not.toHaveBeenCalled();
    expect(error).not.toHaveBeenCalled();
  });
});

describe("An instance whose event loop is late", () => {
  const TARGET_MS = 10;
  const TICK_MS = 50;
  const IN_FLIGHT = 30;

  const inFlight = async () => Number(/http_requests_in_flight (\d+)/.exec(await metrics.metrics())?.[1]);

  /** An application that is told how late its event loop is, with requests in flight that wait. */
  async function lateApp() {
    let observe: Parameters<Machine["onTick"]>[0] = () => {};
    let at = performance.now();
    let computedMs = 0;
    const admission = createAdmission(TARGET_MS, {
      onTick: (observer) => {
        observe = observer;
      },
      cpuUsage: (since) => ({ user: computedMs * 1_000 - (since?.user ?? 0), system: 0 }),
    });
    const app = makeTestApp({}, admission);
    const release = app.hold();
    const create = () =>
      request(app.app).post("/api/widgets").set("X-Session-Id", SESSION).send({ name: "x", quantity: 1 });
    const held = Array.from({ length: IN_FLIGHT }, () => create().then());
    while ((await inFlight()) < IN_FLIGHT) await new Promise((resolve) => setTimeout(resolve, 20));
    return {
      ...app,
      read: () => request(app.app).get("/api/widgets/open"),
      /** @param used the share of one core that the process computes meanwhile */
      pass(ms: number, lateMs: number, used: number) {
        for (let passed = 0; passed < ms; passed += TICK_MS) {
          at += TICK_MS;
          computedMs += used * TICK_MS;
          observe(lateMs, at);
        }
      },
      async answers() {
        release();
        return (await Promise.all(held)).map(({ status }) => status);
      },
    };
  }
  const allCreated = Array(IN_FLIGHT).fill(201);

  test("When the process gets no processor, then nothing is refused", async () => {
    const late = await lateApp();
    late.pass(2_000, 40, 0.2);
    expect((await late.read()).status).toBe(200);
    expect(await late.answers()).toEqual(allCreated);
  });

  test("When the process is busy, then the limit falls, the log says so once, and afterwards everything is served", async () => {
    const warn = jest.spyOn(logger, "warn");
    const late = await lateApp();
    late.pass(2_000, 40, 0.9);
    expect(expectEnvelope(await late.read(), 503, late.routes).error?.code).toBe("OVERLOADED");
    late.pass(700, 40, 0.9);
    const lines = warn.mock.calls.filter(([, message]) => message === "> Overloaded: requests were refused");
    expect(lines).toEqual([
      [expect.objectContaining({ refused: { read: 1 }, inFlight: IN_FLIGHT }), expect.anything()],
    ]);
    expect(await late.answers()).toEqual(allCreated);
    late.pass(1_000, 0, 0.1);
    expect((await late.read()).status).toBe(200);
  });
});

describe("The priorities", () => {
  const routesWith = (wanted: Priority | null): string[] =>
    routesOf()
      .filter((route) => priorityOf(route) === wanted)
      .map(({ method, path }) => `${method} ${path}`);

  test("When the instance is overloaded, then monitoring is never refused, and only monitoring", () => {
    expect(routesWith(null).toSorted()).toEqual([
      "get /api/health",
      "get /api/health/live",
      "get /api/health/ready",
      "get /metrics",
    ]);
  });

  test("When money moves, then the route is among the most important", () => {
    expect(routesWith("critical")).toEqual(
      expect.arrayContaining([
        "post /api/orders",
        "post /api/payments/cod",
        "post /api/payments/verify",
        "post /api/webhooks/razorpay",
        "post /api/webhooks/razorpay/refund",
        "post /api/webhooks/shipping",
      ]),
    );
    expect(routesWith("critical").every((route) => !route.startsWith("get "))).toBe(true);
  });

  test("When an admin analyses or exports, then the route is refused first", () => {
    const reports = routesWith("report");
    expect(reports.every((route) => route.includes("/api/admin/"))).toBe(true);
    const analyses = routesOf().filter(({ path }) => /analytics|funnel|export|gstr1|tax-summary/.test(path));
    expect(reports).toEqual(expect.arrayContaining(analyses.map(({ method, path }) => `${method} ${path}`)));
  });
});
