import { PeriodCounts } from "../../../utils/period-counts.js";
import {
  dayNumberOf,
  listPeriods,
  type Period,
  periodStart,
  type Span,
  spanOfDays,
  spanOfMonth,
  wholeDaysIn,
  withoutDays,
} from "../../../utils/periods.js";

const startOf = (iso: string, period: Period) => periodStart(dayNumberOf(new Date(iso)), period);

describe("Periods in Asia/Kolkata", () => {
  it.each([
    ["2026-11-20T18:29:59.999Z", "2026-11-20"],
    ["2026-11-20T18:30:00.000Z", "2026-11-21"],
    ["2026-12-31T18:30:00.000Z", "2027-01-01"],
    ["1969-12-31T18:29:59.999Z", "1969-12-31"],
  ])("When it is %s, then the day is %s", (iso, day) => {
    expect(startOf(iso, "day")).toBe(day);
  });

  it.each([
    ["2026-11-15T18:29:59.999Z", "2026-11-09"],
    ["2026-11-15T18:30:00.000Z", "2026-11-16"],
    ["2026-11-22T12:00:00.000Z", "2026-11-16"],
    ["2027-01-01T12:00:00.000Z", "2026-12-28"],
    ["1969-12-25T12:00:00.000Z", "1969-12-22"],
  ])("When it is %s, then the week began on Monday, %s", (iso, day) => {
    expect(startOf(iso, "week")).toBe(day);
  });

  it("When a month is asked for, then it begins on its first day", () => {
    expect(startOf("2026-02-28T18:29:59.999Z", "month")).toBe("2026-02-01");
    expect(startOf("2026-02-28T18:30:00.000Z", "month")).toBe("2026-03-01");
  });

  it("When a range is listed, then every period is in it once, first and last included", () => {
    const from = new Date("2026-01-30T18:30:00.000Z");
    const to = new Date("2026-02-02T18:30:00.000Z");
    expect(listPeriods(from, to, "day")).toEqual(["2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03"]);
    expect(listPeriods(from, to, "week")).toEqual(["2026-01-26", "2026-02-02"]);
    expect(listPeriods(from, to, "month")).toEqual(["2026-01-01", "2026-02-01"]);
    expect(listPeriods(from, new Date(from.getTime() + 366 * 86_400_000), "day")).toHaveLength(367);
  });
});

describe("Counts by period", () => {
  const dateFrom = new Date("2026-01-30T18:30:00.000Z");
  const dateTo = new Date("2026-02-28T12:00:00.000Z");
  const first = dayNumberOf(dateFrom);

  it("When days are added, then they are in the total and in their period, and the other periods are empty", () => {
    const orders = new PeriodCounts({ dateFrom, dateTo, groupBy: "month" }, () => ({ placed: 0 }));
    for (const [day, placed] of [
      [first, 2],
      [first + 1, 3],
      [first + 2, 4],
    ] as const) {
      orders.add(day, (to) => {
        to.placed += placed;
      });
    }
    expect(orders.total).toEqual({ placed: 9 });
    expect(orders.series).toEqual([
      { period: "2026-01-01", counts: { placed: 2 } },
      { period: "2026-02-01", counts: { placed: 7 } },
    ]);
    const quiet = new PeriodCounts({ dateFrom, dateTo, groupBy: "week" }, () => ({ placed: 0 }));
    expect(quiet.series).toHaveLength(5);
    expect(quiet.series.every(({ counts }) => counts.placed === 0)).toBe(true);
  });

  it("When a day is outside the range, then it has no period", () => {
    const orders = new PeriodCounts({ dateFrom, dateTo, groupBy: "day" }, () => ({ placed: 0 }));
    expect(orders.findPeriod(first - 1)).toBeUndefined();
    expect(orders.findPeriod(first)).toBe(orders.series[0]?.counts);
  });
});

describe("Spans of days in Asia/Kolkata", () => {
  const day = dayNumberOf(new Date("2026-11-20T12:00:00Z"));
  const span = (from: string, to: string): Span => ({ from: new Date(from), to: new Date(to) });
  const isoOf = ({ from, to }: Span) => [from.toISOString(), to.toISOString()];

  it("When a day is a span, then it holds its first and its last moment and no other day's", () => {
    expect(isoOf(spanOfDays(day))).toEqual(["2026-11-19T18:30:00.000Z", "2026-11-20T18:29:59.999Z"]);
    expect(isoOf(spanOfDays(day, day + 1))[1]).toBe("2026-11-21T18:29:59.999Z");
  });

  it.each([
    [2027, 4, "2027-03-31T18:30:00.000Z", "2027-04-30T18:29:59.999Z"],
    [2026, 12, "2026-11-30T18:30:00.000Z", "2026-12-31T18:29:59.999Z"],
    [2028, 2, "2028-01-31T18:30:00.000Z", "2028-02-29T18:29:59.999Z"],
  ])("When a month is a span (%i-%i), then it is from %s to %s", (year, month, from, to) => {
    expect(isoOf(spanOfMonth(year, month))).toEqual([from, to]);
  });

  it.each([
    ["2026-11-19T18:30:00.000Z", "2026-11-20T18:29:59.999Z", 0, 0],
    ["2026-11-19T18:30:00.001Z", "2026-11-21T18:29:59.999Z", 1, 1],
    ["2026-11-19T18:29:59.999Z", "2026-11-21T18:29:59.998Z", 0, 0],
    ["2026-11-20T12:00:00.000Z", "2026-11-24T12:00:00.000Z", 1, 3],
    ["2026-11-20T12:00:00.000Z", "2026-11-20T13:00:00.000Z", 1, -1],
  ])("When it is from %s to %s, then these days are in it whole", (from, to, first, last) => {
    expect(wholeDaysIn(span(from, to))).toEqual({ first: day + first, last: day + last });
  });

  it("When days are taken out, then the parts around and between them are left", () => {
    const all = span("2026-11-19T20:00:00.000Z", "2026-11-25T03:00:00.000Z");
    const left = withoutDays(all, new Set([day + 1, day + 2, day + 4]));
    expect(left.map(isoOf)).toEqual([
      ["2026-11-19T20:00:00.000Z", "2026-11-20T18:29:59.999Z"],
      ["2026-11-22T18:30:00.000Z", "2026-11-23T18:29:59.999Z"],
      ["2026-11-24T18:30:00.000Z", "2026-11-25T03:00:00.000Z"],
    ]);
    expect(withoutDays(all, new Set())).toEqual([all]);
    expect(withoutDays(spanOfDays(day, day + 1), new Set([day, day + 1]))).toEqual([]);
  });
});
