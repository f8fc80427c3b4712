import { listPeriods, type Period, periodStart } from "./periods.js";
import type { AnalyticsQuery } from "./request-schemas.js";

/** What an analysis counts in a range of dates: in all of it, and in each of its periods. */
export class PeriodCounts<C> {
  readonly total: C;
  readonly #groupBy: Period;
  readonly #periods: ReadonlyMap<string, C>;

  /** @param none the counts of a period in which nothing has happened; every period has its own */
  constructor({ dateFrom, dateTo, groupBy }: AnalyticsQuery, none: () => C) {
    this.total = none();
    this.#groupBy = groupBy;
    this.#periods = new Map(listPeriods(dateFrom, dateTo, groupBy).map((period) => [period, none()]));
  }

  /** The counts of the period that a day lies in. */
  findPeriod(day: number): C | undefined {
    return this.#periods.get(periodStart(day, this.#groupBy));
  }

  /** Adds what happened on a day, to the total and to its period. */
  add(day: number, addTo: (counts: C) => void): void {
    addTo(this.total);
    const ofPeriod = this.findPeriod(day);
    if (ofPeriod) addTo(ofPeriod);
  }

  /** Every period, also those in which nothing happened, oldest first. */
  get series(): { period: string; counts: C }[] {
    return [...this.#periods].map(([period, counts]) => ({ period, counts }));
  }
}
