import { Types } from "mongoose";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { CONTACT, done, PLACES, refused, unknownId, useShop } from "../checkout/shop-world.js";

const { variants } = SEED;
const shop = useShop();
const control = () => shop().sandbox.control;

describe("placing", () => {
  test("When it is paid, then 201 with the whole order; again 200 with the same; everything is stored once", async () => {
    control().razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open({ items: [[variants.ashwagandha, 2]], place: "mumbai" });
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const first = await buyer.order();
    expect(first.status).toBe(201);
    const order = first.body.data;
    expect(order).toMatchObject({
      id: buyer.id,
      orderNumber: expect.stringMatching(/^ORD-\d{4}-\d{6}$/),
      status: "confirmed",
      paymentStatus: "paid",
      fulfillmentStatus: "unfulfilled",
      currency: "INR",
      paidAmount: gateway.amount / 100,
      refundedAmount: 0,
      ...CONTACT,
      shippingAddress: { state: "Maharashtra", country: "IN" },
      billingAddress: { state: "Maharashtra" },
      shippingMethod: { id: "standard" },
      source: "web",
      payment: { status: "captured", orderNumber: order.orderNumber },
      items: [
        {
          variantId: variants.ashwagandha,
          hsnCode: "30049011",
          gstRate: 5,
          quantity: 2,
          unitPrice: 199,
          lineTotal: 398,
          taxableValue: 398,
          taxes: { cgst: 0, sgst: 0, utgst: 0, igst: 19.9 },
          fulfillmentStatus: "pending",
          quantityFulfilled: 0,
        },
      ],
      shipments: [],
      canCancel: true,
      canReturn: false,
    });
    const again = await buyer.order();
    expect([again.status, again.body.data]).toEqual([200, order]);
    const _id = new Types.ObjectId(buyer.id);
    expect(await buyer.stored.order()).toMatchObject({ _id, checkoutSessionId: _id, version: 0 });
    expect((await buyer.stored.order())?.termsAcceptedAt).toBeInstanceOf(Date);
    expect(await buyer.stored.session()).toMatchObject({
      status: "completed",
      placement: null,
      orderNumber: order.orderNumber,
      steps: { completedAt: expect.any(Date) },
    });
    expect(await buyer.stored.cart()).toMatchObject({
      status: "converted",
      placing: null,
      convertedOrderId: _id,
    });
    expect(await buyer.stored.payments()).toMatchObject([{ orderId: _id, orderNumber: order.orderNumber }]);
    expect(await control().inventory.ledger({ orderId: buyer.id, type: "converted" })).toMatchObject([
      { quantity: 2 },
    ]);
    expect(await control().inventory.activeReservations(order.cartId)).toBeDefined();
    const owed = await shop().db.collection("outboxMessages").find({ type: "order.placed" }).toArray();
    expect(owed.filter(({ payload }) => payload.orderId === buyer.id)).toHaveLength(1);
    // The next item goes into a new cart.
    expect(done(await buyer.add(variants.hairOil)).cart.id).not.toBe(
      String((await buyer.stored.cart())?._id),
    );
  });

  test("When neither webhook nor verify has come, then the gateway is asked", async () => {
    control().razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    buyer.pay(gateway.orderId, { method: "card", outcome: "fail" });
    refused(await buyer.order(), 400, "PAYMENT_REQUIRED");
    buyer.pay(gateway.orderId);
    const placed = await buyer.order();
    expect([placed.status, placed.body.data.paymentStatus]).toEqual([201, "paid"]);
  });

  test("When the gateway cannot be asked, then the response is not PAYMENT_REQUIRED", async () => {
    control().razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    buyer.pay(gateway.orderId);
    control().razorpay.setFault({ match: "GET /orders/:id/payments", action: "status503", times: "always" });
    expect((await buyer.order()).status).toBeGreaterThanOrEqual(502);
    await shop().recover();
    expect((await buyer.order()).status).toBe(201);
  });

  test("When only the webhook places it, then termsAcceptedAt is null, and the client gets 200", async () => {
    const buyer = await shop().guest().prepare();
    const { gateway } = done(await buyer.choose("upi", false));
    buyer.pay(gateway.orderId);
    await shop().settle();
    expect(await buyer.stored.order()).toMatchObject({ termsAcceptedAt: null, status: "confirmed" });
    expect((await buyer.order({ termsAccepted: true })).status).toBe(200);
  });

  test("When a mobile app buys, then the order's source says so", async () => {
    const buyer = shop().guest();
    const headers = { "X-Client-Source": "mobile" };
    const item = { productId: SEED.products.hairOil, variantId: variants.hairOil, quantity: 1 };
    await shop().call("post", "/api/cart/items", { as: buyer.as, body: item, headers });
    const started = await shop().call("post", "/api/checkout/start", {
      as: buyer.as,
      body: CONTACT,
      headers,
    });
    buyer.id = done(started).id;
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    done(await buyer.choose("cod"));
    expect(done(await buyer.order()).source).toBe("mobile");
  });
});

describe("refusals", () => {
  test("When the terms were not accepted, then TERMS_NOT_ACCEPTED; with the order they can be", async () => {
    const buyer = await shop().guest().prepare();
    done(await buyer.choose("cod", false));
    refused(await buyer.order(), 400, "TERMS_NOT_ACCEPTED");
    refused(await buyer.order({ termsAccepted: false }), 400, "TERMS_NOT_ACCEPTED");
    const placed = await buyer.order({ terms_accepted: true });
    expect(placed.status).toBe(201);
    expect((await buyer.stored.order())?.termsAcceptedAt).toBeInstanceOf(Date);
  });

  test("When nothing is chosen yet, then what is missing is named, then PAYMENT_REQUIRED", async () => {
    const buyer = await shop().guest().begin();
    const terms = { termsAccepted: true };
    expect(refused(await buyer.order(terms), 400, "CHECKOUT_INCOMPLETE")).toEqual({
      missing: ["shippingAddress", "shippingMethod"],
    });
    done(await buyer.put("shipping-address", PLACES.bengaluru));
    done(await buyer.put("shipping-method", { shippingMethodId: "standard" }));
    refused(await buyer.order(terms), 400, "PAYMENT_REQUIRED");
    done(await buyer.choose("upi"));
    refused(await buyer.order(terms), 400, "PAYMENT_REQUIRED");
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.session()).toMatchObject({ placement: null });
    expect(await buyer.stored.cart()).toMatchObject({ status: "active", placing: null });
  });

  test("When the session belongs to another caller or does not exist, then 404", async () => {
    const [buyer, other] = [await shop().guest().prepare(), shop().guest()];
    done(await buyer.choose("cod"));
    other.id = buyer.id;
    refused(await other.order(), 404, "CHECKOUT_NOT_FOUND");
    other.id = unknownId();
    refused(await other.order(), 404, "CHECKOUT_NOT_FOUND");
    expect(await buyer.stored.order()).toBeNull();
  });

  test("When the given payment belongs to another session, then 404", async () => {
    const [buyer, other] = [shop().guest(), shop().guest()];
    const { payment } = await buyer.open({}, "cod");
    const { payment: theirs } = await other.open({}, "cod");
    refused(await buyer.order({ paymentId: theirs.id }), 404, "PAYMENT_NOT_FOUND");
    expect((await buyer.order({ paymentId: payment.id })).status).toBe(201);
  });

  test("When it expires before any payment, then it is not placed", async () => {
    const buyer = shop().guest();
    await buyer.open({}, "upi");
    await buyer.letExpire(20);
    await shop().runJob("checkout-cleanup");
    refused(await buyer.order(), 410, "CHECKOUT_EXPIRED");
    expect(await buyer.stored.order()).toBeNull();
  });

  test("When its time is over before the clean-up, then an order that waits for no online payment is not placed", async () => {
    const buyer = shop().guest();
    await buyer.open({}, "cod");
    await buyer.letExpire();
    refused(await buyer.order(), 410, "CHECKOUT_EXPIRED");
    refused(await buyer.order(), 410, "CHECKOUT_EXPIRED");
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.session()).toMatchObject({ status: "payment_pending", placement: null });
  });

  test("When its time is over, then it is placed once its online payment has arrived, and not before", async () => {
    control().razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    await buyer.letExpire();
    refused(await buyer.order(), 410, "CHECKOUT_EXPIRED");
    buyer.pay(gateway.orderId);
    expect((await buyer.order()).status).toBe(201);
  });

  test("When it expired without a method, then the answer is the same before and after the clean-up", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire();
    refused(await buyer.order(), 410, "CHECKOUT_EXPIRED");
    await shop().runJob("checkout-cleanup");
    refused(await buyer.order(), 410, "CHECKOUT_EXPIRED");
  });

  test("When inventory is away while placing, then nothing is lost, and the same request finishes it", async () => {
    control().razorpay.configure({ webhooks: { drop: "all" } });
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    control().faults.add({ service: "inventory", match: "convert", action: "status", status: 503 });
    const answer = await buyer.order();
    expect(answer.status).toBe(503);
    expect(Number(answer.headers["retry-after"])).toBeGreaterThan(0);
    refused(await buyer.put("notes", { customerNotes: "x" }), 409, "PLACEMENT_IN_PROGRESS");
    refused(await buyer.add(variants.kajal), 409, "PLACEMENT_IN_PROGRESS");
    await shop().recover();
    expect((await buyer.order()).status).toBe(201);
    expect(await buyer.stored.refunds()).toEqual([]);
  });
});

test("When the timeline is read, then each type of status is a complete chain from null to the current one", async () => {
  const buyer = shop().guest();
  const { orderNumber } = await buyer.buy({}, "upi");
  const { events } = done(await buyer.get(`/api/orders/${orderNumber}/timeline`));
  for (const [type, steps] of Object.entries({
    order: ["pending", "confirmed"],
    payment: ["pending", "paid"],
    fulfillment: ["unfulfilled"],
  })) {
    const chain = events.filter((event: { type: string }) => event.type === type);
    expect(chain.map(({ from, to }: { from: string | null; to: string }) => [from, to])).toEqual(
      steps.map((to, index) => [steps[index - 1] ?? null, to]),
    );
  }
  const rows = await buyer.stored.history();
  expect(rows).toHaveLength(5);
  expect(JSON.stringify(events)).not.toContain("changedById");
});
