import {
  mapRazorpayDispute,
  mapRazorpayRefund,
} from "../../../services/integrations/razorpay/other-entities.js";
import { mapRazorpayPayment } from "../../../services/integrations/razorpay/payment-entities.js";
import { parseRazorpayWebhook } from "../../../services/integrations/razorpay/webhook.js";
import { ORDER_ID, orderEntity, PAYMENT_ID, paymentEntity, refundEntity } from "./razorpay-fixtures.js";

const map = (fields: Record<string, unknown>) => mapRazorpayPayment(paymentEntity(fields), "automatic");

describe("payments on the wire", () => {
  test("When errors are empty texts and notes an object, then they are null and pairs", () => {
    const payment = map({
      error_code: "",
      error_description: "",
      notes: { cart: "c_8841", n: 5, gone: null },
    });
    expect(payment).toMatchObject({
      errorCode: null,
      errorDescription: null,
      notes: { cart: "c_8841", n: "5" },
    });
  });

  test("When most fields are missing, then the known ones stay", () => {
    const minimal = {
      id: PAYMENT_ID,
      amount: 100,
      currency: "INR",
      status: "failed",
      created_at: 1767226000,
    };
    expect(mapRazorpayPayment(minimal, "automatic")).toMatchObject({
      orderId: null,
      method: null,
      methodDetails: {},
      fee: null,
      tax: null,
      captured: false,
      amountRefunded: 0,
      capturedAt: null,
    });
  });

  test("When it was paid by UPI, then the VPA is masked", () => {
    const payment = map({ method: "upi", vpa: "asha.r@okbank", card: null, upi: { vpa: "asha.r@okbank" } });
    expect(payment.methodDetails).toEqual({ gatewayMethod: "upi", vpa: "as****@okbank" });
    expect(JSON.stringify(payment)).not.toContain("asha.r");
  });

  test("When an uncaptured payment was refunded automatically, then it was never captured", () => {
    expect(map({ status: "refunded", captured: false })).toMatchObject({
      status: "refunded",
      captured: false,
    });
  });

  test("When the status is unknown, then it counts as created", () => {
    expect(map({ status: "pending", captured: false }).status).toBe("created");
  });

  test.each([
    ["automatic", "authorized", false],
    ["manual", "authorized", true],
    ["manual", "captured", false],
  ] as const)(
    "When capture is %s and it is %s, then awaiting our capture is %s",
    (capture, status, awaits) => {
      expect(mapRazorpayPayment(paymentEntity({ status }), capture).awaitsManualCapture).toBe(awaits);
    },
  );

  test.each([
    ["an amount in rupees", { amount: 2499.5 }],
    ["a negative amount", { amount: -1 }],
    ["an amount as text", { amount: "249900" }],
    ["a strange id", { id: "pay_../../x" }],
    ["no currency", { currency: null }],
  ])("When it has %s, then it is no payment", (_kind, fields) => {
    expect(() => map(fields)).toThrow(/^\w+: (number|string)\./);
  });

  const odd = [[], {}, "", "1100", "x".repeat(3_000), -1, 1.5, true, 1767226000000, null];
  const optional = [
    ...["card", "bank", "wallet", "vpa", "method", "fee", "tax", "fee_bearer", "offer_id", "notes"],
    ...["error_code", "error_description", "error_reason", "amount_refunded", "refund_status", "captured"],
    ...["created_at", "authorized_at", "captured_at"],
  ];

  test.each(optional)("When %s has an unexpected shape, then only that field is ignored", (field) => {
    const whole = map({});
    for (const value of odd) {
      expect(map({ [field]: value })).toMatchObject({
        id: whole.id,
        orderId: whole.orderId,
        amount: whole.amount,
        currency: whole.currency,
        status: "captured",
      });
    }
  });

  test("When parts are invalid, then they are absent and the others stay", () => {
    expect(
      map({ card: [], bank: {}, fee: "1100", created_at: null, captured: "no", refund_status: "null" }),
    ).toMatchObject({
      methodDetails: { gatewayMethod: "card" },
      fee: null,
      tax: 900,
      createdAt: null,
      captured: true,
      refundStatus: null,
    });
    expect(map({ card: { last4: 5, network: "Visa" } }).methodDetails).toEqual({
      gatewayMethod: "card",
      network: "Visa",
    });
  });

  test.each([
    ["upi", "upi"],
    ["card", "card"],
    ["netbanking", "netbanking"],
    ["wallet", "wallet"],
    ["emi", "card"],
    ["paylater", null],
    ["cardless_emi", null],
    ["app", null],
    ["cod", null],
  ])(
    "When the gateway's method is %s, then ours is %s, and its own name is kept",
    (reportedMethod, method) => {
      const payment = map({ method: reportedMethod });
      expect(payment).toMatchObject({ method, methodDetails: { gatewayMethod: reportedMethod } });
    },
  );

  test("When fee bearer and offer are reported, then they are read", () => {
    expect(map({ fee_bearer: "customer", offer_id: "offer_JGQvQtvJmVDRIA" })).toMatchObject({
      feeBearer: "customer",
      offerId: "offer_JGQvQtvJmVDRIA",
    });
    expect(map({ fee_bearer: "platform" })).toMatchObject({ feeBearer: null, offerId: null });
  });

  test.each([null, undefined, "text", [], 5])("When the entity is %p, then it is not a payment", (entity) => {
    expect(() => mapRazorpayPayment(entity, "automatic")).toThrow();
  });
});

describe("refunds and disputes on the wire", () => {
  test("When the bank has a reference, then it is kept, under any of its names", () => {
    expect(mapRazorpayRefund(refundEntity({ acquirer_data: { rrn: "600" } })).bankReference).toBe("600");
    expect(mapRazorpayRefund(refundEntity({ acquirer_data: [] })).bankReference).toBeNull();
  });

  test("When a dispute opens, then it has a date to answer by", () => {
    const dispute = {
      id: "disp_Rn3Jy6Ta1Lq7Zw",
      payment_id: PAYMENT_ID,
      amount: 249900,
      currency: "INR",
      amount_deducted: 0,
      reason_code: "goods_or_services_not_received_or_partially_received",
      respond_by: 1768003200,
      status: "open",
      phase: "chargeback",
      created_at: 1767571200,
      evidence: { amount: 249900 },
    };
    expect(mapRazorpayDispute(dispute)).toMatchObject({
      status: "open",
      respondBy: new Date(1768003200_000),
    });
  });
});

describe("webhooks", () => {
  const event = (fields: Record<string, unknown> = {}) => ({
    entity: "event",
    account_id: "acc_Qw7Lm2Xc9Vb4Nd",
    event: "order.paid",
    contains: ["payment", "order"],
    payload: { payment: { entity: paymentEntity() }, order: { entity: orderEntity({ description: null }) } },
    created_at: 1767227104,
    ...fields,
  });
  const parse = (payload: unknown, accountId?: string) =>
    parseRazorpayWebhook(payload, { capture: "automatic", accountId });

  test("When an event is read, then its parts are mapped to our fields", () => {
    expect(parse(event())).toMatchObject({
      type: "order.paid",
      isForeignAccount: false,
      occurredAt: new Date(1767227104_000),
      payment: { id: PAYMENT_ID },
      order: { id: ORDER_ID },
      refund: null,
      dispute: null,
      unreadable: [],
    });
  });

  test("When the time is missing and the event unknown, then it is still read", () => {
    expect(parse(event({ created_at: undefined, event: "new.thing", payload: {} }))).toMatchObject({
      type: "new.thing",
      occurredAt: null,
      payment: null,
    });
  });

  test("When one part is invalid, then the others are read and it is reported", () => {
    const payload = { payment: { entity: { id: 5 } }, order: { entity: orderEntity() } };
    const parsed = parse(event({ payload }));
    expect(parsed).toMatchObject({ payment: null, order: { id: ORDER_ID } });
    expect(parsed?.unreadable).toEqual([{ part: "payment", reason: expect.any(String) }]);
  });

  test.each([
    ["acc_Qw7Lm2Xc9Vb4Nd", false],
    ["acc_AAAAAAAAAAAAAA", true],
    [undefined, false],
  ])("When our account is %s, then the event being foreign is %s", (accountId, isForeign) => {
    expect(parse(event(), accountId)?.isForeignAccount).toBe(isForeign);
  });

  test.each([
    ["payment.captured", "payment"],
    ["order.paid", "payment"],
    ["refund.processed", "refund"],
    ["payment.dispute.created", "dispute"],
    ["payment.downtime.started", "downtime"],
    ["settlement.processed", "settlement"],
  ])("When the event is %s, then it is about the %s", (name, subject) => {
    expect(parse(event({ event: name, payload: {} }))?.subject).toBe(subject);
  });

  test.each([null, "text", [], {}, { event: 5 }])(
    "When the body is %p, then it is not an event",
    (payload) => {
      expect(parse(payload)).toBeNull();
    },
  );
});
