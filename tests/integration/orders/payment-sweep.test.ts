import { Types } from "mongoose";
import { type Buyer, done, useShop } from "../checkout/shop-world.js";

/** The sweep: which payments it asks about and when, and that no failure stops the rest. */
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;
const payments = () => shop().db.collection("payments");
const MINUTE_MS = 60_000;

const sweep = async (): Promise<Record<string, number>> => {
  const answer = await shop().call("post", "/api/admin/jobs/payment-sweep/run", {
    as: { token: shop().sandbox.tokens.admin },
  });
  const run = done(answer);
  expect(run).toMatchObject({ state: "completed", error: null });
  return run.result;
};

beforeEach(async () => {
  await shop().settle();
  await Promise.all(
    ["payments", "refunds", "leases"].map((name) => shop().db.collection(name).deleteMany({})),
  );
  gateway().configure({ listLagSeconds: 3_600, webhooks: { drop: "all" } });
});
afterEach(async () => {
  await shop().recover();
  gateway().configure({ listLagSeconds: 0, webhooks: { drop: "none" } });
});

/** An open payment that was chosen this many minutes ago, and is due. */
async function openSince(minutes: number): Promise<{ buyer: Buyer; gatewayOrderId: string }> {
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  await age(buyer, minutes);
  return { buyer, gatewayOrderId: window.orderId };
}

const age = (buyer: Buyer, minutes: number) =>
  payments().updateMany(
    { checkoutSessionId: new Types.ObjectId(buyer.id) },
    {
      $set: {
        createdAt: new Date(Date.now() - minutes * MINUTE_MS),
        "sweep.nextAt": new Date(Date.now() - 1_000),
      },
    },
  );

const listCalls = (fault: { hits: number } | undefined): number => fault?.hits ?? 0;
/** Counts the look-ups by gateway order. */
function countLookUps(): () => number {
  const { id } = gateway().setFault({
    match: "GET /orders/:id/payments",
    action: "delay",
    delayMs: 0,
    times: "always",
  });
  return () =>
    listCalls(
      gateway()
        .faults()
        .find((fault) => fault.id === id),
    );
}

describe("the times", () => {
  test("When a payment is chosen, then it is due one minute later", async () => {
    const buyer = shop().guest();
    await buyer.open();
    const [payment] = await buyer.stored.payments();
    expect(payment?.sweep.nextAt.getTime() - payment?.createdAt.getTime()).toBeGreaterThanOrEqual(
      MINUTE_MS - 50,
    );
    expect(payment?.sweep.nextAt.getTime() - payment?.createdAt.getTime()).toBeLessThan(MINUTE_MS + 1_000);
  });

  test.each([
    [1, 5],
    [5, 10],
    [16, 20],
    [31, 40],
    [41, 180],
    [181, 720],
  ])(
    "When an open payment is asked about after %i minutes, then the next time is minute %i",
    async (asked, next) => {
      const { buyer } = await openSince(asked);
      expect(await sweep()).toMatchObject({ paymentsAsked: 1 });
      const [payment] = await buyer.stored.payments();
      expect(payment?.sweep).toEqual({
        nextAt: new Date(payment?.createdAt.getTime() + next * MINUTE_MS),
        attempts: 1,
      });
    },
  );

  test("When it was asked about after twelve hours, then never again", async () => {
    const { buyer } = await openSince(721);
    await sweep();
    expect(await buyer.stored.payments()).toMatchObject([{ sweep: null, reconciledAt: expect.any(Date) }]);
    expect(await sweep()).toMatchObject({ paymentsAsked: 0 });
  });

  test.each([
    ["between two times", 41],
    ["after the last time", 721],
  ])("When the same method is chosen again %s, then the times begin again", async (_when, minutes) => {
    const { buyer, gatewayOrderId } = await openSince(minutes);
    await sweep();
    expect(done(await buyer.choose()).gateway.orderId).toBe(gatewayOrderId);
    const [chosen] = await buyer.stored.payments();
    const wait = (chosen?.sweep?.nextAt.getTime() - Date.now()) / MINUTE_MS;
    expect(Math.abs(wait - 1)).toBeLessThan(0.3);
    const since = new Date(Date.now() - 6 * MINUTE_MS);
    await payments().updateOne(
      { gatewayOrderId },
      { $set: { "sweep.since": since, "sweep.nextAt": new Date(Date.now() - 1_000) } },
    );
    expect(await sweep()).toMatchObject({ paymentsAsked: 1 });
    const [asked, ...others] = await buyer.stored.payments();
    expect(asked?.sweep).toEqual({ since, nextAt: new Date(since.getTime() + 10 * MINUTE_MS), attempts: 1 });
    expect(others).toEqual([]);
  });

  test("When the gateway does not know the gateway order, then the next time is set, and an alarm is raised", async () => {
    const { buyer, gatewayOrderId } = await openSince(6);
    await payments().updateOne({ gatewayOrderId }, { $set: { gatewayOrderId: "order_OfOtherKeys000" } });
    const before = await alarms();
    expect(await sweep()).toMatchObject({ paymentsAsked: 1, paymentsFailed: 0 });
    const [payment] = await buyer.stored.payments();
    expect(payment).toMatchObject({ status: "pending", reconciledAt: expect.any(Date) });
    expect(payment?.sweep.nextAt).toEqual(new Date(payment?.createdAt.getTime() + 10 * MINUTE_MS));
    expect(await alarms()).toBe(before + 1);
  });

  async function alarms(): Promise<number> {
    const { text } = await shop().http.get("/metrics");
    const line = /^upstream_contract_faults_total\{upstream="razorpay",status="400"\} (\d+)/m.exec(text);
    return Number(line?.[1] ?? 0);
  }

  test.each([
    [10, 2],
    [20 * 60, 60],
  ])(
    "When the gateway does not answer about a payment of %i minutes, then it is due again %i minutes later",
    async (old, minutes) => {
      const { buyer } = await openSince(old);
      gateway().setFault({ match: "GET /orders/:id/payments", action: "status401", times: "always" });
      expect(await sweep()).toMatchObject({ paymentsFailed: 1 });
      const [payment] = await buyer.stored.payments();
      const wait = (payment?.sweep.nextAt.getTime() - Date.now()) / MINUTE_MS;
      expect(Math.abs(wait - minutes)).toBeLessThan(0.3);
    },
  );

  test("When this process is an hour behind the database, then what is due is still found", async () => {
    const { setClock } = await import("../../../utils/clock.js");
    await openSince(1);
    setClock(-60 * MINUTE_MS);
    try {
      expect(await sweep()).toMatchObject({ paymentsAsked: 1 });
    } finally {
      setClock(0);
    }
  });
});

test("When the order is placed or the refund is written, then the gateway is not asked", async () => {
  const placed = shop().guest();
  const { gateway: window } = await placed.open();
  done(await placed.verify(placed.pay(window.orderId)));
  done(await placed.order());
  await age(placed, 1);
  const refunded = await openSince(1);
  await payments().updateOne(
    { gatewayOrderId: refunded.gatewayOrderId },
    { $set: { status: "captured", surplus: true } },
  );
  const lookUps = countLookUps();
  expect(await sweep()).toMatchObject({ paymentsAsked: 0 });
  expect(lookUps()).toBe(0);
  expect(await placed.stored.payments()).toMatchObject([{ sweep: null }]);
  expect(await refunded.buyer.stored.payments()).toMatchObject([{ sweep: null }]);
});

test("When many payments are due, then several are asked about at once, and one failure leaves the others", async () => {
  const open = await Promise.all(Array.from({ length: 6 }, () => openSince(1)));
  for (const { buyer, gatewayOrderId } of open) buyer.pay(gatewayOrderId);
  gateway().setFault({
    match: `GET /orders/${open[0]?.gatewayOrderId}/payments`,
    action: "status401",
    times: "always",
  });
  const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
  const ask = paymentGateway.listPaymentsOfOrder.bind(paymentGateway);
  const inFlight = { now: 0, most: 0 };
  const spy = jest.spyOn(paymentGateway, "listPaymentsOfOrder").mockImplementation(async (id) => {
    inFlight.now += 1;
    inFlight.most = Math.max(inFlight.most, inFlight.now);
    await new Promise((resolve) => setTimeout(resolve, 50));
    return ask(id).finally(() => {
      inFlight.now -= 1;
    });
  });
  try {
    expect(await sweep()).toMatchObject({ paymentsAsked: 5, paymentsFailed: 1 });
  } finally {
    spy.mockRestore();
  }
  expect(inFlight.most).toBeGreaterThan(1);
  for (const { buyer } of open.slice(1))
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
  const [failed] = (await open[0]?.buyer.stored.payments()) ?? [];
  expect(failed?.sweep.nextAt.getTime()).toBeGreaterThan(Date.now());
});

test("When a captured payment has neither an order nor a refund, then the sweep writes its refund", async () => {
  const { buyer, gatewayOrderId } = await openSince(1);
  const { paymentId } = buyer.pay(gatewayOrderId);
  const [payment] = await buyer.stored.payments();
  await payments().updateOne(
    { _id: payment?._id },
    {
      $set: {
        ...{ status: "captured", gatewayPaymentId: paymentId, sweep: null, accepted: false, surplus: false },
        ...{ capturedAmount: payment?.amount, capturedAt: new Date(Date.now() - 2 * MINUTE_MS) },
      },
    },
  );
  expect(await sweep()).toMatchObject({ capturedResolved: 1 });
  await shop().settle();
  expect(await buyer.stored.refunds()).toMatchObject([{ status: "completed", amount: payment?.amount }]);
  expect(await sweep()).toMatchObject({ capturedResolved: 0 });
});

test("When hundreds of refunds are pending, then a newer one whose answer was lost is still looked up", async () => {
  const old = Array.from({ length: 450 }, (_, index) => ({
    ...{ _id: new Types.ObjectId(), refundNumber: `REF-2020-${String(index).padStart(6, "0")}` },
    ...{ status: "processing", source: "payment", destination: "original", attempts: [] },
    ...{ paymentId: new Types.ObjectId(), amount: 100, dueAt: null },
    ...{ createdAt: new Date(0), updatedAt: new Date(0) },
  }));
  await shop().db.collection("refunds").insertMany(old);
  const buyer = shop().guest();
  const { gateway: window } = await buyer.open();
  done(await buyer.add("var-ashwagandha-churna-100g"));
  gateway().setFault({ match: "POST /payments/:id/refund", action: "reset", when: "after" });
  await buyer.verify(buyer.pay(window.orderId));
  await shop().settle();
  expect(await buyer.stored.refunds()).toMatchObject([{ status: "processing" }]);
  await sweep();
  expect(await buyer.stored.refunds()).toMatchObject([{ status: "completed" }]);
});

/** Refunds under way that were made so many minutes ago. */
async function refundsOf(minutes: number[], dueAt: Date | null) {
  const rows = minutes.map((ago) => ({
    ...{ _id: new Types.ObjectId(), refundNumber: `REF-2020-${new Types.ObjectId().toHexString()}` },
    ...{ status: "processing", source: "payment", destination: "original", attempts: [], dueAt },
    createdAt: new Date(Date.now() - ago * MINUTE_MS),
  }));
  await shop().db.collection("refunds").insertMany(rows);
  return rows;
}

test("When a thousand refunds are due, then the newest that nobody has asked about comes first", async () => {
  const overdue = new Date(Date.now() - 60 * MINUTE_MS);
  await refundsOf(
    Array.from({ length: 1_000 }, (_unused, index) => index),
    overdue,
  );
  const [older, newest] = await refundsOf([30, 0], null);
  const { findUnfinishedRefunds } = await import(
    "../../../services/flows/perform-refund/perform-refund.flow.js"
  );
  const found = await findUnfinishedRefunds(3);
  expect(found.map(({ _id }) => _id)).toEqual([newest?._id, older?._id, expect.anything()]);
});

test.each([
  [0, 45],
  [4, 60],
  [60, 15 * 60],
  [24 * 60, 60 * 60],
])(
  "When a refund of %i minutes is looked up, then the next look-up is %i seconds later",
  async (minutes, seconds) => {
    const [row] = await refundsOf([minutes], null);
    if (!row) throw new Error("a refund was expected");
    const { lookUpRefund } = await import("../../../services/flows/perform-refund/perform-refund.flow.js");
    // It has no payment, which does not matter here.
    await lookUpRefund({ _id: row._id, dueAt: null }).catch(() => undefined);
    const stored = await shop().db.collection("refunds").findOne({ _id: row._id });
    const waits = (stored?.dueAt.getTime() - Date.now()) / 1_000;
    expect(Math.abs(waits - seconds)).toBeLessThan(10);
  },
);

describe("the pass over the gateway's list", () => {
  const newSlot = () => `test:${new Types.ObjectId().toHexString()}`;
  /** As the schedule runs it. */
  const job = async (name: string, slot = newSlot()) => {
    const [{ getJob }, { runJob }] = await Promise.all([
      import("../../../services/platform/job-registry.service.js"),
      import("../../../services/platform/job-runs.service.js"),
    ]);
    const outcome = await runJob({
      ...{ job: name, slot },
      work: (context) => getJob(name).run(context),
    });
    return outcome.ran ? (outcome.run.result as Record<string, number>) : null;
  };

  test("When one listed payment cannot be read, then the others are settled", async () => {
    const [broken, well] = [await openSince(0), await openSince(0)];
    await payments().updateMany({}, { $set: { sweep: null } });
    const { paymentId } = broken.buyer.pay(broken.gatewayOrderId);
    well.buyer.pay(well.gatewayOrderId);
    gateway().tamper(paymentId, { created_at: "yesterday", amount: "ten" });
    gateway().configure({ listLagSeconds: 0 });
    await sweep();
    expect(await well.buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
  });

  test("When a card's payment became known without its card, then the list completes it", async () => {
    const { buyer, gatewayOrderId } = await openSince(1);
    buyer.pay(gatewayOrderId, { method: "card" });
    await sweep();
    const [known] = await buyer.stored.payments();
    expect(known).toMatchObject({ status: "captured", methodDetails: { gatewayMethod: "card" } });
    expect(known?.methodDetails).not.toHaveProperty("last4");
    gateway().configure({ listLagSeconds: 0 });
    await job("payment-list");
    expect(await buyer.stored.payments()).toMatchObject([
      { methodDetails: { gatewayMethod: "card", last4: expect.stringMatching(/^\d{4}$/), network: "Visa" } },
    ]);
  });

  test("When the job runs every five minutes, then it passes over the list once an hour", async () => {
    gateway().configure({ listLagSeconds: 0 });
    const { buyer, gatewayOrderId } = await openSince(0);
    buyer.pay(gatewayOrderId);
    const first = await job("payment-list");
    expect(first?.listed).toBeGreaterThan(0);
    expect(await job("payment-list")).toMatchObject({ listed: 0 });
    const lease = await shop()
      .db.collection("leases")
      .findOne({ _id: "payment-list-pass" as never });
    expect(lease?.until.getTime()).toBeGreaterThan(Date.now() + 59 * MINUTE_MS);
    expect(lease?.until.getTime()).toBeLessThan(Date.now() + 60 * MINUTE_MS);
  });

  test.each([
    [4.9, true],
    [5.1, false],
  ])(
    "When a payment was made %d days ago and is not asked about any more, then it is found: %s",
    async (days, isFound) => {
      const { setClock } = await import("../../../utils/clock.js");
      const { buyer, gatewayOrderId } = await openSince(0);
      await payments().updateMany({}, { $set: { sweep: null } });
      buyer.pay(gatewayOrderId);
      gateway().configure({ listLagSeconds: 0 });
      setClock(days * 24 * 60 * MINUTE_MS);
      try {
        await job("payment-list");
      } finally {
        setClock(0);
      }
      const [payment] = await buyer.stored.payments();
      expect(payment?.status === "captured").toBe(isFound);
      expect(await buyer.stored.payments()).toMatchObject([
        { capturedAmount: isFound ? payment?.amount : 0 },
      ]);
    },
  );

  test("When the pass takes longer than a minute, then the sweep runs all the same", async () => {
    const { buyer, gatewayOrderId } = await openSince(1);
    buyer.pay(gatewayOrderId);
    gateway().setFault({ match: "GET /payments", action: "delay", delayMs: 4_000, times: 1 });
    const passing = job("payment-list");
    expect(await job("payment-sweep")).toMatchObject({ paymentsAsked: 1, listed: 0 });
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
    expect(await passing).toMatchObject({ daysFailed: 0 });
  });

  test("When the list of one day fails, then the other days are read, and all of them again ten minutes later", async () => {
    const { buyer, gatewayOrderId } = await openSince(0);
    await payments().updateMany({}, { $set: { sweep: null } });
    buyer.pay(gatewayOrderId);
    gateway().configure({ listLagSeconds: 0 });
    gateway().setFault({ match: "GET /payments", action: "status401", times: 1 });
    const first = await job("payment-list");
    expect(first).toMatchObject({ daysFailed: 1 });
    expect(first?.listed).toBeGreaterThan(0);
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
    const leases = shop().db.collection<{ _id: string; until: Date }>("leases");
    const lease = await leases.findOne({ _id: "payment-list-pass" });
    expect(lease?.until.getTime()).toBeLessThan(Date.now() + 10 * MINUTE_MS);
    expect(await job("payment-list")).toMatchObject({ listed: 0 });
    await leases.updateOne({ _id: "payment-list-pass" }, { $set: { until: new Date() } });
    expect(await job("payment-list")).toMatchObject({ daysFailed: 0 });
  });

  test("When it is run by hand and the list fails, then the rest of the sweep is done", async () => {
    const { buyer, gatewayOrderId } = await openSince(1);
    buyer.pay(gatewayOrderId);
    gateway().setFault({ match: "GET /payments", action: "status401", times: "always" });
    expect((await sweep()).listedFailed).toBeGreaterThan(0);
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
  });
});
