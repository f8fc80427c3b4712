import { maskRazorpayEntity } from "../../../services/integrations/razorpay/masked-entities.js";
import { mapRazorpayPayment } from "../../../services/integrations/razorpay/payment-entities.js";
import { webhookPart } from "../../../services/integrations/razorpay/webhook.js";
import { PAYMENT_ID, paymentEntity, refundEntity } from "./razorpay-fixtures.js";

const detailsOf = (fields: Record<string, unknown>) =>
  mapRazorpayPayment(paymentEntity({ card: null, card_id: null, ...fields }), "automatic").methodDetails;

describe("the means of payment", () => {
  const card = { last4: "1007", network: "RuPay", issuer: "HDFC", name: "Asha Rao", token_iin: "411111" };
  test.each([
    ["card", { card }, { last4: "1007", network: "RuPay", bank: "HDFC" }],
    ["emi", { card }, { last4: "1007", network: "RuPay", bank: "HDFC" }],
    ["upi", { vpa: "asha.r@okbank" }, { vpa: "as****@okbank" }],
    ["upi", { vpa: null, upi: { vpa: "asha.r@okbank", flow: "intent" } }, { vpa: "as****@okbank" }],
    ["netbanking", { bank: "BARB_R" }, { bank: "BARB_R" }],
    ["wallet", { wallet: "mobikwik" }, { wallet: "mobikwik" }],
    ["paylater", { wallet: "lazypay" }, { wallet: "lazypay" }],
    ["cardless_emi", { provider: "earlysalary" }, { wallet: "earlysalary" }],
  ])("When it is %s with %j, then what identifies it is kept", (method, fields, kept) => {
    expect(detailsOf({ method, ...fields })).toEqual({ gatewayMethod: method, ...kept });
  });

  test("When one part has an unexpected shape, then the others stay", () => {
    expect(detailsOf({ method: "upi", vpa: "asha.r@okbank", upi: [], provider: 5, card: "x" })).toEqual({
      gatewayMethod: "upi",
      vpa: "as****@okbank",
    });
  });
});

describe("the allow-list of fields", () => {
  const spoilt = paymentEntity({
    vpa: "asha.r@okbank",
    upi: { vpa: "asha.r@okbank", flow: "intent", device: "secret" },
    card: { last4: "1007", name: "Asha Rao", token_iin: "411111", number: "4100280000001007" },
    description: "for Asha, 9812345678",
    notes: { to: "Asha" },
    error_description: `declined for asha.r@okbank ${"x".repeat(5_000)}`,
    bank: { $ne: null },
    brand_new: "secret",
  });

  test("When an entity is masked, then only allowed fields are left, bounded, and without personal data", () => {
    const masked = maskRazorpayEntity("payment", spoilt);
    const text = JSON.stringify(masked);
    expect(text).not.toMatch(/Asha|asha\.r|secret|98123|411111|4100|notes|contact|email|\$ne/);
    expect(masked).toMatchObject({
      id: PAYMENT_ID,
      vpa: "as****@okbank",
      upi: { flow: "intent" },
      card: { last4: "1007" },
      acquirer_data: { auth_code: "482913", rrn: "600198765432" },
    });
    expect(text.length).toBeLessThan(2_000);
  });

  test("When it is masked again, as a stored event is, then it stays the same", () => {
    const masked = maskRazorpayEntity("payment", spoilt);
    expect(maskRazorpayEntity("payment", masked)).toEqual(masked);
  });

  test.each([null, "text", [], 5])("When it is %j instead of an entity, then nothing is left", (entity) => {
    expect(maskRazorpayEntity("payment", entity)).toEqual({});
  });
});

describe("the payment of a webhook", () => {
  const { identifyWebhook } = webhookPart({ capture: "automatic", webhookSecrets: ["secret"] });
  const about = (payload: object) =>
    identifyWebhook({ headers: {}, payload: { event: "any", payload } }).paymentId;

  test.each([
    ["a payment", { payment: { entity: paymentEntity() } }, PAYMENT_ID],
    ["a refund", { refund: { entity: refundEntity({ payment_id: PAYMENT_ID }) } }, PAYMENT_ID],
    ["a dispute", { dispute: { entity: { id: "disp_1", payment_id: PAYMENT_ID } } }, PAYMENT_ID],
    ["a settlement", { settlement: { entity: { id: "setl_1" } } }, null],
    ["a strange id", { payment: { entity: { id: { $gt: "" } } } }, null],
  ])("When it is about %s, then it is found", (_case, payload, expected) => {
    expect(about(payload)).toBe(expected);
  });
});
