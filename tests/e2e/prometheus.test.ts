import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { findPrometheus } from "../../scripts/prometheus/install.mjs";
import { type PrometheusServer, startPrometheus } from "../../scripts/prometheus/server.js";
import { at } from "../../scripts/support/json.js";
import { holdWebhooks, useInstances } from "../support/instances.js";
import { readPanels } from "../support/promql.js";
import { openCheckout, paidCheckout, payFor, place, Shopper } from "../support/purchase.js";

/**
 * The real Prometheus reads a running service, and alerts fire when something is broken. The expressions are those of
 * ops/prometheus/alerts.yml; only the waiting times (`for`, the scrape and the evaluation interval) are a second.
 */
const programs = findPrometheus();
const describeWithPrometheus = programs ? describe : describeMissing;

function describeMissing(_name: string, _tests: () => void): void {
  test.todo("alerts were NOT tried: Prometheus is not installed (node scripts/prometheus/install.mjs)");
}

/** Panels about events that this test does not cause. */
const MAY_BE_EMPTY = [
  "Refusals per hour",
  "Answers outside the contract",
  "Jobs whose last run failed, and items that fail",
];

/** Readings of the state are 15 to 30 seconds old at most. */
const FIRES_WITHIN_MS = 60_000;

/** The files of ops/prometheus for this service, with short waiting times. */
function configure(folder: string, target: string): string {
  const config = parse(readFileSync("ops/prometheus/prometheus.yml", "utf8"));
  config.global = { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" };
  config.scrape_configs[0].static_configs = [{ targets: [target] }];
  delete config.scrape_configs[0].file_sd_configs;
  const rules = readFileSync("ops/prometheus/alerts.yml", "utf8");
  writeFileSync(join(folder, "alerts.yml"), rules.replaceAll(/^( +for: ).+$/gm, "$11s"));
  writeFileSync(join(folder, "metrics-token"), "ignored");
  writeFileSync(join(folder, "prometheus.yml"), stringify(config));
  return join(folder, "prometheus.yml");
}

describeWithPrometheus("Prometheus", () => {
  const running = useInstances({ count: 1, scheduler: true, env: { LOG_LEVEL: "info" } });
  jest.setTimeout(3 * FIRES_WITHIN_MS);
  const folder = mkdtempSync(join(tmpdir(), "prometheus-"));
  let server: PrometheusServer;

  beforeAll(async () => {
    if (!programs) throw new Error("not installed");
    const [service] = running().services;
    const configFile = configure(folder, `127.0.0.1:${service?.port}`);
    server = await startPrometheus({ programs, configFile, dataFolder: join(folder, "data") });
    await until("the service is scraped", async () => (await server.query("up == 1")).length === 1);
  });
  afterAll(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + FIRES_WITHIN_MS;
    while (!(await holds())) {
      if (Date.now() > deadline) throw new Error(`not within a minute: ${what}; firing: ${await firing()}`);
      await sleep(250);
    }
  }

  /** The alerts that fire, with what they are about. */
  async function firing(): Promise<string[]> {
    const alerts = await server.query('ALERTS{alertstate="firing"}');
    return alerts.map((alert) => {
      const about = ["upstream", "method", "reason", "state"].map((label) => at(alert, `metric.${label}`));
      return [at(alert, "metric.alertname"), ...about.filter(Boolean)].join(" ");
    });
  }

  const untilFiring = (...alerts: string[]) =>
    until(alerts.join(", "), async () => {
      const current = await firing();
      return alerts.every((alert) => current.includes(alert));
    });

  const untilQuiet = () => until("no alert", async () => (await firing()).length === 0);

  test("When the shop sells and nothing is wrong, then no alert fires", async () => {
    const checkout = await paidCheckout(running().urlOf(0), running().sandbox);
    expect((await place(checkout)).status).toBeLessThan(300);
    await until("the order is counted", async () => {
      const [orders] = await server.query("sum(order_value_rupees_count)");
      return Number(at(orders, "value.1")) >= 1;
    });
    await untilQuiet();
  });

  test("When a neighbour is down, then its alert fires, and only for it; when it is back, the alert ends", async () => {
    const { faults } = running().sandbox.control;
    faults.add({ service: "shipping", action: "reset-before" });
    await untilFiring("NeighbourDown shipping");
    expect((await firing()).filter((alert) => alert.startsWith("NeighbourDown"))).toEqual([
      "NeighbourDown shipping",
    ]);
    faults.clear();
    await untilQuiet();
  });

  test("When payments fail one after another, then the spike and the method are alerts", async () => {
    const { sandbox } = running();
    const checkout = await openCheckout(running().urlOf(0), { method: "upi" });
    for (let tried = 0; tried < 16; tried += 1) payFor(sandbox, checkout, { outcome: "fail" });
    await running().settle();
    await untilFiring("PaymentFailuresSpike", "PaymentMethodFailing upi");
  });

  test("When calls to a neighbour fail in a row, then the open breaker is an alert", async () => {
    const { faults } = running().sandbox.control;
    faults.add({ service: "catalog", action: "status", status: 500 });
    // Nobody has asked for this product, so it is in no cache.
    const shopper = new Shopper(running().urlOf(0));
    const body = { productId: "prod-asked-for-once", variantId: "var-asked-for-once", quantity: 1 };
    const add = () => shopper.send({ method: "POST", path: "/api/cart/items", body });
    await until("BreakerOpen catalog", async () => {
      await add();
      return (await firing()).includes("BreakerOpen catalog");
    });
    faults.clear();
    await until("the breaker closes", async () => (await add()).status === 404);
    await until("BreakerOpen ends", async () => !(await firing()).includes("BreakerOpen catalog"));
  });

  test("When an outbox message is dead, then it is an alert until it is gone", async () => {
    const messages = running().db.collection("outboxMessages");
    const dead = { type: "observed", dedupeKey: "observed", payload: {}, state: "dead", dueAt: new Date() };
    const { insertedId } = await messages.insertOne({ ...dead, createdAt: new Date() });
    await untilFiring("OutboxDead");
    await messages.deleteOne({ _id: insertedId });
    await until("OutboxDead ends", async () => !(await firing()).includes("OutboxDead"));
  });

  test("When a dashboard is opened, then every panel has data, except those about what did not happen", async () => {
    const empty: string[] = [];
    for (const { dashboard, title, expressions } of readPanels()) {
      const results = await Promise.all(expressions.map((expression) => server.query(expression)));
      if (results.flat().length === 0 && !MAY_BE_EMPTY.includes(title)) empty.push(`${dashboard}: ${title}`);
    }
    expect(empty).toEqual([]);
  });

  test("When a request has a trace, then every line about it and its follow-up has the trace's id", async () => {
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    holdWebhooks(running());
    const checkout = await paidCheckout(running().urlOf(0), running().sandbox);
    running().sandbox.control.calls.reset();
    const answer = await fetch(`${running().urlOf(0)}/api/orders`, {
      method: "POST",
      headers: {
        ...{ "content-type": "application/json", "x-request-id": "request-of-this-test" },
        ...{ "x-session-id": checkout.shopper.guestId ?? "" },
        traceparent: `00-${traceId}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ checkoutSessionId: checkout.id }),
    });
    expect(answer.status).toBe(201);
    const { calls } = running().sandbox.control;
    await calls.waitFor({ service: "engagement" }, 1, 10_000);
    const lines = (running().services[0]?.output() ?? "")
      .split("\n")
      .filter((line) => line.includes("request-of-this-test"))
      .map((line): unknown => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatchObject({ traceId });
    const traced = calls.list().filter(({ requestId }) => requestId === "request-of-this-test");
    expect(traced.map(({ service }) => service)).toEqual(expect.arrayContaining(["inventory", "engagement"]));
    for (const call of traced) expect(call.traceparent).toContain(traceId);
  });
});
