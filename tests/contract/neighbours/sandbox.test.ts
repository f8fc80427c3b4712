import axios from "axios";
import { createSandboxClient } from "../../../scripts/sandbox/control-http.js";
import { SERVICE_NAMES, type ServiceName } from "../../../scripts/sandbox/environment.js";
import { startSandbox } from "../../../scripts/sandbox/sandbox.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { useNeighbours } from "./harness.js";

const world = useNeighbours();

describe("Every stand-in", () => {
  /** Those that speak the envelope and check the service token. */
  const neighbours = SERVICE_NAMES.filter((name) => name !== "razorpay" && name !== "cloudinary");
  const writes: Record<Exclude<ServiceName, "razorpay" | "cloudinary">, string> = {
    auth: "/api/audit-logs",
    catalog: "/api/products/batch",
    pricing: "/api/coupons/validate",
    inventory: "/api/reservations",
    shipping: "/api/shipments",
    engagement: "/api/notifications/send",
  };

  test.each(SERVICE_NAMES)(
    "When %s is asked for its health, then it answers without a token",
    async (name) => {
      const { status, data } = await axios.get(`${world.sandbox.urls[name]}/health`);
      expect([status, data.data]).toEqual([200, { status: "ok", service: name }]);
    },
  );

  test.each(neighbours)(
    "When %s receives no service token or a wrong one, then it answers 401",
    async (name) => {
      const url = `${world.sandbox.urls[name]}${writes[name]}`;
      for (const headers of [{}, { Authorization: "Bearer wrong" }]) {
        const { status, data } = await axios.post(url, {}, { headers, validateStatus: () => true });
        expect(status).toBe(401);
        expect(data).toMatchObject({ success: false, data: null, error: { code: "UNAUTHENTICATED" } });
      }
    },
  );

  test.each(neighbours)(
    "When %s receives no object or no JSON, then it answers 400 and never 500",
    async (name) => {
      for (const body of ["[1]", "{", "null", '"text"']) {
        const { status } = await world.call[name].http.post(writes[name], body, {
          headers: { "Content-Type": "application/json" },
        });
        expect([name, body, status]).toEqual([name, body, 400]);
      }
      expect((await world.call[name].get("/api/nothing")).status).toBe(404);
    },
  );

  test("When a path or a body is unreadable, then the answer is 400 or 413", async () => {
    const { catalog } = world.call;
    expect((await catalog.get("/api/products/%E0%A4%A")).status).toBe(400);
    const productIds = ["x".repeat(1_100_000)];
    expect((await catalog.post("/api/products/batch", { productIds })).status).toBe(413);
  });

  test("When a path segment is encoded, then it is decoded", async () => {
    expect((await world.call.catalog.get("/api/products/prod%2Dkajal")).body.data.id).toBe("prod-kajal");
  });

  test("When calls arrive, then they are logged by route with headers and body", async () => {
    await world.call.catalog.http.get("/api/products/prod-kajal", { headers: { "X-Request-Id": "req-1" } });
    await world.call.catalog.post("/api/products/batch", { productIds: [] }, "key-1");
    await world.sandbox.control.calls.waitFor({ service: "catalog" }, 2);
    expect(world.sandbox.control.calls.counts()).toEqual({
      catalog: { "GET /api/products/:productId": 1, "POST /api/products/batch": 1 },
    });
    expect(world.sandbox.control.calls.list()).toMatchObject([
      { requestId: "req-1", status: 200 },
      { idempotencyKey: "key-1", body: { productIds: [] } },
    ]);
  });
});

describe("The control server", () => {
  test("When a control is called over HTTP, then it has the same effect as the control object", async () => {
    const client = createSandboxClient(world.sandbox.urls.control);
    const { available } = await client.call("inventory", "setStock", SEED.variants.kajal, 7);
    expect(available).toBe(7);
    await client.call("catalog", "setPrice", SEED.variants.kajal, 150);
    expect(world.sandbox.control.catalog.variant(SEED.variants.kajal).salePrice).toBe(150);
    await client.call("faults", "add", { service: "catalog", action: "status" });
    expect((await world.call.catalog.get("/api/products/prod-kajal")).status).toBe(500);
    await client.call("sandbox", "reset");
    expect(await client.call("inventory", "numbers", SEED.variants.kajal)).toMatchObject({
      available: 1_000,
    });
  });

  test("When curl sends a single value instead of a list, then it is the only argument", async () => {
    const url = `${world.sandbox.urls.control}/__control/inventory/lowStock`;
    const headers = { "Content-Type": "application/json" };
    const { data } = await axios.post(url, "0", { headers });
    expect(data.data).toMatchObject([{ available: 0 }, { available: 0 }, { available: 0 }]);
  });

  test("When the controls are listed, then addresses and tokens are included", async () => {
    const { data } = await axios.get(`${world.sandbox.urls.control}/__control`);
    expect(data.data.controls.razorpay).toContain("pay");
    expect(data.data.tokens.asha).toBe(world.sandbox.tokens.asha);
  });

  test("When a control is unknown or fails, then the message says why", async () => {
    const call = (path: string, body: unknown) =>
      axios.post(`${world.sandbox.urls.control}/__control/${path}`, body, { validateStatus: () => true });
    expect((await call("inventory/explode", [])).status).toBe(404);
    expect((await call("inventory/constructor", [])).status).toBe(404);
    const failed = await call("catalog/setPrice", ["var-none", 1]);
    expect([failed.status, failed.data.message]).toEqual([404, "There is no variant var-none"]);
  });
});

describe("Starting and stopping", () => {
  test("When a sandbox stops, then its ports are free and its database is dropped", async () => {
    const options = { mongoUri: process.env.MONGODB_URI ?? "", databaseName: `restart_${process.pid}` };
    const first = await startSandbox({ ...options, defaultStock: 5 });
    const port = Number(new URL(first.urls.catalog).port);
    await first.stop();
    await expect(axios.get(`${first.urls.catalog}/health`)).rejects.toThrow(/ECONNREFUSED/);
    const second = await startSandbox({ ...options, ports: { catalog: port }, jwtMode: "jwks" });
    expect(second.urls.catalog).toBe(first.urls.catalog);
    expect(second.env).toMatchObject({ JWT_JWKS_URL: second.jwksUrl });
    expect(second.env).not.toHaveProperty("JWT_SECRET");
    expect(await second.control.inventory.numbers(SEED.variants.kajal)).toMatchObject({ available: 1_000 });
    await second.stop();
  });

  test("When the service loads the sandbox's environment, then it is valid", async () => {
    const { loadConfig } = await import("../../../config/env.config.js");
    const config = loadConfig({ ...world.sandbox.env, NODE_ENV: "test" });
    expect(config.upstreams.inventory).toBe(world.sandbox.urls.inventory);
    expect(config.razorpay.apiUrl).toBe(world.sandbox.urls.razorpay);
  });
});
