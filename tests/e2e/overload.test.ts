import { type ServiceProcess, startService } from "../../scripts/support/service-process.js";
import { eventually, holdWebhooks, useInstances } from "../support/instances.js";
import { expectPaidOrder } from "../support/money.js";
import { ITEMS, openCheckout, paidCheckout, payFor, place, Shopper, verify } from "../support/purchase.js";

/** Real processes with more work than they can do, and with a blocked event loop. */
const world = useInstances({ count: 1 });

/** Sent SIGUSR2, the process is blocked for 2.5 s, as by a very large JSON text. */
const BLOCKABLE =
  "data:text/javascript,process.on('SIGUSR2',()=>{const until=Date.now()+2500;while(Date.now()<until);})";
const TIMEOUT_MS = 1_000;

async function startWith(env: Record<string, string>): Promise<ServiceProcess> {
  const command = [process.execPath, "--import", BLOCKABLE, "--enable-source-maps", "dist/index.js"] as const;
  const service = await startService({ env: { ...world().env, ...env }, command: [...command] });
  world().services.push(service);
  return service;
}

async function askReady({ url }: ServiceProcess): Promise<{ status: number; text: string }> {
  const answer = await fetch(`${url}/api/health/ready`);
  return { status: answer.status, text: await answer.text() };
}

const breakersOf = async ({ url }: ServiceProcess): Promise<string[]> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  return [...text.matchAll(/^upstream_breaker_open\{.*\} (\d)$/gm)].map(([, state]) => state ?? "");
};

describe("a blocked event loop", () => {
  test("When calls to neighbours are under way, then their answers are read, no breaker opens, and the instance is not ready for a while", async () => {
    const { sandbox } = world();
    const service = await startWith({ UPSTREAM_TIMEOUT_MS: String(TIMEOUT_MS) });
    const slow = sandbox.control.faults.add({ service: "inventory", action: "delay", delayMs: 500 });
    const added = Array.from({ length: 10 }, () =>
      new Shopper(service.url).send({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil }),
    );
    await eventually("inventory was asked by all", async () =>
      sandbox.control.faults.list().some(({ id, hits }) => id === slow.id && hits >= 10),
    );
    service.kill("SIGUSR2");
    sandbox.control.faults.clear();
    const polled = await askReady(service);
    expect(polled).toMatchObject({ status: 503, text: expect.stringContaining("overloaded") });
    expect((await Promise.all(added)).map(({ status }) => status)).toEqual(Array(10).fill(200));
    const states = await breakersOf(service);
    expect(states.length).toBeGreaterThan(5);
    expect(states).toEqual(states.map(() => "0"));
    expect(service.output()).not.toMatch(/Neighbour failed|Circuit breaker opened/);
    await eventually("it is ready again", async () => (await askReady(service)).status === 200);
  }, 300_000);
});

const READERS = 40;

/** Shoppers that read as fast as they get answers, until they are stopped. */
function startReading(url: string): { statuses: Map<number, number>; stop(): Promise<unknown> } {
  let isOver = false;
  const statuses = new Map<number, number>();
  const read = async () => {
    while (!isOver) {
      const answer = await fetch(`${url}/api/cart`);
      await answer.arrayBuffer();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status === 503) expect(answer.headers.get("retry-after")).toBe("2");
    }
  };
  const readers = Array.from({ length: READERS }, read);
  return {
    statuses,
    stop() {
      isOver = true;
      return Promise.all(readers);
    },
  };
}

describe("more requests than it can do", () => {
  test("When many browse, then browsing is refused, payments and placements are served, and it is over with the load", async () => {
    holdWebhooks(world());
    const { sandbox } = world();
    const paid = await paidCheckout(world().urlOf(0), sandbox);
    const open = await openCheckout(world().urlOf(0));
    const service = await startWith({ OVERLOAD_DELAY_MS: "1" });
    const { url } = service;
    const flood = startReading(url);
    await eventually("browsing is refused", async () => (flood.statuses.get(503) ?? 0) > 50);

    expect((await fetch(`${url}/api/health/live`)).status).toBe(200);
    expect((await verify(open, payFor(sandbox, open), url)).status).toBe(200);
    expect((await place(open, { url })).status).toBe(201);
    expect((await place(paid, { url })).status).toBe(201);
    await flood.stop();
    expect([...flood.statuses.keys()].toSorted()).toEqual([200, 503]);
    expect(flood.statuses.get(200)).toBeGreaterThan(50);

    const answers = await Promise.all(Array.from({ length: 4 }, () => fetch(`${url}/api/cart`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const refusals = service.output().match(/Overloaded: requests were refused/g) ?? [];
    // One line every five seconds, not one for each.
    expect(refusals.length).toBeGreaterThan(0);
    expect(refusals.length).toBeLessThan(20);
    expect(service.output()).not.toContain("> Request failed");
    await sandbox.control.razorpay.release();
    await expectPaidOrder(world(), open);
    await expectPaidOrder(world(), paid);
  }, 300_000);
});
