import { Types } from "mongoose";
import { findViolations } from "../../scripts/invariants/index.js";
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

/** `PAYMENT_CAPTURE=manual` (D10): placing takes the stock, then the money, then commits. */
jest.setTimeout(60_000);
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

const orderOf = ({ id }: OpenCheckout) =>
  world.db.collection("orders").findOne({ _id: new Types.ObjectId(id) });
const paymentsOf = ({ id }: OpenCheckout) =>
  world.db
    .collection("payments")
    .find({ checkoutSessionId: new Types.ObjectId(id) })
    .sort({ createdAt: 1 })
    .toArray();
const capturesOf = ({ gatewayOrderId }: OpenCheckout) =>
  gateway()
    .ledger()
    .captures.filter(({ orderId }) => orderId === gatewayOrderId);

async function expectOneCapture(checkout: OpenCheckout): Promise<void> {
  expect(await orderOf(checkout)).toMatchObject({ paymentStatus: "paid", paidAmount: checkout.amount });
  expect(capturesOf(checkout)).toMatchObject([{ amount: checkout.amount, by: "merchant" }]);
  expect(await paymentsOf(checkout)).toMatchObject([{ status: "captured", accepted: true }]);
}

test.each([1, 2, 3, 4, 5])(
  "When callback, webhook and clients come at once, then it is captured once (round %i)",
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

/** The gateway keeps an authorisation for half an hour (order option `manual_expiry_period`). */
const letAuthorizationEnd = () => gateway().advance(31 * 60);

/** Only the events of the return come; that of the authorisation, which would place the order, is still held. */
async function hearOfReturn(gatewayPaymentId: string): Promise<void> {
  const returned = gateway()
    .events()
    .filter(({ event, body }) => event.startsWith("refund.") && body.includes(gatewayPaymentId));
  await gateway().release({ eventIds: returned.map(({ id }) => id) });
  await world.settle();
  const payment = await world.db.collection("payments").findOne({ gatewayPaymentId });
  expect(payment).toMatchObject({ status: "refunded", capturedAmount: 0 });
}

test("When the authorisation has ended by then, then nothing is sold and nothing kept", async () => {
  const checkout = await openCheckout(world.url);
  const paid = payFor(world.sandbox, checkout);
  await verify(checkout, paid);
  letAuthorizationEnd();
  const answers = [await place(checkout), await place(checkout)];
  expect(answers).toMatchObject(answers.map(() => ({ status: 409, code: "CHECKOUT_FAILED" })));
  await gateway().release();
  await world.settle();
  expect(await orderOf(checkout)).toBeNull();
  expect(capturesOf(checkout)).toEqual([]);
  expect(await paymentsOf(checkout)).toMatchObject([{ status: "refunded", capturedAmount: 0 }]);
});

test("When the gateway gave an authorisation back, then the customer can pay again", async () => {
  const checkout = await openCheckout(world.url);
  const paid = payFor(world.sandbox, checkout);
  await verify(checkout, paid);
  letAuthorizationEnd();
  await hearOfReturn(paid.paymentId);
  expect(await place(checkout)).toMatchObject({ status: 400, code: "PAYMENT_REQUIRED" });
  const again = await chooseMethod(checkout);
  await verify(again, payFor(world.sandbox, again));
  expect(await place(again)).toMatchObject({ status: 201, data: { paymentStatus: "paid" } });
  expect(capturesOf(again)).toHaveLength(1);
});

test("When the capture is made and its answer never comes, then it is found, and not made again", async () => {
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

test("When a placing is found only after the authorisation has ended, then it is undone", async () => {
  const checkout = await openCheckout(world.url);
  const paid = payFor(world.sandbox, checkout);
  await verify(checkout, paid);
  gateway().setFault({ match: "POST /payments/:id/capture", action: "hang" });
  expect(await place(checkout)).toMatchObject({ status: 503, code: "OUTCOME_UNKNOWN" });
  letAuthorizationEnd();
  await hearOfReturn(paid.paymentId);
  await world.runJob("placement-recovery");
  await world.settle();
  expect(await place(checkout)).toMatchObject({ status: 409, code: "CHECKOUT_FAILED" });
  expect(await orderOf(checkout)).toBeNull();
  // The cart is free again, and so is its stock (the audit at the end looks at that).
  const change = await checkout.shopper.send({
    method: "POST",
    path: "/api/cart/items",
    body: ITEMS.hairOil,
  });
  expect(change.status).toBe(200);
});
