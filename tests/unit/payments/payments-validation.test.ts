import * as schemas from "../../../src/payments/payments.validation.js";
import { PaymentView, toPaymentView } from "../../../src/payments/payments.view.js";
import { aPayment } from "../../support/documents.js";
import { asJson, expectView, readBody } from "../../support/schema-checks.js";

const answer = {
  razorpay_order_id: "order_AAAAAAAAAAAAAA",
  razorpay_payment_id: "pay_AAAAAAAAAAAAAA",
  razorpay_signature: "0".repeat(64),
};

test("When the response of Checkout.js is posted unchanged, then it is accepted", () => {
  expect(readBody(schemas.verifyPaymentSchema.body, answer).refused).toBeUndefined();
});

test("When the signature is nonsense, then validation leaves the refusal to the service", () => {
  expect(
    readBody(schemas.verifyPaymentSchema.body, { ...answer, razorpay_signature: "forged" }).refused,
  ).toBeUndefined();
});

test.each(["../orders", "pay_1/capture", "", "x".repeat(65)])(
  "When the payment's id is %j, then it never becomes part of a URL",
  (razorpay_payment_id) => {
    const { refused } = readBody(schemas.verifyPaymentSchema.body, { ...answer, razorpay_payment_id });

    expect(refused).toEqual(expect.arrayContaining(["razorpay_payment_id"]));
  },
);

test("When a payment is shown, then only the fields for its customer are", () => {
  const view = toPaymentView(aPayment({ status: "failed", errorMessage: "The bank declined it" }));

  expect(Object.keys(asJson(view) as object).sort()).toEqual(
    [
      "id checkoutSessionId gateway method status currency amount capturedAmount refundedAmount",
      "methodDetails errorMessage createdAt capturedAt",
    ]
      .join(" ")
      .split(" ")
      .sort(),
  );
  expectView(view, PaymentView);
});
