import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
import { textAt } from "../../scripts/support/json.js";
import { holdWebhooks, useInstances } from "../support/instances.js";
import { orderOf, sessionOf } from "../support/money.js";
import {
  type Answer,
  chooseMethod,
  ITEMS,
  type OpenCheckout,
  openCheckout,
  paidCheckout,
  payFor,
  place,
  Shopper,
  startCheckout,
  verify,
} from "../support/purchase.js";
import { crowdOf } from "../support/races.js";

/** Many compete over two instances for the last units, the last coupon use, or the money that is left to refund. */
const world = useInstances();
const gateway = () => world().sandbox.control.razorpay;
const inventory = () => world().sandbox.control.inventory;
const pricing = () => world().sandbox.control.pricing;
const { lastUnit } = SEED.variants;

const urlOf = (index: number): string => world().urlOf(index);
const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

beforeAll(() => holdWebhooks(world()));

/** What the gateway captured and did not refund for a checkout. */
function keptBy({ gatewayOrderId }: OpenCheckout): number {
  const { captures, refunds } = gateway().ledger();
  const own = captures.filter(({ orderId }) => orderId === gatewayOrderId);
  const back = refunds.filter(
    ({ paymentId, status }) =>
      status === "processed" && own.some((capture) => capture.paymentId === paymentId),
  );
  return sum(own.map(({ amount }) => amount)) - sum(back.map(({ amount }) => amount));
}

const CROWDS = [{ customers: crowdOf(8, 50), units: crowdOf(1, 3) }];

const toText = ({ status, code }: Answer): string => `${status} ${code}`;

describe("the last units", () => {
  test("When 20 shoppers add the last unit to their carts, then one gets it", async () => {
    await inventory().setStock(lastUnit, 1);
    const shoppers = Array.from({ length: 20 }, (_, index) => new Shopper(urlOf(index)));
    const answers = await Promise.all(
      shoppers.map((shopper) => shopper.send({ method: "POST", path: "/api/cart/items", body: ITEMS.last })),
    );
    expect(answers.map(toText).sort()).toEqual([
      "200 null",
      ...Array.from({ length: 19 }, () => "400 OUT_OF_STOCK"),
    ]);
    expect(await inventory().numbers(lastUnit)).toMatchObject({ available: 0, reserved: 1 });
    await shoppers[answers.findIndex(({ status }) => status === 200)]?.do({
      method: "DELETE",
      path: "/api/cart",
    });
    await world().settle();
    expect(await inventory().numbers(lastUnit)).toMatchObject({ available: 1, reserved: 0 });
  });

  /** Every customer pays while a unit is reserved; then the reservations lapse and only these units are left. */
  async function paidFor(customers: number, units: number): Promise<OpenCheckout[]> {
    await inventory().setStock(lastUnit, customers);
    const { sandbox } = world();
    const checkouts = await times(customers, (index) =>
      paidCheckout(urlOf(index), sandbox, { items: [ITEMS.last] }),
    );
    await inventory().lapse();
    await inventory().setStock(lastUnit, units);
    return checkouts;
  }

  test.each(CROWDS)(
    "When $customers customers have paid for $units units, then $units orders are placed and the others are refunded",
    async ({ customers, units }) => {
      const { sold } = await inventory().numbers(lastUnit);
      const checkouts = await paidFor(customers, units);
      const [answers, deliveries] = await Promise.all([
        times(customers, async (index) => {
          const checkout = checkouts[index];
          if (!checkout) throw new RangeError(`no checkout ${index}`);
          return place(checkout, { url: urlOf(index + 1) });
        }),
        gateway().release({ parallel: true }),
      ]);
      expect(deliveries.every(({ status }) => status === 200)).toBe(true);
      const allowed = ["200 null", "201 null", "409 OUT_OF_STOCK", "409 PLACEMENT_IN_PROGRESS"];
      expect(answers.map(toText).filter((answer) => !allowed.includes(answer))).toEqual([]);
      await world().settle();

      const orders = await Promise.all(checkouts.map((checkout) => orderOf(world(), checkout)));
      expect(orders.filter((order) => order !== null)).toHaveLength(units);
      for (const [index, checkout] of checkouts.entries()) {
        const order = orders[index];
        expect(keptBy(checkout)).toBe(order ? checkout.amount : 0);
        expect(toText(await place(checkout))).toBe(order ? "200 null" : "409 OUT_OF_STOCK");
        const status = order ? "completed" : "failed";
        expect(await sessionOf(world(), checkout)).toMatchObject({ status, placement: null });
      }
      expect(await inventory().numbers(lastUnit)).toMatchObject({
        available: 0,
        reserved: 0,
        sold: sold + units,
      });
      expect(await inventory().imbalances()).toEqual([]);
    },
  );
});

describe("the last use of a coupon", () => {
  const CUSTOMERS = crowdOf(8, 20);
  const { LASTONE } = SEED.coupons;

  const choose = ({ shopper, id }: Pick<OpenCheckout, "shopper" | "id">, url: string, method = "upi") =>
    shopper.send({
      method: "PUT",
      path: `/api/checkout/${id}/payment-method`,
      body: { method, termsAccepted: true },
      url,
    });

  /** Pays the amount due, verifies and places the order. */
  async function buy(checkout: OpenCheckout): Promise<void> {
    expect(await verify(checkout, payFor(world().sandbox, checkout))).toMatchObject({ status: 200 });
    expect(await place(checkout)).toMatchObject({ status: 201 });
  }

  async function expectCharged(checkout: OpenCheckout, coupons: readonly string[]): Promise<void> {
    const order = await orderOf(world(), checkout);
    expect(order).toMatchObject({
      appliedCoupons: coupons.map((code) => ({ code })),
      paidAmount: checkout.amount,
      grandTotal: checkout.amount,
    });
    expect(keptBy(checkout)).toBe(checkout.amount);
  }

  test("When many choose a payment method at once, then one gets the coupon and the others are refused before they pay", async () => {
    const plain = await openCheckout(urlOf(0));
    const started = await times(CUSTOMERS, (index) => startCheckout(urlOf(index), { coupon: LASTONE }));
    const answers = await Promise.all(started.map((checkout, index) => choose(checkout, urlOf(index + 1))));
    expect(answers.map(toText).sort()).toEqual([
      "200 null",
      ...Array.from({ length: CUSTOMERS - 1 }, () => "400 COUPON_INVALID"),
    ]);
    const winner = answers.findIndex(({ status }) => status === 200);
    expect(pricing().usages(LASTONE)).toEqual([started[winner]?.id]);

    const chosen = await Promise.all(started.map((checkout) => chooseMethod(checkout)));
    for (const [index, checkout] of chosen.entries()) {
      const isWinner = index === winner;
      expect(checkout.amount < plain.amount).toBe(isWinner);
      if (!isWinner) expect(checkout.amount).toBe(plain.amount);
      await buy(checkout);
      await expectCharged(checkout, isWinner ? [LASTONE] : []);
    }
    expect(pricing().usages(LASTONE)).toEqual([started[winner]?.id]);
    await gateway().release();
  });

  test("When each of them uses two tabs, then at most one order has the coupon, and only with a recorded use", async () => {
    const code = "LASTAGAIN";
    pricing().setCoupon({ code, type: "fixed", value: 60, stackable: false, usageLimit: 1 });
    const started = await times(CUSTOMERS, (index) => startCheckout(urlOf(index), { coupon: code }));
    await Promise.all(
      started.flatMap((checkout) => [
        choose(checkout, urlOf(0)),
        choose(checkout, urlOf(1), "card"),
        choose(checkout, urlOf(1)),
      ]),
    );
    await world().settle();
    expect(pricing().usages(code).length).toBeLessThanOrEqual(1);
    const chosen = await Promise.all(started.map((checkout) => chooseMethod(checkout)));
    for (const checkout of chosen) await buy(checkout);
    await gateway().release();
    await world().settle();
    const orders = await world()
      .db.collection("orders")
      .find({ _id: { $in: started.map(({ id }) => new Types.ObjectId(id)) } })
      .toArray();
    expect(orders).toHaveLength(CUSTOMERS);
    const withCoupon = orders.filter(({ appliedCoupons }) => appliedCoupons.length > 0);
    expect(withCoupon.map(({ _id }) => _id.toHexString())).toEqual(pricing().usages(code));
    for (const checkout of chosen) {
      const hasCoupon = withCoupon.some(({ _id }) => _id.toHexString() === checkout.id);
      await expectCharged(checkout, hasCoupon ? [code] : []);
    }
  });
});

describe("the money that is left to refund", () => {
  const REFUNDS = 20;
  const FITTING = 8;
  const ROUTES = [
    { destination: "original", verb: "approve", body: {} },
    { destination: "store_credit", verb: "approve", body: {} },
    {
      ...{ destination: "bank_transfer", verb: "bank-transfer" },
      body: { accountHolder: "Asha Rao", accountNumber: "50100123456789", ifsc: "HDFC0000123" },
    },
  ] as const;
  type Route = (typeof ROUTES)[number];

  const post = (index: number, token: string, { path, body }: { path: string; body: object }) =>
    new Shopper(urlOf(index), token).send({ method: "POST", path, body, key: randomUUID() });

  /** One admin starts it at one instance, another approves it at the other. */
  async function refund(index: number, wish: { orderId: string; amount: number; route: Route }) {
    const { orderId, amount, route } = wish;
    const { admin, secondAdmin } = world().sandbox.tokens;
    const path = "/api/admin/refunds";
    const { destination, verb, body } = route;
    const asked = { orderId, amount: amount / 100, destination, reason: "damaged" };
    const started = await post(index, admin, { path, body: asked });
    if (started.status !== 201) return toText(started);
    return toText(
      await post(index + 1, secondAdmin, { path: `${path}/${textAt(started.data, "id")}/${verb}`, body }),
    );
  }

  test("When 20 refunds of one order go to the card, to store credit and to a bank account at once, then those that fit are made", async () => {
    const { db, sandbox } = world();
    const checkout = await paidCheckout(urlOf(0), sandbox, { token: sandbox.tokens.esha });
    expect(await place(checkout)).toMatchObject({ status: 201 });
    const amount = Math.floor(checkout.amount / FITTING);
    const routeOf = (index: number): Route => ROUTES[index % ROUTES.length] ?? ROUTES[0];
    const answers = await times(REFUNDS, (index) =>
      refund(index, { orderId: checkout.id, amount, route: routeOf(index) }),
    );
    expect(answers.toSorted()).toEqual([
      ...Array.from({ length: FITTING }, () => "200 null"),
      ...Array.from({ length: REFUNDS - FITTING }, () => "400 REFUND_EXCEEDS_PAID"),
    ]);
    await world().settle();
    await gateway().release();
    await world().settle();

    const made = ROUTES.map(({ destination }) => ({
      destination,
      count: answers.filter(
        (answer, index) => answer === "200 null" && routeOf(index).destination === destination,
      ).length,
    }));
    const countOf = (wanted: Route["destination"]) =>
      made.find(({ destination }) => destination === wanted)?.count ?? 0;
    const rows = await db
      .collection("refunds")
      .find({ orderNumber: { $ne: null } })
      .toArray();
    expect(rows).toHaveLength(FITTING);
    for (const { destination, count } of made)
      expect(rows.filter((row) => row.destination === destination)).toHaveLength(count);
    const sent = gateway()
      .ledger()
      .refunds.filter(({ paymentId }) => paymentId === checkout.paid.paymentId);
    expect(sent.map((row) => row.amount)).toEqual(Array.from({ length: countOf("original") }, () => amount));
    expect(await orderOf(world(), checkout)).toMatchObject({
      refundedAmount: amount * (FITTING - countOf("bank_transfer")),
      // These have not been transferred yet.
      ...{ refundReserved: amount * countOf("bank_transfer"), refundRequested: 0 },
    });
    expect(
      await db.collection("payments").findOne({ gatewayPaymentId: checkout.paid.paymentId }),
    ).toMatchObject({
      ...{ refundedAmount: amount * countOf("original"), refundReserved: 0 },
    });
  });
});
