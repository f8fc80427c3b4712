import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SANDBOX_SECRETS } from "../../scripts/sandbox/environment.js";
import { findFreePort, startService } from "../../scripts/support/service-process.js";
import { eventually, useInstances } from "../support/instances.js";
import { expectPaidOrder } from "../support/money.js";
import { PRODUCTION, PRODUCTION_SECRETS } from "../support/production.js";
import { ITEMS, paidCheckout, place, Shopper } from "../support/purchase.js";

/** How the built service starts, refuses to start, and stops. */
const world = useInstances({ count: 1, secrets: PRODUCTION_SECRETS });

interface Run {
  output(): string;
  exitCode: Promise<number | null>;
  /** Milliseconds. */
  duration(): number;
}

const running: ChildProcess[] = [];
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Runs the build as `npm start` does, or another of its programs. It is expected to exit by itself. */
function run(env: Record<string, string>, program = ["dist/index.js"], cwd = process.cwd()): Run {
  const began = performance.now();
  let took = 0;
  const child = spawn(process.execPath, ["--enable-source-maps", ...program], {
    ...{ cwd, env: { PATH: process.env.PATH ?? "", ...env } },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk) => (output += String(chunk)));
  const exitCode = new Promise<number | null>((resolve) =>
    child.once("close", (code) => {
      took = performance.now() - began;
      resolve(code);
    }),
  );
  return { output: () => output, exitCode, duration: () => took };
}

/** Exits after waiting for 30 s; the other tests run in the meantime. */
let withoutDatabase: Run;
beforeAll(async () => {
  const nowhere = "mongodb://127.0.0.1:9/orders?replicaSet=rs0";
  withoutDatabase = run({ ...world().env, MONGODB_URI: nowhere, PORT: String(await findFreePort()) });
});

describe("starting", () => {
  test("When the port is taken, then it reports it and exits with 1", async () => {
    const port = await findFreePort();
    const other = createServer().listen(port, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const service = run({ ...world().env, PORT: String(port) });
    expect(await service.exitCode).toBe(1);
    expect(service.output()).toContain(`Port ${port} is taken`);
    await new Promise((resolve) => other.close(resolve));
  });

  test("When only NODE_ENV is missing, then the sandbox's secrets are refused and it exits with 1", async () => {
    const { NODE_ENV: _test, ...env } = world().env;
    const service = run({
      ...env,
      LINK_SECRET: SANDBOX_SECRETS.linkSecret,
      JWT_SECRET: SANDBOX_SECRETS.jwtSecret,
      RAZORPAY_KEY_SECRET: "",
    });
    expect(await service.exitCode).toBe(1);
    expect(service.output()).toMatch(/LINK_SECRET must not be the sandbox's value/);
    expect(service.output()).toMatch(/JWT_SECRET must not be the sandbox's value/);
    expect(service.output()).toMatch(/RAZORPAY_KEY_SECRET is missing/);
    expect(service.output()).toMatch(/NODE_ENV is not set/);
  });

  test("When variables are invalid, then it names each of them and exits with 1", async () => {
    // With an empty webhook secret anybody could sign events.
    const wrong = { PORT: "eighty", PAYMENT_CAPTURE: "later", RAZORPAY_WEBHOOK_SECRET: "" };
    const service = run({ ...world().env, NODE_ENV: "production", ...wrong });
    expect(await service.exitCode).toBe(1);
    for (const name of Object.keys(wrong)) {
      expect(service.output()).toMatch(new RegExp(`^.*\\b${name}\\b.*$`, "m"));
    }
  });
});

describe("the file .env", () => {
  const folder = mkdtempSync(join(tmpdir(), "env-file-"));
  writeFileSync(join(folder, ".env"), "PORT=eighty\n");
  const program = [resolve("dist/index.js")];

  test("When it is the service's own, then its variables count", async () => {
    const { PORT: _port, NODE_ENV: _test, ...env } = world().env;
    const service = run(env, program, folder);
    expect(await service.exitCode).toBe(1);
    expect(service.output()).toMatch(/^.*\bPORT\b.*$/m);
  });

  test.each(["development", "test"])(
    "When the environment says that this is %s, then it is not read",
    async (mode) => {
      const { PORT: _port, ...env } = world().env;
      const migrations = [resolve("dist/scripts/migrate.js"), "list"];
      const command = run({ ...env, NODE_ENV: mode }, migrations, folder);
      expect([await command.exitCode, command.output()]).toEqual([0, expect.stringContaining("0001")]);
    },
  );
});

describe("migrations", () => {
  const migrate = async (...args: string[]): Promise<string> => {
    const command = run({ ...world().env, ...PRODUCTION }, ["dist/scripts/migrate.js", ...args]);
    expect(await command.exitCode).toBe(0);
    return command.output();
  };

  test("When data is not migrated, then production refuses to start until someone has migrated it", async () => {
    const { env, db } = world();
    await new Shopper(world().urlOf(0)).do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
    expect(await migrate("down")).toContain("Reverted: 0004-refunds-of-revenue");
    expect(await migrate("list")).toMatch(/^pending +0004-refunds-of-revenue$/m);

    const refused = run({ ...env, ...PRODUCTION, PORT: String(await findFreePort()) });
    expect(await refused.exitCode).toBe(1);
    expect(refused.output()).toContain("The database lacks 0004-refunds-of-revenue: run `npm run migrate`");

    expect(await migrate("up")).toContain("Applied: 0004-refunds-of-revenue");
    expect(await migrate("up")).toContain("Nothing is pending");
    const service = await startService({ env: { ...env, ...PRODUCTION } });
    expect(await service.stop()).toBe(0);
    expect(await db.collection("migrations").countDocuments()).toBe(4);
  });
});

describe("stopping", () => {
  test("When it is stopped during requests, then it completes them and exits with 0", async () => {
    const { sandbox, env } = world();
    sandbox.control.razorpay.configure({ webhooks: { hold: true } });
    const checkout = await paidCheckout(world().urls[0] ?? "", sandbox);
    // In production it stays up for 5 s, until the load balancer notices.
    const service = await startService({ env: { ...env, ...PRODUCTION } });
    const slow = sandbox.control.faults.add({ service: "inventory", action: "delay", delayMs: 2_000 });
    const placed = place(checkout, { url: service.url });
    const guests = Array.from({ length: 5 }, () => new Shopper(service.url));
    const added = guests.map((guest) =>
      guest.send({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil }),
    );
    await eventually("all requests are in flight", async () => {
      return sandbox.control.faults.list().some(({ id, hits }) => id === slow.id && hits >= 6);
    });
    service.kill("SIGTERM");
    await eventually("it is no longer ready", async () => {
      return (await fetch(`${service.url}/api/health/ready`)).status === 503;
    });
    expect((await fetch(`${service.url}/api/health/live`)).status).toBe(200);
    sandbox.control.faults.clear();
    expect((await placed).status).toBe(201);
    expect((await Promise.all(added)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect(await Promise.race([service.exited, sleep(25_000, "still there")])).toBe(0);
    await expect(fetch(`${service.url}/api/health/live`)).rejects.toThrow();
    await expectPaidOrder(world(), checkout);
    await sandbox.control.razorpay.release();
  }, 300_000);

  /** Sent SIGUSR2, the process has a fault that no request can cause. */
  const FAULTS = [
    ["a promise is rejected", "Promise.reject(new Error('broken inside'))", "Unhandled promise rejection"],
    ["an error is thrown", "throw new Error('broken inside')", "Uncaught exception"],
  ] as const;

  test.each(FAULTS)(
    "When %s that nobody handles, then it says so, completes its requests and exits with 1",
    async (_case, fault, message) => {
      const { sandbox, env } = world();
      const breakable = `data:text/javascript,process.on('SIGUSR2',()=>{${fault}})`;
      const service = await startService({
        env: { ...env, ...PRODUCTION },
        command: [process.execPath, "--import", breakable, "--enable-source-maps", "dist/index.js"],
      });
      world().services.push(service);
      const slow = sandbox.control.faults.add({ service: "inventory", action: "delay", delayMs: 2_000 });
      const added = new Shopper(service.url).send({
        ...{ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil },
      });
      await eventually("the request is in flight", async () =>
        sandbox.control.faults.list().some(({ id, hits }) => id === slow.id && hits >= 1),
      );
      service.kill("SIGUSR2");
      await eventually("it is no longer ready", async () => {
        return (await fetch(`${service.url}/api/health/ready`)).status === 503;
      });
      sandbox.control.faults.clear();
      expect((await added).status).toBe(200);
      expect(await Promise.race([service.exited, sleep(25_000, "still there")])).toBe(1);
      const fatal = service
        .output()
        .split("\n")
        .find((line) => line.includes(`> ${message}; stopping`));
      expect(fatal).toContain("broken inside");
    },
    300_000,
  );

  test("When it is stopped while idle, then it exits with 0 at once", async () => {
    const service = await world().startAnother();
    expect(await service.stop()).toBe(0);
  });
});

test("When the database is down, then it reports it and exits with 1", async () => {
  expect(await withoutDatabase.exitCode).toBe(1);
  expect(withoutDatabase.output()).toContain("The database does not answer");
  expect(withoutDatabase.duration()).toBeLessThan(45_000);
}, 300_000);
