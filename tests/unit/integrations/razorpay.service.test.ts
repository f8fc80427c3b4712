import { logger } from "../../../config/logger.config.js";
import type { NewGatewayRefund } from "../../../services/integrations/payment-gateway.js";
import { settlementPeriods } from "../../../services/integrations/razorpay/settlement-periods.js";
import {
  createRazorpayGateway,
  type RazorpayOptions,
} from "../../../services/integrations/razorpay.service.js";
import { paise } from "../../../utils/money.js";
import { unwrap } from "../../../utils/result.js";
import {
  collection,
  gatewayError,
  ORDER_ID,
  orderEntity,
  PAYMENT_ID,
  paymentEntity,
  REFUND_ID,
  refundEntity,
} from "./razorpay-fixtures.js";
import { type Answerer, closedUrl, closeStubs, json, type StubServer, startStub } from "./stub-server.js";

const DEADLINE_MS = 3_000;
const SHORT_DEADLINE_MS = 200;
/** For a busy machine. Without a deadline the fault lasts until the test itself is given up. */
const SLACK_MS = 10_000;
const amount = paise(249900);

let stub: StubServer;
beforeEach(async () => {
  stub = await startStub();
});
afterEach(closeStubs);

const gatewayOf = (options: Partial<RazorpayOptions> = {}) =>
  createRazorpayGateway({
    keyId: "rzp_test_1DP5mmOlF5G5ag",
    keySecret: "key-secret",
    webhookSecrets: ["webhook-secret"],
    apiUrl: stub.url,
    timeoutMs: DEADLINE_MS,
    capture: "automatic",
    merchantName: "Vastra",
    downtimeCacheSeconds: 0,
    ...options,
  });

const answer =
  (status: number, body: unknown): Answerer =>
  (_request, response) =>
    json(response, status, body);
const raw =
  (status: number, body: string, headers = {}): Answerer =>
  (_request, response) =>
    void response.writeHead(status, headers).end(body);
const drip: Answerer = (_request, response) => {
  response.writeHead(200, { "Content-Type": "application/json" });
  const timer = setInterval(() => response.write(" "), 20);
  response.on("close", () => clearInterval(timer));
};

interface Fault {
  name: string;
  answer: Answerer;
  code: string;
  /** Of a read and of a write. */
  outcomes: [string, string];
}

/** Those that every gateway may have are in `tests/contract/gateway/`. */
const FAULTS: Fault[] = [
  { name: "200 null", answer: raw(200, "null"), code: "BAD_RESPONSE", outcomes: ["unknown", "unknown"] },
  {
    name: "200 of another shape",
    answer: answer(200, {}),
    code: "BAD_RESPONSE",
    outcomes: ["unknown", "unknown"],
  },
  {
    name: "302",
    answer: raw(302, "", { Location: "http://127.0.0.1:9/" }),
    code: "BAD_RESPONSE",
    outcomes: ["unknown", "unknown"],
  },
  { name: "404 as HTML", answer: raw(404, "<html>"), code: "BAD_RESPONSE", outcomes: ["unknown", "unknown"] },
  { name: "slow drip", answer: drip, code: "TIMEOUT", outcomes: ["unknown", "unknown"] },
  {
    name: "a bank's fault",
    answer: answer(400, gatewayError("Payment failed", { code: "GATEWAY_ERROR" })),
    code: "GATEWAY_ERROR",
    outcomes: ["unknown", "unknown"],
  },
  {
    name: "an operation in progress",
    answer: answer(400, gatewayError("Request failed because another payment operation is in progress.")),
    code: "IN_PROGRESS",
    outcomes: ["unavailable", "unavailable"],
  },
];

const newRefund: NewGatewayRefund = {
  paymentId: PAYMENT_ID,
  amount: paise(50000),
  receipt: "REF-2026-000001",
  idempotencyKey: "65f000000000000000000002-1",
};

describe("the SDK's transport", () => {
  const timeoutOf = (fault: Fault) => (fault.code === "TIMEOUT" ? SHORT_DEADLINE_MS : DEADLINE_MS);

  test.each(FAULTS)("When a read meets $name, then the failure is typed and in time", async (fault) => {
    stub.answer = fault.answer;
    const startedAt = performance.now();
    const result = await gatewayOf({ timeoutMs: timeoutOf(fault) }).listPaymentsOfOrder(ORDER_ID);
    expect(result).toMatchObject({ success: false, outcome: fault.outcomes[0], code: fault.code });
    expect(performance.now() - startedAt).toBeLessThan(timeoutOf(fault) + SLACK_MS);
  });

  test.each(FAULTS)(
    "When a write meets $name, then it is sent once and the failure is typed",
    async (fault) => {
      stub.answer = fault.answer;
      const result = await gatewayOf({ timeoutMs: timeoutOf(fault) }).createRefund(newRefund);
      expect(result).toMatchObject({ success: false, outcome: fault.outcomes[1], code: fault.code });
      expect(stub.requests).toHaveLength(1);
    },
  );

  test("When the gateway cannot be reached, then it is unavailable", async () => {
    const result = await gatewayOf({ apiUrl: await closedUrl() }).createRefund(newRefund);
    expect(result).toMatchObject({ outcome: "unavailable", code: "NETWORK" });
  });

  test.each([
    ["a path", "pay_x/../../payments?count=1"],
    ["another kind of id", ORDER_ID],
    ["nothing", ""],
  ])("When an id is %s, then nothing is sent", async (_kind, id) => {
    const gateway = gatewayOf();
    const results = await Promise.all([
      gateway.getGatewayPayment(id),
      gateway.capturePayment({ paymentId: id, amount }),
      gateway.createRefund({ ...newRefund, paymentId: id }),
      gateway.listRefunds(id),
      gateway.getRefund(id),
      gateway.listPaymentsOfOrder(id === ORDER_ID ? PAYMENT_ID : id),
    ]);
    expect(results.every((result) => !result.success && result.code === "INVALID_ID")).toBe(true);
    expect(stub.requests).toHaveLength(0);
  });

  const canary = "CANARY asha@example.in";
  test.each<[string, Answerer, string]>([
    ["an unknown code", answer(400, gatewayError("Failed", { code: "CANARY_ASHA" })), "BAD_RESPONSE"],
    ["a text as the code", answer(400, gatewayError("Failed", { code: canary })), "BAD_RESPONSE"],
    ["a description", answer(400, gatewayError(canary)), "BAD_REQUEST_ERROR"],
    [
      "other texts of an error",
      answer(400, gatewayError("Failed", { reason: canary, field: canary, metadata: { canary } })),
      "BAD_REQUEST_ERROR",
    ],
    ["a bank's description", answer(400, gatewayError(canary, { code: "GATEWAY_ERROR" })), "GATEWAY_ERROR"],
    ["a text as the error", answer(400, { error: canary }), "BAD_RESPONSE"],
    ["a description with a 401", answer(401, gatewayError(canary)), "AUTHENTICATION"],
    ["a description with a 409", answer(409, gatewayError(canary)), "IDEMPOTENCY_CONFLICT"],
    ["a description with a 5xx", answer(500, gatewayError(canary, { code: "SERVER_ERROR" })), "HTTP_500"],
    ["a page with a 4xx", raw(404, `<html>${canary}</html>`), "BAD_RESPONSE"],
    ["a page with a 5xx", raw(502, `<html>${canary}</html>`), "HTTP_502"],
    ["a page", raw(200, `<html>${canary}</html>`), "BAD_RESPONSE"],
    ["a wrong field", answer(200, refundEntity({ amount: canary })), "BAD_RESPONSE"],
    ["a wrong entry of a list", answer(200, collection(paymentEntity({ amount: canary }))), "BAD_RESPONSE"],
  ])("When the gateway sends %s, then its texts and values are not logged", async (_what, answerer, code) => {
    const logs = (["warn", "error"] as const).map((level) => jest.spyOn(logger, level));
    stub.answer = answerer;
    await gatewayOf().listPaymentsOfOrder(ORDER_ID);
    await gatewayOf().createRefund(newRefund);
    const logged = JSON.stringify(logs.map((log) => log.mock.calls));
    expect(logged).toContain(`"${code}"`);
    expect(logged).not.toMatch(/CANARY|asha/i);
  });

  test("When an amount is not positive, then nothing is sent", async () => {
    const results = await Promise.all([
      gatewayOf().createGatewayOrder({ amount: paise(0), receipt: "r" }),
      gatewayOf().capturePayment({ paymentId: PAYMENT_ID, amount: paise(0) }),
      gatewayOf().createRefund({ ...newRefund, amount: paise(-1) }),
    ]);
    expect(results.every((result) => !result.success && result.code === "INVALID_AMOUNT")).toBe(true);
    expect(stub.requests).toHaveLength(0);
  });

  test("When a live key comes with another address, then the gateway is not built", () => {
    expect(() => gatewayOf({ keyId: "rzp_live_1DP5mmOlF5G5ag" })).toThrow(/test keys only/);
    expect(() => gatewayOf({ keySecret: "" })).toThrow(/required/);
  });
});

describe("gateway orders", () => {
  const receipt = "65f000000000000000000001";

  test("When one is created, then amount, receipt and capture mode go out under Basic authentication", async () => {
    stub.answer = answer(200, orderEntity());
    const result = await gatewayOf().createGatewayOrder({ amount, receipt, notes: { a: "b" } });
    expect(result).toMatchObject({
      success: true,
      data: { id: ORDER_ID, amount, amountDue: amount, receipt, status: "created", notes: {} },
    });
    expect(stub.requests[0]).toMatchObject({
      method: "POST",
      path: "/v1/orders",
      body: { amount, currency: "INR", receipt, notes: { a: "b" }, payment: { capture: "automatic" } },
      headers: {
        authorization: `Basic ${Buffer.from("rzp_test_1DP5mmOlF5G5ag:key-secret").toString("base64")}`,
      },
    });
  });

  test("When capture is manual, then an authorisation without capture is refunded after 30 minutes", async () => {
    stub.answer = answer(200, orderEntity());
    await gatewayOf({ capture: "manual" }).createGatewayOrder({ amount, receipt });
    expect(stub.requests[0]?.body).toMatchObject({
      payment: { capture: "manual", capture_options: { manual_expiry_period: 30 } },
    });
  });

  test("When the gateway does not know unique_receipt, then the order is created without", async () => {
    stub.answer = (request, response) =>
      Object.hasOwn(Object(request.body), "unique_receipt")
        ? json(response, 400, gatewayError("unique_receipt is/are not required and should not be sent"))
        : json(response, 200, orderEntity());
    expect(await gatewayOf().createGatewayOrder({ amount, receipt })).toMatchObject({ success: true });
  });

  test("When the gateway's order is of another amount, then it is not accepted", async () => {
    stub.answer = answer(200, orderEntity({ amount: 1 }));
    const result = await gatewayOf().createGatewayOrder({ amount, receipt });
    expect(result).toMatchObject({ outcome: "unknown", code: "BAD_RESPONSE" });
  });

  test("When one is looked up by receipt, then only an exact match counts, the one being paid first", async () => {
    stub.answer = answer(
      200,
      collection(
        orderEntity({ receipt: `${receipt}9` }),
        orderEntity({ id: "order_AAAAAAAAAAAAA2" }),
        orderEntity({ id: "order_AAAAAAAAAAAAA1", status: "attempted" }),
      ),
    );
    const result = await gatewayOf().findGatewayOrderByReceipt(receipt);
    expect(result).toMatchObject({ success: true, data: { id: "order_AAAAAAAAAAAAA1" } });
    expect(stub.requests[0]?.path).toContain(`receipt=${receipt}`);
  });
});

describe("payments", () => {
  test("When a payment is read, then its card is expanded and it is mapped to our fields", async () => {
    stub.answer = answer(200, paymentEntity());
    const result = await gatewayOf().getGatewayPayment(PAYMENT_ID);
    expect(decodeURIComponent(stub.requests[0]?.path ?? "")).toBe(`/v1/payments/${PAYMENT_ID}?expand[]=card`);
    expect(result).toMatchObject({
      success: true,
      data: {
        gateway: "razorpay",
        id: PAYMENT_ID,
        orderId: ORDER_ID,
        amount,
        status: "captured",
        captured: true,
        method: "card",
        methodDetails: { last4: "1007", network: "Visa" },
        fee: 5898,
        tax: 900,
        createdAt: new Date(1767226000_000),
      },
    });
  });

  test("When a list is asked for, then the times go out as whole seconds, and cards are expanded", async () => {
    stub.answer = answer(200, collection(paymentEntity()));
    const from = new Date("2026-01-01T00:00:00.999Z");
    const to = new Date("2026-01-02T00:00:00.000Z");
    const result = await gatewayOf().listPayments({ from, to, cursor: "100" });
    expect(result).toMatchObject({
      success: true,
      data: { items: [{ id: PAYMENT_ID }], count: 1, next: null },
    });
    // From the first whole second of the range to its last.
    expect(decodeURIComponent(stub.requests[0]?.path ?? "")).toBe(
      "/v1/payments?from=1767225601&to=1767311999&count=100&skip=100&expand[]=card",
    );
  });

  test("When a list is read from two of the gateway's machines, then what one does not show yet hides nothing", async () => {
    const idOf = (number: number) => `pay_${String(number).padStart(14, "0")}`;
    const all = Array.from({ length: 150 }, (_, number) => paymentEntity({ id: idOf(number) }));
    const listed = new Set<string>();
    stub.answer = (request, response) => {
      const skip = Number(new URL(request.path, stub.url).searchParams.get("skip"));
      // The second machine lags: it does not have the newest ten yet, so all others are ten places higher.
      const shown = skip === 0 ? all : all.slice(10);
      json(response, 200, collection(...shown.slice(skip, skip + 100)));
    };
    const range = { from: new Date(0), to: new Date(1_000) };
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = unwrap(await gatewayOf().listPayments({ ...range, ...(cursor && { cursor }) }));
      for (const { id } of page.items) listed.add(id);
      cursor = page.next;
    }
    expect(listed.size).toBe(150);
  });

  test("When an entity of a list cannot be read, then the others are passed on, and the page is counted whole", async () => {
    const broken = paymentEntity({ id: "pay_AAAAAAAAAAAAAA", amount: "ten", created_at: "yesterday" });
    stub.answer = answer(200, collection(broken, paymentEntity()));
    const range = { from: new Date(0), to: new Date(1_000) };
    expect(await gatewayOf().listPayments(range)).toMatchObject({
      success: true,
      data: { items: [{ id: PAYMENT_ID }], count: 2 },
    });
    expect(await gatewayOf().listPaymentsOfOrder(ORDER_ID)).toMatchObject({ data: [{ id: PAYMENT_ID }] });
    stub.answer = answer(200, collection(broken));
    expect(await gatewayOf().listPaymentsOfOrder(ORDER_ID)).toMatchObject({ outcome: "unknown" });
  });

  const capture = (gateway = gatewayOf()) => gateway.capturePayment({ paymentId: PAYMENT_ID, amount });
  /** The capture fails like this, and then the payment is found like that. */
  const failThenFind =
    (fail: Answerer, found: Record<string, unknown>): Answerer =>
    (request, response, message) =>
      request.method === "POST"
        ? fail(request, response, message)
        : json(response, 200, paymentEntity(found));
  const alreadyCaptured = answer(400, gatewayError("This payment has already been captured"));

  test("When it was captured already with another amount, then it is refused", async () => {
    stub.answer = failThenFind(alreadyCaptured, { amount: 100 });
    expect(await capture()).toMatchObject({ outcome: "refused", code: "ALREADY_CAPTURED" });
  });

  test("When it was captured already and the payment cannot be read, then the outcome is unknown", async () => {
    stub.answer = (request, response, message) =>
      request.method === "POST" ? alreadyCaptured(request, response, message) : json(response, 500, {});
    expect(await capture()).toMatchObject({ outcome: "unknown", code: "ALREADY_CAPTURED" });
  });

  test("When the answer is lost and the payment is still authorised, then the outcome stays unknown", async () => {
    stub.answer = failThenFind(answer(500, {}), { status: "authorized", captured: false });
    expect(await capture()).toMatchObject({ outcome: "unknown", code: "HTTP_500" });
  });

  test("When the payment failed, then the capture is refused", async () => {
    const description = "Only payments which have been authorized and not yet captured can be captured";
    stub.answer = failThenFind(answer(400, gatewayError(description)), { status: "failed", captured: false });
    expect(await capture()).toMatchObject({ outcome: "refused", code: "NOT_CAPTURABLE", error: description });
  });
});

describe("refunds", () => {
  test("When one is created, then key, receipt and amount go out", async () => {
    stub.answer = answer(200, refundEntity());
    const result = await gatewayOf().createRefund(newRefund);
    expect(result).toMatchObject({
      success: true,
      data: { id: REFUND_ID, status: "processed", bankReference: null },
    });
    expect(stub.requests[0]).toMatchObject({
      path: `/v1/payments/${PAYMENT_ID}/refund`,
      body: { amount: 50000, receipt: "REF-2026-000001" },
      headers: { "x-refund-idempotency": newRefund.idempotencyKey },
    });
  });

  test.each([
    [400, "The payment has been fully refunded already", "refused", "FULLY_REFUNDED"],
    [
      400,
      "The total refund amount is greater than the refund payment amount",
      "refused",
      "REFUND_EXCEEDS_CAPTURE",
    ],
    [
      400,
      "Your account does not have enough balance to carry out the refund operation.",
      "refused",
      "INSUFFICIENT_BALANCE",
    ],
    [
      400,
      "The refund on this payment is blocked due to ongoing dispute investigation.",
      "refused",
      "PAYMENT_DISPUTED",
    ],
    [400, "invalid request sent", "refused", "INVALID_REQUEST"],
    [
      409,
      "Different request with the same idempotency key has already been processed.",
      "unknown",
      "IDEMPOTENCY_CONFLICT",
    ],
    [409, "Another request with the same idempotency key is still in progress.", "unknown", "IN_PROGRESS"],
  ])(
    "When the gateway says %i '%s', then the refund is %s %s",
    async (status, description, outcome, code) => {
      stub.answer = answer(status, gatewayError(description));
      expect(await gatewayOf().createRefund(newRefund)).toMatchObject({ outcome, code, statusCode: status });
    },
  );

  test("When the account has no instant refunds, then the refund is made at the normal speed", async () => {
    stub.answer = (_request, response) =>
      stub.requests.length === 1
        ? json(response, 400, gatewayError("The selected speed is invalid."))
        : json(response, 200, refundEntity());
    expect(await gatewayOf().createRefund({ ...newRefund, speed: "optimum" })).toMatchObject({
      success: true,
    });
    expect(stub.requests).toMatchObject([{ body: { speed: "optimum" } }, { body: { speed: "normal" } }]);
  });

  test("When the receipt was used but the list does not show the refund yet, then the outcome is unknown", async () => {
    stub.answer = (request, response) =>
      request.method === "POST"
        ? json(response, 400, gatewayError("Duplicate receipt found for this refund request."))
        : json(response, 200, collection());
    expect(await gatewayOf().createRefund(newRefund)).toMatchObject({
      outcome: "unknown",
      code: "DUPLICATE_RECEIPT",
    });
  });

  test("When a refund is of another payment or amount, then its outcome is unknown", async () => {
    stub.answer = answer(200, refundEntity({ amount: 1 }));
    expect(await gatewayOf().createRefund(newRefund)).toMatchObject({
      outcome: "unknown",
      code: "BAD_RESPONSE",
    });
  });
});

describe("downtimes and settlements", () => {
  const downtime = {
    id: "down_AAAAAAAAAAAAAA",
    method: "upi",
    begin: 1767225600,
    end: null,
    status: "started",
    severity: "high",
    scheduled: false,
    instrument: { psp: "google_pay" },
    created_at: 1767225600,
  };

  test("When downtimes are kept, then a second read makes no call", async () => {
    stub.answer = answer(200, collection(downtime));
    const gateway = gatewayOf({ downtimeCacheSeconds: 60 });
    await gateway.listDowntimes();
    expect(await gateway.listDowntimes()).toMatchObject({
      success: true,
      data: [
        {
          method: "upi",
          severity: "high",
          begin: new Date(1767225600_000),
          end: null,
          instrument: { psp: "google_pay" },
        },
      ],
    });
    expect(stub.requests.map((request) => request.path)).toEqual(["/v1/payments/downtimes"]);
  });

  test("When a day of settlements is asked for, then its rows are read, adjustments and new types too", async () => {
    const row = {
      entity_id: PAYMENT_ID,
      type: "payment",
      credit: 244002,
      debit: 0,
      amount: 249900,
      fee: 5898,
      tax: 900,
      settled: true,
      settlement_id: "setl_1",
      settled_at: 1767312000,
      notes: "{}",
      payment_id: null,
    };
    stub.answer = answer(
      200,
      collection(
        row,
        { entity_id: "adj_1", type: "adjustment", settlement_utr: "" },
        { entity_id: "trf_1", type: "transfer", settled_at: 1767312000 },
        { entity_id: "new_1", type: "reserve", settled_at: 1767312000 },
      ),
    );
    const from = new Date("2026-01-02T05:00:00+05:30");
    const to = new Date("2026-01-02T06:00:00+05:30");
    expect(await gatewayOf().settlementRows({ from, to })).toMatchObject({
      success: true,
      data: {
        items: [
          { entityId: PAYMENT_ID, type: "payment", credit: 244002, fee: 5898, tax: 900, settled: true },
          { entityId: "adj_1", type: "adjustment", amount: 0, settled: false, settlementUtr: null },
          { entityId: "trf_1", type: "transfer" },
          { entityId: "new_1", type: "other" },
        ],
        next: null,
      },
    });
    expect(stub.requests[0]?.path).toBe(
      "/v1/settlements/recon/combined?year=2026&month=1&day=2&skip=0&count=1000",
    );
  });

  test.each([
    ["2026-01-31T23:00:00", "2026-02-01T01:00:00", ["2026-01-31", "2026-02-01"]],
    ["2026-01-01T00:00:00", "2026-02-01T00:00:00", ["2026-01"]],
    ["2026-01-31T00:00:00", "2026-03-02T00:00:00", ["2026-01-31", "2026-02", "2026-03-01"]],
    ["2024-02-28T00:00:00", "2024-03-01T00:00:00", ["2024-02-28", "2024-02-29"]],
    ["2026-01-01T00:00:00", "2026-01-01T00:00:00", []],
    ["2026-01-02T00:00:00", "2026-01-01T00:00:00", []],
  ])(
    "When payouts from %s to %s Indian time are asked for, then these periods are: %j",
    (from, to, names) => {
      const span = { from: new Date(`${from}+05:30`), to: new Date(`${to}+05:30`) };
      expect(settlementPeriods(span).map(({ name }) => name)).toEqual(names);
    },
  );

  test("When a page of the report is full, then the next one follows, and then the next day", async () => {
    const row = { entity_id: PAYMENT_ID, type: "payment" };
    stub.answer = (request, response) => {
      const isFirst = request.path.includes("day=1&skip=0&");
      json(response, 200, collection(...Array.from({ length: isFirst ? 1_000 : 1 }, () => row)));
    };
    const range = {
      from: new Date("2026-01-01T00:00:00+05:30"),
      to: new Date("2026-01-03T00:00:00+05:30"),
    };
    const cursors: (string | null)[] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = unwrap(await gatewayOf().settlementRows({ ...range, ...(cursor && { cursor }) }));
      cursor = page.next;
      cursors.push(cursor);
    }
    expect(cursors).toEqual(["2026-01-01/990", "2026-01-02/0", null]);
  });
});

describe("checkout options", () => {
  test("When the client is to pay, then it gets the public key, the amount in paise and what to fill in", () => {
    const options = gatewayOf().checkoutOptions({
      gatewayOrderId: ORDER_ID,
      amount,
      prefill: { name: "Asha", email: null, contact: "+919000000001" },
      method: "upi",
    });
    expect(options).toEqual({
      key: "rzp_test_1DP5mmOlF5G5ag",
      orderId: ORDER_ID,
      amount: 249900,
      currency: "INR",
      name: "Vastra",
      prefill: { name: "Asha", contact: "+919000000001", method: "upi" },
      method: "upi",
    });
    expect(JSON.stringify(options)).not.toContain("key-secret");
  });
});
