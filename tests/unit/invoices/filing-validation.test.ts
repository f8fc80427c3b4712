import { getGstr1Schema, getTaxSummarySchema } from "../../../src/invoices/filing.validation.js";
import { setClock } from "../../../utils/clock.js";
import { readUrl } from "../../support/schema-checks.js";

const at = (moment: string) => setClock(Date.parse(moment) - Date.now());
afterEach(() => setClock(0));

const refuses = (period: string) => readUrl(getGstr1Schema.query, { period }).refused !== undefined;

test("When it is the last minute of November in India, then November has begun and December has not", () => {
  at("2026-11-30T18:29:00Z");
  expect([refuses("112026"), refuses("122026"), refuses("012027")]).toEqual([false, true, true]);
});

test("When it is the first minute of December in India, then December has begun", () => {
  at("2026-11-30T18:31:00Z");
  expect([refuses("112026"), refuses("122026"), refuses("012027")]).toEqual([false, false, true]);
});

test("When a tax summary is requested without dates, then it is the current month in India", () => {
  at("2026-10-31T18:31:00Z");
  expect(readUrl(getTaxSummarySchema.query, {}).value).toEqual({
    ...{ dateFrom: new Date("2026-10-31T18:30:00.000Z"), dateTo: new Date("2026-11-30T18:29:59.999Z") },
    format: "json",
  });
});

test("When a month has 28 days or ends a year, then its last moment is right", () => {
  at("2027-02-10T08:00:00Z");
  expect(readUrl(getTaxSummarySchema.query, {}).value).toMatchObject({
    dateTo: new Date("2027-02-28T18:29:59.999Z"),
  });
  at("2026-12-10T08:00:00Z");
  expect(readUrl(getTaxSummarySchema.query, {}).value).toMatchObject({
    dateTo: new Date("2026-12-31T18:29:59.999Z"),
  });
});
