import { Types } from "mongoose";
import { holdWebhooks, useInstances } from "../support/instances.js";
import { type Answer, type OpenCheckout, openCheckout, payFor, place, verify } from "../support/purchase.js";
import { jitter, roundsOf } from "../support/races.js";

/**
 * Callback, webhooks (to both instances, as two endpoints would get them), `POST /api/orders` and the recovery
 * job handle one payment at the same moment. `npm run test:races` repeats this for 200 rounds.
 */
const world = useInstances();
const soon = jitter(7, 25);

beforeAll(() => holdWebhooks(world()));

const urlOf = (index: number): string => world().urlOf(index);

/** Makes the payment old enough for the recovery job, which leaves young payments alone. */
async function letPaymentAge({ id }: OpenCheckout): Promise<void> {
  const aMinuteAgo = new Date(Date.now() - 60_000);
  await world()
    .db.collection("payments")
    .updateOne({ checkoutSessionId: new Types.ObjectId(id) }, { $set: { updatedAt: aMinuteAgo } });
}

async function expectOneOfEach(checkout: OpenCheckout): Promise<void> {
  const { db, sandbox } = world();
  const orderId = new Types.ObjectId(checkout.id);
  expect(await db.collection("orders").countDocuments({ checkoutSessionId: orderId })).toBe(1);
  const history = await db.collection("orderStatusHistories").find({ orderId }).toArray();
  const changes = history.map(({ statusType, fromStatus, toStatus }) => [statusType, fromStatus, toStatus]);
  expect(changes.map(String).sort()).toEqual([
    "fulfillment,,unfulfilled",
    "order,,pending",
    "order,pending,confirmed",
    "payment,,pending",
    "payment,pending,paid",
  ]);
  const payments = await db.collection("payments").find({ checkoutSessionId: orderId }).toArray();
  expect(payments).toMatchObject([{ status: "captured", accepted: true, surplus: false, orderId }]);
  const captures = sandbox.control.razorpay.ledger().captures;
  expect(captures.filter((row) => row.orderId === checkout.gatewayOrderId)).toHaveLength(1);
  const sold = await sandbox.control.inventory.ledger({ orderId: checkout.id, type: "converted" });
  expect(sold).toHaveLength(1);
}

function expectHarmless(placed: Answer, round: number): void {
  const outcome = `round ${round}: ${placed.status} ${placed.code}`;
  // Before the payment is known there is nothing to place; afterwards another request may be placing it.
  const answers = ["200 null", "201 null", "400 PAYMENT_REQUIRED", "409 PLACEMENT_IN_PROGRESS"];
  expect(answers.map((answer) => `round ${round}: ${answer}`)).toContain(outcome);
}

const eventsOf = ({ gatewayOrderId }: OpenCheckout): string[] =>
  world()
    .sandbox.control.razorpay.events()
    .filter(({ body }) => body.includes(gatewayOrderId))
    .map(({ id }) => id);

async function race(checkout: OpenCheckout, round: number, early: boolean): Promise<void> {
  const { sandbox, runJob } = world();
  const paid = payFor(sandbox, checkout, { method: round % 2 === 0 ? "upi" : "card" });
  if (early) {
    expect(await verify(checkout, paid)).toMatchObject({ status: 200 });
    await letPaymentAge(checkout);
  }
  const eventIds = eventsOf(checkout);
  expect(eventIds).toHaveLength(3);
  const [verified, placed, deliveries] = await Promise.all([
    soon(() => verify(checkout, paid, urlOf(round))),
    soon(() => place(checkout, { url: urlOf(round + 1) })),
    soon(() => sandbox.control.razorpay.release({ eventIds, parallel: true })),
    soon(() => runJob("placement-recovery", urlOf(round))),
  ]);
  expect(verified).toMatchObject({ status: 200, data: { status: "captured" } });
  expectHarmless(placed, round);
  expect(deliveries.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
  await world().settle();
  await expectOneOfEach(checkout);
  expect(await place(checkout, { url: urlOf(round) })).toMatchObject({
    status: 200,
    data: { id: checkout.id, paymentStatus: "paid" },
  });
}

const rounds = roundsOf(1);

test.each(rounds)(
  "When callback, webhooks, client and recovery settle a payment at once, then there is one order (round %i)",
  async (round) => {
    await race(await openCheckout(urlOf(round)), round, false);
  },
);

test.each(rounds)(
  "When all of them settle an already verified payment at once, then there is one order (round %i)",
  async (round) => {
    await race(await openCheckout(urlOf(round)), round, true);
  },
);

/** Both tabs return and the gateway reports both payments, at once. */
async function raceOfTwo(round: number): Promise<void> {
  const { db, sandbox, settle } = world();
  const checkout = await openCheckout(urlOf(round));
  const first = payFor(sandbox, checkout);
  const second = payFor(sandbox, checkout, { method: "card", details: { ifPaid: "accept" } });
  const eventIds = eventsOf(checkout);
  await Promise.all([
    soon(() => verify(checkout, first, urlOf(round))),
    soon(() => verify(checkout, second, urlOf(round + 1))),
    soon(() => sandbox.control.razorpay.release({ eventIds, parallel: true })),
    soon(() => place(checkout, { url: urlOf(round) })),
  ]);
  await settle();
  const checkoutSessionId = new Types.ObjectId(checkout.id);
  const payments = await db.collection("payments").find({ checkoutSessionId }).toArray();
  const outcomes = payments.map(({ status, accepted, surplus, refundedAmount }) =>
    [status, accepted ? "accepted" : "-", surplus ? "surplus" : "-", refundedAmount].join(" "),
  );
  expect(outcomes.sort()).toEqual([
    "captured - surplus ".concat(String(checkout.amount)),
    "captured accepted - 0",
  ]);
  expect(await db.collection("orders").findOne({ _id: checkoutSessionId })).toMatchObject({
    paidAmount: checkout.amount,
    refundedAmount: 0,
  });
  const refunds = [first, second].flatMap(({ paymentId }) => sandbox.control.razorpay.refundsOf(paymentId));
  expect(refunds).toMatchObject([{ amount: checkout.amount, status: "processed" }]);
}

test.each(rounds)(
  "When two tabs have paid and both are reported at once, then one pays for the order and the other is refunded (round %i)",
  raceOfTwo,
);
