import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { textAt } from "../../scripts/support/json.js";
import { SAMPLE_CONTACT } from "../../scripts/support/sample-customer.js";
import { useInstances } from "../support/instances.js";
import {
  type Answer,
  chooseMethod,
  ITEMS,
  type OpenCheckout,
  payFor,
  place,
  Shopper,
  startCheckout,
  verify,
} from "../support/purchase.js";
import { roundsOf } from "../support/races.js";

/** Races for a checkout over two instances: repeated clicks on "Checkout", and two tabs with different choices. */
const world = useInstances();

const urlOf = (index: number): string => world().urlOf(index);

const STARTS = 20;

test(`When a checkout is started ${STARTS} times at once over two instances, then there is one session`, async () => {
  const { db, sandbox } = world();
  const shopper = new Shopper(urlOf(0));
  const cart = await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.hairOil });
  await shopper.do({ method: "POST", path: "/api/cart/items", body: ITEMS.ashwagandha });
  const answers = await Promise.all(
    Array.from({ length: STARTS }, (_unused, index) =>
      shopper.send({ method: "POST", path: "/api/checkout/start", body: SAMPLE_CONTACT, url: urlOf(index) }),
    ),
  );
  expect(answers.map(({ code }) => code)).toEqual(answers.map(() => null));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(new Set(answers.map(({ data }) => textAt(data, "id"))).size).toBe(1);
  const cartId = new Types.ObjectId(textAt(cart, "cart.id"));
  expect(await db.collection("checkoutSessions").find({ cartId }).toArray()).toMatchObject([
    {
      _id: new Types.ObjectId(textAt(answers[0]?.data, "id")),
      status: "initiated",
      ...SAMPLE_CONTACT,
      lease: null,
    },
  ]);
  await world().settle();
  const held = await sandbox.control.inventory.activeReservations(cartId.toHexString());
  const lines = await db.collection("cartItems").find({ cartId }).toArray();
  const pairs = (rows: object[]) =>
    rows.map((row) => `${Reflect.get(row, "reservationId")} ${Reflect.get(row, "quantity")}`).sort();
  expect(lines).toHaveLength(2);
  expect(pairs(held)).toEqual(pairs(lines));
});

type Tab = (index: number) => Promise<Answer>;
const ROUNDS = roundsOf(1);

/** A tab that loses the race gets a conflict and changes nothing. */
function expectOrderly(answers: Answer[]): void {
  const outcomes = answers.map(({ status, code }) => `${status} ${code}`);
  const allowed = ["200 null", "409 VERSION_CONFLICT", "409 REQUEST_IN_PROGRESS"];
  expect(outcomes.filter((answer) => !allowed.includes(answer))).toEqual([]);
  expect(outcomes).toContain("200 null");
}

/** The session, its open payment and the amount at the gateway agree. */
async function expectOneOpenPayment(id: string): Promise<void> {
  const { db } = world();
  const session = await db.collection("checkoutSessions").findOne({ _id: new Types.ObjectId(id) });
  const open = await db
    .collection("payments")
    .find({ checkoutSessionId: session?._id, supersededAt: null })
    .toArray();
  expect(session).toMatchObject({ lease: null, placement: null });
  if (session?.status === "address_entered") {
    expect(session).toMatchObject({ frozen: null, paymentId: null, paymentMethod: null });
    expect(open).toEqual([]);
    return;
  }
  const { shippingTotal, amountDue } = session?.frozen.totals ?? {};
  const { rate, codFee } = session?.shippingMethod ?? {};
  expect(session).toMatchObject({ status: "payment_pending", totals: { amountDue } });
  expect(shippingTotal).toBe(rate + (session?.paymentMethod === "cod" ? codFee : 0));
  expect(open).toMatchObject([
    { _id: session?.paymentId, status: "pending", method: session?.paymentMethod, amount: amountDue },
  ]);
}

const tabsOf = ({ shopper, id }: Pick<OpenCheckout, "shopper" | "id">): { shipping: Tab; payment: Tab } => {
  const put = (step: string, body: object, url: string) =>
    shopper.send({ method: "PUT", path: `/api/checkout/${id}/${step}`, body, url });
  return {
    shipping: (index) => {
      const shippingMethodId = [SEED.shippingMethods.express, SEED.shippingMethods.standard][index % 2];
      return put("shipping-method", { shippingMethodId }, urlOf(0));
    },
    payment: (index) => put("payment-method", { method: ["upi", "cod", "card"][index % 3] }, urlOf(1)),
  };
};

test.each(ROUNDS)(
  "When two tabs change shipping and payment at once, then the session, its payment and its amount agree (round %i)",
  async (round) => {
    const checkout = await startCheckout(urlOf(0), { coupon: SEED.coupons.WELCOME10 });
    const { shipping, payment } = tabsOf(checkout);
    for (const turn of [0, 1]) {
      const answers = await Promise.all([
        shipping(round + turn),
        payment(round + turn),
        shipping(round + turn + 1),
        payment(round + turn + 1),
      ]);
      expectOrderly(answers);
      await expectOneOpenPayment(checkout.id);
    }
    // The payment that follows has the session's amount and is taken once.
    const open = await chooseMethod(checkout);
    await expectOneOpenPayment(checkout.id);
    const verified = await verify(open, payFor(world().sandbox, open));
    expect(verified).toMatchObject({ status: 200 });
    const body = { checkoutSessionId: checkout.id, termsAccepted: true };
    const placed = await checkout.shopper.send({ method: "POST", path: "/api/orders", body });
    expect([200, 201]).toContain(placed.status);
    expect(await place(open, { url: urlOf(1) })).toMatchObject({ status: 200 });
    const order = await world()
      .db.collection("orders")
      .findOne({ _id: new Types.ObjectId(checkout.id) });
    expect(order?.paidAmount).toBe(open.amount);
    // Reversing the uses of superseded choices must not reverse the claim of a later choice.
    await world().settle();
    const uses = world().sandbox.control.pricing.ledger();
    const sign = { recorded: 1, reversed: -1 } as Readonly<Record<string, number>>;
    const ofOrder = uses.filter(({ orderId }) => orderId === checkout.id);
    expect(ofOrder.reduce((net, { type }) => net + (sign[type] ?? 0), 0)).toBe(1);
  },
);
