import { done, refused, useShop } from "../checkout/shop-world.js";

/** A report that does not match the expected payment: no order, a refund, and the customer can pay again. */
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;

/** Only the source under test reports. */
beforeEach(() => gateway().configure({ refundMode: "instant", webhooks: { drop: "all" } }));

async function opened(method = "upi") {
  const buyer = shop().guest();
  const { payment, gateway: window } = await buyer.open({}, method);
  return { buyer, paymentId: String(payment.id), orderId: String(window.orderId), amount: window.amount };
}

async function sweep(buyer: Awaited<ReturnType<typeof opened>>["buyer"]) {
  const [payment] = await buyer.stored.payments();
  const due = { $set: { "sweep.nextAt": new Date(0) } };
  await shop().db.collection("payments").updateOne({ _id: payment?._id }, due);
  await shop().runJob("payment-sweep");
  await shop().settle();
}

/** A signed event about a payment as the gateway knows it, with some fields changed. */
async function report(event: string, paymentId: string, changes: Record<string, unknown> = {}) {
  const entity = { ...gateway().entity(paymentId), ...changes };
  await gateway().sendEvent(event, { payment: { entity } });
  await shop().settle();
}

const stateOf = (event: string) =>
  shop().db.collection("webhookEvents").find({ event }).sort({ receivedAt: -1 }).limit(1).next();

const isAlarm = { attention: true, accepted: false, surplus: true, orderId: null };

describe("money that was refunded at the gateway", () => {
  test.each(["sweep", "callback", "webhook", "placement"])(
    "When it was refunded in full before the %s reports it, then there is no order and no second refund",
    async (source) => {
      const { buyer, orderId, amount } = await opened();
      const paid = buyer.pay(orderId);
      const { id } = gateway().refundInDashboard(paid.paymentId);
      if (source === "sweep") await sweep(buyer);
      if (source === "callback") refused(await buyer.verify(paid), 400, "AMOUNT_MISMATCH");
      if (source === "webhook") await report("payment.captured", paid.paymentId);
      refused(await buyer.order(), 400, "PAYMENT_REQUIRED");
      await shop().settle();
      expect(await buyer.stored.order()).toBeNull();
      expect(await buyer.stored.payments()).toMatchObject([
        {
          ...isAlarm,
          status: "captured",
          mismatch: { reason: "refunded" },
          ...{ capturedAmount: amount, refundedAmount: amount, refundReserved: 0 },
        },
      ]);
      expect(await buyer.stored.refunds()).toMatchObject([
        { status: "completed", systemReason: "gateway", gatewayRefundId: id, amount },
      ]);
      expect(gateway().refundsOf(paid.paymentId)).toHaveLength(1);
    },
  );

  test("When a part was refunded, then it is flagged and the rest is refunded", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    gateway().refundInDashboard(paid.paymentId, 10_000);
    await sweep(buyer);
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.payments()).toMatchObject([
      { ...isAlarm, mismatch: { reason: "partly_refunded" }, capturedAmount: amount, refundedAmount: amount },
    ]);
    expect((await buyer.stored.refunds()).map((refund) => [refund.systemReason, refund.amount])).toEqual([
      ["gateway", 10_000],
      ["amount_mismatch", amount - 10_000],
    ]);
    expect(gateway().refundsOf(paid.paymentId)).toHaveLength(2);
  });

  test("When the refund failed, then the whole amount is refunded", async () => {
    gateway().configure({ refundMode: "pending" });
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    const { id } = gateway().refundInDashboard(paid.paymentId);
    gateway().configure({ refundMode: "instant", failedRefundRestoresAmount: false });
    gateway().settleRefund(id, "failed");
    await sweep(buyer);
    expect(await buyer.stored.payments()).toMatchObject([{ ...isAlarm, refundedAmount: amount }]);
    expect(await buyer.stored.refunds()).toMatchObject([{ systemReason: "amount_mismatch", amount }]);
  });

  test("When it is refunded while the order waits for a neighbour, then it is no longer accepted", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    expect(done(await buyer.verify(paid)).status).toBe("captured");
    gateway().refundInDashboard(paid.paymentId);
    await report("payment.captured", paid.paymentId);
    expect(await buyer.stored.payments()).toMatchObject([{ ...isAlarm, refundedAmount: amount }]);
    refused(await buyer.order(), 400, "PAYMENT_REQUIRED");
    expect(done(await buyer.choose()).gateway.orderId).not.toBe(orderId);
  });

  test.each(["pending", "instant"] as const)(
    "When a %s refund failed there unnoticed and another returned everything, then each is counted as it is",
    async (refundMode) => {
      gateway().configure({ refundMode, failedRefundRestoresAmount: true });
      const { buyer, orderId, amount } = await opened();
      const paid = buyer.pay(orderId);
      done(await buyer.verify(paid));
      const first = gateway().refundInDashboard(paid.paymentId, 10_000);
      const down = { match: "POST /payments/:id/refund", action: "status500", times: "always" } as const;
      gateway().setFault(down);
      refused(await buyer.verify(paid), 400, "AMOUNT_MISMATCH");
      await shop().settle();
      const [payment] = await buyer.stored.payments();
      expect(payment?.refundReserved + payment?.refundedAmount).toBe(amount);
      gateway().settleRefund(first.id, "failed");
      gateway().configure({ refundMode: "instant" });
      gateway().refundInDashboard(paid.paymentId);
      gateway().clearFaults();
      await shop()
        .db.collection("refunds")
        .updateMany({}, { $set: { dueAt: null } });
      await shop().runJob("payment-sweep");
      expect(await buyer.stored.payments()).toMatchObject([{ refundedAmount: amount, refundReserved: 0 }]);
      const refunds = await buyer.stored.refunds();
      expect(refunds.map((refund) => [refund.status, refund.systemReason, refund.amount]).sort()).toEqual([
        ["completed", "gateway", amount],
        ["failed", "amount_mismatch", amount - 10_000],
        ["failed", "gateway", 10_000],
      ]);
    },
  );

  test("When it is refunded while its order is being placed, then the commit fails and the order is undone", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    done(await buyer.verify(paid));
    const slow = { service: "inventory", action: "delay", delayMs: 1_500, times: 1 } as const;
    const { id } = shop().sandbox.control.faults.add(slow);
    const placing = buyer.order();
    const isReached = () =>
      shop()
        .sandbox.control.faults.list()
        .some((fault) => fault.id === id && fault.hits > 0);
    while (!isReached()) await new Promise((resolve) => setTimeout(resolve, 20));
    gateway().refundInDashboard(paid.paymentId);
    await report("payment.captured", paid.paymentId);
    expect((await placing).status).toBe(409);
    const ended = { $set: { "placement.leaseUntil": new Date(0) } };
    await shop()
      .db.collection("checkoutSessions")
      .updateOne({ paymentMethod: "upi", placement: { $ne: null } }, ended);
    await shop().runJob("placement-recovery");
    await shop().settle();
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.session()).toMatchObject({ status: "failed", placement: null });
    expect(await buyer.stored.payments()).toMatchObject([{ ...isAlarm, refundedAmount: amount }]);
    expect(await buyer.stored.cart()).toMatchObject({ status: "active", placing: null });
    expect(gateway().refundsOf(paid.paymentId)).toHaveLength(1);
  });

  test("When the gateway's refunds cannot be read, then nothing is decided; the next report decides", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    gateway().refundInDashboard(paid.paymentId);
    gateway().setFault({ match: "GET /payments/:id/refunds", action: "status500", times: "always" });
    expect((await buyer.verify(paid)).status).toBe(502);
    expect(await buyer.stored.payments()).toMatchObject([{ status: "pending", accepted: false }]);
    await shop().recover();
    refused(await buyer.verify(paid), 400, "AMOUNT_MISMATCH");
    expect(await buyer.stored.payments()).toMatchObject([{ refundedAmount: amount }]);
  });
});

describe("amounts of later events", () => {
  test.each([
    ["amount", { amount: 100 }, "amount"],
    ["amount, too high", { amount: 99_999_900 }, "amount"],
    ["currency", { currency: "USD" }, "currency"],
  ])(
    "When a capture reports another %s than its authorisation, then it does not count as paid",
    async (...row) => {
      const [, changes, reason] = row;
      const { buyer, orderId, amount } = await opened();
      const paid = buyer.pay(orderId, { outcome: "authorize_only" });
      await report("payment.authorized", paid.paymentId);
      expect(await buyer.stored.payments()).toMatchObject([{ status: "authorized", amount }]);
      gateway().autoCapture(paid.paymentId);
      gateway().tamper(paid.paymentId, changes);
      await report("payment.captured", paid.paymentId);
      const captured = { amount, currency: "INR", ...changes };
      expect(await buyer.stored.order()).toBeNull();
      expect(await buyer.stored.payments()).toMatchObject([
        {
          ...isAlarm,
          mismatch: { reason, expectedAmount: amount, expectedCurrency: "INR" },
          currency: captured.currency,
          ...{ capturedAmount: captured.amount, refundedAmount: captured.amount },
        },
      ]);
      refused(await buyer.verify(paid), 400, "AMOUNT_MISMATCH");
    },
  );

  test("When the authorisation reports another amount and the capture the right one, then it is paid", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    await report("payment.authorized", paid.paymentId, {
      status: "authorized",
      captured: false,
      amount: 100,
    });
    await report("payment.captured", paid.paymentId);
    expect(await buyer.stored.order()).toMatchObject({ paidAmount: amount });
    expect(await buyer.stored.payments()).toMatchObject([{ accepted: true, amount, capturedAmount: amount }]);
  });

  test("When the customer pays the gateway's fee, then the amount less the fee counts", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    gateway().tamper(paid.paymentId, { amount: amount + 1180, fee: 1180, tax: 180, fee_bearer: "customer" });
    expect(done(await buyer.verify(paid))).toMatchObject({ status: "captured" });
    expect(done(await buyer.order())).toMatchObject({ paymentStatus: "paid" });
    expect(await buyer.stored.payments()).toMatchObject([{ accepted: true, amount, capturedAmount: amount }]);
  });

  test.each([
    ["on the payment", true],
    ["on the gateway order", false],
  ])("When an offer %s lowers the amount, then it is flagged by name", async (_where, onPayment) => {
    const offer = { offer_id: "offer_JGQvQtvJmVDRIA" };
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    gateway().tamper(paid.paymentId, { amount: amount - 5_000, ...(onPayment ? offer : {}) });
    if (!onPayment) gateway().tamper(orderId, offer);
    refused(await buyer.verify(paid), 400, "AMOUNT_MISMATCH");
    expect(await buyer.stored.payments()).toMatchObject([
      { ...isAlarm, mismatch: { reason: "offer", offerId: offer.offer_id } },
    ]);
  });
});

describe("signed webhooks that pay for nothing", () => {
  const AT_ANOTHER_MERCHANT = { accountId: "acc_SomebodyElse01" };

  test.each([
    ["has a lower amount", { amount: 100 }, {}, { state: "processed" }],
    ["has a higher amount", { amount: 99_999_900 }, {}, { state: "processed" }],
    ["has another currency", { currency: "USD" }, {}, { state: "processed" }],
    ["names another merchant", {}, AT_ANOTHER_MERCHANT, { state: "flagged" }],
    [
      "names a gateway order that is unknown",
      { order_id: "order_Nobodys0000001" },
      {},
      { state: "received" },
    ],
  ])("When the event %s, then it is stored once, and there is no order", async (...row) => {
    const [, changes, options, state] = row;
    const { buyer, orderId } = await opened();
    const entity = { ...gateway().entity(buyer.pay(orderId).paymentId), ...changes };
    const sent = await gateway().sendEvent("payment.captured", { payment: { entity } }, options);
    await shop().settle();
    expect(sent.deliveries.map(({ status }) => status)).toEqual([200]);
    const stored = shop().db.collection("webhookEvents").find({ eventId: sent.eventId });
    expect(await stored.toArray()).toMatchObject([state]);
    expect(await buyer.stored.order()).toBeNull();
    expect(await buyer.stored.payments()).toMatchObject([{ accepted: false, orderId: null }]);
  });
});

describe("after a mismatch", () => {
  test("When a method is chosen again, then there is a new gateway order, and it can be paid", async () => {
    const { buyer, paymentId, orderId, amount } = await opened();
    const before = await alarms("amount");
    buyer.pay(orderId, { details: { amount: amount - 100 } });
    await sweep(buyer);
    expect(await alarms("amount")).toBe(before + 1);
    refused(await buyer.post(`/api/payments/${paymentId}/retry`), 400, "PAYMENT_NOT_FAILED");
    const body = { checkoutSessionId: buyer.id, method: "upi" };
    const chosen = done(await buyer.post("/api/payments", body));
    expect(chosen.gateway).toMatchObject({ amount });
    expect(chosen.gateway.orderId).not.toBe(orderId);
    expect(done(await buyer.choose("card")).gateway.orderId).toBe(chosen.gateway.orderId);
    done(await buyer.verify(buyer.pay(chosen.gateway.orderId)));
    expect((await buyer.order()).status).toBe(201);
    expect(await buyer.stored.payments()).toMatchObject([
      { ...isAlarm, refundedAmount: amount - 100 },
      { accepted: true, capturedAmount: amount, attention: false },
    ]);
  });

  test("When an earlier attempt on that gateway order failed, then a retry gets a new one too", async () => {
    const { buyer, paymentId, orderId, amount } = await opened();
    buyer.pay(orderId, { outcome: "fail" });
    await sweep(buyer);
    buyer.pay(orderId, { details: { amount: amount - 100 } });
    await sweep(buyer);
    expect(await buyer.stored.payments()).toMatchObject([{ status: "failed" }, isAlarm]);
    const again = done(await buyer.post(`/api/payments/${paymentId}/retry`));
    expect(again.gateway.orderId).not.toBe(orderId);
    done(await buyer.verify(buyer.pay(again.gateway.orderId)));
    expect((await buyer.order()).status).toBe(201);
  });

  async function alarms(reason: string): Promise<number> {
    const { text } = await shop().http.get("/metrics");
    const line = new RegExp(`^payment_mismatches_total\\{reason="${reason}"\\} (\\d+)`, "m").exec(text);
    return Number(line?.[1] ?? 0);
  }
});

describe("unexpected parts of a genuine capture", () => {
  test.each([
    ["card", { card: [] }],
    ["bank", { bank: {} }],
    ["fee", { fee: "1100" }],
    ["created_at", { created_at: null }],
    ["many", { wallet: 5, vpa: [], tax: {}, error_code: [], refund_status: 0, captured: "yes", notes: 7 }],
    ["amount_refunded", { amount_refunded: null, method: {} }],
  ])("When %s is odd, then the order is placed", async (_part, changes) => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    await report("payment.captured", paid.paymentId, changes);
    expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paidAmount: amount });
    expect(await stateOf("payment.captured")).toMatchObject({ state: "processed" });
  });

  test("When the order in the event cannot be read, then the order is placed", async () => {
    const { buyer, orderId, amount } = await opened();
    const paid = buyer.pay(orderId);
    const entity = gateway().entity(paid.paymentId);
    await gateway().sendEvent("order.paid", { payment: { entity }, order: { entity: { id: 5 } } });
    await shop().settle();
    expect(await buyer.stored.order()).toMatchObject({ paidAmount: amount });
  });

  test.each([
    ["upi", "upi"],
    ["emi", "card"],
    ["paylater", "netbanking"],
    ["cardless_emi", "netbanking"],
    ["app", "netbanking"],
  ])(
    "When netbanking was chosen and the gateway reports %s, then the method is %s",
    async (reported, method) => {
      const { buyer, orderId } = await opened("netbanking");
      const paid = buyer.pay(orderId, { method: "netbanking" });
      gateway().tamper(paid.paymentId, { method: reported });
      expect(done(await buyer.verify(paid))).toMatchObject({
        method,
        methodDetails: { gatewayMethod: reported },
      });
    },
  );
});
