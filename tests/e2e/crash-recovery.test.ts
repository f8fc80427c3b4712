import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../scripts/sandbox/shared/faults.js";
import type { ServiceProcess } from "../../scripts/support/service-process.js";
import { eventually, useInstances } from "../support/instances.js";
import { expectMoneyBack, expectPaidOrder, orderOf, sessionOf } from "../support/money.js";
import { type Answer, ITEMS, type OpenCheckout, paidCheckout, place } from "../support/purchase.js";

/** An instance dies or freezes while it places an order; another one finishes or undoes the placement. */
const world = useInstances({ count: 1 });
const inventory = () => world().sandbox.control.inventory;

const CONVERT = { service: "inventory", match: "POST /api/reservations/convert" } as const;
/** Longer than it takes to undo a placement. */
const LATE_MS = 8_000;
const USE_COUPON = { service: "pricing", match: "POST /api/coupons/usage" } as const;

beforeEach(() => world().sandbox.control.razorpay.configure({ webhooks: { hold: true } }));
afterEach(async () => {
  world().sandbox.control.faults.clear();
  await world().sandbox.control.razorpay.release();
  await world().settle();
});

const paid = (options: Parameters<typeof paidCheckout>[2] = {}) =>
  paidCheckout(world().urls[0] ?? "", world().sandbox, options);

interface StuckPlacement {
  victim: ServiceProcess;
  key: string;
  /** The client's answer, or null when its connection broke. */
  answer: Promise<Answer | null>;
}

/** Starts to place on a new instance and waits until the fault holds it up. */
async function placeUntil(checkout: OpenCheckout, fault: FaultRule): Promise<StuckPlacement> {
  const victim = await world().startAnother();
  const { faults } = world().sandbox.control;
  const { id } = faults.add({ times: 1, ...fault });
  const key = randomUUID();
  const answer = place(checkout, { key, url: victim.url }).catch(() => null);
  await eventually("the placement is stuck", async () =>
    faults.list().some((row) => row.id === id && row.hits > 0),
  );
  return { victim, key, answer };
}

async function kill({ victim, answer }: StuckPlacement): Promise<void> {
  victim.kill("SIGKILL");
  await victim.exited;
  expect(await answer).toBeNull();
}

/** Expires what the dead process holds: the claim on the session and the lease on the client's key. */
async function expireLeases({ id }: OpenCheckout): Promise<void> {
  const past = new Date(Date.now() - 1_000);
  const { db } = world();
  await db
    .collection("checkoutSessions")
    .updateOne({ _id: new Types.ObjectId(id) }, { $set: { "placement.leaseUntil": past } });
  await db
    .collection("idempotencyRecords")
    .updateMany({ state: "in_progress" }, { $set: { leaseUntil: past } });
}

/** The job leaves a live claim alone, and ends the placement once the claim has expired. */
async function recover(checkout: OpenCheckout): Promise<void> {
  await world().runJob("placement-recovery");
  expect(await orderOf(world(), checkout)).toBeNull();
  expect((await sessionOf(world(), checkout))?.placement).not.toBeNull();
  await expireLeases(checkout);
  await world().runJob("placement-recovery");
}

async function expectOrderForRetry(checkout: OpenCheckout, key: string): Promise<void> {
  await expectPaidOrder(world(), checkout);
  expect(await place(checkout, { key })).toMatchObject({ status: 200, data: { id: checkout.id } });
  expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
}

test("When an instance dies before it converts the stock, then the recovery job places the order", async () => {
  const checkout = await paid();
  const placing = await placeUntil(checkout, { ...CONVERT, action: "hang" });
  await kill(placing);
  expect(await place(checkout, { key: placing.key })).toMatchObject({
    status: 409,
    code: "REQUEST_IN_PROGRESS",
  });
  await recover(checkout);
  await expectOrderForRetry(checkout, placing.key);
});

test("When an instance dies after it converts the stock, then the recovery job sells nothing twice", async () => {
  const checkout = await paid({ coupon: SEED.coupons.WELCOME10 });
  const placing = await placeUntil(checkout, { ...USE_COUPON, action: "hang" });
  await eventually("the stock is converted", async () => {
    return (await inventory().ledger({ orderId: checkout.id, type: "converted" })).length > 0;
  });
  await kill(placing);
  await recover(checkout);
  await expectOrderForRetry(checkout, placing.key);
});

test("When the stock is gone before the recovery, then the payment is refunded", async () => {
  await inventory().setStock(SEED.variants.lastUnit, 1);
  const checkout = await paid({ items: [ITEMS.last] });
  const placing = await placeUntil(checkout, { ...CONVERT, action: "hang" });
  await kill(placing);
  const session = await sessionOf(world(), checkout);
  await inventory().lapse(String(session?.cartId));
  await inventory().setStock(SEED.variants.lastUnit, 0);
  await recover(checkout);
  await expectMoneyBack(world(), checkout, { paid: checkout.paid, reason: "undo" });
  expect(await place(checkout, { key: placing.key })).toMatchObject({ status: 409, code: "OUT_OF_STOCK" });
});

test("When an instance dies after it undid the placement, then the refund is still sent once", async () => {
  await inventory().setStock(SEED.variants.lastUnit, 1);
  const checkout = await paid({ items: [ITEMS.last] });
  const session = await sessionOf(world(), checkout);
  await inventory().lapse(String(session?.cartId));
  await inventory().setStock(SEED.variants.lastUnit, 0);
  const victim = await world().startAnother();
  expect(await place(checkout, { url: victim.url })).toMatchObject({ status: 409, code: "OUT_OF_STOCK" });
  victim.kill("SIGKILL");
  await victim.exited;
  await expectMoneyBack(world(), checkout, { paid: checkout.paid, reason: "undo" });
});

test("When an instance freezes, another places, and the first wakes up, then there is one order", async () => {
  const checkout = await paid();
  const { victim, answer } = await placeUntil(checkout, { ...CONVERT, action: "delay", delayMs: 300 });
  victim.kill("SIGSTOP");
  await recover(checkout);
  await expectPaidOrder(world(), checkout);
  victim.kill("SIGCONT");
  expect(await answer).toMatchObject({ status: 200, data: { id: checkout.id } });
  expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
  await victim.stop();
});

test("When an instance freezes, another undoes its work, and the first wakes up, then nothing of it remains", async () => {
  const { WELCOME10 } = SEED.coupons;
  const { faults, pricing } = world().sandbox.control;
  await inventory().setStock(SEED.variants.lastUnit, 1);
  const checkout = await paid({ items: [ITEMS.last], coupon: WELCOME10 });
  await inventory().lapse(String((await sessionOf(world(), checkout))?.cartId));
  await inventory().setStock(SEED.variants.lastUnit, 0);
  // The frozen instance's coupon call arrives after everything has been undone.
  faults.add({ ...USE_COUPON, action: "delay", delayMs: LATE_MS, times: 1 });
  const { victim, answer } = await placeUntil(checkout, { ...CONVERT, action: "hang" });
  await eventually("the coupon call is sent", async () =>
    faults.list().some(({ match, hits }) => match === USE_COUPON.match && hits > 0),
  );
  victim.kill("SIGSTOP");
  await recover(checkout);
  await expectMoneyBack(world(), checkout, { paid: checkout.paid, reason: "undo" });
  expect(pricing.usages(WELCOME10)).not.toContain(checkout.id);
  await inventory().setStock(SEED.variants.lastUnit, 1);
  await eventually("the late coupon call was served", async () =>
    pricing.usages(WELCOME10).includes(checkout.id),
  );
  victim.kill("SIGCONT");
  // The call for the stock was never answered. A repeated request returns the final outcome.
  expect(await answer).toMatchObject({ status: 503, code: "OUTCOME_UNKNOWN" });
  expect(await place(checkout)).toMatchObject({ status: 409, code: "OUT_OF_STOCK" });
  expect(await orderOf(world(), checkout)).toBeNull();
  const reversals = { type: "placement.reverse", state: "pending" };
  const due = { $set: { dueAt: new Date(Date.now() - 1_000) } };
  await world().db.collection("outboxMessages").updateMany(reversals, due);
  await world().settle();
  expect(pricing.usages(WELCOME10)).not.toContain(checkout.id);
  expect(await inventory().numbers(SEED.variants.lastUnit)).toMatchObject({ available: 1, reserved: 0 });
  await victim.stop();
});

test("When the answer to the stock conversion is lost, then a repeated request places the order", async () => {
  const checkout = await paid();
  world().sandbox.control.faults.add({ ...CONVERT, action: "reset-after", times: 2 });
  const key = randomUUID();
  const first = await place(checkout, { key });
  expect([502, 503, 504]).toContain(first.status);
  expect(await orderOf(world(), checkout)).toBeNull();
  expect(await place(checkout, { key })).toMatchObject({ status: 201, data: { id: checkout.id } });
  expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
});
