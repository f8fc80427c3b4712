import { Types } from "mongoose";
import { SEED } from "../../scripts/sandbox/seed/index.js";
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

/** F11, F12: many want what only few can have, over two instances; whoever goes without keeps his money. */
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

/** What the gateway has of a checkout's money. */
function keptBy({ gatewayOrderId }: OpenCheckout): number {
  const { captures, refunds } = gateway().ledger();
  const own = captures.filter(({ orderId }) => orderId === gatewayOrderId);
  const back = refunds.filter(
    ({ paymentId, status }) =>
      status === "processed" && own.some((capture) => capture.paymentId === paymentId),
  );
  return sum(own.map(({ amount }) => amount)) - sum(back.map(({ amount }) => amount));
}

/** Fifty take half a minute: `npm run test:races` has them. */
const CROWDS = [
  { customers: 20, units: 1 },
  ...(process.env.RACE_ROUNDS ? [{ customers: 50, units: 3 }] : []),
];

const told = ({ status, code }: Answer): string => `${status} ${code}`;

describe("the last units (F11)", () => {
  test("When 20 want to put the last unit into their carts, then one has it", async () => {
    await inventory().setStock(lastUnit, 1);
    const shoppers = Array.from({ length: 20 }, (_, index) => new Shopper(urlOf(index)));
    const answers = await Promise.all(
      shoppers.map((shopper) => shopper.send({ method: "POST", path: "/api/cart/items", body: ITEMS.last })),
    );
    expect(answers.map(told).sort()).toEqual([
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

  /** Everybody has paid while a unit was held for him; then all of them are gone but these few. */
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
    "When $customers have paid for $units, then as many orders are placed and the others have their money back",
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
      const foreseen = ["200 null", "201 null", "409 OUT_OF_STOCK", "409 PLACEMENT_IN_PROGRESS"];
      expect(answers.map(told).filter((answer) => !foreseen.includes(answer))).toEqual([]);
      await world().settle();

      const orders = await Promise.all(checkouts.map((checkout) => orderOf(world(), checkout)));
      expect(orders.filter((order) => order !== null)).toHaveLength(units);
      for (const [index, checkout] of checkouts.entries()) {
        const order = orders[index];
        expect(keptBy(checkout)).toBe(order ? checkout.amount : 0);
        expect(told(await place(checkout))).toBe(order ? "200 null" : "409 OUT_OF_STOCK");
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

describe("the last use of a coupon (F12)", () => {
  const CUSTOMERS = 20;
  const { LASTONE } = SEED.coupons;

  const choose = ({ shopper, id }: Pick<OpenCheckout, "shopper" | "id">, url: string, method = "upi") =>
    shopper.send({
      method: "PUT",
      path: `/api/checkout/${id}/payment-method`,
      body: { method, termsAccepted: true },
      url,
    });

  /** Pays what is asked for, and comes back. */
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

  test("When 20 choose how to pay at once, then one has it, and the others hear so before they pay", async () => {
    const plain = await openCheckout(urlOf(0));
    const started = await times(CUSTOMERS, (index) => startCheckout(urlOf(index), { coupon: LASTONE }));
    const answers = await Promise.all(started.map((checkout, index) => choose(checkout, urlOf(index + 1))));
    expect(answers.map(told).sort()).toEqual([
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

  test("When each of them does so in two tabs, then no more than one order carries it, and none without the use", async () => {
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
    const carrying = orders.filter(({ appliedCoupons }) => appliedCoupons.length > 0);
    expect(carrying.map(({ _id }) => _id.toHexString())).toEqual(pricing().usages(code));
    for (const checkout of chosen) {
      const isCarrying = carrying.some(({ _id }) => _id.toHexString() === checkout.id);
      await expectCharged(checkout, isCarrying ? [code] : []);
    }
  });
});
