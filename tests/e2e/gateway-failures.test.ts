import { Types } from "mongoose";
import { findViolations } from "../../scripts/invariants/index.js";
import type { Attempt } from "../../scripts/sandbox/razorpay/control-types.js";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { textAt } from "../../scripts/support/json.js";
import { gatewayOrdersOf, orderOf } from "../support/money.js";
import {
  chooseMethod,
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  place,
  startCheckout,
} from "../support/purchase.js";
import { startWorld, type World } from "../support/world.js";

/** The gateway is silent, late, or loses answers: captured money still becomes an order or is refunded. */
jest.setTimeout(300_000);
let world: World;
const gateway = () => world.sandbox.control.razorpay;
const inventory = () => world.sandbox.control.inventory;

beforeAll(async () => {
  world = await startWorld({
    RAZORPAY_TIMEOUT_MS: "600",
    RATE_LIMIT_PER_MINUTE: "0",
    OVERLOAD_DELAY_MS: "0",
  });
});
afterEach(async () => {
  gateway().clearFaults();
  gateway().configure({ listLagSeconds: 0, refundMode: "instant", webhooks: { drop: "none", hold: false } });
  await world.settle();
});
afterAll(async () => {
  try {
    expect(await findViolations(world.db, world.sandbox, { captureGraceMs: 0 })).toEqual([]);
  } finally {
    await world.stop();
  }
});

const payments = () => world.db.collection("payments");
const sum = (rows: readonly { amount: number }[]): number =>
  rows.reduce((total, { amount }) => total + amount, 0);

/** What the gateway captured and refunded for a checkout. */
function booksOf({ gatewayOrderId }: OpenCheckout) {
  const { captures, refunds } = gateway().ledger();
  const own = captures.filter(({ orderId }) => orderId === gatewayOrderId);
  const ids = new Set(own.map(({ paymentId }) => paymentId));
  const refunded = refunds.filter(({ paymentId, status }) => ids.has(paymentId) && status === "processed");
  return { captured: sum(own), refunded: sum(refunded) };
}

/** Makes every payment due for the sweep, then runs it. */
async function sweep(): Promise<void> {
  const due = { $set: { "sweep.nextAt": new Date(Date.now() - 1_000) } };
  await payments().updateMany({ sweep: { $ne: null } }, due);
  await world.runJob("payment-sweep");
  await world.settle();
}

describe("webhooks that never arrive", () => {
  /** The gateway's list lags by an hour, so the sweep has to ask about each gateway order. */
  beforeEach(() => gateway().configure({ listLagSeconds: 3_600, webhooks: { drop: "all" } }));

  interface MissedPayment {
    what: string;
    attempts: ((amountDue: number) => Partial<Attempt>)[];
    isOrdered: boolean;
    isEdited?: boolean;
  }
  const MISSED_PAYMENTS: readonly MissedPayment[] = [
    { what: "a payment", attempts: [() => ({})], isOrdered: true },
    {
      what: "a payment for a cart that has changed",
      attempts: [() => ({})],
      isEdited: true,
      isOrdered: false,
    },
    {
      what: "two payments",
      attempts: [() => ({}), () => ({ details: { ifPaid: "accept" } })],
      isOrdered: true,
    },
    {
      what: "a failed attempt and a payment",
      attempts: [() => ({ outcome: "fail" }), () => ({ method: "card" })],
      isOrdered: true,
    },
    {
      what: "a payment of another amount",
      attempts: [(amountDue) => ({ details: { amount: amountDue - 100 } })],
      isOrdered: false,
    },
    {
      what: "a payment in another currency",
      attempts: [() => ({ details: { currency: "USD" } })],
      isOrdered: false,
    },
    { what: "a failed attempt", attempts: [() => ({ outcome: "fail" })], isOrdered: false },
  ];

  test.each(MISSED_PAYMENTS)(
    "When webhooks about $what are lost, then the sweep settles it: ordered $isOrdered, the rest is refunded",
    async ({ attempts, isOrdered, isEdited = false }) => {
      const checkout = await openCheckout(world.url);
      if (isEdited)
        await checkout.shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.ashwagandha });
      for (const attempt of attempts) payFor(world.sandbox, checkout, attempt(checkout.amount));
      await sweep();
      const { captured, refunded } = booksOf(checkout);
      expect(captured - refunded).toBe(isOrdered ? checkout.amount : 0);
      expect((await orderOf(world, checkout))?.paidAmount).toBe(isOrdered ? checkout.amount : undefined);
    },
  );

  test("When a failed payment is captured later, then the next sweep places its order", async () => {
    const checkout = await openCheckout(world.url);
    const { paymentId } = payFor(world.sandbox, checkout, { outcome: "late" });
    await sweep();
    const gatewayPaymentId = paymentId;
    expect(await payments().findOne({ gatewayPaymentId })).toMatchObject({ status: "failed" });
    gateway().settleLate(paymentId);
    await sweep();
    expect(await payments().findOne({ gatewayPaymentId })).toMatchObject({ status: "captured" });
    expect(await orderOf(world, checkout)).toMatchObject({
      paymentStatus: "paid",
      paidAmount: checkout.amount,
    });
  });

  test("When a refund takes the gateway some time, then the sweep completes it", async () => {
    gateway().configure({ refundMode: "pending" });
    const checkout = await openCheckout(world.url);
    const { paymentId } = payFor(world.sandbox, checkout, { details: { amount: checkout.amount - 100 } });
    await sweep();
    const [pending] = gateway().refundsOf(paymentId);
    const gatewayRefundId = pending?.id ?? "none";
    const refunds = world.db.collection("refunds");
    expect(await refunds.findOne({ gatewayRefundId })).toMatchObject({ status: "processing" });
    gateway().settleRefund(gatewayRefundId, "processed");
    await sweep();
    expect(await refunds.findOne({ gatewayRefundId })).toMatchObject({ status: "completed" });
    expect(gateway().refundsOf(paymentId)).toHaveLength(1);
  });
});

describe("a superseded payment", () => {
  test("When the cart is changed and changed back, then a payment of the superseded gateway order is still refunded", async () => {
    const old = await openCheckout(world.url);
    const added = await old.shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.ashwagandha });
    const path = `/api/cart/items/${textAt(added, "cartItem.id")}`;
    await old.shopper.do({ method: "DELETE", path });
    const open = await chooseMethod(old);
    expect(open.amount).toBe(old.amount);
    expect(open.gatewayOrderId).not.toBe(old.gatewayOrderId);
    payFor(world.sandbox, old);
    await world.settle();
    expect(booksOf(old)).toEqual({ captured: old.amount, refunded: old.amount });
    expect(await orderOf(world, old)).toBeNull();
    payFor(world.sandbox, open);
    await world.settle();
    expect(booksOf(open)).toEqual({ captured: open.amount, refunded: 0 });
    expect(await orderOf(world, open)).toMatchObject({ paidAmount: open.amount });
  });
});

describe("webhooks that arrive after the session has ended, twice and in every order", () => {
  beforeEach(() => gateway().configure({ webhooks: { hold: true } }));

  const ORDERS = [
    ["payment.authorized", "payment.captured", "order.paid"],
    ["payment.authorized", "order.paid", "payment.captured"],
    ["payment.captured", "payment.authorized", "order.paid"],
    ["payment.captured", "order.paid", "payment.authorized"],
    ["order.paid", "payment.authorized", "payment.captured"],
    ["order.paid", "payment.captured", "payment.authorized"],
  ];

  /** The payment fails, the checkout expires, and then the bank captures the payment. */
  async function paidTooLate(): Promise<{ checkout: OpenCheckout; paymentId: string }> {
    await inventory().setStock(SEED.variants.lastUnit, 1);
    const checkout = await openCheckout(world.url, { items: [ITEMS.last], coupon: SEED.coupons.WELCOME10 });
    const { paymentId } = payFor(world.sandbox, checkout, { outcome: "late" });
    const past = { $set: { expiresAt: new Date(Date.now() - 16 * 60_000) } };
    await world.db.collection("checkoutSessions").updateOne({ _id: new Types.ObjectId(checkout.id) }, past);
    await world.runJob("checkout-cleanup");
    await world.settle();
    gateway().settleLate(paymentId);
    return { checkout, paymentId };
  }

  /** The event of the failure arrives last. */
  async function deliverTwice({ gatewayOrderId }: OpenCheckout, order: readonly string[]): Promise<void> {
    const own = gateway()
      .events()
      .filter(({ body }) => body.includes(gatewayOrderId));
    const idOf = (name: string): string => own.find(({ event }) => event === name)?.id ?? `no ${name}`;
    for (const name of [...order, "payment.failed"]) {
      await gateway().release({ eventIds: [idOf(name)] });
      await gateway().redeliver(idOf(name));
      await world.settle();
    }
  }

  test.each(ORDERS)(
    "When %s, %s, %s arrive and everything is still available, then the order is placed",
    async (...order) => {
      const { checkout } = await paidTooLate();
      expect(await place(checkout)).toMatchObject({ status: 410, code: "CHECKOUT_EXPIRED" });
      await deliverTwice(checkout, order);
      expect(await orderOf(world, checkout)).toMatchObject({
        paymentStatus: "paid",
        paidAmount: checkout.amount,
      });
      expect(booksOf(checkout)).toEqual({ captured: checkout.amount, refunded: 0 });
      expect(await inventory().ledger({ orderId: checkout.id, type: "converted" })).toHaveLength(1);
    },
  );

  test.each(ORDERS)(
    "When %s, %s, %s arrive and the stock is gone, then the payment is refunded once",
    async (...order) => {
      const { checkout, paymentId } = await paidTooLate();
      await inventory().setStock(SEED.variants.lastUnit, 0);
      await deliverTwice(checkout, order);
      expect(await orderOf(world, checkout)).toBeNull();
      expect(booksOf(checkout)).toEqual({ captured: checkout.amount, refunded: checkout.amount });
      expect(gateway().refundsOf(paymentId)).toHaveLength(1);
      expect(world.sandbox.control.pricing.usages(SEED.coupons.WELCOME10)).not.toContain(checkout.id);
    },
  );
});

describe("lost answers of the gateway", () => {
  test("When a gateway order was created but the answer was lost, then choosing again uses that gateway order", async () => {
    const started = await startCheckout(world.url);
    gateway().setFault({ match: "POST /orders", action: "hang", when: "after" });
    const path = `/api/checkout/${started.id}/payment-method`;
    const body = { method: "upi", termsAccepted: true };
    expect(await started.shopper.send({ method: "PUT", path, body })).toMatchObject({
      status: 504,
      code: "UPSTREAM_TIMEOUT",
    });
    const checkout = await chooseMethod(started);
    expect(await gatewayOrdersOf(world.sandbox, checkout.paymentId)).toEqual([checkout.gatewayOrderId]);
    payFor(world.sandbox, checkout);
    await world.settle();
    expect(await orderOf(world, checkout)).toMatchObject({ paidAmount: checkout.amount });
  });

  test("When a refund was created but the answer was lost, then it is found and not created again", async () => {
    const checkout = await openCheckout(world.url);
    gateway().setFault({ match: "POST /payments/:id/refund", action: "hang", when: "after", times: 2 });
    const { paymentId } = payFor(world.sandbox, checkout, { details: { amount: checkout.amount - 100 } });
    gateway().configure({ webhooks: { drop: "all" } });
    await world.settle();
    await sweep();
    await sweep();
    expect(gateway().refundsOf(paymentId)).toHaveLength(1);
    const payment = await payments().findOne({ gatewayPaymentId: paymentId });
    const refunds = await world.db.collection("refunds").find({ paymentId: payment?._id }).toArray();
    expect(refunds).toMatchObject([{ status: "completed", amount: checkout.amount - 100 }]);
    // A full refund could also be found by its payment; a partial one only by its idempotency key.
    const sent = gateway()
      .ledger()
      .refunds.filter((row) => row.paymentId === paymentId);
    expect(sent.map(({ idempotencyKey }) => idempotencyKey)).toEqual([`${refunds[0]?._id}-1`]);
  });
});
