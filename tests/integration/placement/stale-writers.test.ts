import { Types } from "mongoose";
import type {
  CartDoc,
  CheckoutSessionDoc,
  OrderDoc,
  OrderItemDoc,
  PaymentDoc,
} from "../../../models/index.js";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import type { Claim } from "../../../services/flows/place-order/claim.step.js";
import { paise } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import { type Buyer, done, useShop } from "../checkout/shop-world.js";

/**
 * A writer that decided on what it had read, while another writer was faster. Races seldom hit these instants, so the
 * functions are called with documents that are out of date.
 */
const shop = useShop();

beforeEach(() => shop().sandbox.control.razorpay.configure({ webhooks: { drop: "all" } }));

const change = (collection: string, id: unknown, set: object) =>
  shop()
    .db.collection(collection)
    .updateOne({ _id: new Types.ObjectId(String(id)) }, { $set: set });

const models = () => import("../../../models/index.js");

async function sessionOf(buyer: Buyer): Promise<CheckoutSessionDoc> {
  const { CheckoutSession } = await models();
  return CheckoutSession.findById(buyer.id).orFail().lean<CheckoutSessionDoc>();
}

async function paymentOf(buyer: Buyer): Promise<PaymentDoc> {
  const { Payment } = await models();
  const checkoutSessionId = new Types.ObjectId(buyer.id);
  return Payment.findOne({ checkoutSessionId }).orFail().lean<PaymentDoc>();
}

describe("a placement", () => {
  async function claim(buyer: Buyer) {
    const { claimPlacement } = await import("../../../services/flows/place-order/claim.step.js");
    return claimPlacement({ checkoutSessionId: new Types.ObjectId(buyer.id), termsAcceptedAt: null });
  }

  async function claimed(): Promise<{ buyer: Buyer; mine: Claim }> {
    const buyer = shop().guest();
    await buyer.open({}, "cod");
    const mine = await claim(buyer);
    if (mine.kind !== "claimed") throw new Error(mine.kind);
    return { buyer, mine };
  }

  test("When it is claimed, then nobody else can claim it until the lease has ended", async () => {
    const { buyer, mine } = await claimed();
    expect(await claim(buyer)).toEqual({ kind: "held" });
    expect((await sessionOf(buyer)).placement?.token).toBe(mine.token);
    await change("checkoutSessions", buyer.id, { "placement.leaseUntil": new Date(0) });
    expect(await claim(buyer)).toMatchObject({ kind: "claimed" });
  });

  test("When another process has claimed it since, then giving up the claim leaves the other one's lease", async () => {
    const { buyer, mine } = await claimed();
    await change("checkoutSessions", buyer.id, { "placement.token": "another" });
    const { giveUpClaim } = await import("../../../services/flows/place-order/claim.step.js");
    await giveUpClaim(mine);
    expect((await sessionOf(buyer)).placement?.leaseUntil.getTime()).toBeGreaterThan(Date.now() - 600_000);
  });

  test("When the year has changed since its number was drawn, then the order has one of its own year", async () => {
    const { buyer, mine } = await claimed();
    const { commitOrder } = await import("../../../services/flows/place-order/commit.step.js");
    await commitOrder(mine, "ORD-2020-000001");
    const order = await buyer.stored.order();
    const year = new Intl.DateTimeFormat("en", { timeZone: "Asia/Kolkata", year: "numeric" });
    expect(order?.orderNumber).toMatch(new RegExp(`^ORD-${year.format(order?.createdAt)}-\\d{6}$`));
  });

  test("When its cart is held by another checkout by now, then there is no order", async () => {
    const { buyer, mine } = await claimed();
    await change("carts", mine.checkout.cartId, { placing: new Types.ObjectId() });
    const { commitOrder } = await import("../../../services/flows/place-order/commit.step.js");
    await expect(commitOrder(mine, "ORD-2026-900001")).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
    expect(await buyer.stored.order()).toBeNull();
  });

  test.each([
    ["has been superseded", { supersededAt: new Date() }],
    ["has an order", { orderId: new Types.ObjectId() }],
    ["is of another amount", { amount: paise(1) }],
    ["is being refunded", { refundReserved: paise(1) }],
  ])("When its payment %s by now, then there is no order", async (_what, set) => {
    const { buyer, mine } = await claimed();
    await change("payments", mine.payment?._id, set);
    const { commitOrder } = await import("../../../services/flows/place-order/commit.step.js");
    await expect(commitOrder(mine, "ORD-2026-900002")).rejects.toThrow(/no longer valid/);
    expect(await buyer.stored.order()).toBeNull();
  });
});

/** Asks the gateway about the buyer's payment. */
async function sweep(buyer: Buyer): Promise<void> {
  const [payment] = await buyer.stored.payments();
  await change("payments", payment?._id, { "sweep.nextAt": new Date(0) });
  await shop().runJob("payment-sweep");
}

describe("a report of the gateway", () => {
  /** Paid at the gateway, and not known here. */
  async function paid() {
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    const record = await paymentOf(buyer);
    const attempt = buyer.pay(gateway.orderId);
    const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
    const report = unwrap(await paymentGateway.getGatewayPayment(attempt.paymentId));
    return { buyer, attempt, record, report };
  }

  test("When the payment was superseded since it was read, then the capture is not accepted and goes back", async () => {
    const { buyer, record, report } = await paid();
    await change("payments", record._id, { supersededAt: new Date() });
    const { applyReport } = await import("../../../services/aggregates/payment/apply-report.js");
    await applyReport({ record, report, source: "webhook" });
    expect(await paymentOf(buyer)).toMatchObject({ status: "captured", accepted: false, surplus: true });
    expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "superseded" }]);
  });

  test("When the payment became an order since it was read, then it is not rejected any more", async () => {
    const { buyer, attempt, report } = await paid();
    done(await buyer.verify(attempt));
    const record = await paymentOf(buyer);
    done(await buyer.order());
    const { rejectCapture } = await import("../../../services/aggregates/payment/reject-payment.js");
    const objection = { reason: "surplus", mismatch: null } as const;
    expect(await rejectCapture({ record, report, objection, facts: {}, note: "sweep" })).toBe(false);
    expect(await paymentOf(buyer)).toMatchObject({ accepted: true, surplus: false });
    expect(await buyer.stored.refunds()).toEqual([]);
  });

  test("When a further payment on the gateway order is accepted while the checkout changes, then the change fails", async () => {
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    buyer.pay(gateway.orderId, { outcome: "fail" });
    await sweep(buyer);
    const { paymentId } = buyer.pay(gateway.orderId);
    const [{ paymentGateway }, { settlePayment }, { stepBackFromPayment }, { inTransaction }] =
      await Promise.all([
        import("../../../services/integrations/payment-gateway.service.js"),
        import("../../../services/flows/settle-payment.flow.js"),
        import("../../../services/aggregates/checkout-session/session-status.js"),
        import("../../../services/platform/transaction.service.js"),
      ]);
    const report = unwrap(await paymentGateway.getGatewayPayment(paymentId));
    const { CheckoutSession } = await models();
    const changing = inTransaction(async (tx) => {
      // From here on, the transaction sees what is stored now.
      const session = await CheckoutSession.findById(buyer.id)
        .session(tx)
        .orFail()
        .lean<CheckoutSessionDoc>();
      await settlePayment(report, "webhook");
      await stepBackFromPayment(session, tx);
    });
    await expect(changing).rejects.toMatchObject({ code: "PLACEMENT_IN_PROGRESS" });
    expect(await buyer.stored.payments()).toMatchObject([
      { status: "failed", supersededAt: null },
      { status: "captured", accepted: true, supersededAt: null },
    ]);
    expect(done(await buyer.order())).toMatchObject({ paymentStatus: "paid" });
  });

  test("When another process has given the payment its gateway order, then only that one is offered", async () => {
    const { record } = await paid();
    const read = { ...record, gatewayOrderId: null };
    const { ensureGatewayOrder } = await import("../../../services/aggregates/payment/gateway-order.js");
    expect(await ensureGatewayOrder({ payment: read, isNew: true })).toMatchObject({
      gatewayOrderId: record.gatewayOrderId,
    });
    expect((await shop().db.collection("payments").findOne({ _id: record._id }))?.gatewayOrderId).toBe(
      record.gatewayOrderId,
    );
  });

  test("When two instances find it due, then one of them asks the gateway", async () => {
    const { record } = await paid();
    const { claimSweep } = await import("../../../services/flows/sweep-payments.flow.js");
    expect([await claimSweep(record), await claimSweep(record)]).toEqual([true, false]);
  });
});

describe("an order", () => {
  async function ordered(): Promise<{ order: OrderDoc; lines: OrderItemDoc[] }> {
    const buyer = shop().guest();
    await buyer.buy();
    const { Order, OrderItem } = await models();
    const order = await Order.findById(buyer.id).orFail().lean<OrderDoc>();
    return { order, lines: await OrderItem.find({ orderId: order._id }).lean<OrderItemDoc[]>() };
  }

  test("When a line has changed since it was read, then no unit of it is moved", async () => {
    const { lines } = await ordered();
    const [line] = lines;
    if (!line) throw new Error("an order has lines");
    await change("orderItems", line._id, { quantityCancelled: 1 });
    const { changeLines } = await import("../../../services/aggregates/order/order-lines.js");
    const { inTransaction } = await import("../../../services/platform/transaction.service.js");
    const allocated = [{ lineId: line._id, add: { quantityAllocated: 1 } }];
    await expect(inTransaction((tx) => changeLines(lines, allocated, tx))).rejects.toMatchObject({
      code: "VERSION_CONFLICT",
    });
  });

  test("When the units of a line would not add up, then none of them is moved", async () => {
    const { lines } = await ordered();
    const [line] = lines;
    if (!line) throw new Error("an order has lines");
    const [{ changeLines }, { inTransaction }, { OrderItem }] = await Promise.all([
      import("../../../services/aggregates/order/order-lines.js"),
      import("../../../services/platform/transaction.service.js"),
      models(),
    ]);
    for (const add of [
      { quantityAllocated: -1 },
      { quantityAllocated: line.quantity + 1 },
      { quantityAllocated: 1, quantityCancelled: line.quantity },
      { quantityFulfilled: 1 },
      { quantityDelivered: 1 },
      { quantityReturnedToOrigin: 1 },
      { quantityReturned: 1 },
      { quantityReturnPromised: 1 },
    ]) {
      const moving = inTransaction((tx) => changeLines(lines, [{ lineId: line._id, add }], tx));
      await expect(moving).rejects.toThrow("do not add up");
    }
    expect(await OrderItem.findById(line._id).lean()).toEqual(line);
  });

  test("When its money has changed since it was read, then no amount of it is written", async () => {
    const { order } = await ordered();
    await change("orders", order._id, { cancelledAmount: paise(100) });
    const { changeOrderMoney } = await import("../../../services/aggregates/order/receive-payment.js");
    const { inTransaction } = await import("../../../services/platform/transaction.service.js");
    const receipt = { order, received: paise(100), by: { type: "system" }, note: "test" } as const;
    await expect(inTransaction((tx) => changeOrderMoney(receipt, tx))).rejects.toMatchObject({
      code: "VERSION_CONFLICT",
    });
  });

  test("When it has moved since it was read, then its lines do not move it", async () => {
    const { order, lines } = await ordered();
    await change("orders", order._id, { status: "processing" });
    const { followLines } = await import("../../../services/aggregates/order/follow-lines.js");
    const { inTransaction } = await import("../../../services/platform/transaction.service.js");
    const follow = inTransaction((tx) => followLines({ order, lines }, { by: { type: "system" } }, tx));
    await expect(follow).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
  });
});

describe("the clean-up", () => {
  test("When another change has reserved anew while a cart's stock was released, then its line keeps that", async () => {
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    const { Cart, CartItem } = await models();
    const sessionId = "sessionId" in buyer.as ? buyer.as.sessionId : "";
    const { _id: cartId, version, status } = await Cart.findOne({ sessionId }).orFail().lean<CartDoc>();
    const clear = CartItem.collection.updateMany.bind(CartItem.collection);
    jest.spyOn(CartItem.collection, "updateMany").mockImplementationOnce(async (...write) => {
      const anew = { $set: { reservationId: "res-anew" } };
      await shop().db.collection("cartItems").updateOne({ cartId }, anew);
      return clear(...write);
    });
    const { releaseIdleCart } = await import("../../../services/aggregates/cart/reservation-sync.js");
    await releaseIdleCart(cartId, { version, status });
    expect(await CartItem.findOne({ cartId }).lean()).toMatchObject({ reservationId: "res-anew" });
  });

  test.each([
    [
      "is being placed",
      { placement: { token: "t", startedAt: new Date(), leaseUntil: new Date(), attempts: 1 } },
    ],
    ["has been renewed", { expiresAt: new Date(Date.now() + 1_800_000) }],
  ])("When an expired checkout %s by now, then it does not fail", async (_what, set) => {
    const buyer = shop().guest();
    await buyer.prepare();
    await buyer.letExpire();
    const read = await sessionOf(buyer);
    await change("checkoutSessions", buyer.id, set);
    const { expireCheckout } = await import("../../../services/flows/expire-checkout.flow.js");
    expect(await expireCheckout(read)).toBe(false);
    expect((await sessionOf(buyer)).status).toBe("address_entered");
  });

  test("When an expired checkout has claimed a coupon since it was read, then the use is released", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire();
    const read = await sessionOf(buyer);
    await change("checkoutSessions", buyer.id, { couponClaims: [SEED.coupons.LASTONE] });
    const { expireCheckout } = await import("../../../services/flows/expire-checkout.flow.js");
    expect(await expireCheckout(read)).toBe(true);
    const release = { type: "coupon.release", "payload.checkoutSessionId": buyer.id };
    expect(await shop().db.collection("outboxMessages").findOne(release)).toMatchObject({
      payload: { codes: [SEED.coupons.LASTONE] },
    });
  });

  test("When a checkout has ended since it was read, then it claims no coupon any more", async () => {
    const buyer = await shop().guest().prepare();
    await buyer.letExpire();
    const read = await sessionOf(buyer);
    await shop().runJob("checkout-cleanup");
    const { claimCoupons } = await import("../../../services/aggregates/checkout-session/coupon-uses.js");
    const coupon = { code: SEED.coupons.LASTONE, discountAmount: paise(5_000) };
    await expect(claimCoupons(read, [coupon])).rejects.toMatchObject({ code: "VERSION_CONFLICT" });
    expect(shop().sandbox.control.pricing.usages(SEED.coupons.LASTONE)).toEqual([]);
  });

  test("When an expired checkout is paid by now, then it does not fail", async () => {
    const buyer = shop().guest();
    const { gateway } = await buyer.open();
    await buyer.letExpire(20);
    const read = await sessionOf(buyer);
    done(await buyer.verify(buyer.pay(gateway.orderId)));
    const { expireCheckout } = await import("../../../services/flows/expire-checkout.flow.js");
    expect(await expireCheckout(read)).toBe(false);
    expect((await sessionOf(buyer)).status).toBe("payment_pending");
  });

  test.each([
    ["is being placed", { placing: new Types.ObjectId() }],
    ["has been changed", { version: 99 }],
    ["has been renewed", { expiresAt: new Date(Date.now() + 1_800_000) }],
  ])("When an expired cart %s by now, then it is not abandoned", async (_what, set) => {
    const buyer = shop().guest();
    done(await buyer.add(SEED.variants.hairOil));
    const { Cart } = await models();
    const sessionId = "sessionId" in buyer.as ? buyer.as.sessionId : "";
    const { _id } = await Cart.findOne({ sessionId }).orFail().lean<CartDoc>();
    await change("carts", _id, { expiresAt: new Date(Date.now() - 60_000) });
    const read = await Cart.findById(_id).orFail().lean<CartDoc>();
    await change("carts", _id, set);
    const { abandonCart } = await import("../../../services/flows/abandon-cart.flow.js");
    expect(await abandonCart(read)).toBe(false);
    expect(await Cart.findById(_id).lean()).toMatchObject({ status: "active" });
  });
});

test("When two instances find a refund unfinished, then one of them looks it up", async () => {
  const buyer = shop().guest();
  const { gateway } = await buyer.open();
  done(await buyer.verify(buyer.pay(gateway.orderId)));
  done(await buyer.order());
  const { Refund } = await models();
  const { lookUpRefund } = await import("../../../services/flows/perform-refund/perform-refund.flow.js");
  const dueAt = new Date(0);
  const payment = await paymentOf(buyer);
  const [refund] = await Refund.create([
    {
      ...{ refundNumber: "REF-2026-900001", paymentId: payment._id, amount: paise(100), reason: "other" },
      ...{ status: "processing", source: "store_credit", destination: "bank_transfer", dueAt },
      ...{ initiatedByType: "system", type: "partial" },
    },
  ]);
  if (!refund) throw new Error("not stored");
  const { _id } = refund;
  expect([await lookUpRefund({ _id, dueAt }), await lookUpRefund({ _id, dueAt })]).toEqual([true, false]);
});
