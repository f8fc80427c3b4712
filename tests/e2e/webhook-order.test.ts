import { Types } from "mongoose";
import { findViolations } from "../../scripts/invariants/index.js";
import { type OpenCheckout, openCheckout, payFor } from "../support/purchase.js";
import { startWorld, type World } from "../support/world.js";

/** The gateway's events arrive in any order, and each may arrive twice. */
jest.setTimeout(300_000);
let world: World;
const gateway = () => world.sandbox.control.razorpay;

beforeAll(async () => {
  world = await startWorld();
  gateway().configure({ webhooks: { hold: true } });
});
afterAll(async () => {
  try {
    expect(await findViolations(world.db, world.sandbox, { captureGraceMs: 0 })).toEqual([]);
  } finally {
    await world.stop();
  }
});

function permutationsOf<T>(values: readonly T[]): T[][] {
  if (values.length <= 1) return [[...values]];
  return values.flatMap((value, index) =>
    permutationsOf(values.filter((_, other) => other !== index)).map((rest) => [value, ...rest]),
  );
}

/** Delivers and applies the events one by one, then delivers all of them again. */
async function deliver(checkout: OpenCheckout, order: readonly string[]): Promise<void> {
  const own = gateway()
    .events()
    .filter(({ body }) => body.includes(checkout.gatewayOrderId));
  const idOf = (name: string): string => own.find(({ event }) => event === name)?.id ?? `no ${name}`;
  for (const name of order) {
    const [delivery] = await gateway().release({ eventIds: [idOf(name)] });
    expect(delivery?.status).toBe(200);
    await world.settle();
  }
  for (const name of order) await gateway().redeliver(idOf(name));
  await world.settle();
}

const ofOnePayment = ["payment.failed", "payment.authorized", "payment.captured", "order.paid"];

test.each(permutationsOf(ofOnePayment))(
  "When a late payment is reported by %s, %s, %s, %s, then its order exists and is paid",
  async (...order) => {
    const checkout = await openCheckout(world.url);
    const { paymentId } = payFor(world.sandbox, checkout, { outcome: "late" });
    gateway().settleLate(paymentId);
    await deliver(checkout, order);
    const checkoutSessionId = new Types.ObjectId(checkout.id);
    const payments = await world.db.collection("payments").find({ checkoutSessionId }).toArray();
    expect(payments).toMatchObject([
      {
        status: "captured",
        gatewayPaymentId: paymentId,
        accepted: true,
        surplus: false,
        errorCode: null,
        capturedAmount: checkout.amount,
        refundedAmount: 0,
      },
    ]);
    expect(await world.db.collection("orders").findOne({ _id: checkoutSessionId })).toMatchObject({
      status: "confirmed",
      paymentStatus: "paid",
      paidAmount: checkout.amount,
    });
  },
);

const ofRefunded = ["payment.authorized", "refund.created", "refund.processed"];

test.each(permutationsOf(ofRefunded))(
  "When a second payment that the gateway refunded is reported by %s, %s, %s, then it counts as refunded",
  async (...order) => {
    const checkout = await openCheckout(world.url);
    payFor(world.sandbox, checkout);
    await gateway().release();
    await world.settle();
    const second = payFor(world.sandbox, checkout, { details: { ifPaid: "gateway_refund" } });
    const own = gateway()
      .events()
      .filter(({ body }) => body.includes(second.paymentId));
    for (const name of order) {
      await gateway().release({ eventIds: own.filter(({ event }) => event === name).map(({ id }) => id) });
      await world.settle();
    }
    const { paymentId: gatewayPaymentId } = second;
    expect(await world.db.collection("payments").findOne({ gatewayPaymentId })).toMatchObject({
      status: "refunded",
      capturedAmount: 0,
      accepted: false,
    });
    expect(
      await world.db.collection("orders").findOne({ _id: new Types.ObjectId(checkout.id) }),
    ).toMatchObject({
      paymentStatus: "paid",
      refundedAmount: 0,
    });
  },
);
