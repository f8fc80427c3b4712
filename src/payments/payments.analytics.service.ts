import { type MethodCounts, type PaymentCounts, PaymentDay, type PaymentDayDoc } from "../../models/index.js";
import { type DayReading, readDays } from "../../services/platform/day-tally.service.js";
import { PAYMENT_METHODS } from "../../utils/constants.js";
import { PeriodCounts } from "../../utils/period-counts.js";
import type { AnalyticsQuery } from "../../utils/request-schemas.js";
import {
  addPayments,
  countPayments,
  type DayCounts,
  noPayments,
  paymentTally,
} from "./payments.tally.service.js";

/** What became of the payments that began in a range of dates. Always current, see docs/decisions/007. */

export interface MethodTotals {
  total: PaymentCounts;
  /** Only methods with payments, in a fixed order. */
  methods: MethodCounts[];
}

export interface PaymentAnalytics extends MethodTotals {
  /** Every period of the range, also those without payments. */
  series: (MethodTotals & { period: string })[];
}

/** Adds up rows by method. */
class Sums {
  readonly #total = noPayments();
  readonly #methods = new Map<MethodCounts["method"], PaymentCounts>();

  add({ method, ...counts }: MethodCounts): void {
    const ofMethod = this.#methods.get(method) ?? noPayments();
    this.#methods.set(method, ofMethod);
    addPayments(ofMethod, counts);
    addPayments(this.#total, counts);
  }

  toTotals(): MethodTotals {
    const methods = [...PAYMENT_METHODS, null].flatMap((method) => {
      const counts = this.#methods.get(method);
      return counts ? [{ method, ...counts }] : [];
    });
    return { total: this.#total, methods };
  }
}

export async function analysePayments(query: AnalyticsQuery): Promise<PaymentAnalytics> {
  const payments = new PeriodCounts(query, () => new Sums());
  const span = { from: query.dateFrom, to: query.dateTo };
  for (const { day, ...counts } of await readDays(paymentTally, span, readPayments)) {
    payments.add(day, (sums) => sums.add(counts));
  }
  const series = payments.series.map(({ period, counts }) => ({ period, ...counts.toTotals() }));
  return { ...payments.total.toTotals(), series };
}

/** One query after another, because a transaction runs one operation at a time. */
async function readPayments({ days, rest, tx }: DayReading): Promise<DayCounts[]> {
  const tallied = await PaymentDay.aggregate<PaymentDayDoc>([{ $match: { _id: { $in: days } } }]).session(tx);
  const counted = await countPayments(rest, tx);
  return [
    ...tallied.flatMap(({ _id: day, methods }) => methods.map((counts) => ({ day, ...counts }))),
    ...counted,
  ];
}
