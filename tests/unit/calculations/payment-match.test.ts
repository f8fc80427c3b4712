import fc from "fast-check";
import { findMismatch, type ReportedPayment } from "../../../services/calculations/payment-match.js";
import { paise } from "../../../utils/money.js";

const expected = { amount: paise(50_000), currency: "INR" };

const reported = (fields: Partial<ReportedPayment> = {}): ReportedPayment => ({
  amount: paise(50_000),
  currency: "INR",
  status: "captured",
  amountRefunded: paise(0),
  refundStatus: null,
  fee: null,
  feeBearer: null,
  offerId: null,
  ...fields,
});

const offerId = "offer_JGQvQtvJmVDRIA";
const plusFee = { amount: paise(51_180), fee: paise(1_180) };

describe("what counts as paid", () => {
  test.each<[string, Partial<ReportedPayment>, ReturnType<typeof findMismatch>]>([
    ["exactly the amount", {}, null],
    ["the shop's fee beside it", { fee: paise(1_180), feeBearer: "business" }, null],
    ["a fee without a bearer", { fee: paise(1_180) }, null],
    ["the customer's fee on top", { ...plusFee, feeBearer: "customer" }, null],
    ["an offer that changes nothing", { offerId }, null],
    ["an authorisation of the amount", { status: "authorized" }, null],
    ["one paisa less", { amount: paise(49_999) }, "amount"],
    ["one paisa more", { amount: paise(50_001) }, "amount"],
    ["100 of 50000", { amount: paise(100) }, "amount"],
    ["nothing", { amount: paise(0) }, "amount"],
    ["another currency", { currency: "USD" }, "currency"],
    ["another currency and amount", { currency: "USD", amount: paise(1) }, "currency"],
    ["a fee on top, paid by the shop", { ...plusFee, feeBearer: "business" }, "amount"],
    ["a fee on top, without a bearer", plusFee, "amount"],
    ["the customer's fee, unknown yet", { amount: paise(51_180), feeBearer: "customer" }, "fee"],
    ["the customer's fee taken from the amount", { fee: paise(1_180), feeBearer: "customer" }, "fee"],
    ["an offer that lowers it", { amount: paise(45_000), offerId }, "offer"],
    ["an offer and more than asked for", { amount: paise(50_001), offerId }, "amount"],
    ["the status refunded alone", { status: "refunded" }, "refunded"],
    ["a refund in full", { amountRefunded: paise(50_000), refundStatus: "full" }, "refunded"],
    ["a refund in full without its status", { amountRefunded: paise(50_000) }, "refunded"],
    ["a refund in full without its amount", { refundStatus: "full" }, "refunded"],
    ["a refund of a part", { amountRefunded: paise(1), refundStatus: "partial" }, "partly_refunded"],
    ["a refund of a part without its amount", { refundStatus: "partial" }, "partly_refunded"],
    [
      "a refund of what was too much",
      { amount: paise(60_000), amountRefunded: paise(10_000) },
      "partly_refunded",
    ],
  ])("When the gateway reports %s, then the verdict is right", (_what, fields, reason) => {
    expect(findMismatch(expected, reported(fields))).toBe(reason);
  });

  const amount = fc.integer({ min: 0, max: 100_000 }).map(paise);
  const report = fc.record<ReportedPayment>({
    amount,
    currency: fc.constantFrom("INR", "USD"),
    status: fc.constantFrom("authorized", "captured", "refunded"),
    amountRefunded: fc.oneof(fc.constant(paise(0)), amount),
    refundStatus: fc.constantFrom(null, "partial" as const, "full" as const),
    fee: fc.option(amount),
    feeBearer: fc.constantFrom(null, "customer" as const, "business" as const),
    offerId: fc.constantFrom(null, offerId),
  });

  test("When anything is reported, then it counts exactly when the shop has what it asked for", () => {
    fc.assert(
      fc.property(report, amount, (given, asked) => {
        const fee = given.feeBearer === "customer" ? (given.fee ?? 0) : 0;
        const isThere = given.currency === "INR" && given.amount - fee === asked;
        const isRefunded =
          given.status === "refunded" || given.amountRefunded > 0 || given.refundStatus !== null;
        const verdict = findMismatch({ amount: asked, currency: "INR" }, given);
        expect(verdict === null).toBe(isThere && !isRefunded);
      }),
      { numRuns: 2_000 },
    );
  });
});
