import { createServer } from "node:http";
import request from "supertest";
import { routesOf } from "../../../config/express.config.js";
import { logger } from "../../../config/logger.config.js";
import { metrics } from "../../../config/metrics.config.js";
import { admissionBy, createAdmission, priorityOf } from "../../../middlewares/admission.middleware.js";
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

function compute(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

/** Keeps the event loop late in turns of some milliseconds. */
async function keepBusy(forMs: number, turnMs: number): Promise<void> {
  const until = performance.now() + forMs;
  while (performance.now() < until) {
    compute(turnMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Without computing meanwhile, which would be the overload already. */
async function untilInFlight(): Promise<void> {
  while (!/http_requests_in_flight 3\d/.test(await metrics.metrics()))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

const createWidget = ({ app }: ReturnType<typeof makeTestApp>) =>
  request(app).post("/api/widgets").set("X-Session-Id", SESSION).send({ name: "x", quantity: 1 }).then();

test("When the event loop is late because the process gets no processor, then nothing is refused", async () => {
  const busy = makeTestApp({}, createAdmission(10));
  const release = busy.hold();
  const held = Array.from({ length: 30 }, () => createWidget(busy));
  await untilInFlight();
  // Other processes have the machine.
  jest.spyOn(process, "cpuUsage").mockReturnValue({ user: 0, system: 0 });
  await keepBusy(1_000, 40);
  expect((await request(busy.app).get("/api/widgets/open")).status).toBe(200);
  release();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(30).fill(201));
});

test("When the event loop is busy, then the limit falls, the log says so once, and afterwards everything is served", async () => {
  const warn = jest.spyOn(logger, "warn");
  const busy = makeTestApp({}, createAdmission(10));
  const release = busy.hold();
  const held = Array.from({ length: 30 }, () => createWidget(busy));
  await untilInFlight();
  const read = () => request(busy.app).get("/api/widgets/open");
  let refused = await read();
  // The process has to get its share of the processor first, which takes longer beside other tests.
  for (let tries = 0; refused.status === 200 && tries < 50; tries += 1) {
    await keepBusy(300, 40);
    refused = await read();
  }
  expect(expectEnvelope(refused, 503, busy.routes).error?.code).toBe("OVERLOADED");
  await keepBusy(700, 40);
  const lines = warn.mock.calls.filter(([, message]) => message === "> Overloaded: requests were refused");
  expect(lines).toEqual([
    [expect.objectContaining({ refused: { read: 1 }, inFlight: 30 }), expect.anything()],
  ]);
  release();
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(30).fill(201));
  expect((await request(busy.app).get("/api/widgets/open")).status).toBe(200);
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
