import crypto from "node:crypto";
import { createRazorpayGateway } from "../../../services/integrations/razorpay.service.js";
import { isHmacValid } from "../../../services/integrations/signatures.js";
import { ORDER_ID, PAYMENT_ID } from "./razorpay-fixtures.js";

const gateway = createRazorpayGateway({
  keyId: "rzp_test_1DP5mmOlF5G5ag",
  keySecret: "key-secret",
  webhookSecrets: ["new-secret", "old-secret"],
  timeoutMs: 1_000,
  capture: "automatic",
  merchantName: "Vastra",
  downtimeCacheSeconds: 0,
});

const sign = (secret: string, data: string | Buffer) =>
  crypto.createHmac("sha256", secret).update(data).digest("hex");
/** What a re-serialising receiver would change: escapes, spaces, a number's form, a byte that is no UTF-8. */
const body = Buffer.concat([
  Buffer.from('{"event" : "payment.captured","note":"\\/ \\u20b9","n":1.0,"x":"'),
  Buffer.from([0xff]),
  Buffer.from('"}'),
]);

const isGenuine = (raw: Buffer, signature: string | undefined) =>
  gateway.webhookVerifier.isAuthentic(raw, { "x-razorpay-signature": signature });

test.each([
  ["half of it", (right: string) => right.slice(0, 32)],
  ["it twice", (right: string) => right + right],
  ["it in capitals", (right: string) => right.toUpperCase()],
  ["nothing", () => ""],
])("When a signature is %s, then it is not valid", (_what, of) => {
  expect(isHmacValid("secret", body, of(sign("secret", body)))).toBe(false);
});

describe("webhook signatures", () => {
  test.each(["new-secret", "old-secret"])("When %s signed the raw bytes, then it is genuine", (secret) => {
    expect(isGenuine(body, sign(secret, body))).toBe(true);
  });

  test("When the body was parsed and written again, then it is not", () => {
    const text = '{"note":"\\/"}';
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(text)));
    expect(isGenuine(Buffer.from(text), sign("new-secret", text))).toBe(true);
    expect(isGenuine(rewritten, sign("new-secret", text))).toBe(false);
  });

  test.each([
    ["none", undefined],
    ["an empty one", ""],
    ["an upper-case one", sign("new-secret", body).toUpperCase()],
    ["one too short", sign("new-secret", body).slice(2)],
    ["two in one header", `${sign("new-secret", body)}, ${sign("new-secret", body)}`],
    ["another secret's", sign("other", body)],
    ["the key secret's", sign("key-secret", body)],
  ])("When the signature is %s, then it is not genuine", (_kind, signature) => {
    expect(isGenuine(body, signature)).toBe(false);
  });

  test("When the secret is empty, then nothing is genuine", () => {
    expect(isHmacValid("", body, crypto.createHmac("sha256", "").update(body).digest("hex"))).toBe(false);
  });

  test("When a signature is compared, then in constant time", () => {
    const compare = jest.spyOn(crypto, "timingSafeEqual");
    isHmacValid("new-secret", body, sign("other", body));
    expect(compare).toHaveBeenCalledTimes(1);
  });
});

describe("checkout signatures", () => {
  const signature = sign("key-secret", `${ORDER_ID}|${PAYMENT_ID}`);
  const answer = {
    razorpay_order_id: ORDER_ID,
    razorpay_payment_id: PAYMENT_ID,
    razorpay_signature: signature,
  };

  test("When it covers our order and the payment, then it is genuine", () => {
    expect(gateway.isCheckoutAnswerGenuine(answer, ORDER_ID)).toBe(true);
  });

  test.each([
    ["another payment", { razorpay_payment_id: "pay_AAAAAAAAAAAAAA" }],
    ["the webhook's secret", { razorpay_signature: sign("new-secret", `${ORDER_ID}|${PAYMENT_ID}`) }],
    ["nothing at all", { razorpay_signature: undefined }],
  ])("When it is for %s, then it is not", (_kind, change) => {
    expect(gateway.isCheckoutAnswerGenuine({ ...answer, ...change }, ORDER_ID)).toBe(false);
  });

  test("When the client names its own order, then only the order stored here counts", () => {
    const ofAnother = "order_AAAAAAAAAAAAAA";
    expect(gateway.isCheckoutAnswerGenuine(answer, ofAnother)).toBe(false);
    const forged = { ...answer, razorpay_order_id: ofAnother };
    expect(gateway.isCheckoutAnswerGenuine(forged, ORDER_ID)).toBe(true);
  });
});
