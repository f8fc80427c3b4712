import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, codesOf, done, refused, useShop } from "./shop-world.js";

const { coupons } = SEED;
const shop = useShop();
const pricing = () => shop().sandbox.control.pricing;

/** An order of another customer takes the last use, recorded directly at the pricing service. */
async function useUp(code: string): Promise<void> {
  const { urls, env } = shop().sandbox;
  const answer = await fetch(`${urls.pricing}/api/coupons/usage`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${env.SERVICE_TOKEN ?? ""}` },
    body: JSON.stringify({ code, orderId: "order-of-somebody-else", discountAmount: 50 }),
  });
  if (!answer.ok) throw new Error(`not used up: ${answer.status}`);
}

describe("A coupon that expires after a payment method was chosen", () => {
  const expire = () =>
    pricing().changeCoupon(coupons.WELCOME10, { expiresAt: shop().sandbox.control.clock.now() - 1_000 });

  test.each(["upi", "cod"])(
    "When the order is then placed by %s, then it has the agreed discount, and one use",
    async (method) => {
      const buyer = shop().guest();
      const { session, gateway } = await buyer.open({ coupon: coupons.WELCOME10 }, method);
      expire();
      if (gateway) done(await buyer.verify(buyer.pay(gateway.orderId)));
      const { totals } = done(await buyer.order());
      expect(totals.discountTotal).toBeGreaterThan(0);
      expect(totals).toMatchObject({
        discountTotal: session.totals.discountTotal,
        grandTotal: session.totals.grandTotal,
      });
      await shop().settle();
      expect(await buyer.stored.order()).toMatchObject({
        appliedCoupons: [{ code: coupons.WELCOME10 }],
        paidAmount: gateway ? gateway.amount : 0,
      });
      expect(await buyer.stored.refunds()).toEqual([]);
      expect(pricing().usages(coupons.WELCOME10)).toEqual([buyer.id]);
    },
  );

  test("When another method is chosen instead, then COUPON_INVALID, and the next choice is without the discount", async () => {
    const buyer = shop().guest();
    await buyer.open({ coupon: coupons.WELCOME10 }, "cod");
    expire();
    expect(refused(await buyer.choose(), 400, "COUPON_INVALID")).toMatchObject({ code: coupons.WELCOME10 });
    const { session, gateway } = done(await buyer.choose());
    expect(session.totals.discountTotal).toBe(0);
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    expect(done(await buyer.order()).totals.discountTotal).toBe(0);
    await shop().settle();
    expect(pricing().usages(coupons.WELCOME10)).toEqual([]);
  });
});

test("When the last use is taken between the check of a coupon and its claim, then COUPON_INVALID before any payment", async () => {
  const buyer = await shop().guest().prepare({ coupon: coupons.LASTONE });
  // The call to shipping comes between the two.
  const between = { service: "shipping", match: "POST /api/shipping-methods/calculate" } as const;
  shop().sandbox.control.faults.add({ ...between, action: "delay", delayMs: 300, times: 1 });
  shop().sandbox.control.calls.reset();
  const choosing = buyer.choose();
  await shop().sandbox.control.calls.waitFor({ route: "POST /api/coupons/validate" }, 1);
  await useUp(coupons.LASTONE);
  expect(refused(await choosing, 400, "COUPON_INVALID")).toMatchObject({ code: coupons.LASTONE });

  expect(await buyer.stored.session()).toMatchObject({
    status: "address_entered",
    frozen: null,
    lease: null,
  });
  expect(await buyer.stored.payments()).toEqual([]);
  const checkout = done(await buyer.checkout());
  expect(checkout.cart.appliedCoupons).toEqual([]);
  expect(codesOf(checkout.cart.notices)).toContain("COUPON_DROPPED");
  expect(checkout.totals.discountTotal).toBe(0);

  const { session, gateway } = done(await buyer.choose());
  expect(gateway.amount).toBe(Math.round(session.totals.grandTotal * 100));
  await buyer.verify(buyer.pay(gateway.orderId));
  expect((await buyer.order()).status).toBeLessThan(300);
  await shop().settle();
  expect(pricing().usages(coupons.LASTONE)).toEqual(["order-of-somebody-else"]);
});

describe("a use that was claimed, while the order is placed without the coupon", () => {
  const USAGE = { service: "pricing", match: "POST /api/coupons/usage" } as const;
  const { LASTONE } = coupons;
  const removeCoupon = async ({ as }: Buyer) =>
    done(await shop().call("delete", `/api/cart/coupons/${LASTONE}`, { as }));

  /** Makes waiting outbox messages due now. */
  async function deliverAll(): Promise<void> {
    const due = { $set: { dueAt: new Date(Date.now() - 1_000) } };
    await shop().db.collection("outboxMessages").updateMany({ state: "pending" }, due);
    await shop().settle();
  }

  /** The claim is recorded at the pricing service, but its response is lost. */
  async function claimedUnheard(): Promise<Buyer> {
    const buyer = await shop().guest().prepare({ coupon: LASTONE });
    shop().sandbox.control.faults.add({ ...USAGE, action: "reset-after" });
    expect((await buyer.choose("cod")).status).toBeGreaterThanOrEqual(500);
    await shop().recover();
    expect(pricing().usages(LASTONE)).toEqual([buyer.id]);
    return buyer;
  }

  async function buyWithoutCoupon(buyer: Buyer): Promise<void> {
    expect(done(await buyer.choose("cod")).session.totals.discountTotal).toBe(0);
    expect((await buyer.order()).status).toBe(201);
  }

  test("When the coupon is removed between the claim and the freeze, then the use is released with the order", async () => {
    const buyer = await shop().guest().prepare({ coupon: LASTONE });
    const { faults } = shop().sandbox.control;
    const { id } = faults.add({ ...USAGE, action: "delay", delayMs: 3_000, times: 1 });
    const choosing = buyer.choose("cod");
    await eventually("the claim waits", async () =>
      faults.list().some((row) => row.id === id && row.hits > 0),
    );
    await removeCoupon(buyer);
    refused(await choosing, 409, "VERSION_CONFLICT");
    await buyWithoutCoupon(buyer);
    await deliverAll();
    expect(pricing().usages(LASTONE)).toEqual([]);
    expect(await buyer.stored.session()).toMatchObject({ status: "completed", couponClaims: [] });
  });

  test("When the response to the claim is lost and the coupon is removed, then the use is released with the order", async () => {
    const buyer = await claimedUnheard();
    await removeCoupon(buyer);
    await buyWithoutCoupon(buyer);
    await deliverAll();
    expect(pricing().usages(LASTONE)).toEqual([]);
  });

  test("When the first delivery of the release fails and the order is placed in between, then the next one releases the use", async () => {
    const buyer = shop().guest();
    await buyer.open({ coupon: LASTONE });
    await removeCoupon(buyer);
    const reverse = "POST /api/coupons/usage/reverse";
    shop().sandbox.control.faults.add({ service: "pricing", match: reverse, action: "status", status: 503 });
    await shop().settle();
    await shop().recover();
    await buyWithoutCoupon(buyer);
    await deliverAll();
    expect(pricing().usages(LASTONE)).toEqual([]);
  });

  test("When the session expires without a freeze and the checkout is started again, then the use is released", async () => {
    const buyer = await claimedUnheard();
    await removeCoupon(buyer);
    const former = buyer.id;
    await buyer.letExpire();
    expect((await buyer.start()).status).toBe(201);
    expect(buyer.id).not.toBe(former);
    await deliverAll();
    expect(pricing().usages(LASTONE)).toEqual([]);
  });
});
