import { findViolations } from "../../scripts/invariants/index.js";
import { orderOf, paymentsOf } from "../support/money.js";
import {
  chooseMethod,
  ITEMS,
  type OpenCheckout,
  openCheckout,
  payFor,
  place,
  verify,
} from "../support/purchase.js";
import { startWorld, type World } from "../support/world.js";

/** `PAYMENT_CAPTURE=manual`: placing converts the stock, captures the payment, then commits. */
jest.setTimeout(300_000);
let world: World;
const gateway = () => world.sandbox.control.razorpay;

beforeAll(async () => {
  world = await startWorld({ PAYMENT_CAPTURE: "manual", RAZORPAY_TIMEOUT_MS: "1000" });
});
beforeEach(() => gateway().configure({ webhooks: { hold: true } }));
afterEach(async () => {
  gateway().clearFaults();
  await gateway().release();
  await world.settle();
});
afterAll(async () => {
  try {
    expect(await findViolations(world.db, world.sandbox, { captureGraceMs: 0 })).toEqual([]);
  } finally {
    await world.stop();
  }
});

const capturesOf = ({ gatewayOrderId }: OpenCheckout) =>
  gateway()
    .ledger()
    .captures.filter(({ orderId }) => orderId === gatewayOrderId);

async function expectOneCapture(checkout: OpenCheckout): Promise<void> {
  expect(await orderOf(world, checkout)).toMatchObject({
    paymentStatus: "paid",
    paidAmount: checkout.amount,
  });
  expect(capturesOf(checkout)).toMatchObject([{ amount: checkout.amount, by: "merchant" }]);
  expect(await paymentsOf(world, checkout)).toMatchObject([{ status: "captured", accepted: true }]);
}

test.each([1, 2, 3, 4, 5])(
  "When callback, webhook and clients arrive at once, then the payment is captured once (round %i)",
  async () => {
    const checkout = await openCheckout(world.url);
    const paid = payFor(world.sandbox, checkout);
    const [verified] = await Promise.all([
      verify(checkout, paid),
      gateway().release({ parallel: true }),
      ...Array.from({ length: 5 }, () => place(checkout)),
    ]);
    expect(verified.status).toBe(200);
    await world.settle();
    await expectOneCapture(checkout);
    expect(await place(checkout)).toMatchObject({ status: 200 });
  },
);

/** An authorisation lasts for half an hour (order option `manual_expiry_period`). */
const letAuthorizationExpire = () => gateway().advance(31 * 60);

/** Delivers only the refund events. The event of the authorisation, which would place the order, stays held. */
async function deliverRefundEvents(gatewayPaymentId: string): Promise<void> {
  const refundEvents = gateway()
    .events()
    .filter(({ event, body }) => event.startsWith("refund.") && body.includes(gatewayPaymentId));
  await gateway().release({ eventIds: refundEvents.map(({ id }) => id) });
  await world.settle();
  const payment = await world.db.collection("payments").findOne({ gatewayPaymentId });
  expect(payment).toMatchObject({ status: "refunded", capturedAmount: 0 });
}

test("When the authorisation has expired before placing, then nothing is sold and nothing is captured", async () => {
  const checkout = await openCheckout(world.url);
  const paid = payFor(world.sandbox, checkout);
  await verify(checkout, paid);
  letAuthorizationExpire();
  const answers = [await place(checkout), await place(checkout)];
  expect(answers).toMatchObject(answers.map(() => ({ status: 409, code: "CHECKOUT_FAILED" })));
  await gateway().release();
  await world.settle();
  expect(await orderOf(world, checkout)).toBeNull();
  expect(capturesOf(checkout)).toEqual([]);
  expect(await paymentsOf(world, checkout)).toMatchObject([{ status: "refunded", capturedAmount: 0 }]);
});

test("When the gateway released an authorisation, then the customer can pay again", async () => {
  const checkout = await openCheckout(world.url);
  const paid = payFor(world.sandbox, checkout);
  await verify(checkout, paid);
  letAuthorizationExpire();
  await deliverRefundEvents(paid.paymentId);
  expect(await place(checkout)).toMatchObject({ status: 400, code: "PAYMENT_REQUIRED" });
  const again = await chooseMethod(checkout);
  await verify(again, payFor(world.sandbox, again));
  expect(await place(again)).toMatchObject({ status: 201, data: { paymentStatus: "paid" } });
  expect(capturesOf(again)).toHaveLength(1);
});

test("When the answer to a capture is lost, then the capture is found and not repeated", async () => {
  const checkout = await openCheckout(world.url);
  await verify(checkout, payFor(world.sandbox, checkout));
  const fault = { match: "POST /payments/:id/capture", action: "hang", when: "after" } as const;
  gateway().setFault(fault);
  expect(await place(checkout)).toMatchObject({ status: 201 });
  expect(
    gateway()
      .faults()
      .map(({ hits }) => hits),
  ).toEqual([1]);
  await expectOneCapture(checkout);
});

test("When a placement is recovered after the authorisation has expired, then it is undone", async () => {
  const checkout = await openCheckout(world.url);
  const paid = payFor(world.sandbox, checkout);
  await verify(checkout, paid);
  gateway().setFault({ match: "POST /payments/:id/capture", action: "hang" });
  expect(await place(checkout)).toMatchObject({ status: 503, code: "OUTCOME_UNKNOWN" });
  letAuthorizationExpire();
  await deliverRefundEvents(paid.paymentId);
  await world.runJob("placement-recovery");
  await world.settle();
  expect(await place(checkout)).toMatchObject({ status: 409, code: "CHECKOUT_FAILED" });
  expect(await orderOf(world, checkout)).toBeNull();
  // The cart can be changed again. The invariants at the end check that its stock was released too.
  const change = await checkout.shopper.send({
    method: "POST",
    path: "/api/cart/items",
    body: ITEMS.hairOil,
  });
  expect(change.status).toBe(200);
});
