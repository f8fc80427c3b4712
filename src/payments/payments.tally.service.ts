import type { ClientSession } from "mongoose";
import {
  type MethodCounts,
  PAYMENTS_BY_CREATION_INDEX,
  Payment,
  type PaymentCounts,
  PaymentDay,
  type PaymentDayDoc,
  type PaymentDoc,
} from "../../models/index.js";
import { type DayTally, matchSpans } from "../../services/platform/day-tally.service.js";
import { PAYMENT_GATEWAY_STATUS, type PaymentMethod } from "../../utils/constants.js";
import { addPaise, type Paise, paise, ZERO_PAISE } from "../../utils/money.js";
import { dayNumberExpression, type Span } from "../../utils/periods.js";

/** Counts payments by the day on which they began, and by method. */

export const paymentTally: DayTally<PaymentDoc, PaymentDayDoc> = {
  documents: Payment,
  tallies: PaymentDay,
  async countDay(day, tx) {
    const counted = await countPayments([day], tx);
    return { methods: counted.map(({ day: _same, ...counts }) => counts) };
  },
};

export const noPayments = (): PaymentCounts => ({
  ...{ payments: 0, succeeded: 0, failed: 0, superseded: 0, surplus: 0, open: 0 },
  ...{ revenue: ZERO_PAISE, refunded: ZERO_PAISE, surplusAmount: ZERO_PAISE },
  ...{ fees: ZERO_PAISE, feeTax: ZERO_PAISE },
});

const COUNTED = ["payments", "succeeded", "failed", "superseded", "surplus", "open"] as const;
const SUMMED = ["revenue", "refunded", "surplusAmount", "fees", "feeTax"] as const;

export function addPayments(to: PaymentCounts, counts: PaymentCounts): void {
  for (const field of COUNTED) to[field] += counts[field];
  for (const field of SUMMED) to[field] = addPaise(to[field], counts[field]);
}

type Outcome = "succeeded" | "failed" | "superseded" | "surplus" | "open";

const { CAPTURED, FAILED, REFUNDED } = PAYMENT_GATEWAY_STATUS;
const isStatus = (status: string) => ({ $eq: ["$status", status] });

/** What became of a payment. The order matters: a surplus payment is captured too. */
const OUTCOME = [
  ["$surplus", "surplus"],
  [isStatus(CAPTURED), "succeeded"],
  // Returned by the gateway without a capture.
  [isStatus(REFUNDED), "failed"],
  [{ $and: [isStatus(FAILED), { $gt: ["$supersededAt", null] }] }, "superseded"],
  [isStatus(FAILED), "failed"],
].reduceRight<object | string>((rest, [when, outcome]) => ({ $cond: [when, outcome, rest] }), "open");

interface Group {
  _id: { day: number; method: PaymentMethod | null; outcome: Outcome };
  count: number;
  captured: number;
  refunded: number;
  fees: number;
  feeTax: number;
}

export interface DayCounts extends MethodCounts {
  day: number;
}

/** By day and method. Answered from the index alone. */
export async function countPayments(spans: readonly Span[], tx: ClientSession): Promise<DayCounts[]> {
  if (spans.length === 0) return [];
  const groups = await Payment.aggregate<Group>([
    matchSpans(spans),
    {
      $group: {
        _id: { day: dayNumberExpression("$createdAt"), method: "$method", outcome: OUTCOME },
        count: { $sum: 1 },
        captured: { $sum: "$capturedAmount" },
        refunded: { $sum: "$refundedAmount" },
        fees: { $sum: "$fee" },
        feeTax: { $sum: "$tax" },
      },
    },
  ])
    .hint(PAYMENTS_BY_CREATION_INDEX)
    .session(tx);
  return groups.map(toCounts);
}

/** One row per outcome; they are added up by day and method where they are read. */
function toCounts({ _id: { day, method, outcome }, count, ...sums }: Group): DayCounts {
  const inOutcome = (wanted: Outcome, amount: number): Paise =>
    outcome === wanted ? paise(amount) : ZERO_PAISE;
  return {
    ...noPayments(),
    ...{ day, method: method ?? null, payments: count, [outcome]: count },
    revenue: inOutcome("succeeded", sums.captured),
    refunded: inOutcome("succeeded", sums.refunded),
    surplusAmount: inOutcome("surplus", sums.captured),
    ...{ fees: paise(sums.fees), feeTax: paise(sums.feeTax) },
  };
}
