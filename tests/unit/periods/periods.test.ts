import { dayNumberOf, listPeriods, type Period, periodStart } from "../../../utils/periods.js";

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
