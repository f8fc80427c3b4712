import { setTimeout as sleep } from "node:timers/promises";
import { Types } from "mongoose";
import type { RefundDoc } from "../../../models/index.js";
import type { GatewayFaultRule } from "../../../scripts/sandbox/razorpay/faults.js";
import type { GatewayRefund } from "../../../services/integrations/payment-gateway.js";
import { unwrap } from "../../../utils/result.js";
import { readMetricsPage } from "../../support/metrics-page.js";
import { asked, BASKET, type Buyer, done, refused, useRefunds } from "./refund-world.js";

/** How an approved refund reaches the gateway, and what its answers, refusals and events change. */
const world = useRefunds();
const { shop, order, post, stored, orderOf, mails } = world;
const gateway = () => shop().sandbox.control.razorpay;
const SEND = "POST /payments/:id/refund";
const always = (fault: Partial<GatewayFaultRule>) =>
  gateway().setFault({ match: SEND, action: "status500", times: "always", ...fault });

afterEach(async () => {
  await shop().recover();
  gateway().configure({
    ...{ refundMode: "instant", instantRefunds: true, balance: null, writeLatencyMs: 0 },
    webhooks: { drop: "none", hold: false, ladderScale: 1 },
  });
  await shop().settle();
});

interface Asked {
  id: string;
  buyer: Buyer;
  /** At the gateway. */
  paymentId: string;
  number: string;
  /** Paise. */
  amount: number;
}

/** A customer's request for all of an order that was paid online. */
async function requested(wanted: { amount?: number } = {}): Promise<Asked> {
  const { buyer, order: placed } = await order(shop().customer("bharat"), { items: BASKET });
  await shop().settle();
  const refund = await (wanted.amount === undefined
    ? asked(world, buyer, { orderNumber: placed.orderNumber })
    : startedByAdmin(placed.id, wanted.amount));
  const [payment] = await buyer.stored.payments();
  const amount = Math.round(refund.amount * 100);
  return { id: refund.id, buyer, paymentId: payment?.gatewayPaymentId, number: refund.refundNumber, amount };
}

async function startedByAdmin(orderId: string, amount: number) {
  return done(await post("", { orderId, amount, reason: "damaged", destination: "original" }));
}

const approve = (id: string) => post(`/${id}/approve`, {}, { as: "secondAdmin" });

/** Approved, and what follows of it is done. */
async function approved(wanted: { amount?: number } = {}): Promise<Asked> {
  const refund = await requested(wanted);
  done(await approve(refund.id));
  await shop().settle();
  return refund;
}

/** A minute later. */
async function sweep(): Promise<void> {
  await shop()
    .db.collection("refunds")
    .updateMany({ status: "processing" }, { $set: { dueAt: null } });
  await shop().runJob("payment-sweep");
  await shop().settle();
}

const atGateway = ({ paymentId }: Asked) => gateway().refundsOf(paymentId);
const keysAtGateway = ({ paymentId }: Asked) =>
  gateway()
    .ledger()
    .refunds.filter((row) => row.paymentId === paymentId)
    .map(({ idempotencyKey, receipt }) => [idempotencyKey, receipt]);
const requestsOfNotes = ({ id }: Asked) =>
  shop()
    .db.collection("invoiceRequests")
    .countDocuments({ refundId: new Types.ObjectId(id) });

/** Of everything that a completed refund causes, exactly one. */
async function expectCompletedOnce(refund: Asked): Promise<void> {
  const { amount, buyer } = refund;
  expect(await stored(refund.id)).toMatchObject({
    status: "completed",
    attention: false,
    failureReason: null,
  });
  expect(await orderOf(buyer)).toMatchObject({
    ...{ refundedAmount: amount, refundReserved: 0, refundRequested: 0, paymentStatus: "refunded" },
  });
  const lines = await buyer.stored.lines();
  expect(lines.map(({ quantity, quantityRefunded }) => quantity - quantityRefunded)).toEqual([0, 0]);
  expect(mails("refund_completed", refund.number)).toHaveLength(1);
  expect(atGateway(refund).filter(({ status }) => status === "processed")).toHaveLength(1);
}

async function expectNothingReturned({ buyer }: Asked): Promise<void> {
  expect(await orderOf(buyer)).toMatchObject({
    ...{ refundedAmount: 0, refundReserved: 0, paymentStatus: "paid" },
  });
  const [payment] = await buyer.stored.payments();
  expect(payment).toMatchObject({ refundedAmount: 0, refundReserved: 0 });
  const lines = await buyer.stored.lines();
  expect(lines.map(({ quantityRefunded }) => quantityRefunded)).toEqual([0, 0]);
}

const events = () => shop().db.collection("webhookEvents");

/** As a process reads it before it decides. */
async function readRefund(id: string): Promise<RefundDoc> {
  const { Refund } = await import("../../../models/index.js");
  return Refund.findById(id).orFail().lean<RefundDoc>();
}

/** The gateway's present report. */
async function reportOf(gatewayRefundId: string): Promise<GatewayRefund> {
  const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
  return unwrap(await paymentGateway.getRefund(gatewayRefundId));
}

/** An event about a refund as the gateway has it, or had it. */
async function send(gatewayRefundId: string, status: "processed" | "failed"): Promise<void> {
  const entity = { ...gateway().entity(gatewayRefundId), status };
  await gateway().sendEvent(`refund.${status}`, { refund: { entity } });
  await shop().settle();
}

describe("An answer that is lost", () => {
  test.each([
    ["after the gateway has refunded", "after", 1],
    ["before it has", "before", 0],
  ] as const)(
    "When the connection drops %s, then one refund is made, with one key and one receipt",
    async (_when, when, made) => {
      gateway().configure({ webhooks: { drop: "all" } });
      always({ action: "reset", when });
      const refund = await approved();
      expect(await stored(refund.id)).toMatchObject({
        status: "processing",
        attempts: [{ outcome: "unknown", error: "NETWORK", receipt: refund.number }],
      });
      expect(atGateway(refund)).toHaveLength(made);
      await shop().recover();
      await sweep();
      await expectCompletedOnce(refund);
      expect(keysAtGateway(refund)).toEqual([[`${refund.id}-1`, refund.number]]);
    },
  );

  test("When it is performed five times at once, then one refund is made", async () => {
    gateway().configure({ writeLatencyMs: 30 });
    always({ action: "status401" });
    const refund = await approved();
    await shop().recover();
    const { performRefund } = await import("../../../services/flows/perform-refund/perform-refund.flow.js");
    const calls = Array.from({ length: 5 }, () => performRefund(new Types.ObjectId(refund.id)));
    await Promise.allSettled(calls);
    await sweep();
    await expectCompletedOnce(refund);
    expect(keysAtGateway(refund)).toEqual([[`${refund.id}-1`, refund.number]]);
  });

  test("When two processes have read the same refund, then one of them begins an attempt", async () => {
    always({ action: "status401" });
    const refund = await approved();
    const read = await readRefund(refund.id);
    const { beginAttempt } = await import("../../../services/aggregates/refund/refund-attempt.js");
    expect((await beginAttempt(read))?.attempts).toHaveLength(read.attempts.length + 1);
    expect(await beginAttempt(read)).toBeNull();
    expect((await readRefund(refund.id)).attempts).toHaveLength(read.attempts.length + 1);
  });
});

describe("A look-up under the keys of another account", () => {
  const alarms = async () => (await readMetricsPage(shop().http)).sum("upstream_contract_faults_total");

  test.each([
    ["by its receipt", "GET /payments/:id/refunds", { action: "reset", when: "after" }],
    ["by its id", "GET /refunds/:id", { action: "delay", delayMs: 0 }],
  ] as const)(
    "When the gateway knows no such refund %s, then it stays under way, an alarm is raised, and it is made once",
    async (_how, match, sending) => {
      gateway().configure({ refundMode: "pending", webhooks: { drop: "all" } });
      always(sending);
      const refund = await approved({ amount: 100 });
      await shop().recover();
      always({ match, action: "unknownId" });
      const before = await alarms();
      await sweep();
      // Also for those that other tests have left under way.
      expect(await alarms()).toBeGreaterThan(before);
      // Staff could retry one that has failed, and the customer would get the money twice.
      expect(await stored(refund.id)).toMatchObject({ status: "processing", attention: false });
      expect(await orderOf(refund.buyer)).toMatchObject({ refundedAmount: 0, refundReserved: refund.amount });
      await shop().recover();
      gateway().settleRefund(atGateway(refund)[0]?.id ?? "", "processed");
      await sweep();
      expect(await stored(refund.id)).toMatchObject({ status: "completed" });
      expect(keysAtGateway(refund)).toEqual([[`${refund.id}-1`, refund.number]]);
    },
  );
});

describe("Staff", () => {
  test("When two of them approve at once, then one does, and one refund is made", async () => {
    const refund = await requested();
    const answers = await Promise.all([post(`/${refund.id}/approve`), approve(refund.id)]);
    await shop().settle();
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    await expectCompletedOnce(refund);
  });

  test("When two refunds together exceed what was paid, then the second is refused and never sent", async () => {
    const { buyer, paymentId, amount } = await requested({ amount: 100 });
    const rest = await post("", {
      ...{ orderId: buyer.id, reason: "damaged", destination: "original" },
      amount: amount / 100 + 1e6,
    });
    refused(rest, 400, "REFUND_EXCEEDS_PAID");
    const all = (await orderOf(buyer)).paidAmount / 100;
    const second = await post("", {
      ...{ orderId: buyer.id, reason: "damaged", destination: "original", amount: all },
    });
    refused(second, 400, "REFUND_EXCEEDS_PAID");
    expect(gateway().refundsOf(paymentId)).toEqual([]);
  });

  test("When a part was refunded in the dashboard and nobody knows yet, then the gateway's refusal fails the refund", async () => {
    const refund = await requested();
    gateway().configure({ webhooks: { drop: "all" } });
    gateway().refundInDashboard(refund.paymentId, 5_000);
    done(await approve(refund.id));
    await shop().settle();
    expect(await stored(refund.id)).toMatchObject({
      ...{ status: "failed", attention: true, attempts: [{ error: "REFUND_EXCEEDS_CAPTURE" }] },
      failureReason: expect.stringContaining("less left of the payment"),
    });
    await expectNothingReturned(refund);
  });
});

describe("A process that was delayed", () => {
  test("When a process that was refused goes on after another has refunded, then the refund stays completed", async () => {
    always({});
    const refund = await approved();
    const seen = await readRefund(refund.id);
    await shop().recover();
    await sweep();
    await expectCompletedOnce(refund);
    const { failRefund } = await import("../../../services/aggregates/refund/fail-refund.js");
    await failRefund(seen, { code: "low_balance", reason: "refused", attemptError: "INSUFFICIENT_BALANCE" });
    await expectCompletedOnce(refund);
    expect(await stored(refund.id)).toMatchObject({ attempts: [{ outcome: "completed" }] });
  });

  test.each(["failed", "processed"] as const)(
    "When another attempt is in flight since, then what it decides about the attempt before, %s, changes nothing",
    async (status) => {
      gateway().configure({ refundMode: "pending" });
      const refund = await approved();
      const seen = await readRefund(refund.id);
      const first = atGateway(refund)[0]?.id ?? "";
      gateway().settleRefund(first, "failed");
      await shop().settle();
      done(await post(`/${refund.id}/retry`));
      await shop().settle();
      const { settleRefund } = await import("../../../services/aggregates/refund/settle-refund.js");
      await settleRefund(seen, { ...(await reportOf(first)), status });
      expect(await stored(refund.id)).toMatchObject({
        ...{ status: "processing", attempts: [{ outcome: "refused" }, { outcome: "sent" }] },
      });
      expect(await orderOf(refund.buyer)).toMatchObject({ refundedAmount: 0, refundReserved: refund.amount });
    },
  );

  test("When staff have chosen store credit since, then it does not fail that refund", async () => {
    always({});
    const refund = await approved();
    const seen = await readRefund(refund.id);
    await shop().recover();
    gateway().configure({ balance: 0 });
    await sweep();
    expect(await stored(refund.id)).toMatchObject({ status: "failed" });
    const down = { service: "engagement", match: "store-credits/issue", action: "reset-before" } as const;
    shop().sandbox.control.faults.add(down);
    expect(done(await post(`/${refund.id}/store-credit`))).toMatchObject({ status: "processing" });
    const { failRefund } = await import("../../../services/aggregates/refund/fail-refund.js");
    await failRefund(seen, { code: "low_balance", reason: "refused" });
    expect(await stored(refund.id)).toMatchObject({ status: "processing", destination: "store_credit" });
    expect(await orderOf(refund.buyer)).toMatchObject({ refundReserved: refund.amount });
  });

  test.each([
    ["processed", "failed", "processed"],
    ["failed", "processed", "processed"],
    ["processed", "failed", "failed"],
    ["failed", "processed", "failed"],
  ] as const)(
    "When the report %s is decided on and %s is faster, then it ends as the gateway has it: %s",
    async (slower, faster, truth) => {
      gateway().configure({ refundMode: "pending" });
      const refund = await approved();
      gateway().configure({ webhooks: { drop: "all" } });
      const made = atGateway(refund)[0]?.id ?? "";
      gateway().settleRefund(made, truth);
      const report = await reportOf(made);
      const { reportRefund } = await import("../../../services/flows/report-refund.flow.js");
      const { Payment } = await import("../../../models/index.js");
      // The faster report is applied after the slower one has read the refund.
      const read = Payment.collection.findOne.bind(Payment.collection);
      const spy = jest.spyOn(Payment.collection, "findOne").mockImplementationOnce(async (...query) => {
        await reportRefund({ ...report, status: faster });
        return read(...query);
      });
      try {
        await reportRefund({ ...report, status: slower });
        expect(spy).toHaveBeenCalled();
      } finally {
        spy.mockRestore();
      }
      await shop().settle();
      if (truth === "processed") return expectCompletedOnce(refund);
      expect(await stored(refund.id)).toMatchObject({ status: "failed", attention: true });
      await expectNothingReturned(refund);
    },
  );
});

describe("A retry that is approved and has not begun", () => {
  /** The gateway has made it, then taken it back; staff have approved another attempt. @returns the gateway's refund */
  async function approvedAgain(refund: Asked): Promise<string> {
    const made = atGateway(refund)[0]?.id ?? "";
    gateway().tamper(made, { status: "failed" });
    gateway().tamper(refund.paymentId, { status: "captured", amount_refunded: 0, refund_status: null });
    await send(made, "failed");
    expect(await stored(refund.id)).toMatchObject({ status: "failed" });
    done(await post(`/${refund.id}/retry`));
    return made;
  }

  test.each(["processed", "failed", "pending"] as const)(
    "When an old report of the attempt before says %s, then the retry is made all the same",
    async (status) => {
      const refund = await approved();
      const made = await approvedAgain(refund);
      const { reportRefund } = await import("../../../services/flows/report-refund.flow.js");
      await reportRefund({ ...(await reportOf(made)), status });
      expect(await stored(refund.id)).toMatchObject({ status: "processing", gatewayRefundId: null });
      await shop().settle();
      expect(await stored(refund.id)).toMatchObject({
        ...{ status: "completed", attention: false },
        attempts: [{ outcome: "refused" }, { outcome: "completed" }],
      });
      expect(atGateway(refund)).toMatchObject([{ status: "failed" }, { status: "processed" }]);
    },
  );

  test("When the gateway has made the attempt before after all, then the refund is completed and not sent again", async () => {
    const refund = await approved();
    const made = await approvedAgain(refund);
    gateway().tamper(made, { status: "processed" });
    const { reportRefund } = await import("../../../services/flows/report-refund.flow.js");
    await reportRefund(await reportOf(made));
    await shop().settle();
    expect(await stored(refund.id)).toMatchObject({
      ...{ status: "completed", gatewayRefundId: made, attempts: [{ outcome: "completed" }] },
    });
    expect(atGateway(refund)).toMatchObject([{ id: made, status: "processed" }]);
  });

  test("When that is reported while the next attempt begins, then a person has to look", async () => {
    const refund = await approved();
    const made = await approvedAgain(refund);
    const seen = await readRefund(refund.id);
    const { beginAttempt } = await import("../../../services/aggregates/refund/refund-attempt.js");
    expect(await beginAttempt(seen)).toMatchObject({ attempts: [{}, { outcome: "sent" }] });
    gateway().tamper(made, { status: "processed" });
    const { settleRefund } = await import("../../../services/aggregates/refund/settle-refund.js");
    await settleRefund(seen, await reportOf(made));
    expect(await stored(refund.id)).toMatchObject({ status: "processing", attention: true });
  });
});

describe("A refusal", () => {
  const agedSevenMonths = ({ paymentId }: Asked) =>
    gateway().tamper(paymentId, { created_at: Math.floor(gateway().now() / 1000) - 210 * 86_400 });
  const lowBalance = (lowBalanceText: "balance" | "invalid_request") => () =>
    gateway().configure({ balance: 0, lowBalanceText });

  test.each<[string, (refund: Asked) => unknown, string, string]>([
    ["the balance is low", lowBalance("balance"), "INSUFFICIENT_BALANCE", "balance of the gateway account"],
    ["the request is invalid", lowBalance("invalid_request"), "INVALID_REQUEST", "balance of its account"],
    ["the payment is too old", agedSevenMonths, "PAYMENT_TOO_OLD", "older than six months"],
  ])(
    "When %s, then it waits for a person, is not repeated by itself, and a retry has a new key",
    async (_why, spoil, error, reason) => {
      const refund = await requested();
      const created = gateway().entity(refund.paymentId)?.created_at;
      spoil(refund);
      const calls = always({ action: "delay", delayMs: 0 });
      done(await approve(refund.id));
      await shop().settle();
      const failed = {
        ...{ status: "failed", attention: true, failureReason: expect.stringContaining(reason) },
        attempts: [{ outcome: "refused", error, receipt: refund.number }],
      };
      expect(await stored(refund.id)).toMatchObject(failed);
      await expectNothingReturned(refund);
      await sweep();
      await sweep();
      expect(gateway().faults()).toMatchObject([{ id: calls.id, hits: 1 }]);
      expect(mails("refund_attention_admin", refund.number)).toHaveLength(1);
      const listed = done(await world.get("?attention=true&status=failed"));
      expect(listed.items.map(({ id }: { id: string }) => id)).toContain(refund.id);
      gateway().configure({ balance: null });
      gateway().tamper(refund.paymentId, { created_at: created });
      done(await post(`/${refund.id}/retry`));
      await shop().settle();
      await expectCompletedOnce(refund);
      expect(keysAtGateway(refund)).toEqual([[`${refund.id}-2`, `${refund.number}-2`]]);
    },
  );
});

describe("Events", () => {
  test("When refund.processed arrives before the answer to the call, then the refund completes once", async () => {
    const refund = await requested();
    always({ action: "delay", delayMs: 700, when: "after" });
    done(await approve(refund.id));
    let isAnswered = false;
    const performed = shop()
      .settle()
      .then(() => {
        isAnswered = true;
      });
    for (let waits = 0; waits < 200 && (await stored(refund.id)).status !== "completed"; waits += 1)
      await sleep(10);
    expect([isAnswered, (await stored(refund.id)).status]).toEqual([false, "completed"]);
    await performed;
    await expectCompletedOnce(refund);
    expect((await stored(refund.id)).history).toHaveLength(3);
  });

  test("When it fails after the customer saw that it is under way, then its amount is free, and a retry completes it", async () => {
    gateway().configure({ refundMode: "pending" });
    const refund = await approved();
    const seen = done(await refund.buyer.get(`/api/refunds/${refund.id}`));
    expect(seen).toMatchObject({ status: "processing" });
    const [first] = atGateway(refund);
    gateway().settleRefund(first?.id ?? "", "failed");
    await shop().settle();
    expect(await stored(refund.id)).toMatchObject({ status: "failed", attention: true });
    await expectNothingReturned(refund);
    gateway().configure({ refundMode: "instant" });
    done(await post(`/${refund.id}/retry`));
    await shop().settle();
    await expectCompletedOnce(refund);
    const { gatewayRefundId, attempts } = await stored(refund.id);
    expect(gatewayRefundId).not.toBe(first?.id);
    expect(attempts).toMatchObject([{ outcome: "refused" }, { outcome: "completed" }]);
    // Late, about the first attempt.
    await send(first?.id ?? "", "failed");
    await expectCompletedOnce(refund);
  });

  test("When it is processed, then failed, then processed, then there is one credit note and one mail", async () => {
    const refund = await requested();
    await shop().runJob("invoice-issue");
    done(await approve(refund.id));
    await shop().settle();
    await expectCompletedOnce(refund);
    const [made] = atGateway(refund);
    for (const status of ["failed", "processed"] as const) {
      gateway().tamper(made?.id ?? "", { status });
      await send(made?.id ?? "", status);
      if (status === "failed") await expectNothingReturned(refund);
    }
    await expectCompletedOnce(refund);
    expect(await requestsOfNotes(refund)).toBe(1);
    const { history } = await stored(refund.id);
    expect(history.map(({ to }: { to: string }) => to)).toEqual([
      ...["pending", "processing", "completed", "failed", "processing", "completed"],
    ]);
  });

  test("When it fails after all and the gateway does not answer for longer than an hour, then its event waits for the answer", async () => {
    const refund = await approved();
    const [made] = atGateway(refund);
    gateway().tamper(made?.id ?? "", { status: "failed" });
    const down = { match: "GET /refunds/:id", action: "status503", times: "always" } as const;
    gateway().setFault(down);
    await send(made?.id ?? "", "failed");
    const failed = { event: "refund.failed", gatewayPaymentId: refund.paymentId };
    await events().updateOne(failed, { $set: { attempts: 7, dueAt: new Date(0) } });
    await shop().runJob("webhook-retry");
    expect(await events().findOne(failed)).toMatchObject({ state: "received", attempts: 8 });
    expect(await stored(refund.id)).toMatchObject({ status: "completed" });
    await shop().recover();
    await events().updateOne(failed, { $set: { dueAt: new Date(0) } });
    await shop().runJob("webhook-retry");
    expect(await stored(refund.id)).toMatchObject({ status: "failed", attention: true });
    await expectNothingReturned(refund);
  });

  test("When the gateway's answer looks processed and the refund fails, then nothing counts as returned", async () => {
    gateway().configure({ failingRefundLooksProcessed: true });
    const refund = await approved({ amount: 24.68 });
    for (let waits = 0; waits < 200 && (await stored(refund.id)).status !== "failed"; waits += 1) {
      await sleep(10);
      await shop().settle();
    }
    expect(await stored(refund.id)).toMatchObject({ status: "failed", attention: true });
    await expectNothingReturned(refund);
  });

  test("When refunds are to be instant and the bank makes it normal, then only its speed says so", async () => {
    await shop().set("payments", { refundSpeed: "optimum" });
    gateway().configure({ instantRefunds: false });
    const refund = await approved();
    expect(await stored(refund.id)).toMatchObject({ speed: "normal" });
    expect(atGateway(refund)).toMatchObject([{ speed_requested: "optimum" }]);
    await expectCompletedOnce(refund);
  });
});

describe("A completed refund that the gateway retracts", () => {
  /** Two units of an invoiced order are refunded and credited, and the gateway takes the refund back. */
  async function retracted() {
    const placed = await order(shop().customer("bharat"), { items: BASKET });
    await shop().settle();
    await shop().runJob("invoice-issue");
    const { buyer, lines } = placed;
    const { orderNumber } = placed.order;
    const items = [{ orderItemId: lines[0].id, quantity: 2 }];
    const { id } = await asked(world, buyer, { orderNumber, items });
    await complete(id);
    const refund = await stored(id);
    expect(refund.status).toBe("completed");
    const [payment] = await buyer.stored.payments();
    gateway().tamper(refund.gatewayRefundId, { status: "failed" });
    const untouched = { status: "captured", amount_refunded: 0, refund_status: null };
    gateway().tamper(payment?.gatewayPaymentId, untouched);
    await send(refund.gatewayRefundId, "failed");
    expect(await stored(id)).toMatchObject({ status: "failed", attention: true });
    return { buyer, id, orderNumber, orderId: placed.order.id, lineId: lines[0].id, amount: refund.amount };
  }

  async function complete(id: string): Promise<void> {
    done(await approve(id));
    await shop().settle();
    await shop().runJob("invoice-issue");
  }

  /** Amounts by refund. */
  async function creditedOf(orderId: string): Promise<Record<string, number>> {
    const filter = { orderId: new Types.ObjectId(orderId), type: "credit_note" };
    const notes = await shop().db.collection("invoices").find(filter).toArray();
    return Object.fromEntries(notes.map(({ refundId, totals }) => [String(refundId), totals.grandTotal]));
  }

  test("When fewer of its units are to be processed, then it is refused; in another way it completes as it was credited", async () => {
    const { id, lineId, orderId, amount } = await retracted();
    const items = [{ orderItemId: lineId, quantity: 1 }];
    expect(refused(await post(`/${id}/process-partial`, { items }), 400, "NOT_REFUNDABLE")).toMatchObject({
      reason: "credited",
    });
    done(await post(`/${id}/store-credit`));
    await shop().settle();
    await shop().runJob("invoice-issue");
    expect(await stored(id)).toMatchObject({ status: "completed", amount, destination: "store_credit" });
    expect(await creditedOf(orderId)).toEqual({ [id]: amount });
  });

  test("When more is asked for, then no other refund contains its units or its money, and a retry completes it", async () => {
    const { id, buyer, lineId, orderId, orderNumber, amount } = await retracted();
    const { paidAmount } = await orderOf(buyer);
    const again = { orderNumber, reason: "damaged", items: [{ orderItemId: lineId, quantity: 2 }] };
    refused(await world.ask(buyer, again), 400, "REFUND_EXCEEDS_PAID");
    const rest = await asked(world, buyer, { orderNumber });
    expect(Math.round(rest.amount * 100)).toBe(paidAmount - amount);
    await complete(rest.id);
    done(await post(`/${id}/retry`));
    await shop().settle();
    await shop().runJob("invoice-issue");
    expect(await orderOf(buyer)).toMatchObject({ refundedAmount: paidAmount, paymentStatus: "refunded" });
    expect(await creditedOf(orderId)).toEqual({ [id]: amount, [rest.id]: paidAmount - amount });
  });

  test("When the order is cancelled, then its money goes back with it alone", async () => {
    const { id, orderId, buyer, amount } = await retracted();
    const { paidAmount } = await orderOf(buyer);
    const as = { token: shop().sandbox.tokens.admin };
    done(
      await shop().call("post", `/api/admin/orders/${orderId}/cancel`, { as, body: { reason: "mistake" } }),
    );
    await shop().settle();
    expect(await stored(id)).toMatchObject({ status: "failed" });
    expect(await orderOf(buyer)).toMatchObject({ refundedAmount: paidAmount - amount });
  });
});

describe("A dispute", () => {
  test("When it is lost while an approved refund waits, then only the loss counts, and staff decide again", async () => {
    always({});
    const refund = await approved();
    await shop().recover();
    // As if the instance had ended between the approval and the call.
    const fresh = { attempts: [], dueAt: null };
    await shop()
      .db.collection("refunds")
      .updateOne({ _id: new Types.ObjectId(refund.id) }, { $set: fresh });
    const { id: disputeId } = gateway().openDispute(refund.paymentId);
    await shop().settle();
    await sweep();
    expect(await stored(refund.id)).toMatchObject({ status: "processing", attention: true, attempts: [] });
    expect(mails("refund_attention_admin", refund.number)).toHaveLength(1);
    gateway().moveDispute(disputeId, "lost");
    await shop().settle();
    await sweep();
    expect(await stored(refund.id)).toMatchObject({
      ...{ status: "failed", attention: true },
      failureReason: expect.stringContaining("lost dispute"),
    });
    expect(await orderOf(refund.buyer)).toMatchObject({ refundedAmount: refund.amount, refundReserved: 0 });
    expect(atGateway(refund)).toEqual([]);
    refused(await post(`/${refund.id}/retry`), 400, "REFUND_EXCEEDS_PAID");
  });

  /** The loss of a payment whose full refund is in flight has waited as long as an event waits. */
  async function lostBeside(refund: Asked): Promise<string> {
    const { id: disputeId } = gateway().openDispute(refund.paymentId);
    gateway().moveDispute(disputeId, "lost");
    await shop().settle();
    for (const _time of [1, 2]) {
      await events().updateMany({ state: "received" }, { $set: { attempts: 5, dueAt: new Date(0) } });
      await shop().runJob("webhook-retry");
    }
    expect(await events().findOne({ event: "payment.dispute.lost", awaits: refund.paymentId })).toMatchObject(
      {
        state: "flagged",
        reason: "more was deducted than is left of the payment",
      },
    );
    expect(await orderOf(refund.buyer)).toMatchObject({ refundedAmount: 0, refundReserved: refund.amount });
    return disputeId;
  }

  async function expectLossCounted({ id, buyer, amount }: Asked): Promise<void> {
    const counted = { refundedAmount: amount, refundReserved: 0 };
    expect(await buyer.stored.payments()).toMatchObject([counted]);
    expect(await orderOf(buyer)).toMatchObject({ ...counted, paymentStatus: "refunded" });
    const refunds = await world.refundsOf(buyer.id);
    expect(refunds.map(({ status, systemReason }) => [status, systemReason])).toEqual([
      ["failed", null],
      ["completed", "dispute_lost"],
    ]);
    for (const route of ["retry", "store-credit"])
      refused(await post(`/${id}/${route}`), 400, "REFUND_EXCEEDS_PAID");
  }

  test("When it is lost while a refund is in flight, then the loss counts once that refund has failed", async () => {
    gateway().configure({ refundMode: "pending" });
    const refund = await approved();
    await lostBeside(refund);
    gateway().settleRefund(atGateway(refund)[0]?.id ?? "", "failed");
    await shop().settle();
    await shop().runJob("webhook-retry");
    await expectLossCounted(refund);
  });

  test("When the process that failed the refund ended before it looked for the loss, then a repetition does", async () => {
    gateway().configure({ refundMode: "pending" });
    const refund = await approved();
    await lostBeside(refund);
    const [made] = atGateway(refund);
    gateway().configure({ webhooks: { drop: "all" } });
    gateway().settleRefund(made?.id ?? "", "failed");
    gateway().configure({ webhooks: { drop: "none" } });
    const seen = await readRefund(refund.id);
    const { recordFailure } = await import("../../../services/aggregates/refund/fail-refund.js");
    const { inTransaction } = await import("../../../services/platform/transaction.service.js");
    await inTransaction((tx) => recordFailure(seen, { code: "failed_at_bank", reason: "failed" }, tx));
    await send(made?.id ?? "", "failed");
    await shop().runJob("webhook-retry");
    await expectLossCounted(refund);
  });

  test("When it is lost and the refund never reached the gateway, then it is not sent, and the loss counts", async () => {
    always({ action: "status503" });
    const refund = await approved();
    expect(await stored(refund.id)).toMatchObject({
      status: "processing",
      attempts: [{ outcome: "unknown" }],
    });
    await lostBeside(refund);
    await shop().recover();
    await sweep();
    expect(await stored(refund.id)).toMatchObject({ status: "processing" });
    await shop()
      .db.collection("refunds")
      .updateOne(
        { _id: new Types.ObjectId(refund.id) },
        { $set: { "attempts.0.at": new Date(Date.now() - 61_000) } },
      );
    await sweep();
    await shop().runJob("webhook-retry");
    expect(atGateway(refund)).toEqual([]);
    await expectLossCounted(refund);
  });

  test("When no event of it arrives and the refund in flight fails, then the list counts the loss", async () => {
    gateway().configure({ refundMode: "pending" });
    const refund = await approved();
    gateway().configure({ webhooks: { drop: "all" } });
    const { id: disputeId } = gateway().openDispute(refund.paymentId);
    gateway().moveDispute(disputeId, "lost");
    for (const _hour of [1, 2])
      expect(await shop().runJob("dispute-sync")).toMatchObject({ result: { changed: 0, failed: 1 } });
    gateway().settleRefund(atGateway(refund)[0]?.id ?? "", "failed");
    await sweep();
    expect(await shop().runJob("dispute-sync")).toMatchObject({ result: { changed: 1, failed: 0 } });
    expect(await shop().runJob("dispute-sync")).toMatchObject({ result: { changed: 0, failed: 0 } });
    await expectLossCounted(refund);
  });

  test("When it is lost and the refund in flight is made after all, then the loss waits for a person", async () => {
    gateway().configure({ refundMode: "pending" });
    const refund = await approved();
    await lostBeside(refund);
    gateway().settleRefund(atGateway(refund)[0]?.id ?? "", "processed");
    await shop().settle();
    await shop().runJob("webhook-retry");
    await expectCompletedOnce(refund);
    expect(await refund.buyer.stored.payments()).toMatchObject([{ attention: true }]);
  });
});

describe("Store credit", () => {
  test("When its service does not answer, then the refund stays under way, and the sweep gives the credit once", async () => {
    const refund = await requested();
    shop().sandbox.control.faults.add({
      ...{ service: "engagement", match: "store-credits/issue", action: "reset-after" },
    });
    const answer = done(await post(`/${refund.id}/store-credit`));
    expect(answer).toMatchObject({ status: "processing", destination: "store_credit" });
    await shop().settle();
    await shop().recover();
    await sweep();
    expect(await stored(refund.id)).toMatchObject({
      status: "completed",
      gatewayRefundId: null,
      attempts: [],
    });
    const credits = shop()
      .sandbox.control.engagement.creditLedger()
      .filter(({ reference }) => reference === `refund:${refund.id}`);
    expect(credits).toMatchObject([{ type: "issued", amount: refund.amount / 100 }]);
    const [payment] = await refund.buyer.stored.payments();
    expect(payment).toMatchObject({ refundedAmount: 0, refundReserved: 0 });
    expect(await orderOf(refund.buyer)).toMatchObject({ refundedAmount: refund.amount, refundReserved: 0 });
    const lines = await refund.buyer.stored.lines();
    expect(lines.map(({ quantity, quantityRefunded }) => quantity - quantityRefunded)).toEqual([0, 0]);
  });

  test("When the gateway's attempt had failed and is refunded there after all, then a person has to look", async () => {
    gateway().configure({ refundMode: "pending" });
    const refund = await approved();
    const [first] = atGateway(refund);
    gateway().settleRefund(first?.id ?? "", "failed");
    await shop().settle();
    done(await post(`/${refund.id}/store-credit`));
    await send(first?.id ?? "", "processed");
    expect(await stored(refund.id)).toMatchObject({ status: "completed", attention: true });
    expect(await orderOf(refund.buyer)).toMatchObject({ refundedAmount: refund.amount });
  });
});

describe("The gateway's clock", () => {
  test("When the old gateway order is paid three days later, then that payment is refunded and the order stays paid", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const late = buyer.pay(window.orderId, { outcome: "late" });
    done(await buyer.add("var-ashwagandha-churna-100g"));
    done(await buyer.start());
    const { gateway: next } = done(await buyer.choose());
    done(await buyer.verify(buyer.pay(next.orderId)));
    done(await buyer.order());
    await shop().settle();
    gateway().advance(3 * 86_400);
    gateway().settleLate(late.paymentId);
    await shop().settle();
    const late3Days = { paymentId: late.paymentId } as Asked;
    expect(atGateway(late3Days)).toMatchObject([{ status: "processed" }]);
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid", refundedAmount: 0 });
    const [refund] = await shop().db.collection("refunds").find({ systemReason: "superseded" }).toArray();
    expect(refund).toMatchObject({ status: "completed", history: [{ from: null, to: "processing" }, {}] });
  });

  test("When our endpoint has failed for a day and is disabled, then the sweep completes a refund without any event", async () => {
    // The gateway's retries of a day within milliseconds.
    gateway().configure({ refundMode: "pending", webhooks: { ladderScale: 1e-6 } });
    const [endpoint] = gateway().endpoints();
    const url = endpoint?.url ?? "";
    gateway().setWebhookUrls([url.replace(/\/[a-z]+$/, "/no-such-route")]);
    try {
      const refund = await approved();
      await gateway().flushWebhooks({ retries: true });
      expect(gateway().endpoints()).toMatchObject([{ enabled: false }]);
      gateway().settleRefund(atGateway(refund)[0]?.id ?? "", "processed");
      await sweep();
      await expectCompletedOnce(refund);
    } finally {
      gateway().setWebhookUrls([url]);
    }
  });
});
