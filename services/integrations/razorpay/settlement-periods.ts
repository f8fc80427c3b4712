import { dayNumberOf, periodStart, type Span, spanOfMonth } from "../../../utils/periods.js";

/** The gateway reports payouts by the day or the month of its Indian calendar, not by moments. */
export interface SettlementPeriod {
  /** `2026-01`, or `2026-01-31` */
  name: string;
  year: number;
  month: number;
  day?: number;
}

function monthOfDay(dayNumber: number): SettlementPeriod & { last: number } {
  const name = periodStart(dayNumber, "month").slice(0, 7);
  const [year = 0, month = 0] = name.split("-").map(Number);
  return { name, year, month, last: dayNumberOf(spanOfMonth(year, month).to) };
}

/** The months and days that contain a range (`to` excluded), oldest first; a month where the range has all of it. */
export function settlementPeriods({ from, to }: Span): SettlementPeriod[] {
  const periods: SettlementPeriod[] = [];
  const last = dayNumberOf(new Date(to.getTime() - 1));
  let dayNumber = dayNumberOf(from);
  while (dayNumber <= last) {
    const { last: lastOfMonth, ...month } = monthOfDay(dayNumber);
    const name = periodStart(dayNumber, "day");
    const day = Number(name.slice(8));
    const isWholeMonth = day === 1 && lastOfMonth <= last;
    periods.push(isWholeMonth ? month : { ...month, name, day });
    dayNumber = isWholeMonth ? lastOfMonth + 1 : dayNumber + 1;
  }
  return periods;
}
