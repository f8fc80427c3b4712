import request from "supertest";
import { connectDatabase, disconnectDatabase } from "../../../config/database.config.js";
import { loadConfig } from "../../../config/env.config.js";
import { createApp } from "../../../config/express.config.js";
import { setPhase } from "../../../src/operations/health.service.js";
import { currentDatabaseUri, useTestDatabase } from "../../support/database.js";
import { expectEnvelope } from "../../support/http-assertions.js";

useTestDatabase();
afterEach(() => setPhase("starting"));

const app = createApp();

describe("The service's health", () => {
  test("When the neighbours are down, then it is degraded, with each of them named", async () => {
    const { data } = expectEnvelope(await request(app).get("/api/health"), 200);
    expect(data).toMatchObject({
      status: "degraded",
      database: { status: "up", latencyMs: expect.any(Number) },
      version: "1.0.0",
      upstreams: { auth: { status: "down" }, catalog: { status: "down" }, inventory: { status: "down" } },
    });
  });

  test("When the process runs, then it is alive, ready or not", async () => {
    expectEnvelope(await request(app).get("/api/health/live"), 200);
  });

  test.each([["starting"], ["stopping"]] as const)("When it is %s, then it is not ready", async (phase) => {
    setPhase(phase);
    const answer = await request(app).get("/api/health/ready");
    expect(expectEnvelope(answer, 503).data).toEqual({ ready: false, reason: phase });
    expect(answer.headers["retry-after"]).toBe("5");
  });

  test("When it has started, then it is ready; without a database it is not, and down", async () => {
    setPhase("ready");
    expectEnvelope(await request(app).get("/api/health/ready"), 200);
    await disconnectDatabase();
    try {
      expect(expectEnvelope(await request(app).get("/api/health/ready"), 503).data).toMatchObject({
        reason: "no database",
      });
      expect(expectEnvelope(await request(app).get("/api/health"), 503).data).toMatchObject({
        status: "down",
      });
      expectEnvelope(await request(app).get("/api/health/live"), 200);
    } finally {
      await connectDatabase(currentDatabaseUri());
    }
  });
});

describe("The event loop", () => {
  const readiness = async () => (await request(app).get("/api/health/ready")).body.data;

  test("When it was blocked, then every poll reports it for five seconds", async () => {
    setPhase("ready");
    const until = performance.now() + 1_500;
    while (performance.now() < until);
    // The next tick notices it.
    await new Promise((resolve) => setTimeout(resolve, 50));
    const polled = [await readiness(), await readiness(), await readiness()];
    expect(polled).toEqual(Array(3).fill({ ready: false, reason: "overloaded" }));
    const blockedAt = performance.now();
    while (!(await readiness()).ready) await new Promise((resolve) => setTimeout(resolve, 100));
    expect(performance.now() - blockedAt).toBeGreaterThan(2_000);
  }, 300_000);
});

describe("The metrics", () => {
  test("When requests were answered, then their durations are there by route pattern", async () => {
    await request(app).get("/api/health/live");
    const { text, headers } = await request(app).get("/metrics");
    expect(headers["content-type"]).toContain("text/plain");
    expect(text).toMatch(
      /http_request_duration_seconds_count\{method="GET",route="\/api\/health\/live",status="200"\} \d/,
    );
    expect(text).toContain("process_cpu_seconds_total");
  });

  test("When a token is configured, then only its holder may read them", async () => {
    const guarded = createApp({ config: loadConfig({ ...process.env, METRICS_TOKEN: "scraper-token" }) });
    const read = (headers: Record<string, string>) => request(guarded).get("/metrics").set(headers);
    expectEnvelope(await read({}), 401);
    expectEnvelope(await read({ Authorization: "Bearer another-token" }), 401);
    expect((await read({ Authorization: "Bearer scraper-token" })).status).toBe(200);
  });
});
