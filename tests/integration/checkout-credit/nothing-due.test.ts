import { randomUUID } from "node:crypto";
import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type CreditCheckout, type CreditWorld, startCreditWorld } from "./credit-world.js";

/** Where credit and points pay for everything, there is no payment method and no fee for it. */
let world: CreditWorld;
beforeAll(async () => {
  world = await startCreditWorld();
});
afterAll(() => world.stop());
beforeEach(() => world.reset());

const cod = { method: "cod", termsAccepted: true };
const stored = (name: string, { id }: CreditCheckout) =>
  world.db.collection(name).findOne({ _id: new Types.ObjectId(id) });
const paymentsOf = ({ id }: CreditCheckout) =>
  world.db
    .collection("payments")
    .find({ checkoutSessionId: new Types.ObjectId(id), supersededAt: null })
    .toArray();

/** Total of the order in rupees without and with the fee for cash on delivery. */
async function totals(checkout: CreditCheckout): Promise<{ plain: number; withFee: number }> {
  const plain = Number(world.totalsIn(await checkout.read()).grandTotal);
  const withFee = Number((await checkout.put("payment-method", cod)).body.data.session.totals.grandTotal);
  expect(withFee).toBeGreaterThan(plain);
  // Another shipping method and back: the method has to be chosen again.
  await checkout.put("shipping-method", { shippingMethodId: SEED.shippingMethods.express });
  await checkout.put("shipping-method", { shippingMethodId: SEED.shippingMethods.standard });
  return { plain, withFee };
}

async function expectPlacedFor(checkout: CreditCheckout, total: number): Promise<void> {
  const placed = await checkout.place();
  expect(placed.status).toBe(201);
  expect(placed.body.data).toMatchObject({
    paymentStatus: "paid",
    payment: null,
    paidAmount: total,
    totals: { grandTotal: total, storeCredit: total, amountDue: 0 },
  });
  expect(world.engagement.credit(SEED.users.dev)).toBeCloseTo(5_000 - total, 2);
  expect(await paymentsOf(checkout)).toEqual([]);
  expect(await stored("checkoutSessions", checkout)).toMatchObject({ paymentMethod: null });
}

it.each(["before", "after"])(
  "When cash on delivery is chosen %s the credit, then the same is taken from the credit, without a fee",
  async (order) => {
    const checkout = await world.checkoutOf("dev");
    const { plain } = await totals(checkout);
    if (order === "before") await checkout.put("payment-method", cod);
    await checkout.post("store-credit");
    if (order === "after") {
      const { body } = await checkout.put("payment-method", cod);
      expect(body.data).toMatchObject({
        payment: null,
        gateway: null,
        session: { paymentMethod: null, totals: { grandTotal: plain, amountDue: 0 } },
      });
    }
    await expectPlacedFor(checkout, plain);
  },
);

it("When the credit covers everything but the fee, then nothing is due and there is no fee", async () => {
  const checkout = await world.checkoutOf("dev");
  const { plain, withFee } = await totals(checkout);
  await checkout.post("store-credit", { amount: Math.floor((plain + withFee) / 2) });
  await checkout.put("payment-method", cod);
  await expectPlacedFor(checkout, plain);
});

it("When something stays due, then the fee counts", async () => {
  const checkout = await world.checkoutOf("dev");
  const { plain, withFee } = await totals(checkout);
  await checkout.post("store-credit", { amount: 100 });
  const { body } = await checkout.put("payment-method", cod);
  expect(body.data).toMatchObject({
    payment: { gateway: "cod", amount: withFee - 100 },
    session: { paymentMethod: "cod" },
  });
  expect(withFee).toBeGreaterThan(plain);
});

it("When an online method is chosen although nothing is due, then it is dropped, also one that is switched off", async () => {
  const checkout = await world.checkoutOf("dev");
  const { plain } = await totals(checkout);
  await checkout.post("store-credit");
  const { body } = await checkout.put("payment-method", { method: "upi", termsAccepted: true });
  expect(body.data).toMatchObject({ payment: null, gateway: null, session: { paymentMethod: null } });
  await expectPlacedFor(checkout, plain);
});

it("When the checkout has expired, before and after the clean-up, then it is not placed at the former price", async () => {
  const checkout = await world.checkoutOf("dev");
  await checkout.post("store-credit");
  await checkout.put("payment-method", { method: "upi" });
  const _id = new Types.ObjectId(checkout.id);
  const expiresAt = new Date(Date.now() - 20 * 60_000);
  await world.db.collection("checkoutSessions").updateOne({ _id }, { $set: { expiresAt } });
  const expectExpired = async () => {
    const { status, body } = await checkout.place();
    expect([status, body.error?.code]).toEqual([410, "CHECKOUT_EXPIRED"]);
  };
  await expectExpired();
  expect(await stored("checkoutSessions", checkout)).toMatchObject({ status: "payment_pending" });
  await world.runJob("checkout-cleanup");
  expect(await stored("checkoutSessions", checkout)).toMatchObject({ status: "failed", placement: null });
  await expectExpired();
  await expectExpired();
  expect(await stored("orders", checkout)).toBeNull();
  expect(world.engagement.credit(SEED.users.dev)).toBe(5_000);
});

it("When nothing is due and the order is placed as cash on delivery in one call, then it is paid, and again the same", async () => {
  const checkout = await world.checkoutOf("dev");
  const { plain } = await totals(checkout);
  await checkout.post("store-credit");
  const pay = () =>
    world.call("post", "/api/payments/cod", {
      as: checkout.as,
      body: { checkoutSessionId: checkout.id, termsAccepted: true },
      headers: { "Idempotency-Key": randomUUID() },
    });
  const first = await pay();
  expect([first.status, first.body.data]).toMatchObject([
    201,
    { payment: null, order: { paymentStatus: "paid", paidAmount: plain } },
  ]);
  const again = await pay();
  expect([again.status, again.body.data.order.orderNumber]).toEqual([200, first.body.data.order.orderNumber]);
  expect(await stored("orders", checkout)).toMatchObject({ paymentMethod: null });
});
