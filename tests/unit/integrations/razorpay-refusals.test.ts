import type { PaymentGateway } from "../../../services/integrations/payment-gateway.js";
import { createRazorpayGateway } from "../../../services/integrations/razorpay.service.js";
import { paise } from "../../../utils/money.js";
import type { Result } from "../../../utils/result.js";
import { gatewayError, ORDER_ID, PAYMENT_ID, REFUND_ID } from "./razorpay-fixtures.js";
import { closeStubs, json, type StubServer, startStub } from "./stub-server.js";

/**
 * Only what the gateway documents for a call is a definite refusal. A wrong key, an unknown URL or an
 * undocumented 4xx must never give up a refund or undo an order.
 */

let stub: StubServer;
beforeEach(async () => {
  stub = await startStub();
});
afterEach(closeStubs);

const gatewayOf = () =>
  createRazorpayGateway({
    keyId: "rzp_test_1DP5mmOlF5G5ag",
    keySecret: "key-secret",
    webhookSecrets: ["webhook-secret"],
    apiUrl: stub.url,
    timeoutMs: 3_000,
    capture: "automatic",
    merchantName: "Vastra",
    downtimeCacheSeconds: 0,
  });

interface GatewayCall {
  name: string;
  call: (gateway: PaymentGateway) => Promise<Result<unknown>>;
  /** Description and code of every documented refusal. */
  refusals: readonly (readonly [string, string])[];
}

const amount = paise(50000);
const range = { from: new Date(0), to: new Date(1_000_000) };
const LOOKUP = [["The id provided does not exist", "NOT_FOUND"]] as const;
const CAPTURE = [
  ["Capture amount must be equal to the amount authorized", "CAPTURE_AMOUNT_MISMATCH"],
  ["Payment amount is greater than the amount due for order.", "CAPTURE_AMOUNT_MISMATCH"],
  ["Capture request currency must be same as payment currency.", "CAPTURE_CURRENCY_MISMATCH"],
  ["Only payments which have been authorized and not yet captured can be captured", "NOT_CAPTURABLE"],
] as const;
const REFUND = [
  ["The refund amount provided is greater than amount captured", "REFUND_EXCEEDS_CAPTURE"],
  ["The total refund amount is greater than the refund payment amount", "REFUND_EXCEEDS_CAPTURE"],
  ["The payment has been fully refunded already", "FULLY_REFUNDED"],
  ["The payment status should be captured for action to be taken", "NOT_REFUNDABLE"],
  ["Your account does not have enough balance to carry out the refund operation.", "INSUFFICIENT_BALANCE"],
  ["invalid request sent", "INVALID_REQUEST"],
  ["The amount must be at least INR 1.00", "AMOUNT_TOO_SMALL"],
  ["Amount cannot be blank.", "AMOUNT_TOO_SMALL"],
  ["The selected speed is invalid.", "INVALID_SPEED"],
  ["The refund on this payment is blocked due to ongoing dispute investigation.", "PAYMENT_DISPUTED"],
  ["Refund is not supported by the bank because the payment is more than 6 months old", "PAYMENT_TOO_OLD"],
] as const;

const CALLS: GatewayCall[] = [
  {
    name: "createGatewayOrder",
    call: (gateway) => gateway.createGatewayOrder({ amount, receipt: "r1" }),
    refusals: [
      ["The amount must be at least INR 1.00", "AMOUNT_TOO_SMALL"],
      ["Amount cannot be blank.", "AMOUNT_TOO_SMALL"],
      ["Amount exceeds maximum amount allowed.", "AMOUNT_TOO_LARGE"],
    ],
  },
  {
    name: "findGatewayOrderByReceipt",
    call: (gateway) => gateway.findGatewayOrderByReceipt("r1"),
    refusals: [],
  },
  { name: "getGatewayOrder", call: (gateway) => gateway.getGatewayOrder(ORDER_ID), refusals: LOOKUP },
  { name: "getGatewayPayment", call: (gateway) => gateway.getGatewayPayment(PAYMENT_ID), refusals: LOOKUP },
  { name: "listPaymentsOfOrder", call: (gateway) => gateway.listPaymentsOfOrder(ORDER_ID), refusals: LOOKUP },
  { name: "listPayments", call: (gateway) => gateway.listPayments(range), refusals: [] },
  {
    name: "capturePayment",
    call: (gateway) => gateway.capturePayment({ paymentId: PAYMENT_ID, amount }),
    refusals: CAPTURE,
  },
  {
    name: "createRefund",
    call: (gateway) =>
      gateway.createRefund({
        paymentId: PAYMENT_ID,
        amount,
        receipt: "REF-1",
        idempotencyKey: "key-of-refund-1",
      }),
    refusals: REFUND,
  },
  { name: "getRefund", call: (gateway) => gateway.getRefund(REFUND_ID), refusals: LOOKUP },
  { name: "listRefunds", call: (gateway) => gateway.listRefunds(PAYMENT_ID), refusals: LOOKUP },
  { name: "listDowntimes", call: (gateway) => gateway.listDowntimes(), refusals: [] },
  {
    name: "settlementRows",
    call: (gateway) => gateway.settlementRows(range),
    refusals: [],
  },
  { name: "listRefundsBetween", call: (gateway) => gateway.listRefundsBetween(range), refusals: [] },
  {
    name: "getSettlement",
    call: (gateway) => gateway.getSettlement("setl_AAAAAAAAAAAAAA"),
    refusals: LOOKUP,
  },
  { name: "listDisputes", call: (gateway) => gateway.listDisputes(range), refusals: [] },
  { name: "getDispute", call: (gateway) => gateway.getDispute("disp_AAAAAAAAAAAAAA"), refusals: LOOKUP },
];

const FAULTS = [
  [400, gatewayError("The requested URL was not found on the server."), "unknown"],
  [400, gatewayError("The receipt field is required."), "unknown"],
  [400, gatewayError("Something undocumented"), "unknown"],
  [401, gatewayError("Authentication failed"), "unavailable"],
  [400, gatewayError("The api key provided is invalid"), "unknown"],
  [403, gatewayError("Forbidden"), "unavailable"],
  [404, "<html>not found</html>", "unknown"],
  [
    409,
    gatewayError("Different request with the same idempotency key has already been processed."),
    "unknown",
  ],
  [422, gatewayError("The payment has been fully refunded already"), "unknown"],
] as const;

describe.each(CALLS)("$name", ({ call, refusals }) => {
  const answering = (status: number, body: unknown): Promise<Result<unknown>> => {
    stub.answer = (_request, response) => json(response, status, body);
    return call(gatewayOf());
  };

  if (refusals.length > 0) {
    test.each(refusals)("When it answers 400 '%s', then it is refused with %s", async (description, code) => {
      const result = await answering(400, gatewayError(description));
      expect(result).toMatchObject({ outcome: "refused", code });
      expect(result).not.toHaveProperty("isContractFault");
    });
  }

  test.each(FAULTS)("When it answers %i %j, then that is %s, and a contract fault", async (...fault) => {
    const [status, body, outcome] = fault;
    expect(await answering(status, body)).toMatchObject({
      outcome,
      statusCode: status,
      isContractFault: true,
    });
  });

  test("When it answers with a refusal that only other calls list, then it is a contract fault", async () => {
    const foreign = [...LOOKUP, ...CAPTURE, ...REFUND].filter(
      ([description]) => !refusals.some(([known]) => known === description),
    );
    for (const [description] of foreign) {
      expect(await answering(400, gatewayError(description))).toMatchObject({
        outcome: "unknown",
        isContractFault: true,
      });
    }
  });
});
