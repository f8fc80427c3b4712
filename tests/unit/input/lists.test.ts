import { listQuery } from "../../../utils/request-schemas.js";
import { readUrl } from "../../support/schema-checks.js";

const read = (query: object) => readUrl(listQuery(["createdAt"]), query);

describe("A date range", () => {
  test("When its ends are days, then it spans all of both days in India", () => {
    expect(read({ dateFrom: "2026-12-31", dateTo: "2027-01-01" }).value).toMatchObject({
      dateFrom: new Date("2026-12-30T18:30:00.000Z"),
      dateTo: new Date("2027-01-01T18:29:59.999Z"),
    });
  });

  test("When its ends are instants, then they are taken as they are", () => {
    expect(
      read({ dateFrom: "2026-12-31T18:29:59.999Z", dateTo: "2027-01-01T00:00:00+05:30" }).value,
    ).toMatchObject({
      dateFrom: new Date("2026-12-31T18:29:59.999Z"),
      dateTo: new Date("2026-12-31T18:30:00.000Z"),
    });
  });

  test("When it begins and ends on the same day, then it is that day; a leap year fits", () => {
    expect(read({ dateFrom: "2026-02-28", dateTo: "2026-02-28" }).refused).toBeUndefined();
    expect(read({ dateFrom: "2028-01-01", dateTo: "2028-12-31" }).refused).toBeUndefined();
    expect(read({ dateFrom: "2028-01-01", dateTo: "2029-01-01" }).refused).toBeDefined();
    expect(read({ dateFrom: "2026-03-01", dateTo: "2026-02-28" }).refused).toBeDefined();
  });
});
