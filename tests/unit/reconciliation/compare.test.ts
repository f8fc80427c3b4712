import { Types } from "mongoose";
import {
  comparePayment,
  type GatewayPaymentFacts,
  type RecordedPayment,
} from "../../../services/calculations/reconciliation/compare-payments.js";
import {
  compareRefund,
  type GatewayRefundFacts,
  type MatchedRefund,
} from "../../../services/calculations/reconciliation/compare-refunds.js";
import { compareRow, compareSum } from "../../../services/calculations/reconciliation/compare-rows.js";
import type { Finding } from "../../../services/calculations/reconciliation/finding.js";
import { paise } from "../../../utils/money.js";

const AT = new Date("2026-11-21T08:00:00.000Z");
const SETTLED_BEFORE = new Date("2026-11-21T10:00:00.000Z");
const NOTHING = paise(0);
const PRICE = paise(50_000);

const recorded = (fields: Partial<RecordedPayment> = {}): RecordedPayment => ({
  ...{ status: "captured", currency: "INR", capturedAmount: PRICE },
  ...{ refundedAmount: NOTHING, refundReserved: NOTHING, orderId: new Types.ObjectId(), capturedAt: AT },
  ...fields,
});
const reported = (fields: Partial<GatewayPaymentFacts> = {}): GatewayPaymentFacts => ({
  ...{ status: "captured", captured: true, amount: PRICE, currency: "INR", amountRefunded: NOTHING },
  ...{ refundStatus: null, fee: paise(1_180), feeBearer: null, offerId: null },
  ...fields,
});
const uncaptured = (status: string) => reported({ status, captured: false });
const open = (status: string) =>
  recorded({ status, capturedAmount: NOTHING, orderId: null, capturedAt: null });

/** The class and the amount at risk; null: they agree. */
const brief = (finding: Finding | null) => finding && [finding.kind, finding.amountAtRisk];
const payment = (local: RecordedPayment | null, gateway: GatewayPaymentFacts | null) =>
  brief(comparePayment({ local, gateway, settledBefore: SETTLED_BEFORE }));

const FEE_PAYER = reported({ feeBearer: "customer", amount: paise(51_180) });
const UNLINKED = { orderId: null };

describe("a payment", () => {
  it.each([
    ["captured on both sides", recorded(), reported()],
    ["refunded after the capture", recorded(), reported({ status: "refunded", amountRefunded: PRICE })],
    ["returned uncaptured", open("refunded"), uncaptured("refunded")],
    ["authorised on both sides", open("authorized"), uncaptured("authorized")],
    ["failed on both sides", open("failed"), uncaptured("failed")],
    ["never finished, and pending here", open("pending"), uncaptured("created")],
    ["never finished, and its checkout has ended", open("failed"), uncaptured("created")],
    ["never finished, and unknown here", null, uncaptured("created")],
    ["with a fee that the customer paid", recorded(), FEE_PAYER],
    ["rejected with the customer's fee", recorded({ capturedAmount: paise(51_180) }), FEE_PAYER],
    ["without an order, and refunded", recorded({ ...UNLINKED, refundedAmount: PRICE }), reported()],
    ["without an order, its refund on the way", recorded({ ...UNLINKED, refundReserved: PRICE }), reported()],
    [
      "captured just now",
      recorded({ ...UNLINKED, capturedAt: new Date("2026-11-21T10:01:00Z") }),
      reported(),
    ],
  ])("When it is %s, then both sides agree", (_what, local, gateway) => {
    expect(payment(local, gateway)).toBeNull();
  });

  it.each([
    ["captured and unknown here", null, reported(), "missing_locally", 50_000],
    [
      "partly refunded and unknown here",
      null,
      reported({ amountRefunded: paise(20_000) }),
      "missing_locally",
      30_000,
    ],
    ["authorised and unknown here", null, uncaptured("authorized"), "missing_locally", 0],
    ["failed and unknown here", null, uncaptured("failed"), "missing_locally", 0],
    ["captured here only", recorded({ refundedAmount: paise(1_000) }), null, "missing_at_gateway", 49_000],
    ["failed here and captured there", open("failed"), reported(), "status_mismatch", 50_000],
    ["pending here and captured there", open("pending"), reported(), "status_mismatch", 50_000],
    ["captured here and failed there", recorded(), uncaptured("failed"), "status_mismatch", 50_000],
    ["captured here and returned there", recorded(), uncaptured("refunded"), "status_mismatch", 50_000],
    ["authorised here and returned there", open("authorized"), uncaptured("refunded"), "status_mismatch", 0],
    ["of another amount", recorded(), reported({ amount: paise(40_000) }), "amount_mismatch", 10_000],
    ["in another currency", recorded(), reported({ currency: "USD" }), "amount_mismatch", 50_000],
    ["without an order or a refund", recorded(UNLINKED), reported(), "unlinked_capture", 50_000],
    [
      "without an order and partly refunded",
      recorded({ ...UNLINKED, refundedAmount: paise(15_000) }),
      reported(),
      "unlinked_capture",
      35_000,
    ],
  ])("When it is %s, then that is a break", (_what, local, gateway, kind, risk) => {
    expect(payment(local, gateway)).toEqual([kind, risk]);
  });
});

const ours = (
  status: string,
  fields: Partial<MatchedRefund> = {},
  destination = "original",
): MatchedRefund => ({
  refund: { status, amount: paise(5_000), destination },
  ...{ attempt: "last", isOfAnotherPayment: false, ...fields },
});
const theirs = (status: GatewayRefundFacts["status"], amount = 5_000): GatewayRefundFacts => ({
  status,
  amount: paise(amount),
});

describe("a refund", () => {
  it.each([
    ["completed on both sides", ours("completed"), theirs("processed")],
    ["on its way on both sides", ours("processing"), theirs("pending")],
    ["made elsewhere and still on its way", ours("completed"), theirs("pending")],
    ["failed on both sides", ours("failed"), theirs("failed")],
    ["an earlier attempt that failed", ours("completed", { attempt: "earlier" }), theirs("failed")],
    ["failed there and paid in another way", ours("completed", {}, "store_credit"), theirs("failed")],
    ["failed and unknown here", null, theirs("failed")],
  ])("When it is %s, then both sides agree", (_what, local, gateway) => {
    expect(brief(compareRefund(local, gateway))).toBeNull();
  });

  it.each([
    ["unknown here", null, theirs("processed"), "missing_locally", 5_000],
    ["unknown there", ours("completed"), null, "missing_at_gateway", 5_000],
    ["failed here and unknown there", ours("failed"), null, "missing_at_gateway", 0],
    ["of another amount", ours("completed"), theirs("processed", 4_000), "amount_mismatch", 1_000],
    [
      "of another payment",
      ours("completed", { isOfAnotherPayment: true }),
      theirs("processed"),
      "amount_mismatch",
      5_000,
    ],
    [
      "on its way here and processed there",
      ours("processing"),
      theirs("processed"),
      "status_mismatch",
      5_000,
    ],
    ["completed here and failed there", ours("completed"), theirs("failed"), "status_mismatch", 5_000],
    [
      "refunded twice",
      ours("completed", { attempt: "earlier" }),
      theirs("processed"),
      "status_mismatch",
      5_000,
    ],
    [
      "paid in two ways",
      ours("completed", {}, "store_credit"),
      theirs("processed"),
      "status_mismatch",
      5_000,
    ],
  ])("When it is %s, then that is a break", (_what, local, gateway, kind, risk) => {
    expect(brief(compareRefund(local, gateway))).toEqual([kind, risk]);
  });
});

describe("a settlement row", () => {
  const row = (type: string, amount = 50_000) => ({
    ...{ type, amount: paise(amount), fee: paise(1_180), debit: NOTHING, credit: paise(amount - 1_180) },
  });
  it.each([
    ["a captured payment", row("payment"), { status: "captured", amount: PRICE }],
    ["a payment whose customer paid the fee", row("payment", 51_180), { status: "captured", amount: PRICE }],
    ["a refund that the bank has not confirmed", row("refund"), { status: "processing", amount: PRICE }],
  ])("When it is about %s, then both sides agree", (_what, settled, local) => {
    expect(compareRow(settled, local)).toBeNull();
  });

  it.each([
    ["an unknown payment", row("payment"), null, "missing_locally", 50_000],
    [
      "a payment that failed here",
      row("payment"),
      { status: "failed", amount: NOTHING },
      "status_mismatch",
      50_000,
    ],
    [
      "a refund that failed here",
      row("refund"),
      { status: "failed", amount: PRICE },
      "status_mismatch",
      50_000,
    ],
    [
      "another amount",
      row("payment"),
      { status: "captured", amount: paise(70_000) },
      "amount_mismatch",
      20_000,
    ],
  ])("When it is about %s, then that is a break", (_what, settled, local, kind, risk) => {
    expect(brief(compareRow(settled, local))).toEqual([kind, risk]);
  });

  it("When a settlement is not the sum of its rows, then the difference is at risk", () => {
    expect(brief(compareSum(paise(900), paise(1_000)))).toEqual(["amount_mismatch", 100]);
    expect(compareSum(paise(-50), paise(-50))).toBeNull();
  });
});
