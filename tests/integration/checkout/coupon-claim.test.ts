import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { codesOf, done, refused, useShop } from "./shop-world.js";

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
  expect(refused(await choosing, 400, "COUPON_INVALID")).toMatchObject({ couponCode: coupons.LASTONE });

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
