import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { done, GSTINS, PLACES, refused, useShop } from "./shop-world.js";

const { variants, coupons } = SEED;
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;

describe("shipping methods", () => {
  test("When there is no address yet, then CHECKOUT_INCOMPLETE says so", async () => {
    const buyer = await shop().guest().begin();
    const missing = { missing: ["shippingAddress"] };
    expect(refused(await buyer.checkout("/shipping-methods"), 400, "CHECKOUT_INCOMPLETE")).toEqual(missing);
    const chosen = await buyer.put("shipping-method", { shippingMethodId: "standard" });
    expect(refused(chosen, 400, "CHECKOUT_INCOMPLETE")).toEqual(missing);
  });

  test.each([
    ["bengaluru", ["standard", "express", "same-day"], true],
    ["mumbai", ["standard", "express"], true],
    ["gangtok", ["standard"], false],
  ] as const)("When the parcel goes to %s, then %j are offered", async (where, ids, takesCod) => {
    const buyer = await shop().guest().begin();
    done(await buyer.put("shipping-address", PLACES[where]));
    const { methods } = done(await buyer.checkout("/shipping-methods"));
    expect(methods.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(methods[0]).toMatchObject({
      displayName: "Standard delivery",
      carrier: "Delhivery",
      rate: 49,
      codFee: 40,
      isCodAvailable: takesCod,
    });
  });

  test("When the cart is heavier, then it costs more; from ₹999 standard is free", async () => {
    const buyer = await shop()
      .guest()
      .begin({ items: [[variants.ashwagandhaLarge, 2]] });
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    const rates = async () => {
      const { methods } = done(await buyer.checkout("/shipping-methods"));
      return methods.map(({ rate }: { rate: number }) => rate);
    };
    expect(await rates()).toEqual([69, 134, 149]);
    done(await buyer.add(variants.ashwagandhaLarge, 1));
    expect((await rates())[0]).toBe(0);
  });
});

describe("choosing a shipping method", () => {
  test("When it is chosen, then totals have its rate, without the COD fee", async () => {
    const buyer = await shop().guest().begin();
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    const view = done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect(view).toMatchObject({
      shippingMethod: { id: "standard", rate: 49, codFee: 40 },
      totals: { subtotal: 299, shippingTotal: 49, taxTotal: 17.42, grandTotal: 365.42, amountDue: 365.42 },
    });
    // The cart includes it as well.
    expect(done(await buyer.get("/api/cart")).totals).toMatchObject({
      shippingTotal: 49,
      grandTotal: 365.42,
    });
  });

  test.each([
    ["teleport", "bengaluru"],
    ["same-day", "mumbai"],
    ["express", "gangtok"],
  ] as const)("When %s is not offered in %s, then SHIPPING_METHOD_UNAVAILABLE", async (id, where) => {
    const buyer = await shop().guest().begin();
    done(await buyer.put("shipping-address", PLACES[where]));
    const answer = await buyer.put("shipping-method", { shippingMethodId: id });
    refused(answer, 400, "SHIPPING_METHOD_UNAVAILABLE");
    expect(await buyer.stored.session()).toMatchObject({ shippingMethod: null, lease: null });
  });

  test("When a crash prevented the update of the cart, then the same step, repeated, makes it", async () => {
    const buyer = await shop().guest().prepare();
    const told = await buyer.stored.cart();
    expect(told).toMatchObject({ shipping: { rate: 4_900 }, placeOfSupply: "29", taxEstimated: false });
    const untold = { shipping: null, placeOfSupply: null, shippingTotal: 0, taxEstimated: true };
    await shop().db.collection("carts").updateOne({ _id: told?._id }, { $set: untold });
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect(await buyer.stored.cart()).toEqual({ ...told, updatedAt: expect.any(Date) });
  });

  test("When the method is no longer offered at the end, then choosing a payment says so", async () => {
    const buyer = await shop().guest().prepare({ shippingMethodId: "express" });
    shop().sandbox.control.shipping.removeMethod("express");
    refused(await buyer.choose(), 400, "SHIPPING_METHOD_UNAVAILABLE");
    expect(await buyer.stored.payments()).toEqual([]);
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect((await buyer.choose()).status).toBe(200);
  });
});

describe("going back a step while a payment is open", () => {
  const FACTS = {
    status: "address_entered",
    paymentMethod: null,
    payment: null,
  };

  test("When the address changes, then the method is dropped, the payment superseded, the coupon released, and everything can be chosen again", async () => {
    const buyer = shop().guest();
    const { payment, gateway: window } = await buyer.open({ coupon: coupons.LASTONE });
    const view = done(await buyer.put("shipping-address", PLACES.mumbai));
    expect(view).toMatchObject({ ...FACTS, shippingMethod: null, totals: { shippingTotal: 0 } });
    expect(await buyer.stored.payments()).toMatchObject([
      { status: "failed", errorCode: "superseded", supersededAt: expect.any(Date), accepted: false },
    ]);
    expect(await buyer.stored.session()).toMatchObject({ frozen: null, paymentId: null, cartVersion: null });
    await shop().settle();
    expect(shop().sandbox.control.pricing.usages(coupons.LASTONE)).toEqual([]);
    const { missing } = refused(await buyer.choose(), 400, "CHECKOUT_INCOMPLETE");
    expect(missing).toEqual(["shippingMethod"]);
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    const again = done(await buyer.choose());
    expect(again.payment.id).not.toBe(payment.id);
    expect(again.gateway.orderId).not.toBe(window.orderId);
    expect(again.session.totals.discountTotal).toBe(50);
    expect(shop().sandbox.control.pricing.usages(coupons.LASTONE)).toEqual([buyer.id]);
  });

  test("When another shipping method is chosen, then the payment is superseded", async () => {
    const buyer = shop().guest();
    await buyer.open();
    const view = done(await buyer.put("shipping-method", { shippingMethodId: "express" }));
    expect(view).toMatchObject({
      ...FACTS,
      shippingMethod: { id: "express" },
      totals: { shippingTotal: 99 },
    });
    const again = done(await buyer.choose());
    expect(gateway().entity(again.gateway.orderId)).toMatchObject({ amount: 41_792, status: "created" });
  });

  test("When the same shipping method is chosen once more, then the payment stays open", async () => {
    const buyer = shop().guest();
    const { payment } = await buyer.open();
    const view = done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect(view).toMatchObject({ status: "payment_pending", payment: { id: payment.id, status: "pending" } });
  });

  test("When a GSTIN changes the tax, then the payment is superseded; a billing address alone keeps it", async () => {
    const buyer = shop().guest();
    await buyer.open();
    const moved = done(await buyer.put("billing-address", PLACES.mumbai));
    expect(moved).toMatchObject({ status: "payment_pending", billingAddress: { state: "Maharashtra" } });
    const registered = done(
      await buyer.put("billing-address", { ...PLACES.mumbai, gstin: GSTINS.maharashtra }),
    );
    expect(registered).toMatchObject({ ...FACTS, gstin: GSTINS.maharashtra });
  });

  test("When the cart changes, then the payment is superseded, and the next one has the new amount", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    done(await buyer.add(variants.kajal, 1));
    expect(done(await buyer.checkout())).toMatchObject(FACTS);
    const again = done(await buyer.choose());
    expect(again.gateway.orderId).not.toBe(window.orderId);
    expect(again.gateway.amount).toBe(Math.round(again.session.totals.amountDue * 100));
    expect(await buyer.stored.payments()).toMatchObject([{ status: "failed" }, { status: "pending" }]);
  });

  test("When the money is already there, then a change is refused and nothing moves", async () => {
    const buyer = shop().guest();
    gateway().configure({ webhooks: { drop: "all" } });
    const { gateway: window } = await buyer.open();
    done(await buyer.verify(buyer.pay(window.orderId)));
    const answer = await buyer.put("shipping-method", { shippingMethodId: "express" });
    refused(answer, 409, "PLACEMENT_IN_PROGRESS");
    expect(await buyer.stored.session()).toMatchObject({
      status: "payment_pending",
      shippingMethodId: "standard",
      lease: null,
    });
    expect((await buyer.order()).status).toBe(201);
  });

  test("When the order is placed, then the checkout can be read but not changed", async () => {
    const buyer = shop().guest();
    const { orderNumber } = await buyer.buy();
    expect(done(await buyer.checkout())).toMatchObject({ status: "completed", orderNumber });
    refused(await buyer.put("notes", { customerNotes: "late" }), 400, "INVALID_STATUS_TRANSITION");
    refused(await buyer.choose(), 400, "INVALID_STATUS_TRANSITION");
  });
});
