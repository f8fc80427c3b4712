import { Types } from "mongoose";
import type { AttemptResult } from "../../../scripts/sandbox/razorpay/control-types.js";
import { aPayment } from "../../support/documents.js";
import { type Buyer, done, type Shop, useShop } from "../checkout/shop-world.js";

/**
 * The gateway's books against ours, over HTTP: what differs is found and, where asked for, repaired. Reports are about
 * everything in the database, so each test reads the items of its own payments.
 */
const shopOf = useShop();
const HOUR_MS = 3_600_000;

interface Item {
  class: string;
  entity: string;
  gatewayId: string;
  amountAtRisk: number;
  localStatus: string | null;
  repair: { outcome: string; note: string } | null;
}
interface Reconciled {
  report: Record<string, never> & {
    id: string;
    state: string;
    payments: { compared: number; matched: number; breaks: number; unresolved: number };
    refunds: { compared: number; matched: number; breaks: number; unresolved: number };
    settlements: Record<string, number>;
    breaks: { class: string; count: number; repaired: number; amountAtRisk: number }[];
  };
  items: Item[];
  of(gatewayId: string): Item | undefined;
}

const admin = (shop: Shop) => ({ token: shop.sandbox.tokens.admin });
const day = (ms: number) => new Date(ms + 5.5 * HOUR_MS).toISOString().slice(0, 10);
const range = () => ({ dateFrom: day(Date.now()), dateTo: day(Date.now() + HOUR_MS) });

async function order(shop: Shop, body: object): Promise<string> {
  const clock = await import("../../../utils/clock.js");
  // What is younger than a quarter of an hour is left to the next run.
  clock.setClock(HOUR_MS);
  const answer = await shop.call("post", "/api/admin/payments/reconcile", { as: admin(shop), body });
  expect(answer.status).toBe(202);
  return answer.body.data.id;
}

async function read(shop: Shop, id: string): Promise<Reconciled> {
  const path = `/api/admin/payments/reconciliations/${id}?limit=100`;
  const { report, breaks } = done(await shop.call("get", path, { as: admin(shop) }));
  return {
    report,
    items: breaks.items,
    of: (gatewayId) => breaks.items.find((item: Item) => item.gatewayId === gatewayId),
  };
}

async function reconcile(shop: Shop, repair = false): Promise<Reconciled> {
  const id = await order(shop, { ...range(), repair });
  await shop.runJob("reconciliation-requests");
  const reconciled = await read(shop, id);
  expect(reconciled.report).toMatchObject({ state: "completed", error: null });
  for (const list of [reconciled.report.payments, reconciled.report.refunds]) {
    expect(list.compared).toBe(list.matched + list.breaks + list.unresolved);
  }
  return reconciled;
}

/** Paid at the gateway, and no webhook has arrived. */
async function paidUnseen(buyer: Buyer): Promise<AttemptResult> {
  const { gateway } = await buyer.open();
  return buyer.pay(gateway.orderId);
}

const placed = async (buyer: Buyer) => (await buyer.stored.order()) !== null;

beforeEach(() => {
  shopOf().sandbox.control.razorpay.configure({ webhooks: { drop: "all" }, listLagSeconds: 0 });
});

it("When a payment, a failed attempt and a capture were missed, then each is found, and repaired once", async () => {
  const shop = shopOf();
  const { razorpay } = shop.sandbox.control;
  const [missed, late, unplaced] = [shop.guest(), shop.guest(), shop.guest()];
  const unseen = await paidUnseen(missed);
  const { gateway } = await late.open();
  razorpay.configure({ webhooks: { drop: "none" } });
  const timedOut = late.pay(gateway.orderId, { outcome: "late" });
  await shop.settle();
  razorpay.configure({ webhooks: { drop: "all" } });
  razorpay.settleLate(timedOut.paymentId);
  const captured = await paidUnseen(unplaced);
  done(await unplaced.verify(captured));

  const found = await reconcile(shop);
  expect(found.of(unseen.paymentId)).toMatchObject({
    class: "missing_locally",
    entity: "payment",
    repair: null,
  });
  expect(found.of(timedOut.paymentId)).toMatchObject({ class: "status_mismatch", localStatus: "failed" });
  expect(found.of(captured.paymentId)).toMatchObject({ class: "unlinked_capture" });
  expect(found.of(captured.paymentId)?.amountAtRisk).toBeGreaterThan(0);
  expect([await placed(missed), await placed(late), await placed(unplaced)]).toEqual([false, false, false]);

  const repaired = await reconcile(shop, true);
  for (const { paymentId } of [unseen, timedOut, captured]) {
    expect(repaired.of(paymentId)?.repair).toMatchObject({ outcome: "repaired" });
  }
  expect([await placed(missed), await placed(late), await placed(unplaced)]).toEqual([true, true, true]);
  const again = await reconcile(shop, true);
  for (const { paymentId } of [unseen, timedOut, captured]) expect(again.of(paymentId)).toBeUndefined();
  expect(await missed.stored.payments()).toHaveLength(1);
  expect(await unplaced.stored.refunds()).toEqual([]);
});

it("When our record or its amount contradicts the gateway, then a person has to decide", async () => {
  const shop = shopOf();
  const buyer = shop.guest();
  await buyer.buy();
  const ghost = `pay_${new Types.ObjectId().toHexString().slice(0, 14)}`;
  const invented = aPayment({ gatewayPaymentId: ghost, idempotencyKey: null, createdAt: new Date() });
  await shop.db.collection("payments").insertOne({ ...invented, checkoutSessionId: new Types.ObjectId() });
  const paying = shop.guest();
  const { gateway } = await paying.open();
  const paid = paying.pay(gateway.orderId);
  done(await paying.verify(paid));
  done(await paying.order());
  shop.sandbox.control.razorpay.tamper(paid.paymentId, { amount: 100 });

  const { of, report } = await reconcile(shop, true);
  expect(of(ghost)).toMatchObject({ class: "missing_at_gateway", amountAtRisk: 470 });
  expect(of(ghost)?.repair).toMatchObject({ outcome: "needs_person" });
  expect(of(paid.paymentId)).toMatchObject({ class: "amount_mismatch" });
  expect(of(paid.paymentId)?.repair).toMatchObject({ outcome: "needs_person" });
  expect(report.breaks.map((part) => part.class)).toEqual(["missing_at_gateway", "amount_mismatch"]);
  await shop.db.collection("payments").deleteOne({ gatewayPaymentId: ghost });
  const [local] = await paying.stored.payments();
  shop.sandbox.control.razorpay.tamper(paid.paymentId, { amount: local?.capturedAmount });
});

it("When a refund was made in the dashboard, then it is missing here, and the repair records it once", async () => {
  const shop = shopOf();
  const buyer = shop.guest();
  const { gateway } = await buyer.open();
  const paid = buyer.pay(gateway.orderId);
  done(await buyer.verify(paid));
  done(await buyer.order());
  const refund = shop.sandbox.control.razorpay.refundInDashboard(paid.paymentId, 5_000);

  const found = await reconcile(shop);
  expect(found.of(refund.id)).toMatchObject({ class: "missing_locally", entity: "refund", amountAtRisk: 50 });
  const repaired = await reconcile(shop, true);
  expect(repaired.of(refund.id)?.repair).toMatchObject({ outcome: "repaired" });
  expect((await reconcile(shop, true)).of(refund.id)).toBeUndefined();
  expect(await buyer.stored.refunds()).toMatchObject([{ amount: 5_000, gatewayRefundId: refund.id }]);
  expect(await buyer.stored.payments()).toMatchObject([{ refundedAmount: 5_000 }]);
});

it("When two repairs of overlapping ranges run at once, then each break is repaired once", async () => {
  const shop = shopOf();
  const { razorpay } = shop.sandbox.control;
  const [missed, refunded] = [shop.guest(), shop.guest()];
  await paidUnseen(missed);
  const { gateway } = await refunded.open();
  const paid = refunded.pay(gateway.orderId);
  done(await refunded.verify(paid));
  done(await refunded.order());
  const refund = razorpay.refundInDashboard(paid.paymentId, 7_000);
  const { dateFrom, dateTo } = range();
  await order(shop, { dateFrom, dateTo, repair: true });
  await order(shop, { dateFrom: day(Date.now() - 24 * HOUR_MS), dateTo, repair: true });
  await Promise.all([shop.runJob("reconciliation-requests"), shop.runJob("payment-reconciliation")]);

  expect(await placed(missed)).toBe(true);
  expect(await missed.stored.payments()).toHaveLength(1);
  expect(await missed.stored.refunds()).toEqual([]);
  expect(await refunded.stored.refunds()).toMatchObject([{ gatewayRefundId: refund.id, amount: 7_000 }]);
  expect(await refunded.stored.payments()).toMatchObject([{ refundedAmount: 7_000 }]);
});

it("When the bank has paid a refund and the report was lost, then the repair completes it", async () => {
  const shop = shopOf();
  const { razorpay } = shop.sandbox.control;
  razorpay.configure({ refundMode: "pending" });
  const buyer = shop.guest();
  const { gateway } = await buyer.open();
  const twice = [1, 2].map(() => buyer.pay(gateway.orderId, { details: { ifPaid: "accept" } }));
  for (const paid of twice) await buyer.verify(paid);
  done(await buyer.order());
  await shop.settle();
  const [refund] = await buyer.stored.refunds();
  expect(refund).toMatchObject({ status: "processing", gatewayRefundId: expect.any(String) });
  razorpay.settleRefund(refund?.gatewayRefundId, "processed");
  razorpay.configure({ refundMode: "instant" });

  const { of } = await reconcile(shop, true);
  expect(of(refund?.gatewayRefundId)).toMatchObject({
    ...{ class: "status_mismatch", entity: "refund", localStatus: "processing" },
    repair: { outcome: "repaired" },
  });
  expect(await buyer.stored.refunds()).toMatchObject([{ status: "completed" }]);
});

it("When payments are settled, then settlement and fees are on them, and a wrong sum is a break", async () => {
  const shop = shopOf();
  const { razorpay } = shop.sandbox.control;
  const buyer = shop.guest();
  const { gateway } = await buyer.open();
  const paid = buyer.pay(gateway.orderId);
  done(await buyer.verify(paid));
  done(await buyer.order());
  razorpay.configure({ webhooks: { drop: "none" } });
  const settlement = razorpay.settle();
  await shop.settle();
  const before = await reconcile(shop);
  expect(before.report.settlements).toMatchObject({
    settlements: 1,
    wrongSums: 0,
    mismatched: 0,
    pending: 0,
  });
  const [payment] = await buyer.stored.payments();
  expect(payment).toMatchObject({
    settlement: { id: settlement?.id, utr: settlement?.utr, settledAt: expect.any(Date) },
    fee: expect.any(Number),
    tax: expect.any(Number),
  });

  razorpay.tamper(settlement?.id ?? "", { amount: (settlement?.amount ?? 0) + 300 });
  const wrong = await reconcile(shop);
  expect(wrong.of(settlement?.id ?? "")).toMatchObject({
    ...{ class: "amount_mismatch", entity: "settlement", amountAtRisk: 3 },
  });
  razorpay.tamper(settlement?.id ?? "", { amount: settlement?.amount });
});

it("When the settlement message is delivered, then the payments of that settlement have it at once", async () => {
  const shop = shopOf();
  const buyer = shop.guest();
  const { gateway } = await buyer.open();
  const paid = buyer.pay(gateway.orderId);
  done(await buyer.verify(paid));
  done(await buyer.order());
  const settlement = shop.sandbox.control.razorpay.settle();
  const { outboxHandlers } = await import("../../../scripts/jobs/outbox-handlers.js");
  const known = outboxHandlers["settlement.pull"];
  const [handler] = typeof known === "function" ? [] : (known ?? []);
  const deliver = (settlementId: string) =>
    handler?.deliver({ settlementId, date: new Date().toISOString() });
  await deliver(settlement?.id ?? "");
  await deliver(settlement?.id ?? "");
  expect(await buyer.stored.payments()).toMatchObject([{ settlement: { id: settlement?.id } }]);
  await expect(deliver("setl_00000000000000")).rejects.toThrow();
});

it("When the gateway's lists lag behind, then nothing is missing", async () => {
  const shop = shopOf();
  const buyer = shop.guest();
  const { gateway } = await buyer.open();
  const paid = buyer.pay(gateway.orderId);
  done(await buyer.verify(paid));
  done(await buyer.order());
  shop.sandbox.control.razorpay.configure({ listLagSeconds: 24 * 3600 });
  const { of, report } = await reconcile(shop);
  expect(of(paid.paymentId)).toBeUndefined();
  expect(report.payments.compared).toBeGreaterThan(0);
});

it("When a payment cannot be read, then it is unresolved and not missing", async () => {
  const shop = shopOf();
  const buyer = shop.guest();
  const { gateway } = await buyer.open();
  const paid = buyer.pay(gateway.orderId);
  done(await buyer.verify(paid));
  done(await buyer.order());
  shop.sandbox.control.razorpay.tamper(paid.paymentId, { currency: 7 });
  const { of, report } = await reconcile(shop);
  expect(of(paid.paymentId)).toBeUndefined();
  expect(report.payments.unresolved).toBeGreaterThan(0);
  shop.sandbox.control.razorpay.tamper(paid.paymentId, { currency: "INR" });
});

it("When the gateway is away, then the report goes on later, and after five failures it has failed", async () => {
  const shop = shopOf();
  const clock = await import("../../../utils/clock.js");
  const id = await order(shop, range());
  const same = await shop.call("post", "/api/admin/payments/reconcile", { as: admin(shop), body: range() });
  expect([same.status, same.body.data.id]).toEqual([200, id]);
  shop.sandbox.control.razorpay.setFault({ match: "GET /payments", action: "status500", times: "always" });
  for (let attempt = 1; attempt <= 5; attempt += 1) {
    await shop.runJob("reconciliation-requests");
    const { report } = await read(shop, id);
    expect(report).toMatchObject({ state: attempt < 5 ? "running" : "failed", error: expect.any(String) });
    clock.setClock(HOUR_MS + attempt * 90_000);
  }
  await shop.recover();
  const next = await order(shop, range());
  expect(next).not.toBe(id);
  // Another worker had it and died after its first step.
  await shop.db
    .collection("reconciliationReports")
    .updateOne({ _id: new Types.ObjectId(next) }, { $set: { leaseToken: "dead", attempts: 1 } });
  await shop.runJob("reconciliation-requests");
  expect((await read(shop, next)).report).toMatchObject({ state: "completed" });
});

it("When the nightly job runs, then it reports the four days before and repairs nothing", async () => {
  const shop = shopOf();
  await shop.runJob("payment-reconciliation");
  const path = "/api/admin/payments/reconciliations?state=completed&limit=100";
  const { items } = done(await shop.call("get", path, { as: admin(shop) }));
  const nightly = items.filter(({ startedBy }: { startedBy: string | null }) => startedBy === null);
  expect(nightly[0]).toMatchObject({ repair: false, progress: { done: 8, total: 8 } });
});

it("When a report is asked for as CSV, then it has a row per break", async () => {
  const shop = shopOf();
  const unseen = await paidUnseen(shop.guest());
  const { report, items } = await reconcile(shop);
  const path = `/api/admin/payments/reconciliations/${report.id}?format=csv`;
  const answer = await shop.http.get(path).set("Authorization", `Bearer ${admin(shop).token}`);
  const lines = answer.text.trim().split("\r\n");
  expect(lines[0]).toContain("class,entity,gatewayId");
  expect(lines).toHaveLength(1 + items.length);
  expect(answer.text).toContain(`missing_locally,payment,${unseen.paymentId}`);
});

it("When there is no such report, or the range is in the future, then it is refused", async () => {
  const shop = shopOf();
  const path = `/api/admin/payments/reconciliations/${new Types.ObjectId().toHexString()}`;
  expect((await shop.call("get", path, { as: admin(shop) })).body.error.code).toBe("NOT_FOUND");
  const body = { dateFrom: day(Date.now() + 48 * HOUR_MS), dateTo: day(Date.now() + 72 * HOUR_MS) };
  const future = await shop.call("post", "/api/admin/payments/reconcile", { as: admin(shop), body });
  expect(future.body.error.code).toBe("VALIDATION_ERROR");
});

it("When everything is reconciled and repaired, then every query goes by an index", async () => {
  const shop = shopOf();
  await paidUnseen(shop.guest());
  await shop.db.createCollection("system.profile", { capped: true, size: 16 * 1024 * 1024 });
  await shop.db.command({ profile: 2 });
  const { report } = await reconcile(shop, true);
  for (const query of ["class=missing_locally", "sortOrder=asc"]) {
    const path = `/api/admin/payments/reconciliations/${report.id}?${query}`;
    done(await shop.call("get", path, { as: admin(shop) }));
  }
  await shop.db.command({ profile: 0 });
  const bad = { $or: [{ planSummary: /COLLSCAN/ }, { hasSortStage: true }] };
  const plans = shop.db.collection("system.profile").find({ ns: /payments|refunds|reconciliation/, ...bad });
  const told = (await plans.toArray()).map(({ ns, planSummary, command }) => ({ ns, planSummary, command }));
  // The files of this folder share the database.
  await shop.db.collection("system.profile").drop();
  expect(told).toEqual([]);
});
