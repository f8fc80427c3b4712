import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import type { FaultRule } from "../../scripts/sandbox/shared/faults.js";
import type { ServiceProcess } from "../../scripts/support/service-process.js";
import { eventually, useInstances } from "../support/instances.js";
import { expectMoneyBack, expectPaidOrder, orderOf, sessionOf } from "../support/money.js";
import { type Answer, ITEMS, type OpenCheckout, paidCheckout, place } from "../support/purchase.js";

/** F1–F5: an instance dies, or freezes, while it places an order; the other one finishes or undoes it. */
const world = useInstances({ count: 1 });
const inventory = () => world().sandbox.control.inventory;

const CONVERT = { service: "inventory", match: "POST /api/reservations/convert" } as const;
/** Longer than it takes to undo a placing. */
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

interface Placing {
  victim: ServiceProcess;
  key: string;
  /** What the client hears; null: its connection broke. */
  answer: Promise<Answer | null>;
}

/** Begins to place on an instance of its own, and waits until that is stuck in this fault. */
async function placeUntil(checkout: OpenCheckout, fault: FaultRule): Promise<Placing> {
  const victim = await world().startAnother();
  const { faults } = world().sandbox.control;
  const { id } = faults.add({ times: 1, ...fault });
  const key = randomUUID();
  const answer = place(checkout, { key, url: victim.url }).catch(() => null);
  await eventually("the placing is stuck", async () =>
    faults.list().some((row) => row.id === id && row.hits > 0),
  );
  return { victim, key, answer };
}

async function kill({ victim, answer }: Placing): Promise<void> {
  victim.kill("SIGKILL");
  await victim.exited;
  expect(await answer).toBeNull();
}

/** Time passes for the leases that the dead left behind: on the session, and on the client's key. */
async function endLeases({ id }: OpenCheckout): Promise<void> {
  const past = new Date(Date.now() - 1_000);
  const { db } = world();
  await db
    .collection("checkoutSessions")
    .updateOne({ _id: new Types.ObjectId(id) }, { $set: { "placement.leaseUntil": past } });
  await db
    .collection("idempotencyRecords")
    .updateMany({ state: "in_progress" }, { $set: { leaseUntil: past } });
}

/** Before the lease is over nobody interferes; afterwards the job ends it. */
async function recover(checkout: OpenCheckout): Promise<void> {
  await world().runJob("placement-recovery");
  expect(await orderOf(world(), checkout)).toBeNull();
  expect((await sessionOf(world(), checkout))?.placement).not.toBeNull();
  await endLeases(checkout);
  await world().runJob("placement-recovery");
}

async function expectOrderForRetry(checkout: OpenCheckout, key: string): Promise<void> {
  await expectPaidOrder(world(), checkout);
  expect(await place(checkout, { key })).toMatchObject({ status: 200, data: { id: checkout.id } });
  expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
}

test("When an instance dies before it took the stock, then the recovery job places the order", async () => {
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

test("When an instance dies after it took the stock, then the recovery job sells nothing twice", async () => {
  const checkout = await paid({ coupon: SEED.coupons.WELCOME10 });
  const placing = await placeUntil(checkout, { ...USE_COUPON, action: "hang" });
  await eventually("the stock is taken", async () => {
    return (await inventory().ledger({ orderId: checkout.id, type: "converted" })).length > 0;
  });
  await kill(placing);
  await recover(checkout);
  await expectOrderForRetry(checkout, placing.key);
});

test("When the stock is gone by the time of the recovery, then the money goes back", async () => {
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

test("When an instance dies after it undid the placing, then the refund is sent once all the same", async () => {
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

test("When an instance freezes, another undoes its work, and the first wakes up, then nothing stays of it", async () => {
  const { WELCOME10 } = SEED.coupons;
  const { faults, pricing } = world().sandbox.control;
  await inventory().setStock(SEED.variants.lastUnit, 1);
  const checkout = await paid({ items: [ITEMS.last], coupon: WELCOME10 });
  await inventory().lapse(String((await sessionOf(world(), checkout))?.cartId));
  await inventory().setStock(SEED.variants.lastUnit, 0);
  // What it has sent arrives when everything is undone already.
  faults.add({ ...USE_COUPON, action: "delay", delayMs: LATE_MS, times: 1 });
  const { victim, answer } = await placeUntil(checkout, { ...CONVERT, action: "hang" });
  await eventually("it uses the coupon", async () =>
    faults.list().some(({ match, hits }) => match === USE_COUPON.match && hits > 0),
  );
  victim.kill("SIGSTOP");
  await recover(checkout);
  await expectMoneyBack(world(), checkout, { paid: checkout.paid, reason: "undo" });
  expect(pricing.usages(WELCOME10)).not.toContain(checkout.id);
  await inventory().setStock(SEED.variants.lastUnit, 1);
  await eventually("its late call was served", async () => pricing.usages(WELCOME10).includes(checkout.id));
  victim.kill("SIGCONT");
  // Of its call for the stock it never heard; the same request, repeated, finds what became of it.
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

test("When the answer to the taking of the stock is lost, then asking again finds it", async () => {
  const checkout = await paid();
  world().sandbox.control.faults.add({ ...CONVERT, action: "reset-after", times: 2 });
  const key = randomUUID();
  const first = await place(checkout, { key });
  expect([502, 503, 504]).toContain(first.status);
  expect(await orderOf(world(), checkout)).toBeNull();
  expect(await place(checkout, { key })).toMatchObject({ status: 201, data: { id: checkout.id } });
  expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
});
