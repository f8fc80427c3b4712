import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { eventually } from "../../support/instances.js";
import { type Buyer, CONTACT, done, PLACES, refused, useShop } from "./shop-world.js";

const { variants, coupons } = SEED;
const shop = useShop();
const resume = (buyer: Buyer) => buyer.get(`/api/checkout/resume/${buyer.id}`);

describe("a session whose time is over", () => {
  test("When it has expired, then every read and write answers 410, and nothing changes", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire();
    const before = await buyer.stored.session();
    for (const answer of [
      await buyer.checkout(),
      await buyer.checkout("/summary"),
      await buyer.checkout("/shipping-methods"),
      await buyer.put("contact", CONTACT),
      await buyer.put("shipping-address", PLACES.mumbai),
      await buyer.put("billing-address", { sameAsShipping: true }),
      await buyer.put("shipping-method", { shippingMethodId: "express" }),
      await buyer.put("gift-message", { giftMessage: "late" }),
      await buyer.put("notes", { customerNotes: "late" }),
      await buyer.choose(),
    ]) {
      refused(answer, 410, "CHECKOUT_EXPIRED");
    }
    expect({ ...(await buyer.stored.session()), lease: null }).toEqual({ ...before, lease: null });
  });

  test("When a step is written, then the session lives for its whole time again", async () => {
    await shop().set("checkout", { expiryMinutes: 90 });
    const buyer = await shop().guest().begin();
    await buyer.letExpire(-1);
    const { expiresAt } = done(await buyer.put("notes", { customerNotes: "still here" }));
    expect((Date.parse(expiresAt) - Date.now()) / 60_000).toBeCloseTo(90, 0);
  });
});

describe("resuming", () => {
  test("When it is live, then it is the same and meta.renewed is false", async () => {
    const buyer = await shop().guest().prepare();
    const answer = await resume(buyer);
    expect([done(answer).id, answer.body.meta]).toEqual([buyer.id, { renewed: false }]);
  });

  test("When it has expired, then a new one keeps what is still valid", async () => {
    const buyer = await shop().guest().prepare({ place: "mumbai", shippingMethodId: "express" });
    done(await buyer.put("gift-message", { giftMessage: "For you" }));
    done(await buyer.put("notes", { customerNotes: "Ring twice" }));
    done(await buyer.choose());
    await buyer.letExpire();
    const answer = await resume(buyer);
    expect(answer.body.meta).toEqual({ renewed: true });
    expect(done(answer)).toMatchObject({
      status: "address_entered",
      ...CONTACT,
      shippingAddress: { state: "Maharashtra" },
      billingSameAsShipping: true,
      shippingMethod: { id: "express" },
      paymentMethod: null,
      payment: null,
      giftMessage: "For you",
      customerNotes: "Ring twice",
      termsAccepted: false,
      totals: { shippingTotal: 99 },
    });
    expect(done(answer).id).not.toBe(buyer.id);
    expect(await buyer.stored.session()).toMatchObject({ status: "failed", failureReason: "expired" });
    expect(await buyer.stored.payments()).toMatchObject([{ status: "failed", errorCode: "superseded" }]);
    const again = await resume(buyer);
    expect([done(again).id, again.body.meta]).toEqual([done(answer).id, { renewed: false }]);
    buyer.id = done(answer).id;
    done(await buyer.choose("cod"));
    expect((await buyer.order()).status).toBe(201);
  });

  test("When its shipping method is no longer offered, then the new one is without", async () => {
    const buyer = await shop().guest().prepare({ shippingMethodId: "express" });
    await buyer.letExpire();
    shop().sandbox.control.shipping.removeMethod("express");
    const renewed = done(await resume(buyer));
    expect(renewed).toMatchObject({ shippingMethod: null, totals: { shippingTotal: 0 } });
  });

  test("When its shipping method costs more by now, then the new one says so", async () => {
    const buyer = await shop().guest().prepare({ shippingMethodId: "express" });
    await buyer.letExpire();
    shop().sandbox.control.shipping.changeMethod("express", { baseRate: 120 });
    expect(done(await resume(buyer))).toMatchObject({
      shippingMethod: { rate: 120 },
      totals: { shippingTotal: 120 },
    });
  });

  test("When shipping is down, then it is resumed with what was known", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire();
    shop().sandbox.control.faults.add({ service: "shipping", action: "status", status: 503 });
    const renewed = done(await resume(buyer));
    expect(renewed.shippingMethod).toMatchObject({ id: "standard" });
    await shop().recover();
  });

  test("When a price has changed, then CART_CHANGED comes first, and resuming again works", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire();
    shop().sandbox.control.catalog.setPrice(variants.hairOil, 309);
    const { notices } = refused(await resume(buyer), 400, "CART_CHANGED");
    expect(notices).toMatchObject([{ code: "PRICE_CHANGED" }]);
    expect(done(await resume(buyer)).totals.subtotal).toBe(309);
  });

  test("When it was paying with a coupon of one use, then the new session can use it", async () => {
    const buyer = shop().guest();
    await buyer.open({ coupon: coupons.LASTONE });
    await buyer.letExpire();
    const renewed = done(await resume(buyer));
    expect(renewed.totals.discountTotal).toBe(50);
    await shop().settle();
    buyer.id = renewed.id;
    done(await buyer.choose("cod"));
    await shop().settle();
    expect((await buyer.order()).status).toBe(201);
    expect(shop().sandbox.control.pricing.usages(coupons.LASTONE)).toEqual([renewed.id]);
  });

  test("When the clean-up job has ended it, then it can still be resumed, with its stock", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire(20);
    await shop().runJob("checkout-cleanup");
    await shop().settle();
    const cartId = (await buyer.stored.session())?.cartId;
    expect(await shop().sandbox.control.inventory.activeReservations(String(cartId))).toEqual([]);
    const answer = await resume(buyer);
    expect(answer.body.meta).toEqual({ renewed: true });
    expect(await shop().sandbox.control.inventory.activeReservations(String(cartId))).toHaveLength(1);
  });

  test.each([
    ["", undefined],
    [", and the cart is written for its coupon", coupons.WELCOME10],
  ])(
    "When its stock is released while the checkout is started again%s, then the stock is held anew",
    async (_what, coupon) => {
      const { inventory, faults } = shop().sandbox.control;
      const buyer = await shop()
        .guest()
        .begin(coupon ? { coupon } : {});
      await buyer.letExpire(20);
      await shop().runJob("checkout-cleanup");
      const cartId = (await buyer.stored.session())?.cartId;
      // Inventory has extended the reservations, but its response is slow.
      const extend = { service: "inventory", match: "PUT /api/reservations/cart/:cartId" } as const;
      faults.add({ ...extend, action: "slow-drip", delayMs: 600, times: 1 });
      const soon = Date.now() + 60 * 60_000;
      await shop().set("checkout", { reservationTtlMinutes: 90 });
      const starting = buyer.start({ ...CONTACT, email: "other@example.com" });
      await eventually("they are extended", async () => {
        const [held] = await inventory.activeReservations(String(cartId));
        return held && Date.parse(held.expiresAt) > soon;
      });
      await shop().settle();
      expect((await starting).status).toBe(201);
      const held = await inventory.activeReservations(String(cartId));
      const [line] = await shop().db.collection("cartItems").find({ cartId }).toArray();
      expect(held).toMatchObject([{ reservationId: line?.reservationId, quantity: 1 }]);
    },
  );

  test("When it was ordered, then there is nothing to resume", async () => {
    const buyer = shop().guest();
    await buyer.buy();
    refused(await resume(buyer), 400, "CART_EMPTY");
  });

  test("When the money is already there, then it is not renewed but placed", async () => {
    shop().sandbox.control.razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    await buyer.letExpire();
    refused(await resume(buyer), 409, "PLACEMENT_IN_PROGRESS");
    refused(await buyer.start(), 409, "PLACEMENT_IN_PROGRESS");
    expect((await buyer.order()).status).toBe(201);
  });

  test.each(["resume", "start"] as const)(
    "When it was paid and the event is late, then %s finds out, and the order is placed",
    async (call) => {
      shop().sandbox.control.razorpay.configure({ webhooks: { drop: "all" } });
      const buyer = shop().guest();
      const { gateway } = await buyer.open();
      buyer.pay(gateway.orderId);
      await buyer.letExpire();
      const again = () => (call === "resume" ? resume(buyer) : buyer.start());
      refused(await again(), 409, "PLACEMENT_IN_PROGRESS");
      // Recovery leaves a new payment to its client and the webhook for a while.
      const earlier = { $set: { updatedAt: new Date(Date.now() - 60_000) } };
      await shop().db.collection("payments").updateMany({ gatewayOrderId: gateway.orderId }, earlier);
      await shop().runJob("placement-recovery");
      expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid" });
      expect(await buyer.stored.refunds()).toEqual([]);
    },
  );

  test("When it may have been paid and the gateway does not answer, then it is renewed, and the money goes back", async () => {
    const { razorpay } = shop().sandbox.control;
    razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    buyer.pay(gateway.orderId);
    await buyer.letExpire();
    razorpay.setFault({ match: "GET /orders/:id/payments", action: "status500", times: "always" });
    const answer = await resume(buyer);
    expect(answer.body.meta).toEqual({ renewed: true });
    await shop().recover();
    const due = { $set: { "sweep.nextAt": new Date(0) } };
    await shop().db.collection("payments").updateMany({ gatewayOrderId: gateway.orderId }, due);
    await shop().runJob("payment-sweep");
    await shop().settle();
    expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "superseded" }]);
  });

  test("When start is called instead, then a new one is created", async () => {
    const buyer = await shop().guest().prepare();
    const old = buyer.id;
    await buyer.letExpire();
    const answer = await buyer.start();
    expect([answer.status, done(answer).status]).toEqual([201, "initiated"]);
    expect(buyer.id).not.toBe(old);
  });
});

describe("two tabs", () => {
  test("When they write different steps at once, then nothing is lost", async () => {
    const buyer = await shop().guest().prepare();
    const answers = await Promise.all([
      buyer.put("notes", { customerNotes: "from one" }),
      buyer.put("gift-message", { giftMessage: "from the other" }),
      buyer.put("contact", { email: "tab@example.com", phone: CONTACT.phone }),
      buyer.put("billing-address", PLACES.delhi),
      buyer.put("shipping-method", { shippingMethodId: "express" }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(await buyer.stored.session()).toMatchObject({
      customerNotes: "from one",
      giftMessage: "from the other",
      email: "tab@example.com",
      billingAddress: { state: "Delhi" },
      shippingMethodId: "express",
      version: 7,
      lease: null,
    });
  });

  test("When one pays while the other changes the address, then payment and session agree", async () => {
    const buyer = await shop().guest().prepare();
    const [chosen, moved] = await Promise.all([buyer.choose(), buyer.put("shipping-address", PLACES.mumbai)]);
    expect(moved.status).toBe(200);
    const [session, payments] = [await buyer.stored.session(), await buyer.stored.payments()];
    expect(session).toMatchObject({ status: "address_entered", frozen: null, paymentId: null });
    if (chosen.status === 200)
      expect(payments).toMatchObject([{ status: "failed", supersededAt: expect.any(Date) }]);
    else {
      refused(chosen, 400, "CHECKOUT_INCOMPLETE");
      expect(payments).toEqual([]);
    }
  });

  test("When one adds an item while the other chooses a payment, then the payment and the cart agree", async () => {
    const buyer = await shop().guest().prepare();
    const [chosen, added] = await Promise.all([buyer.choose(), buyer.add(variants.kajal)]);
    expect(added.status).toBe(200);
    expect([200, 409]).toContain(chosen.status);
    const [session, cart] = [await buyer.stored.session(), await buyer.stored.cart()];
    if (session?.status === "payment_pending") {
      expect(session.frozen).toMatchObject({ cartVersion: cart?.version, totals: { subtotal: 47_900 } });
    } else {
      expect(session).toMatchObject({ status: "address_entered", frozen: null });
      expect((await buyer.stored.payments()).filter(({ supersededAt }) => supersededAt === null)).toEqual([]);
    }
  });
});
