import { setTimeout as sleep } from "node:timers/promises";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { type Balancer, startBalancer } from "../../scripts/support/balancer.js";
import { startCustomers } from "../../scripts/support/customers.js";
import { eventually, useInstances } from "../support/instances.js";
import { PRODUCTION, PRODUCTION_SECRETS } from "../support/production.js";

/**
 * A rolling upgrade as an orchestrator does it: a new instance starts, then an old one gets SIGTERM, while customers buy
 * and the gateway sends its webhooks through the same load balancer.
 */
const world = useInstances({ secrets: PRODUCTION_SECRETS, scheduler: true, env: PRODUCTION });
const PURCHASES_PER_SECOND = 3;
/** With purchases that begin before, between and after the replacements. */
const BETWEEN_MS = 3_000;
/** What docs/operations promises, and less than an orchestrator waits. */
const STOPPED_WITHIN_MS = 25_000;

let balancer: Balancer;
beforeAll(async () => {
  balancer = await startBalancer();
  for (const url of world().urls) await balancer.add(url);
  world().sandbox.setServiceUrl(balancer.url);
  await world().sandbox.control.inventory.setStock(SEED.variants.hairOil, 100_000);
});
afterAll(() => balancer.stop());

test("When each instance is replaced while customers buy, then no request fails and no order is lost", async () => {
  const { services, sandbox, db } = world();
  const customers = startCustomers(balancer.url, sandbox, PURCHASES_PER_SECOND);
  await eventually("customers have bought", async () => customers.orders.length > 3);
  const old = [...services];
  for (const service of old) {
    const next = await world().startAnother();
    await balancer.add(next.url);
    await sleep(BETWEEN_MS);
    service.kill("SIGTERM");
    expect(await Promise.race([service.exited, sleep(STOPPED_WITHIN_MS, "still there")])).toBe(0);
    balancer.remove(service.url);
    services.splice(services.indexOf(service), 1);
  }
  const before = customers.orders.length;
  await eventually("customers go on buying", async () => customers.orders.length > before + 3);
  await customers.stop();

  expect(balancer.lost).toEqual([]);
  expect(customers.calls.filter(({ status }) => status < 200 || status >= 300)).toEqual([]);
  expect(customers.failed).toEqual([]);
  const stored = await db.collection("orders").find().toArray();
  const numbers = new Map(stored.map(({ _id, orderNumber }) => [_id.toHexString(), orderNumber]));
  expect(customers.orders.filter(({ id, orderNumber }) => numbers.get(id) !== orderNumber)).toEqual([]);
  // All four had their share; a replacement that gets no requests would prove nothing.
  expect([...balancer.served.values()].every((count) => count > 20)).toBe(true);
  expect(balancer.served.size).toBe(4);
}, 180_000);
