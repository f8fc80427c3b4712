import { type MethodCounts, type PaymentCounts, PaymentDay, type PaymentDayDoc } from "../../models/index.js";
import { type DayReading, readDays } from "../../services/platform/day-tally.service.js";
import { PAYMENT_METHODS } from "../../utils/constants.js";
import { listPeriods, periodStart } from "../../utils/periods.js";
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

export async function analysePayments({
  dateFrom,
  dateTo,
  groupBy,
}: AnalyticsQuery): Promise<PaymentAnalytics> {
  const whole = new Sums();
  const periods = new Map(listPeriods(dateFrom, dateTo, groupBy).map((period) => [period, new Sums()]));
  for (const { day, ...counts } of await readDays(
    paymentTally,
    { from: dateFrom, to: dateTo },
    readPayments,
  )) {
    whole.add(counts);
    periods.get(periodStart(day, groupBy))?.add(counts);
  }
  const series = [...periods].map(([period, sums]) => ({ period, ...sums.toTotals() }));
  return { ...whole.toTotals(), series };
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
