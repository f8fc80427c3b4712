import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, codesOf, done, refused, useShop } from "./shop-world.js";

const { variants, coupons } = SEED;
const shop = useShop();
const shipping = () => shop().sandbox.control.shipping;
const calls = () => shop().sandbox.control.calls;

/** Three units are worth ₹1,347: standard shipping is free from ₹999. */
const FREE_SHIPPING = { items: [[variants.ashwagandhaLarge, 3]] } as const;
const RATE_OF_ONE = 49;

async function setQuantity(buyer: Buyer, quantity: number): Promise<void> {
  const { items } = done(await buyer.get("/api/cart"));
  const path = `/api/cart/items/${items[0].id}`;
  done(await shop().call("put", path, { as: buyer.as, body: { quantity } }));
}

/** A guest with free shipping whose cart then falls below the threshold. */
async function belowThreshold(): Promise<Buyer> {
  const buyer = await shop().guest().prepare(FREE_SHIPPING);
  expect(done(await buyer.checkout()).totals.shippingTotal).toBe(0);
  await setQuantity(buyer, 1);
  return buyer;
}

const changed = (previousRate: number | null, currentRate: number | null) =>
  expect.objectContaining({
    code: "SHIPPING_CHANGED",
    details: expect.objectContaining({ shippingMethodId: "standard", previousRate, currentRate }),
  });

describe("a cart that falls below the free-shipping threshold", () => {
  test("When the summary is read, then it shows the new rate with a notice, and exactly that is charged", async () => {
    const buyer = await belowThreshold();
    const summary = done(await buyer.checkout("/summary"));
    expect(summary).toMatchObject({
      shippingMethod: { id: "standard", rate: RATE_OF_ONE },
      totals: { subtotal: 449, shippingTotal: RATE_OF_ONE },
    });
    expect(summary.cart.notices).toContainEqual(changed(0, RATE_OF_ONE));
    // The cart shows the same, and the notice stays until the next write.
    expect(done(await buyer.get("/api/cart")).totals.grandTotal).toBe(summary.totals.grandTotal);
    expect(codesOf(done(await buyer.checkout()).cart.notices)).toContain("SHIPPING_CHANGED");
    const chosen = done(await buyer.choose());
    expect(chosen.gateway.amount).toBe(Math.round(summary.totals.amountDue * 100));
    expect(codesOf(chosen.session.cart.notices)).not.toContain("SHIPPING_CHANGED");
  });

  test("When a step is written, then its response has the new rate with the notice", async () => {
    const buyer = await belowThreshold();
    const view = done(await buyer.put("notes", { customerNotes: "Ring twice" }));
    expect(view).toMatchObject({ customerNotes: "Ring twice", totals: { shippingTotal: RATE_OF_ONE } });
    expect(view.cart.notices).toContainEqual(changed(0, RATE_OF_ONE));
    const next = done(await buyer.put("notes", { customerNotes: "Ring once" }));
    expect(codesOf(next.cart.notices)).not.toContain("SHIPPING_CHANGED");
  });

  test.each(["start", "resume"])(
    "When the checkout continues by %s, then the notice is there",
    async (how) => {
      const buyer = await belowThreshold();
      const answer =
        how === "start" ? await buyer.start() : await buyer.get(`/api/checkout/resume/${buyer.id}`);
      expect(done(answer).totals.shippingTotal).toBe(RATE_OF_ONE);
      expect(done(answer).cart.notices).toContainEqual(changed(0, RATE_OF_ONE));
    },
  );

  test("When a payment method is chosen at once, then its response has the new rate with the notice", async () => {
    const buyer = await belowThreshold();
    const { session, gateway } = done(await buyer.choose());
    expect(session.totals.shippingTotal).toBe(RATE_OF_ONE);
    expect(session.cart.notices).toContainEqual(changed(0, RATE_OF_ONE));
    expect(gateway.amount).toBe(Math.round(session.totals.amountDue * 100));
  });

  test("When it rises above the threshold again, then shipping is free again, with a notice", async () => {
    const buyer = await belowThreshold();
    done(await buyer.checkout());
    await setQuantity(buyer, 3);
    const view = done(await buyer.checkout());
    expect(view.totals.shippingTotal).toBe(0);
    expect(view.cart.notices).toContainEqual(changed(RATE_OF_ONE, 0));
  });

  test("When several reads come at once, then all show the same rate", async () => {
    const buyer = await belowThreshold();
    const views = (await Promise.all(Array.from({ length: 5 }, () => buyer.checkout()))).map(done);
    expect(views.map(({ totals }) => totals.shippingTotal)).toEqual(Array(5).fill(RATE_OF_ONE));
    expect(await buyer.stored.session()).toMatchObject({
      shippingMethod: { rate: RATE_OF_ONE * 100 },
      lease: null,
    });
  });
});

test("When only the discount brings the total below the threshold, then shipping stays free", async () => {
  const buyer = await shop().guest().prepare(FREE_SHIPPING);
  shop().sandbox.control.pricing.setCoupon({ code: "HALF", type: "percentage", value: 50, stackable: true });
  done(await buyer.post("/api/cart/coupons", { couponCode: "HALF" }));
  const view = done(await buyer.checkout());
  expect(view.totals).toMatchObject({ subtotal: 1_347, discountTotal: 673.5, shippingTotal: 0 });
  done(await buyer.choose());
  const asked = calls().list({ route: "POST /api/shipping-methods/calculate" });
  expect(asked.at(-1)?.body).toMatchObject({ orderValue: 1_347 });
  expect(codesOf(view.cart.notices)).not.toContain("SHIPPING_CHANGED");
});

test("When nothing in the cart has changed, then reads and writes do not ask for rates", async () => {
  const buyer = await shop().guest().prepare(FREE_SHIPPING);
  calls().reset();
  done(await buyer.checkout());
  done(await buyer.put("notes", { customerNotes: "Ring twice" }));
  expect(calls().count({ route: "POST /api/shipping-methods/calculate" })).toBe(0);
});

describe("a method that is no longer offered", () => {
  test("When it is not offered for the changed cart, then it is dropped with the notice", async () => {
    const buyer = await shop().guest().prepare(FREE_SHIPPING);
    shipping().changeMethod("standard", { maxGrams: 1_000 });
    await setQuantity(buyer, 8);
    const view = done(await buyer.checkout());
    expect(view).toMatchObject({ shippingMethod: null, totals: { shippingTotal: 0 } });
    expect(view.cart.notices).toContainEqual(changed(0, null));
    expect(refused(await buyer.choose(), 400, "CHECKOUT_INCOMPLETE")).toEqual({
      missing: ["shippingMethod"],
    });
  });

  test("When the choice of a payment method finds it gone, then it is refused, and the next read drops it", async () => {
    const buyer = await shop().guest().prepare({ shippingMethodId: "express" });
    shipping().removeMethod("express");
    refused(await buyer.choose(), 400, "SHIPPING_METHOD_UNAVAILABLE");
    const view = done(await buyer.checkout());
    expect(view.shippingMethod).toBeNull();
    expect(codesOf(view.cart.notices)).toContain("SHIPPING_CHANGED");
  });
});

describe("while shipping is down", () => {
  test("When the checkout is read, then it shows the last known rate with a notice; afterwards the new one", async () => {
    const buyer = await belowThreshold();
    shop().sandbox.control.faults.add({ service: "shipping", action: "status", status: 503 });
    const view = done(await buyer.checkout());
    expect(view).toMatchObject({ shippingMethod: { id: "standard", rate: 0 } });
    expect(view.cart.notices).toContainEqual(
      expect.objectContaining({ code: "UPSTREAM_UNAVAILABLE", details: { service: "shipping" } }),
    );
    done(await buyer.put("notes", { customerNotes: "Ring twice" }));
    expect((await buyer.choose()).status).toBeGreaterThanOrEqual(502);
    await shop().recover();
    const later = done(await buyer.checkout());
    expect(later.totals.shippingTotal).toBe(RATE_OF_ONE);
    expect(later.cart.notices).toContainEqual(changed(0, RATE_OF_ONE));
  });
});

test("When the carrier's price rises before the payment, then the new amount comes with the notice", async () => {
  const buyer = await shop().guest().prepare();
  shipping().changeMethod("standard", { baseRate: 59 });
  const { session } = done(await buyer.choose());
  expect(session.totals.shippingTotal).toBe(59);
  expect(session.cart.notices).toContainEqual(changed(49, 59));
});

test("When a coupon makes shipping free, then another rate adds no notice", async () => {
  const buyer = await shop()
    .guest()
    .prepare({ ...FREE_SHIPPING, coupon: coupons.FREESHIP });
  await setQuantity(buyer, 1);
  const view = done(await buyer.checkout());
  expect(view.totals.shippingTotal).toBe(0);
  expect(codesOf(view.cart.notices)).not.toContain("SHIPPING_CHANGED");
});
