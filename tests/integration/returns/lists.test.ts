import type { mongo } from "mongoose";
import { profileOf } from "../../support/profiler.js";
import { anyReturn } from "./any-return.js";
import { done, refused, useReturns } from "./return-world.js";

/** What staff see of returns, and how the database finds it. */
const world = useReturns();
const { shop, get, deliver, requested, step, inspect } = world;

const MANY = 400;
const FIRST = Date.parse("2026-03-01T00:00:00Z");
const HOUR_MS = 3_600_000;

/** A return for each hour, in turn of five statuses; every tenth belongs to one order. */
const rows = Array.from({ length: MANY }, (_unused, index) =>
  anyReturn({
    createdAt: new Date(FIRST + index * HOUR_MS),
    status:
      (["requested", "approved", "received", "completed", "rejected"] as const)[index % 5] ?? "requested",
    orderNumber: index % 10 === 1 ? "ORD-2026-000777" : `ORD-2020-${String(index).padStart(6, "0")}`,
    userId: `user-of-old-${index}`,
  }),
);

/** Newest first. */
const idsOf = (found: readonly (typeof rows)[number][]) =>
  found.toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime()).map(({ _id }) => _id.toHexString());

const listed = async (query: string): Promise<string[]> =>
  done(await get(`?${query}`)).items.map(({ id }: { id: string }) => id);

beforeAll(async () => {
  await shop()
    .db.collection("returns")
    .insertMany(rows.map((row) => ({ ...row })));
});

describe("The list of returns", () => {
  test("When it is filtered, then it has what the filters say, newest first", async () => {
    const approved = rows.filter(({ status }) => status === "approved");
    expect(await listed("status=approved&limit=100")).toEqual(idsOf(approved));
    const ofOrder = rows.filter(({ orderNumber }) => orderNumber === "ORD-2026-000777");
    expect(await listed("orderNumber=ORD-2026-000777&limit=100")).toEqual(idsOf(ofOrder));
    expect(await listed("orderNumber=ORD-2026-000777&status=received")).toEqual([]);
    const [numbered] = approved;
    expect(await listed(`returnNumber=${numbered?.returnNumber}`)).toEqual([numbered?._id.toHexString()]);
    expect(await listed(`returnNumber=${numbered?.returnNumber}&status=completed`)).toEqual([]);
    expect(await listed("returnNumber=RET-2019-000001")).toEqual([]);
  });

  test("When pages and days are named, then each return is on one page, and both days are whole days in India", async () => {
    const first = done(await get("?limit=30&sortOrder=asc"));
    expect(first.pagination).toMatchObject({ page: 1, limit: 30, total: MANY });
    const second = await listed("limit=30&sortOrder=asc&page=2");
    expect([...first.items.map(({ id }: { id: string }) => id), ...second]).toEqual(
      idsOf(rows).reverse().slice(0, 60),
    );
    const [from, to] = ["2026-03-02T18:30:00.000Z", "2026-03-04T18:29:59.999Z"].map(Date.parse);
    const within = rows.filter(({ createdAt }) => +createdAt >= Number(from) && +createdAt <= Number(to));
    expect(await listed("dateFrom=2026-03-03&dateTo=2026-03-04&limit=100")).toEqual(idsOf(within));
  });

  test("When the query is wrong, then it is refused", async () => {
    for (const query of [
      "status=lost",
      "returnNumber=RET-1",
      "orderNumber=x",
      "sortBy=status",
      "limit=101",
      "q=x",
    ])
      refused(await get(`?${query}`), 400, "VALIDATION_ERROR");
  });
});

const FILTERS = [
  ...["", "sortOrder=asc", "status=requested", "status=received&sortOrder=asc&page=2", "dateFrom=2026-03-05"],
  ...["status=approved&dateFrom=2026-03-05&dateTo=2026-03-06", "orderNumber=ORD-2026-000777"],
  ...["orderNumber=ORD-2026-000777&status=completed", "returnNumber=RET-2020-000002"],
];

/** Documents that a query may read beside those that it answers: of one order, or after an index on the date. */
const WASTED_AT_MOST = 100;

test("When lists, files, analyses, the job and every step read returns, then every query goes by an index and none sorts in memory", async () => {
  const sale = await deliver();
  const view = await requested(sale, [0, 1]);
  const { id } = view;
  const statements = await profileOf(
    shop().db,
    async () => {
      for (const query of FILTERS) done(await get(`?${query}`));
      done(await get(`/${id}`));
      for (const groupBy of ["day", "week", "month"])
        done(await get(`/analytics?dateFrom=2026-03-05&dateTo=2026-03-10&groupBy=${groupBy}`));
      for (const query of ["", "?sortOrder=asc", "?dateFrom=2026-03-05"])
        done(await sale.buyer.get(`/api/returns${query}`));
      done(await shop().customer("asha").get("/api/returns?page=2"));
      done(await sale.buyer.get(`/api/returns/${id}`));
      await shop().runJob("return-expiry");
      for (const name of ["approve", "schedule-pickup", "received"]) done(await step(id, name));
      done(await inspect(view, [[1, 1]]));
      done(await step(id, "refund"));
      await shop().settle();
    },
    { ns: { $regex: /\.(returns|refunds|orders|orderItems)$/ }, planSummary: { $exists: true } },
  );
  const ofReturns = statements.filter(({ ns }) => String(ns).endsWith(".returns"));
  expect(ofReturns.length).toBeGreaterThan(2 * FILTERS.length);
  const isSmall = ({ ns, planSummary }: mongo.Document) =>
    /\.(refunds|orderItems)$/.test(ns) && String(planSummary).includes("orderId: 1");
  const isAnalysis = ({ command }: mongo.Document) => JSON.stringify(command).includes('"$group"');
  const bad = statements.filter((row) => {
    const wasted = (row.docsExamined ?? 0) - Math.max(row.nreturned ?? 0, row.nModified ?? 0);
    const isByIndex = /IXSCAN|IDHACK|EXPRESS|EOF|COUNT_SCAN|DISTINCT_SCAN/.test(row.planSummary);
    const sorts = row.hasSortStage === true && !isSmall(row) && !isAnalysis(row);
    return !isByIndex || sorts || (wasted > WASTED_AT_MOST && !isAnalysis(row));
  });
  expect(bad.map(({ ns, planSummary, command }) => [ns, planSummary, JSON.stringify(command)])).toEqual([]);
  // An analysis sorts its products only, and reads no return outside of its range.
  const analyses = statements.filter(isAnalysis).filter(({ ns }) => String(ns).endsWith(".returns"));
  const inRange = 6 * 24;
  expect(analyses.filter(({ docsExamined }) => docsExamined > inRange)).toEqual([]);
});
