import * as schemas from "../../../src/payments/payments.validation.js";
import { PaymentView, toPaymentView } from "../../../src/payments/payments.view.js";
import { PAYMENT_NEXT_STEPS } from "../../../utils/constants.js";
import { NEXT_STEP_MESSAGES } from "../../../utils/payment-failures.js";
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

test("When the gateway reported a failure, then the customer reads what to do next, not the gateway's words", () => {
  const failed = { status: "failed", errorMessage: "BAD_REQUEST: asha.r@okbank", errorReason: "x" } as const;
  for (const nextStep of PAYMENT_NEXT_STEPS) {
    const view = toPaymentView(aPayment({ ...failed, nextStep }));
    expect(view).toMatchObject({ nextStep, errorMessage: NEXT_STEP_MESSAGES[nextStep] });
    expectView(view, PaymentView);
  }
});

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
