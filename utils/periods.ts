import { DAY_MS } from "./clock.js";
import { BUSINESS_TIME_ZONE } from "./constants.js";

/**
 * Days, weeks and months in Indian time. India has no daylight saving, so a day always has 24 hours and its number is
 * plain arithmetic. The database can then group by day without its calendar functions, which cost several times as
 * much.
 */

export const PERIODS = ["day", "week", "month"] as const;
export type Period = (typeof PERIODS)[number];

/** Asia/Kolkata (`BUSINESS_TIME_ZONE`) is 5 h 30 min ahead of UTC. */
const OFFSET_MS = 19_800_000;
/** The start of day 0: 1 January 1970 in India. */
const DAY_ZERO = new Date(-OFFSET_MS);

/** Days since 1 January 1970 in India. */
export const dayNumberOf = (at: Date): number => Math.floor((at.getTime() + OFFSET_MS) / DAY_MS);

/** The same as an aggregation expression, for a date field such as `$createdAt`. */
export const dayNumberExpression = (field: `$${string}`) => ({
  $floor: { $divide: [{ $subtract: [field, DAY_ZERO] }, DAY_MS] },
});

/** The start of the period that a date field lies in, as an aggregation expression. */
export const periodExpression = (field: `$${string}`, period: Period) => ({
  $dateTrunc: { date: field, unit: period, timezone: BUSINESS_TIME_ZONE, startOfWeek: "monday" },
});

/** The first day of the period that a day lies in, as `2026-11-16`. Weeks begin on Monday. */
export function periodStart(dayNumber: number, period: Period): string {
  const day = new Date(dayNumber * DAY_MS);
  if (period === "month") return `${day.toISOString().slice(0, 7)}-01`;
  // Day 0 was a Thursday, three days into its week.
  const back = period === "week" ? (((dayNumber + 3) % 7) + 7) % 7 : 0;
  return new Date((dayNumber - back) * DAY_MS).toISOString().slice(0, 10);
}

/** The calendar year of a moment in India. */
export const businessYear = (at: Date): number => new Date(at.getTime() + OFFSET_MS).getUTCFullYear();

/** The day of a moment in India, as `2026-11-16`. */
export const indianDayOf = (at: Date): string => periodStart(dayNumberOf(at), "day");

/** Every period from the first moment to the last, both included, oldest first. */
export function listPeriods(from: Date, to: Date, period: Period): string[] {
  const starts = new Set<string>();
  for (let day = dayNumberOf(from); day <= dayNumberOf(to); day += 1) starts.add(periodStart(day, period));
  return [...starts];
}

/** Moments from the first to the last, both included. */
export interface Span {
  from: Date;
  to: Date;
}

const dayStart = (dayNumber: number): number => dayNumber * DAY_MS - OFFSET_MS;

/** All moments of the days from the first to the last, both included. */
export const spanOfDays = (first: number, last = first): Span => ({
  from: new Date(dayStart(first)),
  to: new Date(dayStart(last + 1) - 1),
});

/** All moments of a month in India. @param month from 1 */
export function spanOfMonth(year: number, month: number): Span {
  const dayOne = (monthIndex: number) => dayNumberOf(new Date(Date.UTC(year, monthIndex)));
  return spanOfDays(dayOne(month - 1), dayOne(month) - 1);
}

/** The first and the last day that lie wholly in the span; without any, the first is later than the last. */
export function wholeDaysIn({ from, to }: Span): { first: number; last: number } {
  return {
    first: dayNumberOf(new Date(from.getTime() - 1)) + 1,
    last: dayNumberOf(new Date(to.getTime() + 1)) - 1,
  };
}

/** What is left of a span without some of its whole days, oldest first. */
export function withoutDays({ from, to }: Span, days: ReadonlySet<number>): Span[] {
  const left: Span[] = [];
  let start = from;
  for (let day = dayNumberOf(from); day <= dayNumberOf(to); day += 1) {
    if (!days.has(day)) continue;
    const taken = spanOfDays(day);
    if (start < taken.from) left.push({ from: start, to: new Date(taken.from.getTime() - 1) });
    start = new Date(taken.to.getTime() + 1);
  }
  if (start <= to) left.push({ from: start, to });
  return left;
}
