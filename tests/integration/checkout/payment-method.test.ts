import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { paise } from "../../../utils/money.js";
import { CONTACT, codesOf, done, PLACES, refused, useShop } from "./shop-world.js";

const { variants, coupons } = SEED;
const shop = useShop();
const control = () => shop().sandbox.control;

describe("what is missing", () => {
  test("When steps were left out, then CHECKOUT_INCOMPLETE names them, one less after each", async () => {
    const buyer = shop().guest();
    await buyer.add(variants.hairOil);
    done(await buyer.start({}));
    const missing = async () => refused(await buyer.choose(), 400, "CHECKOUT_INCOMPLETE").missing;
    expect(await missing()).toEqual(["email", "phone", "shippingAddress", "shippingMethod"]);
    done(await buyer.put("contact", CONTACT));
    expect(await missing()).toEqual(["shippingAddress", "shippingMethod"]);
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    expect(await missing()).toEqual(["shippingMethod"]);
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    expect((await buyer.choose()).status).toBe(200);
  });

  test("When the cart was emptied meanwhile, then CART_EMPTY", async () => {
    const buyer = await shop().guest().prepare();
    done(await shop().call("delete", "/api/cart", { as: buyer.as }));
    refused(await buyer.choose(), 400, "CART_EMPTY");
  });

  test("When the method is unknown, then VALIDATION_ERROR", async () => {
    const buyer = await shop().guest().prepare();
    expect(refused(await buyer.choose("bitcoin"), 400, "VALIDATION_ERROR")).toMatchObject([
      { in: "body", path: "method" },
    ]);
  });
});

describe("a gift that is out of stock", () => {
  test("When its reservation has lapsed, then the payment is opened without the gift, and a notice says so", async () => {
    const buyer = await shop()
      .guest()
      .prepare({ items: [[variants.ashwagandhaLarge, 4]] });
    const { cart } = done(await buyer.checkout());
    expect(cart.freeGifts).toMatchObject([{ variantId: variants.giftLipBalm, quantity: 1 }]);
    await control().inventory.lapse(cart.id);
    await control().inventory.setStock(variants.giftLipBalm, 0);
    // Longer than the lines are reserved, so that they are reserved again.
    await shop().set("checkout", { reservationTtlMinutes: 240, expiryMinutes: 180 });
    const chosen = await buyer.choose();
    await control().inventory.setStock(variants.giftLipBalm, 100);
    const { session, payment } = done(chosen);
    expect(session.cart).toMatchObject({
      ...{ freeGifts: [], items: [{ variantId: variants.ashwagandhaLarge, quantity: 4 }] },
      notices: [{ code: "GIFT_UNAVAILABLE", details: { variantId: variants.giftLipBalm, available: 0 } }],
    });
    expect(payment.amount).toBe(session.totals.amountDue);
    expect(await buyer.stored.session()).toMatchObject({
      frozen: { lines: [{ variantId: variants.ashwagandhaLarge, isFreeGift: false }] },
    });
    expect(await control().inventory.activeReservations(cart.id)).toMatchObject([{ quantity: 4 }]);
  });
});

describe("an online method", () => {
  test.each(["upi", "card", "netbanking", "wallet"])(
    "When it is %s, then the gateway order is for exactly what is due, with our payment as receipt",
    async (method) => {
      const buyer = shop().guest();
      const chosen = await buyer.open({ items: [[variants.giloy, 3]] }, method);
      expect(chosen.session).toMatchObject({ status: "payment_pending", paymentMethod: method });
      const due = Math.round(chosen.session.totals.amountDue * 100);
      expect(chosen.payment).toMatchObject({
        gateway: "razorpay",
        method,
        status: "pending",
        amount: due / 100,
      });
      expect(chosen.gateway).toEqual({
        key: shop().sandbox.env.RAZORPAY_KEY_ID,
        orderId: expect.stringMatching(/^order_/),
        amount: due,
        currency: "INR",
        name: "Vedic Store Private Limited",
        prefill: {
          name: "Meera Nair",
          email: CONTACT.email,
          contact: CONTACT.phone,
          method: expect.any(String),
        },
        method: expect.any(String),
      });
      expect(control().razorpay.entity(chosen.gateway.orderId)).toMatchObject({
        amount: due,
        currency: "INR",
        receipt: chosen.payment.id,
      });
      expect(await buyer.stored.payments()).toMatchObject([
        { amount: due, gatewayOrderId: chosen.gateway.orderId, method, accepted: false, capturedAmount: 0 },
      ]);
    },
  );

  test("When it or another one is chosen again, then the open payment is continued", async () => {
    const buyer = shop().guest();
    const first = await buyer.open();
    const same = done(await buyer.choose("upi"));
    const other = done(await buyer.choose("card"));
    for (const again of [same, other]) {
      expect([again.payment.id, again.gateway.orderId]).toEqual([first.payment.id, first.gateway.orderId]);
    }
    expect(other.session.paymentMethod).toBe("card");
    expect(await buyer.stored.payments()).toMatchObject([{ method: "card", status: "pending" }]);
    expect(
      (await shop().call("get", `/api/payments/${first.payment.id}`, { as: buyer.as })).body.data,
    ).toMatchObject({ method: "card" });
  });

  test.each(["cod", "upi"])(
    "When %s was chosen, then the checkout is free for the next one at once",
    async (method) => {
      const buyer = shop().guest();
      await buyer.open({}, method);
      expect(await buyer.stored.session()).toMatchObject({ status: "payment_pending", lease: null });
    },
  );

  test("When ten tabs choose at once, then there is one payment and one gateway order", async () => {
    const buyer = await shop().guest().prepare();
    // On a busy machine the last ones wait too long for their turn, and try again.
    const choosePatiently = async () => {
      for (;;) {
        const answer = await buyer.choose();
        if (answer.body.error?.code !== "REQUEST_IN_PROGRESS") return done(answer);
      }
    };
    const answers = await Promise.all(Array.from({ length: 10 }, choosePatiently));
    const orderIds = new Set(answers.map(({ gateway }) => gateway.orderId));
    expect(orderIds.size).toBe(1);
    expect(await buyer.stored.payments()).toHaveLength(1);
  });

  test("When the gateway reports a downtime of a method, then the option shows it, and can be chosen", async () => {
    const buyer = await shop().guest().prepare();
    const downtime = control().razorpay.startDowntime({ method: "upi", severity: "high" });
    const { paymentOptions } = done(await buyer.choose("card"));
    expect(paymentOptions).toEqual(
      expect.arrayContaining([
        { method: "upi", available: true, downtime: { severity: "high", since: expect.any(String) } },
        { method: "card", available: true },
        { method: "cod", available: true, maxAmount: expect.any(Number) },
      ]),
    );
    expect((await buyer.choose("upi")).status).toBe(200);
    control().razorpay.resolveDowntime(downtime.id);
  });

  test("When the settings have switched it off, then METHOD_UNAVAILABLE, and the others work", async () => {
    const buyer = await shop().guest().prepare();
    await shop().set("payments", { enabledMethods: ["upi", "cod"] });
    refused(await buyer.choose("card"), 400, "METHOD_UNAVAILABLE");
    const { paymentOptions } = done(await buyer.choose("upi"));
    const available = paymentOptions.filter((option: { available: boolean }) => option.available);
    expect(available.map(({ method }: { method: string }) => method)).toEqual(["upi", "cod"]);
  });

  test("When the gateway refuses the amount as too high, then 400 says so, and another method can be chosen", async () => {
    const buyer = await shop().guest().prepare({ coupon: coupons.FREESHIP });
    const before = done(await buyer.checkout());
    control().razorpay.configure({ maximumAmount: 10_000 });
    for (const attempt of ["first", "again"]) {
      const details = refused(await buyer.choose("card"), 400, "METHOD_UNAVAILABLE");
      expect([attempt, details]).toEqual([
        attempt,
        { reason: expect.stringContaining("more than can be paid online"), nextStep: "other_method" },
      ]);
      const { status, paymentMethod, payment, cart } = done(await buyer.checkout());
      expect({ status, paymentMethod, payment }).toEqual({
        ...{ status: before.status, paymentMethod: null, payment: null },
      });
      expect(cart.items).toEqual(before.cart.items);
    }
    expect(control().razorpay.ledger().captures).toEqual([]);
    for (const payment of await buyer.stored.payments()) {
      expect(payment).toMatchObject({ status: "failed", gatewayOrderId: null, accepted: false });
    }
    control().razorpay.configure({ maximumAmount: 1_000_000_000 });
    const { gateway } = done(await buyer.choose("card"));
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    expect(done(await buyer.order())).toMatchObject({ paymentStatus: "paid" });
  });

  test("When less than ₹1 is due, then AMOUNT_BELOW_MINIMUM and there is no payment", async () => {
    control().catalog.setPrice(variants.hairOil, 0.6, 349);
    const buyer = await shop().guest().prepare({ coupon: coupons.FREESHIP });
    refused(await buyer.choose(), 400, "AMOUNT_BELOW_MINIMUM");
    expect(await buyer.stored.payments()).toEqual([]);
  });
});

describe("cash on delivery", () => {
  test("When it is chosen, then its fee counts, there is no gateway, and the totals say so", async () => {
    const buyer = shop().guest();
    const chosen = await buyer.open({}, "cod");
    expect(chosen.gateway).toBeNull();
    expect(chosen.payment).toMatchObject({
      gateway: "cod",
      method: "cod",
      status: "pending",
      amount: 407.42,
    });
    expect(chosen.session.totals).toMatchObject({ shippingTotal: 89, taxTotal: 19.42, amountDue: 407.42 });
    expect(await buyer.stored.payments()).toMatchObject([{ gatewayOrderId: null, sweep: null }]);
  });

  const unavailable = async (wanted: object, prepare: () => Promise<unknown> | unknown = () => undefined) => {
    const buyer = await shop().guest().prepare(wanted);
    await prepare();
    const { reason } = refused(await buyer.choose("cod"), 400, "COD_UNAVAILABLE");
    const { paymentOptions } = done(await buyer.choose("upi"));
    expect(paymentOptions).toContainEqual(
      expect.objectContaining({ method: "cod", available: false, reason }),
    );
    return reason;
  };

  test("When the shipping method does not take it, then COD_UNAVAILABLE says so", async () => {
    expect(await unavailable({ shippingMethodId: "same-day" })).toMatch(/shipping method/);
  });

  test("When the pincode has no cash on delivery, then COD_UNAVAILABLE with the reason", async () => {
    expect(await unavailable({ place: "gangtok" })).toMatch(/shipping method/);
  });

  test("When the pincode loses cash on delivery at this moment, then COD_UNAVAILABLE with the reason", async () => {
    const buyer = await shop().guest().prepare();
    control().faults.add({ service: "shipping", match: "serviceability", action: "delay", delayMs: 300 });
    control().calls.reset();
    const choosing = buyer.choose("cod");
    await control().calls.waitFor({ route: "POST /api/shipping-methods/calculate" }, 1);
    control().shipping.setPincode(SEED.pincodes.bengaluru, { codAvailable: false });
    const { reason } = refused(await choosing, 400, "COD_UNAVAILABLE");
    expect(reason).toMatch(/pincode/);
  });

  test("When the amount is above the limit, then COD_UNAVAILABLE; at the limit it can be chosen", async () => {
    await shop().set("payments", { codMaxAmount: paise(40_741) });
    expect(await unavailable({})).toMatch(/limit/);
    await shop().set("payments", { codMaxAmount: paise(40_742) });
    const buyer = await shop().guest().prepare();
    expect((await buyer.choose("cod")).status).toBe(200);
  });

  test("When serviceability cannot be asked, then COD_UNAVAILABLE says so, and online works", async () => {
    const reason = await unavailable({}, async () => {
      const shipping = await import("../../../services/integrations/shipping-integration.service.js");
      shipping.clearServiceabilityCache();
      control().faults.add({ service: "shipping", match: "serviceability", action: "status", status: 503 });
    });
    expect(reason).toMatch(/cannot be checked/);
    await shop().recover();
  });

  test("When the settings have switched it off, then COD_UNAVAILABLE says so", async () => {
    await shop().set("payments", { enabledMethods: ["upi"] });
    expect(await unavailable({})).toMatch(/not available/);
  });

  test("When online is chosen after it, and it after online, then the open payment is superseded each time", async () => {
    const buyer = shop().guest();
    await buyer.open({}, "cod");
    const online = done(await buyer.choose("upi"));
    expect(online.session.totals).toMatchObject({ shippingTotal: 49, amountDue: 365.42 });
    expect(online.gateway.amount).toBe(36_542);
    const cash = done(await buyer.choose("cod"));
    expect(cash).toMatchObject({ gateway: null, session: { totals: { amountDue: 407.42 } } });
    const void_ = { status: "failed", supersededAt: expect.any(Date) };
    expect(await buyer.stored.payments()).toMatchObject([
      { gateway: "cod", ...void_ },
      { gateway: "razorpay", ...void_ },
      { gateway: "cod", status: "pending", supersededAt: null },
    ]);
    expect((await buyer.order()).status).toBe(201);
  });
});

describe("coupons with a limit", () => {
  test("When another order has taken the last use, then the coupon leaves the cart with a notice, and choosing again works", async () => {
    const [first, second] = [shop().guest(), shop().guest()];
    await first.prepare({ coupon: coupons.LASTONE });
    await second.prepare({ coupon: coupons.LASTONE });
    expect(done(await first.choose()).session.totals.discountTotal).toBe(50);
    refused(await second.choose(), 400, "COUPON_INVALID");
    const cart = done(await second.get("/api/cart"));
    expect(cart.appliedCoupons).toEqual([]);
    expect(codesOf(cart.notices)).toContain("COUPON_DROPPED");
    expect(await second.stored.payments()).toEqual([]);
    const again = done(await second.choose());
    expect(again.session.totals).toMatchObject({ discountTotal: 0, amountDue: 365.42 });
    expect(again.gateway.amount).toBe(36_542);
    await shop().settle();
    expect(control().pricing.usages(coupons.LASTONE)).toEqual([first.id]);
  });

  test("When the method is chosen again, then the use that this checkout holds does not count against it", async () => {
    const buyer = shop().guest();
    await buyer.open({ coupon: coupons.LASTONE });
    expect(done(await buyer.choose("card")).session.totals.discountTotal).toBe(50);
    const cart = done(await buyer.get("/api/cart"));
    await control().inventory.lapse(cart.id);
    expect(done(await buyer.choose("upi")).session.totals.discountTotal).toBe(50);
    expect(done(await buyer.choose("cod")).session.totals.discountTotal).toBe(50);
    await shop().settle();
    expect(control().pricing.usages(coupons.LASTONE)).toEqual([buyer.id]);
  });

  test("When the cart changes while its own checkout holds the use, then the coupon stays", async () => {
    const buyer = shop().customer("asha");
    await buyer.open({ coupon: coupons.ONCE20 });
    const { cart } = done(await buyer.add(variants.kajal, 1));
    expect(cart.appliedCoupons).toMatchObject([{ code: coupons.ONCE20 }]);
    expect(codesOf(cart.notices)).not.toContain("COUPON_DROPPED");
    expect(done(await buyer.choose()).session.totals.discountTotal).toBe(95.8);
    await shop().settle();
    expect(control().pricing.usages(coupons.ONCE20)).toEqual([buyer.id]);
  });

  test("When the cart changes and no payment follows, then the use is released", async () => {
    const buyer = shop().customer("asha");
    await buyer.open({ coupon: coupons.ONCE20 });
    done(await buyer.add(variants.kajal, 1));
    await shop().settle();
    expect(control().pricing.usages(coupons.ONCE20)).toEqual([]);
  });

  test("When the coupon is removed while the payment is open, then its use is released", async () => {
    const buyer = shop().guest();
    await buyer.open({ coupon: coupons.LASTONE });
    done(await shop().call("delete", `/api/cart/coupons/${coupons.LASTONE}`, { as: buyer.as }));
    await shop().settle();
    expect(control().pricing.usages(coupons.LASTONE)).toEqual([]);
    expect(done(await buyer.choose()).session.totals.discountTotal).toBe(0);
  });
});

describe("terms", () => {
  test("When they are accepted with the method, then that counts, in either spelling, and for good", async () => {
    const buyer = await shop().guest().prepare();
    expect(done(await buyer.put("payment-method", { method: "cod" })).session.termsAccepted).toBe(false);
    expect((await buyer.stored.session())?.termsAcceptedAt).toBeNull();
    const accepted = await buyer.put("payment-method", { method: "cod", terms_accepted: true });
    expect(done(accepted).session.termsAccepted).toBe(true);
    expect(done(await buyer.choose("cod", false)).session.termsAccepted).toBe(true);
    const both = { method: "cod", terms_accepted: true, termsAccepted: true };
    refused(await buyer.put("payment-method", both), 400, "VALIDATION_ERROR");
  });
});
