import { type mongo, Types } from "mongoose";
import type { Response } from "supertest";
import { SEED } from "../../../scripts/sandbox/seed/index.js";
import { type Buyer, done, refused, unknownId, useShop } from "../checkout/shop-world.js";

/** What administrators see of payments, and what they record and capture by hand. */
const shop = useShop();
const gateway = () => shop().sandbox.control.razorpay;
const payments = () => shop().db.collection("payments");
const admin = () => ({ token: shop().sandbox.tokens.admin });
const get = (path: string) => shop().call("get", `/api/admin/payments${path}`, { as: admin() });
const post = (path: string, body: object = {}, headers: Record<string, string> = {}) =>
  shop().call("post", `/api/admin/payments${path}`, { as: admin(), body, headers });
const audits = (resourceId: string) =>
  shop().db.collection("auditLogs").find({ resourceId }).sort({ _id: 1 }).toArray();

afterEach(() => shop().recover());

async function paymentOf(buyer: Buyer): Promise<mongo.Document & { id: string }> {
  const [payment] = await buyer.stored.payments();
  if (!payment) throw new Error("a payment was expected");
  return { ...payment, id: payment._id.toHexString() };
}

const idsOf = ({ body }: Response): string[] => body.data.items.map(({ id }: { id: string }) => id);

describe("The list and the full view", () => {
  test("When a payment failed and the next one paid, then both are attempts of the order, with every transition", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    buyer.pay(window.orderId, { outcome: "fail" });
    await shop().settle();
    const failed = await paymentOf(buyer);
    const again = done(await buyer.post(`/api/payments/${failed.id}/retry`));
    done(await buyer.verify(buyer.pay(again.gateway.orderId)));
    const order = done(await buyer.order());

    const view = done(await get(`/${again.payment.id}`));
    expect(view).toMatchObject({
      status: "captured",
      accepted: true,
      retryOf: failed.id,
      gatewayOrderId: window.orderId,
      gatewayPaymentId: expect.stringMatching(/^pay_/),
      fee: expect.any(Number),
      tax: expect.any(Number),
      settlement: null,
      order: { id: order.id, orderNumber: order.orderNumber, status: "confirmed", paymentStatus: "paid" },
      attempts: [{ id: failed.id, status: "failed", errorCode: expect.any(String) }],
      disputes: [],
    });
    const moves = view.statusHistory.map(({ from, to }: { from: string; to: string }) => `${from} ${to}`);
    expect(moves[0]).toBe("null pending");
    expect(view.statusHistory.at(-1)).toMatchObject({ to: "captured", changedByType: "system" });

    const listed = await get(`?orderNumber=${order.orderNumber}`);
    expect(idsOf(listed)).toEqual([again.payment.id, failed.id]);
    expect(idsOf(await get(`?orderNumber=${order.orderNumber}&status=failed`))).toEqual([failed.id]);
    for (const q of [view.gatewayPaymentId, again.payment.id]) {
      expect(idsOf(await get(`?q=${q}`))).toEqual([again.payment.id]);
    }
    expect(idsOf(await get(`?q=${window.orderId}&sortOrder=asc`))).toEqual([failed.id, again.payment.id]);
    expect(idsOf(await get("?orderNumber=ORD-2020-999999"))).toEqual([]);
    refused(await get(`/${unknownId()}`), 404, "PAYMENT_NOT_FOUND");
  });

  test("When filters are combined, then the list is what they say, newest first, and so is each page", async () => {
    await payments().deleteMany({});
    const methods = ["upi", "card", null, "cod"];
    const statuses = ["captured", "failed", "pending"];
    const rows = Array.from({ length: 24 }, (_, index) => ({
      ...{ _id: new Types.ObjectId(), method: methods[index % 4], status: statuses[index % 3] },
      ...{ gateway: index % 4 === 3 ? "cod" : "razorpay", attention: index % 5 === 0 },
      ...{ createdAt: new Date(Date.UTC(2026, 0, 1 + index)), updatedAt: new Date(), amount: 100 },
      ...{ capturedAmount: 0, refundedAmount: 0, refundReserved: 0, disputes: [], statusHistory: [] },
      ...{ checkoutSessionId: null, orderId: null, orderNumber: null, methodDetails: null, currency: "INR" },
      ...{
        gatewayOrderId: null,
        gatewayPaymentId: null,
        fee: null,
        tax: null,
        settlement: null,
        receipt: null,
      },
      ...{
        errorCode: null,
        errorReason: null,
        accepted: false,
        surplus: false,
        supersededAt: null,
        mismatch: null,
      },
    }));
    await payments().insertMany(rows.map((row) => ({ ...row })));
    const queries: Record<string, string>[] = [{}];
    for (const [name, some] of [
      ["status", ["captured", "refunded"]],
      ["method", ["upi", "cod"]],
      ["gateway", ["razorpay", "cod"]],
      ["attention", ["true", "false"]],
    ] as const) {
      queries.push(...queries.flatMap((query) => some.map((value) => ({ ...query, [name]: value }))));
    }
    for (const query of queries) {
      const expected = rows
        .filter((row) =>
          Object.entries(query).every(([name, value]) => String(Reflect.get(row, name)) === value),
        )
        .map(({ _id }) => _id.toHexString());
      const path = `?${new URLSearchParams(query)}`;
      const [newest, oldest] = [await get(`${path}&limit=100`), await get(`${path}&sortOrder=asc&limit=100`)];
      expect([path, idsOf(oldest)]).toEqual([path, expected]);
      expect(idsOf(newest)).toEqual([...expected].reverse());
      expect(newest.body.data.pagination.total).toBe(expected.length);
    }
    const page = await get("?limit=5&page=2&dateFrom=2026-01-02&dateTo=2026-01-20");
    expect(page.body.data.pagination).toMatchObject({ total: 19 });
    await payments().deleteMany({});
  });
});

describe("The gateway's response", () => {
  test("When a card has paid, then its latest report and its events are shown, without any personal data", async () => {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open({}, "card");
    const details = {
      email: "asha.private@example.com",
      contact: "+919812345678",
      notes: { comment: "call 9812345678" },
      card: { name: "Asha Private", last4: "4321", network: "RuPay", issuer: "HDFC" },
    };
    done(await buyer.verify(buyer.pay(window.orderId, { method: "card", details })));
    await shop().settle();
    const payment = await paymentOf(buyer);
    expect(payment.methodDetails).toEqual({
      ...{ gatewayMethod: "card", last4: "4321", network: "RuPay", bank: "HDFC" },
    });
    const answer = await get(`/${payment.id}/gateway-response`);
    expect(done(answer)).toMatchObject({
      response: {
        id: payment.gatewayPaymentId,
        status: "captured",
        card: { last4: "4321" },
        fee: payment.fee,
      },
      gatewayOrderId: window.orderId,
    });
    const names = answer.body.data.events.map(({ event }: { event: string }) => event).sort();
    expect(names).toEqual(["order.paid", "payment.authorized", "payment.captured"]);
    expect(answer.body.data.events[0].content.payment.id).toBe(payment.gatewayPaymentId);
    expect(answer.text).not.toMatch(/private|98123|notes|"name"|token_iin|contact|email/i);
  });

  test("When a late report of an earlier state arrives, then the later one stays; a later one replaces it", async () => {
    const buyer = shop().guest();
    await buyer.buy({}, "upi");
    await shop().settle();
    const { gatewayPaymentId, id, updatedAt } = await paymentOf(buyer);
    const entity = gateway().entity(gatewayPaymentId);
    await gateway().sendEvent("payment.authorized", {
      payment: { entity: { ...entity, status: "authorized" } },
    });
    await shop().settle();
    expect(done(await get(`/${id}/gateway-response`)).response.status).toBe("captured");
    const later = {
      ...entity,
      acquirer_data: { rrn: "600112345678" },
      new_secret: "x",
      vpa: "asha.private@okbank",
    };
    await gateway().sendEvent("payment.captured", { payment: { entity: later } });
    await shop().settle();
    const { response } = done(await get(`/${id}/gateway-response`));
    expect(response).toMatchObject({ acquirer_data: { rrn: "600112345678" }, vpa: "as****@okbank" });
    expect(response).not.toHaveProperty("new_secret");
    // Not a change of the payment, so nothing has to be counted or placed again.
    expect((await paymentOf(buyer)).updatedAt).toEqual(updatedAt);
  });
});

describe("Recording a receipt", () => {
  const receipt = (amount: number, reference = `UTR ${new Types.ObjectId().toHexString()}`) => ({
    ...{ amount, reference, receivedAt: "2026-11-01" },
  });

  async function onDelivery() {
    const buyer = shop().guest();
    const order = await buyer.buy();
    const payment = await paymentOf(buyer);
    return { buyer, order, id: payment.id, amount: payment.amount / 100 };
  }

  test("When cash on delivery is recorded, then payment, order, history and audit say so, once", async () => {
    const { buyer, order, id, amount } = await onDelivery();
    const body = receipt(amount, "  utr  000 123/a ");
    const answers = await Promise.all([
      post(`/${id}/record-receipt`, body),
      post(`/${id}/record-receipt`, { ...body, reference: "UTR 000 123/A" }),
    ]);
    for (const answer of answers) {
      expect(done(answer)).toMatchObject({
        status: "captured",
        capturedAmount: amount,
        capturedAt: "2026-10-31T18:30:00.000Z",
        receipt: { reference: "UTR 000 123/A", recordedById: expect.any(String) },
        order: { paymentStatus: "paid" },
      });
    }
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "paid", paidAmount: amount * 100 });
    const history = await buyer.stored.history();
    expect(history.filter(({ statusType }) => statusType === "payment")).toMatchObject([
      { toStatus: "pending" },
      { fromStatus: "pending", toStatus: "paid", changedByType: "admin", note: "received: UTR 000 123/A" },
    ]);
    expect(await audits(id)).toMatchObject([{ action: "payment.record-receipt", after: { amount } }]);
    expect(done(await get(`?orderNumber=${order.orderNumber}`)).items[0].status).toBe("captured");
    const another = refused(
      await post(`/${id}/record-receipt`, receipt(amount)),
      400,
      "INVALID_STATUS_TRANSITION",
    );
    expect(another).toMatchObject({ from: "captured" });
  });

  test("When two payments get the same reference at once, then one of them is refused", async () => {
    const [one, other] = [await onDelivery(), await onDelivery()];
    const body = receipt(one.amount, "REMITTANCE-77");
    const answers = await Promise.all([one, other].map(({ id }) => post(`/${id}/record-receipt`, body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
    const details = refused(
      answers.find(({ status }) => status === 400) as Response,
      400,
      "VALIDATION_ERROR",
    );
    expect(details).toMatchObject([{ in: "body", path: "reference" }]);
    const stored = await Promise.all([one, other].map(({ buyer }) => buyer.stored.order()));
    expect(stored.map((order) => order?.paymentStatus).sort()).toEqual(["paid", "pending"]);
  });

  test("When an Idempotency-Key is repeated, then the first answer is", async () => {
    const { id, amount } = await onDelivery();
    const [body, headers] = [receipt(amount), { "Idempotency-Key": `receipt-${id}` }];
    done(await post(`/${id}/record-receipt`, body, headers));
    const again = await post(`/${id}/record-receipt`, body, headers);
    expect([again.status, again.headers["idempotency-replayed"]]).toEqual([200, "true"]);
    refused(await post(`/${id}/record-receipt`, receipt(amount), headers), 422, "IDEMPOTENCY_KEY_REUSED");
  });

  test("When a bank transfer completes what was paid, then the order is paid; before, it is not", async () => {
    const { buyer, id, amount } = await onDelivery();
    await payments().updateOne(
      { _id: new Types.ObjectId(id) },
      { $set: { gateway: "manual", method: "bank_transfer" } },
    );
    // A second payment is due.
    const orders = shop().db.collection("orders");
    await orders.updateOne({ _id: new Types.ObjectId(buyer.id) }, { $inc: { grandTotal: 10_000 } });
    done(await post(`/${id}/record-receipt`, receipt(amount)));
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "pending", paidAmount: amount * 100 });
  });

  const change = (set: object) => (id: string) =>
    payments().updateOne({ _id: new Types.ObjectId(id) }, { $set: set });
  const cancelled = (_id: string, buyer: Buyer) =>
    shop()
      .db.collection("orders")
      .updateOne({ _id: new Types.ObjectId(buyer.id) }, { $set: { status: "cancelled" } });

  test.each([
    ["has no order", change({ orderId: null }), 404, "ORDER_NOT_FOUND"],
    ["is paid at the gateway", change({ gateway: "razorpay" }), 400, "METHOD_UNAVAILABLE"],
    ["is superseded", change({ supersededAt: new Date() }), 400, "PAYMENT_SUPERSEDED"],
    ["has another amount", change({ amount: 1 }), 400, "AMOUNT_MISMATCH"],
    ["has failed", change({ status: "failed" }), 400, "INVALID_STATUS_TRANSITION"],
    ["belongs to a cancelled order", cancelled, 400, "INVALID_STATUS_TRANSITION"],
  ] as const)("When the payment %s, then nothing is recorded", async (_case, prepare, status, code) => {
    const { buyer, id, amount } = await onDelivery();
    await prepare(id, buyer);
    const before = await paymentOf(buyer);
    refused(await post(`/${id}/record-receipt`, receipt(amount)), status, code);
    expect(await paymentOf(buyer)).toEqual(before);
    expect(await buyer.stored.order()).toMatchObject({ paymentStatus: "pending", paidAmount: 0 });
    expect(await audits(id)).toEqual([]);
  });

  test.each([
    ["in the future", { receivedAt: new Date(Date.now() + 86_400_000).toISOString() }],
    ["of nothing", { amount: 0 }],
    ["without a usable reference", { reference: "=1" }],
  ])("When a receipt is %s, then it is not valid", async (_case, fields) => {
    const body = { ...receipt(1), ...fields };
    refused(await post(`/${unknownId()}/record-receipt`, body), 400, "VALIDATION_ERROR");
  });
});

describe("Capturing by hand", () => {
  const capturesOf = (paymentId: string) =>
    gateway()
      .ledger()
      .captures.filter((row) => row.paymentId === paymentId);

  /** The gateway has authorised and did not capture by itself. */
  async function authorised() {
    const buyer = shop().guest();
    const { gateway: window } = await buyer.open();
    const paid = buyer.pay(window.orderId, { outcome: "authorize_only" });
    await shop().settle();
    return { buyer, paid, id: (await paymentOf(buyer)).id, amount: window.amount };
  }

  test("When it is authorised, then it is captured once, the order follows, and a repeat is a success", async () => {
    const { buyer, paid, id } = await authorised();
    const [first, second] = await Promise.all([post(`/${id}/capture`), post(`/${id}/capture`)]);
    for (const answer of [first, second, await post(`/${id}/capture`)]) {
      expect(done(answer)).toMatchObject({ status: "captured", accepted: true });
    }
    await shop().settle();
    expect(capturesOf(paid.paymentId)).toHaveLength(1);
    expect(await buyer.stored.order()).toMatchObject({ status: "confirmed", paymentStatus: "paid" });
    const [audit] = await audits(id);
    expect(audit).toMatchObject({ action: "payment.capture", before: { status: "authorized" } });
  });

  test("When the answer is lost, then the outcome is unknown, and a repeat finds the capture", async () => {
    const { buyer, paid, id } = await authorised();
    gateway().configure({ webhooks: { drop: "all" } });
    gateway().setFault({
      match: "POST /payments/:id/capture",
      action: "reset",
      when: "after",
      times: "always",
    });
    // The look-up before the capture answers, the one after it does not.
    const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
    const capture = paymentGateway.capturePayment.bind(paymentGateway);
    jest.spyOn(paymentGateway, "capturePayment").mockImplementationOnce((request) => {
      gateway().setFault({ match: "GET /payments/:id", action: "status500", times: "always" });
      return capture(request);
    });
    refused(await post(`/${id}/capture`), 503, "OUTCOME_UNKNOWN");
    expect(await paymentOf(buyer)).toMatchObject({ status: "authorized" });
    await shop().recover();
    expect(done(await post(`/${id}/capture`))).toMatchObject({ status: "captured" });
    expect(capturesOf(paid.paymentId)).toHaveLength(1);
    await shop().runJob("placement-recovery");
  });

  test("When the cart has changed since, then it is refused before the gateway takes the money", async () => {
    const { buyer, paid, id } = await authorised();
    done(await buyer.add(SEED.variants.ashwagandha));
    refused(await post(`/${id}/capture`), 400, "PAYMENT_SUPERSEDED");
    expect(capturesOf(paid.paymentId)).toEqual([]);
  });

  test("When another amount was authorised, then it is refused", async () => {
    const { paid, id } = await authorised();
    gateway().tamper(paid.paymentId, { amount: 100 });
    refused(await post(`/${id}/capture`), 400, "AMOUNT_MISMATCH");
    expect(capturesOf(paid.paymentId)).toEqual([]);
  });

  test("When another payment of the checkout pays for the order, then it is refused", async () => {
    const { buyer, paid, id } = await authorised();
    const [first] = await buyer.stored.payments();
    const other = {
      ...first,
      _id: new Types.ObjectId(),
      gatewayPaymentId: "pay_OtherOtherOthe",
      accepted: true,
    };
    await payments().insertOne({ ...other, status: "captured", idempotencyKey: null });
    refused(await post(`/${id}/capture`), 400, "INVALID_STATUS_TRANSITION");
    expect(capturesOf(paid.paymentId)).toEqual([]);
    await payments().deleteOne({ _id: other._id });
  });

  test("When the gateway itself refuses the capture, then so does the route, with what the gateway then reports", async () => {
    const { buyer, paid, id } = await authorised();
    gateway().configure({ webhooks: { drop: "all" } });
    const { paymentGateway } = await import("../../../services/integrations/payment-gateway.service.js");
    const capture = paymentGateway.capturePayment.bind(paymentGateway);
    // Between the look-up and the capture, the bank takes it back.
    jest.spyOn(paymentGateway, "capturePayment").mockImplementationOnce((request) => {
      gateway().tamper(paid.paymentId, { status: "failed", error_description: "The bank took it back" });
      return capture(request);
    });
    const details = refused(await post(`/${id}/capture`), 400, "INVALID_STATUS_TRANSITION");
    expect(details).toMatchObject({ from: "authorized", to: "captured", reason: expect.any(String) });
    expect(capturesOf(paid.paymentId)).toEqual([]);
    expect(await buyer.stored.order()).toBeNull();
    // It is in the log whatever became of it.
    expect(await audits(id)).toMatchObject([{ action: "payment.capture" }]);
  });

  test("When the gateway has returned it, then it is refused, and what the gateway says is stored", async () => {
    const { buyer, paid, id } = await authorised();
    gateway().configure({ webhooks: { drop: "all" } });
    gateway().tamper(paid.paymentId, { status: "refunded", amount_refunded: 1, refund_status: "full" });
    const details = refused(await post(`/${id}/capture`), 400, "INVALID_STATUS_TRANSITION");
    expect(details).toMatchObject({ from: "refunded", to: "captured" });
    expect(await paymentOf(buyer)).toMatchObject({ status: "refunded" });
    refused(await post(`/${unknownId()}/capture`), 404, "PAYMENT_NOT_FOUND");
  });

  test("When it is to be paid on delivery, or nobody has paid yet, then there is nothing to capture", async () => {
    const cod = shop().guest();
    await cod.buy();
    refused(await post(`/${(await paymentOf(cod)).id}/capture`), 400, "METHOD_UNAVAILABLE");
    const unpaid = shop().guest();
    await unpaid.open();
    refused(await post(`/${(await paymentOf(unpaid)).id}/capture`), 400, "INVALID_STATUS_TRANSITION");
  });
});

describe("The analysis and the export", () => {
  const RANGE = "dateFrom=2020-03-01&dateTo=2020-03-31";
  const base = {
    ...{ orderId: null, orderNumber: null, checkoutSessionId: null, gatewayOrderId: null, receipt: null },
    ...{ gateway: "razorpay", currency: "INR", amount: 10_000, refundReserved: 0, methodDetails: null },
    ...{ supersededAt: null, surplus: false, accepted: false, settlement: null, capturedAt: null },
  };
  const row = (day: number, fields: object) => ({
    ...base,
    ...{ capturedAmount: 0, refundedAmount: 0, fee: null, tax: null, status: "pending", method: "upi" },
    ...fields,
    // Half past midnight in India.
    ...{ createdAt: new Date(Date.UTC(2020, 2, day - 1, 19)), updatedAt: new Date(Date.UTC(2020, 2, day)) },
  });
  const captured = { status: "captured", capturedAmount: 10_000, fee: 236, tax: 36 };
  const settlement = { id: "setl_A", utr: "UTR0001", settledAt: new Date(Date.UTC(2020, 2, 5)) };
  const ROWS = [
    row(1, { ...captured, refundedAmount: 2_500, settlement, orderNumber: "ORD-2020-000001" }),
    row(1, { status: "failed" }),
    row(1, { status: "failed", supersededAt: new Date() }),
    row(2, { ...captured, surplus: true, refundedAmount: 10_000, methodDetails: { gatewayMethod: "=cmd" } }),
    row(2, { status: "refunded", surplus: true, method: null }),
    row(9, { ...captured, method: "card" }),
    row(9, { method: "cod", gateway: "cod" }),
    row(31, { ...captured, fee: null, tax: null, method: "cod", gateway: "cod" }),
  ];

  beforeAll(async () => {
    await payments().insertMany(ROWS.map((fields) => ({ _id: new Types.ObjectId(), ...fields })));
  });

  const expectAnalysis = async () => {
    const { series, byMethod, ...total } = done(await get(`/analytics?${RANGE}&groupBy=week`));
    expect(total).toEqual({
      ...{ payments: 8, succeeded: 3, failed: 1, superseded: 1, surplus: 2, open: 1, successRate: 0.75 },
      ...{ revenue: 300, refunds: 25, surplusAmount: 100, fees: 7.08, taxOnFees: 1.08, netRevenue: 267.92 },
    });
    expect(byMethod).toMatchObject([
      { method: "upi", payments: 4, succeeded: 1, failed: 1, successRate: 0.5, revenue: 100, refunds: 25 },
      { method: "card", payments: 1, successRate: 1, revenue: 100, fees: 2.36 },
      { method: "cod", payments: 2, succeeded: 1, open: 1, revenue: 100, fees: 0 },
      { method: null, payments: 1, surplus: 1, successRate: 0 },
    ]);
    expect(series.map(({ period, payments: some }: Record<string, unknown>) => [period, some])).toEqual([
      ...[
        ["2020-02-24", 3],
        ["2020-03-02", 2],
        ["2020-03-09", 2],
        ["2020-03-16", 0],
        ["2020-03-23", 0],
      ],
      ["2020-03-30", 1],
    ]);
    expect(series[2].byMethod.map(({ method }: { method: string }) => method)).toEqual(["card", "cod"]);
  };

  test("When nothing is tallied, when all is, and when a refund came since, then the analysis is as counted by hand", async () => {
    await expectAnalysis();
    await shop().runJob("analytics");
    expect(await shop().db.collection("paymentDays").countDocuments()).toBeGreaterThan(3);
    await expectAnalysis();
    const { reserveRefund, completeReservation } = await import(
      "../../../services/aggregates/refund/reserve-refund.js"
    );
    const { inTransaction } = await import("../../../services/platform/transaction.service.js");
    const { paise } = await import("../../../utils/money.js");
    const card = await payments().findOne({
      method: "card",
      createdAt: { $lt: new Date(Date.UTC(2021, 0)) },
    });
    const paymentId = card?._id as Types.ObjectId;
    const refund = { paymentId, orderId: null, amount: paise(1_000), destination: "original" as const };
    await inTransaction(async (tx) => {
      await reserveRefund(refund, tx);
      await completeReservation(refund, tx);
    });
    expect(done(await get(`/analytics?${RANGE}`))).toMatchObject({ refunds: 35, netRevenue: 257.92 });
  });

  const exportOf = (filters: string) =>
    shop()
      .http.get(`/api/admin/payments/export?${RANGE}${filters}`)
      .set("Authorization", `Bearer ${admin().token}`);

  /** No cell of these rows needs quotes. */
  function rowsOf({ text }: Response): Record<string, string>[] {
    const [names = [], ...rows] = text
      .trim()
      .split("\r\n")
      .map((line) => line.split(","));
    return rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ""])));
  }

  test("When payments are exported, then every one is a row with its fee, settlement and UTR, and the log shows it", async () => {
    const exported = await exportOf("");
    expect(exported.headers["content-disposition"]).toContain("payments_2020-03-01_2020-03-31.csv");
    const rows = rowsOf(exported);
    expect(rows).toHaveLength(ROWS.length);
    expect(rows.find((one) => one["Order number"] !== "")).toMatchObject({
      ...{ Status: "captured", Amount: "100.00", Captured: "100.00", Refunded: "25.00", Fee: "2.36" },
      ...{ "Tax on fee": "0.36", "Settlement id": "setl_A", UTR: "UTR0001", Surplus: "no" },
    });
    expect(rows.find(({ Surplus, Fee }) => Surplus === "yes" && Fee)?.["Gateway method"]).toBe("'=cmd");
    expect(rows.map((one) => one["Created at"])).toEqual(rows.map((one) => one["Created at"]).sort());
    const some = await exportOf("&status=captured&method=cod");
    expect(rowsOf(some)).toMatchObject([{ Captured: "100.00", Fee: "" }]);
    expect(await audits("export")).toMatchObject([{}, { after: { status: "captured", method: "cod" } }]);
  });
});
