import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { useInstances } from "../support/instances.js";
import { type Answer, openCheckout, place, startCheckout } from "../support/purchase.js";
import { jitter, roundsOf } from "../support/races.js";

/** The order is placed on one instance while its payment method changes on the other. */
const world = useInstances();
const ROUNDS = roundsOf(1);
const soon = jitter(21, 80);

/** What the caller that loses the race may get. */
const REFUSALS = [
  "400 PAYMENT_REQUIRED",
  "400 INVALID_STATUS_TRANSITION",
  "409 PLACEMENT_IN_PROGRESS",
  "409 VERSION_CONFLICT",
  "409 REQUEST_IN_PROGRESS",
];

function expectOrderly(answers: readonly Answer[]): void {
  const refusals = answers.filter(({ status }) => status !== 200 && status !== 201);
  const codes = refusals.map(({ status, code }) => `${status} ${code}`);
  expect(codes.filter((code) => !REFUSALS.includes(code))).toEqual([]);
}

async function storedOf(id: string) {
  const { db } = world();
  const _id = new Types.ObjectId(id);
  const [order, session, payments] = await Promise.all([
    db.collection("orders").findOne({ _id }),
    db.collection("checkoutSessions").findOne({ _id }),
    db.collection("payments").find({ checkoutSessionId: _id }).toArray(),
  ]);
  return { order, session, linked: payments.filter(({ orderId }) => orderId !== null) };
}

test.each(ROUNDS)(
  "When online payment replaces cash on delivery while the order is placed, then the order's terms match its payment (round %i)",
  async (round) => {
    const checkout = await openCheckout(world().urlOf(round), { method: "cod" });
    const path = `/api/checkout/${checkout.id}/payment-method`;
    const url = world().urlOf(round + 1);
    const answers = await Promise.all([
      soon(() => place(checkout, { url: world().urlOf(round) })),
      soon(() => checkout.shopper.send({ method: "PUT", path, body: { method: "upi" }, url })),
    ]);
    expectOrderly(answers);
    const { order, session, linked } = await storedOf(checkout.id);
    if (!order) {
      expect(linked).toEqual([]);
      expect(session).toMatchObject({ paymentMethod: "upi", placement: null });
      return;
    }
    expect(order).toMatchObject({ paymentMethod: "cod", amountDue: session?.frozen.totals.amountDue });
    expect(linked).toMatchObject([{ gateway: "cod", supersededAt: null, amount: order.amountDue }]);
  },
);

test.each(ROUNDS)(
  "When store credit is removed while the order that it pays is placed, then no order is placed unpaid (round %i)",
  async (round) => {
    const { sandbox, urlOf } = world();
    sandbox.control.engagement.setCredit(SEED.users.dev, 1_000_000);
    const checkout = await startCheckout(urlOf(round), { token: sandbox.tokens.dev });
    const { shopper, id } = checkout;
    const path = `/api/checkout/${id}`;
    await shopper.do({ method: "POST", path: `${path}/store-credit`, body: {} });
    await shopper.do({
      method: "PUT",
      path: `${path}/payment-method`,
      body: { method: "upi", termsAccepted: true },
    });
    const url = urlOf(round + 1);
    const change = async (): Promise<Answer[]> => [
      await shopper.send({ method: "DELETE", path: `${path}/store-credit`, url }),
      await shopper.send({ method: "PUT", path: `${path}/payment-method`, body: { method: "upi" }, url }),
    ];
    const asOpen = { ...checkout, paymentId: "", gatewayOrderId: "", amount: 0 };
    const [placed, changed] = await Promise.all([soon(() => place(asOpen)), soon(change)]);
    expectOrderly([placed, ...changed]);
    const { order, linked } = await storedOf(id);
    expect(linked).toEqual([]);
    if (order) expect(order).toMatchObject({ amountDue: 0, storeCreditAmount: order.grandTotal });
    else await shopper.do({ method: "DELETE", path: "/api/cart" });
  },
);
