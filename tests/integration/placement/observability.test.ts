import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type MetricsPage, readMetricsPage } from "../../support/metrics-page.js";
import { done, useShop } from "../checkout/shop-world.js";

/** What an operator sees of a purchase: one trace through all services, counted events, the state of the database. */
const shop = useShop();
const razorpay = () => shop().sandbox.control.razorpay;

/** With readings that are made now. */
async function freshMetrics(): Promise<MetricsPage> {
  const { forgetAll } = await import("../../../utils/caches.js");
  forgetAll();
  return readMetricsPage(shop().http);
}

beforeEach(() => razorpay().configure({ webhooks: { drop: "all" } }));

describe("one request", () => {
  const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
  const headers = { traceparent: `00-${TRACE_ID}-00f067aa0ba902b7-01` };
  const tracesOf = (entries: { service: string; traceparent: string | undefined }[]) =>
    entries.map(({ service, traceparent }) => [service, traceparent?.split("-")[1]]);

  test("When it has a trace, then every neighbour, the gateway and the outbox get it", async () => {
    const buyer = await shop().guest().prepare();
    shop().sandbox.control.calls.reset();
    const body = { method: "upi", termsAccepted: true };
    const path = `/api/checkout/${buyer.id}/payment-method`;
    const { gateway } = done(await shop().call("put", path, { as: buyer.as, body, headers }));
    const chosen = tracesOf(shop().sandbox.control.calls.list());
    expect(new Set(chosen.map(([service]) => service))).toEqual(new Set(["pricing", "shipping", "razorpay"]));
    expect(new Set(chosen.map(([, traceId]) => traceId))).toEqual(new Set([TRACE_ID]));

    done(await buyer.verify(buyer.pay(gateway.orderId)));
    shop().sandbox.control.calls.reset();
    const order = { checkoutSessionId: buyer.id };
    done(await shop().call("post", "/api/orders", { as: buyer.as, body: order, headers }));
    await shop().settle();
    const mails = shop().sandbox.control.calls.list({ service: "engagement" });
    expect(mails.length).toBeGreaterThan(0);
    expect(new Set(tracesOf(mails).map(([, traceId]) => traceId))).toEqual(new Set([TRACE_ID]));
    const messages = await shop().db.collection("outboxMessages").find({ type: "order.placed" }).toArray();
    expect(messages.map(({ traceparent }) => traceparent)).toContainEqual(expect.stringContaining(TRACE_ID));
  });

  test("When it has none, or one that is not valid, then its calls share a new one", async () => {
    const buyer = await shop().guest().prepare();
    const invalid: Record<string, string> = { traceparent: `00-${"0".repeat(32)}-00f067aa0ba902b7-01` };
    for (const given of [{}, invalid]) {
      shop().sandbox.control.calls.reset();
      const body = { method: "upi", termsAccepted: true };
      const path = `/api/checkout/${buyer.id}/payment-method`;
      done(await shop().call("put", path, { as: buyer.as, body, headers: given }));
      const traces = new Set(tracesOf(shop().sandbox.control.calls.list()).map(([, traceId]) => traceId));
      expect([...traces]).toEqual([expect.stringMatching(/^(?!0{32})[\da-f]{32}$/)]);
    }
  });
});

describe("business events", () => {
  test("When an order is placed, repeatedly, then it is counted once, with its payment", async () => {
    const before = await readMetricsPage(shop().http);
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    const paid = buyer.pay(gateway.orderId);
    done(await buyer.verify(paid));
    done(await buyer.verify(paid));
    const placed = done(await buyer.order());
    done(await buyer.order());
    const after = await readMetricsPage(shop().http);
    const added = (name: string, labels: Record<string, string>) =>
      after.sum(name, labels) - before.sum(name, labels);
    expect(added("order_value_rupees_count", { source: "web", method: "upi" })).toBe(1);
    expect(added("order_value_rupees_sum", {})).toBeCloseTo(placed.totals.grandTotal, 2);
    const reported = { method: "upi", reported_by: "callback" };
    expect(added("payments_settled_total", { ...reported, outcome: "succeeded" })).toBe(1);
    expect(added("payments_settled_total", {})).toBe(1);
    expect(added("status_changes_total", { lifecycle: "checkout", to: "completed" })).toBe(1);
    expect(added("status_changes_total", { lifecycle: "payment", to: "captured" })).toBe(1);
  });

  test("When a payment fails, then it is counted as failed by what reported it", async () => {
    razorpay().configure({ webhooks: { drop: "none" } });
    const labels = { method: "upi", outcome: "failed", reported_by: "webhook" };
    const before = (await readMetricsPage(shop().http)).sum("payments_settled_total", labels);
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    buyer.pay(gateway.orderId, { outcome: "fail" });
    await shop().settle();
    expect((await readMetricsPage(shop().http)).sum("payments_settled_total", labels)).toBe(before + 1);
  });

  test("When an order is not committed, then nothing is counted", async () => {
    const before = await readMetricsPage(shop().http);
    const buyer = shop().guest();
    const { gateway } = await buyer.open({ items: [[SEED.variants.lastUnit, 1]] });
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const fault = { action: "status", status: 409, code: "INSUFFICIENT_STOCK" } as const;
    shop().sandbox.control.faults.add({ service: "inventory", match: "convert", ...fault });
    expect((await buyer.order()).status).toBe(409);
    await shop().recover();
    const after = await readMetricsPage(shop().http);
    for (const [name, labels] of [
      ["order_value_rupees_count", {}],
      ["status_changes_total", { lifecycle: "checkout", to: "completed" }],
    ] as const)
      expect(after.sum(name, labels)).toBe(before.sum(name, labels));
  });
});

describe("the state of the database", () => {
  test("When a capture has neither order nor refund, then its amount and its age are shown", async () => {
    const before = await freshMetrics();
    const buyer = shop().guest();
    const { gateway, payment } = await buyer.open();
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const halfAnHourAgo = { $set: { capturedAt: new Date(Date.now() - 1_800_000) } };
    const [{ _id } = { _id: payment.id }] = await buyer.stored.payments();
    await shop().db.collection("payments").updateOne({ _id }, halfAnHourAgo);
    const after = await freshMetrics();
    const added = (name: string) => after.sum(name) - before.sum(name);
    expect(added("money_without_order_payments")).toBe(1);
    expect(added("money_without_order_rupees")).toBeCloseTo(gateway.amount / 100, 2);
    expect(after.sum("money_without_order_age_seconds")).toBeGreaterThan(1_790);
    done(await buyer.order());
    expect((await freshMetrics()).sum("money_without_order_payments")).toBe(
      before.sum("money_without_order_payments"),
    );
  });

  test("When work waits, retries or is dead, then it is counted, and the longest wait is shown", async () => {
    const messages = shop().db.collection("outboxMessages");
    const message = (dedupeKey: string, more: object) => ({
      ...{ type: "observed", dedupeKey, payload: {}, done: [], lease: null, requestId: null },
      ...{ createdAt: new Date(), dueAt: new Date(Date.now() + 3_600_000), attempts: 0, ...more },
    });
    const before = await freshMetrics();
    await messages.insertMany([
      message("observed:1", { state: "pending", dueAt: new Date(Date.now() - 500_000) }),
      message("observed:2", { state: "pending", attempts: 7 }),
      message("observed:3", { state: "dead", attempts: 12 }),
    ]);
    const after = await freshMetrics();
    const added = (state: string) =>
      after.sum("outbox_messages", { state }) - before.sum("outbox_messages", { state });
    expect([added("pending"), added("retrying"), added("dead")]).toEqual([2, 1, 1]);
    expect(after.sum("outbox_lag_seconds")).toBeGreaterThan(490);
    await messages.deleteMany({ type: "observed" });
  });

  test("When a job has run, then its success, its duration and its interval are shown", async () => {
    await shop().runJob("payment-sweep");
    const page = await freshMetrics();
    const name = { name: "payment-sweep" };
    expect(Date.now() / 1_000 - page.sum("job_last_success_timestamp_seconds", name)).toBeLessThan(60);
    expect(page.sum("job_interval_seconds", name)).toBe(60);
    expect(page.sum("job_interval_seconds", { name: "placement-recovery" })).toBe(20);
    expect(page.sum("job_interval_seconds", { name: "retention" })).toBe(86_400);
    expect(page.sum("job_last_run_failed", name)).toBe(0);
    const at = Date.now();
    await shop()
      .db.collection("jobRuns")
      .insertOne({
        ...{ job: "payment-sweep", slot: "observed", state: "failed", fencing: 1, holder: "h", result: null },
        ...{ startedAt: new Date(at + 1_000), finishedAt: new Date(at + 3_000), error: "e" },
      });
    const failed = await freshMetrics();
    expect(failed.sum("job_last_run_failed", name)).toBe(1);
    expect(failed.sum("job_last_duration_seconds", name)).toBe(2);
    expect(failed.sum("job_last_success_timestamp_seconds", name)).toBe(
      page.sum("job_last_success_timestamp_seconds", name),
    );
    await shop().db.collection("jobRuns").deleteOne({ slot: "observed" });
  });

  test("When the day's tallies are made, then the shop's figures of today are those of the analyses", async () => {
    await shop().guest().buy();
    await shop().runJob("analytics");
    const page = await freshMetrics();
    const today = await shop().db.collection("orderDays").find().sort({ _id: -1 }).next();
    for (const window of ["today", "30d"]) {
      expect(page.sum("shop_orders", { window })).toBe(today?.orders);
      expect(page.sum("shop_revenue_rupees", { window })).toBeCloseTo(today?.revenue / 100, 2);
      const completed = page.sum("shop_checkouts", { window, step: "completed" });
      expect(completed).toBe(today?.orders);
      expect(page.sum("shop_carts", { window, outcome: "converted" })).toBe(completed);
      expect(page.sum("shop_payments", { window, method: "cod", outcome: "open" })).toBeGreaterThan(0);
    }
  });

  test("When metrics are scraped again at once, then the database is not read again", async () => {
    const { text } = await freshMetrics();
    await shop()
      .db.collection("outboxMessages")
      .insertOne({ type: "observed", dedupeKey: "observed:4", state: "dead", dueAt: new Date() });
    const readingsOf = (page: string) =>
      page.split("\n").filter((line) => /^(outbox|job|shop|money|metrics_reading)_/.test(line));
    const again = await readMetricsPage(shop().http);
    expect(readingsOf(again.text)).toEqual(readingsOf(text));
    expect((await freshMetrics()).sum("outbox_messages", { state: "dead" })).toBe(
      again.sum("outbox_messages", { state: "dead" }) + 1,
    );
    await shop().db.collection("outboxMessages").deleteMany({ type: "observed" });
  });

  test("When the database and the neighbours answer, then they are up, and the pool is counted", async () => {
    const page = await freshMetrics();
    expect(page.sum("mongodb_up")).toBe(1);
    expect(page.sum("mongodb_pool_connections")).toBeGreaterThan(0);
    expect(page.sum("mongodb_pool_connections_max")).toBe(50);
    expect(page.sum("mongodb_pool_waiting")).toBe(0);
    expect(page.sum("upstream_up")).toBe(6);
    shop().sandbox.control.faults.add({ service: "shipping", action: "reset-before" });
    expect((await freshMetrics()).sum("upstream_up", { upstream: "shipping" })).toBe(0);
    await shop().recover();
  });

  test("When a reading fails, then the page is answered without it, and says so", async () => {
    const { OutboxMessage } = await import("../../../models/index.js");
    const failing = jest.spyOn(OutboxMessage, "countDocuments").mockImplementation(() => {
      throw new Error("not today");
    });
    const reading = { reading: "outbox" };
    const before = await readMetricsPage(shop().http);
    const page = await freshMetrics();
    failing.mockRestore();
    const failures = "metrics_reading_failures_total";
    expect(page.sum(failures, reading) - before.sum(failures, reading)).toBe(1);
    const lastSuccess = "metrics_reading_last_success_timestamp_seconds";
    expect(page.sum(lastSuccess, reading)).toBe(before.sum(lastSuccess, reading));
    expect(page.sum(lastSuccess, { reading: "jobs" })).toBeGreaterThan(
      before.sum(lastSuccess, { reading: "jobs" }),
    );
  });
});
