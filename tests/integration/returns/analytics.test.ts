import { Types } from "mongoose";
import { type AnyReturn, anyReturn, pick } from "./any-return.js";
import { done, refused, useReturns } from "./return-world.js";

/** The analysis against a plain count over random returns. */
const { shop, get } = useReturns();

const DAY_MS = 86_400_000;
/** A Thursday: 1 January 2026, 00:00 in India. */
const START = Date.parse("2025-12-31T18:30:00Z");
const DAYS = 40;
const moment = () => new Date(START + Math.floor(Math.random() * DAYS * DAY_MS));

interface Placed {
  _id: Types.ObjectId;
  createdAt: Date;
}

const dayOf = (at: Date) => new Date(at.getTime() + 19_800_000).toISOString().slice(0, 10);
function periodOf(at: Date, groupBy: string): string {
  const day = dayOf(at);
  if (groupBy === "month") return `${day.slice(0, 7)}-01`;
  if (groupBy === "day") return day;
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
  return date.toISOString().slice(0, 10);
}

/** How often each value occurs, the most frequent first. */
function countsBy(rows: readonly AnyReturn[], key: "status" | "reason") {
  const names = [...new Set(rows.map((row) => row[key]))];
  return names
    .map((name) => ({ [key]: name, returns: rows.filter((row) => row[key] === name).length }))
    .sort((a, b) => Number(b.returns) - Number(a.returns) || String(a[key]).localeCompare(String(b[key])));
}

function expected(all: readonly AnyReturn[], placed: number) {
  const rows = all.filter(({ isReturnToOrigin }) => !isReturnToOrigin);
  const ordersReturned = new Set(rows.map(({ orderId }) => String(orderId))).size;
  const completed = rows.filter(({ status }) => status === "completed");
  return {
    ...{ ordersPlaced: placed, ordersReturned, returns: rows.length },
    returnRate: placed === 0 ? 0 : Math.round((ordersReturned / placed) * 10_000) / 10_000,
    refundedAmount: completed.reduce((sum, row) => sum + (row.refundBreakdown?.total ?? 0), 0) / 100,
    ...{ byStatus: countsBy(rows, "status"), byReason: countsBy(rows, "reason") },
    returnedToOrigin: all.length - rows.length,
  };
}

function expectedProducts(all: readonly AnyReturn[]) {
  const items = all.filter(({ isReturnToOrigin }) => !isReturnToOrigin).flatMap(({ items }) => items);
  return [...new Set(items.map(({ sku }) => sku))]
    .map((sku) => {
      const own = items.filter((item) => item.sku === sku);
      const units = own.reduce((sum, { quantity }) => sum + quantity, 0);
      return { productId: `product-${sku}`, sku, name: `Product ${sku}`, returns: own.length, units };
    })
    .sort((a, b) => b.units - a.units || a.sku.localeCompare(b.sku))
    .slice(0, 20);
}

async function store(returns: readonly AnyReturn[], placed: readonly Placed[] = []): Promise<void> {
  const { db } = shop();
  await Promise.all([db.collection("returns").deleteMany({}), db.collection("orders").deleteMany({})]);
  await db.collection("returns").insertMany(returns.map((row) => ({ ...row })));
  if (placed.length === 0) return;
  const orders = placed.map((order) => ({ ...order, orderNumber: order._id.toHexString() }));
  await db.collection("orders").insertMany(orders);
}

test("When returns were asked for over weeks, then rates, reasons, products and series are as counted by hand", async () => {
  const placed = Array.from({ length: 60 }, () => ({ _id: new Types.ObjectId(), createdAt: moment() }));
  const rows = Array.from({ length: 150 }, () =>
    anyReturn({ orderId: pick(placed)._id, createdAt: moment() }),
  );
  await store(rows, placed);
  for (const groupBy of ["day", "week", "month"]) {
    const [dateFrom, dateTo] = ["2026-01-05", "2026-02-03"];
    const isWithin = ({ createdAt }: { createdAt: Date }) =>
      dayOf(createdAt) >= dateFrom && dayOf(createdAt) <= dateTo;
    const [inRange, ordersInRange] = [rows.filter(isWithin), placed.filter(isWithin)];
    const { series, products, ...whole } = done(
      await get(`/analytics?dateFrom=${dateFrom}&dateTo=${dateTo}&groupBy=${groupBy}`),
    );
    expect(whole).toEqual(expected(inRange, ordersInRange.length));
    expect(inRange.length).toBeGreaterThan(50);
    expect(products).toEqual(expectedProducts(inRange));
    for (const { period, ...ofPeriod } of series) {
      const isOfPeriod = ({ createdAt }: { createdAt: Date }) => periodOf(createdAt, groupBy) === period;
      const counted = expected(inRange.filter(isOfPeriod), ordersInRange.filter(isOfPeriod).length);
      expect([period, ofPeriod]).toEqual([period, counted]);
    }
    expect(series).toHaveLength({ day: 30, week: 5, month: 2 }[groupBy] ?? 0);
  }
});

test("When a return is asked for at the edge of a day, then it belongs to the day in India", async () => {
  const orderId = new Types.ObjectId();
  const at = (createdAt: string) =>
    anyReturn({ orderId, createdAt: new Date(createdAt), isReturnToOrigin: false });
  await store([
    at("2026-03-09T18:29:59.999Z"),
    at("2026-03-09T18:30:00.000Z"),
    at("2026-03-11T18:29:59.999Z"),
    at("2026-03-11T18:30:00.000Z"),
  ]);
  const view = done(await get("/analytics?dateFrom=2026-03-10&dateTo=2026-03-11"));
  expect(view).toMatchObject({ returns: 2, ordersReturned: 1, ordersPlaced: 0, returnRate: 0 });
  expect(view.series).toMatchObject([
    { period: "2026-03-10", returns: 1, ordersReturned: 1 },
    { period: "2026-03-11", returns: 1, ordersReturned: 1 },
  ]);
  const month = done(await get("/analytics?dateFrom=2026-03-01&dateTo=2026-03-31&groupBy=month"));
  expect(month).toMatchObject({ returns: 4, series: [{ period: "2026-03-01", returns: 4 }] });
});

test("When parcels came back undelivered, then they are counted apart and in no other figure", async () => {
  const createdAt = new Date("2026-03-10T06:00:00Z");
  await store([
    anyReturn({ createdAt, isReturnToOrigin: true }),
    anyReturn({ createdAt, isReturnToOrigin: true }),
    anyReturn({ createdAt, isReturnToOrigin: false }),
  ]);
  const view = done(await get("/analytics?dateFrom=2026-03-10&dateTo=2026-03-10"));
  expect(view).toMatchObject({ returns: 1, ordersReturned: 1, returnedToOrigin: 2 });
  expect(view.byStatus).toHaveLength(1);
});

test("When nothing happened, then every figure is 0 and every period is there; a range that is too long is refused", async () => {
  await shop().db.collection("returns").deleteMany({});
  await shop().db.collection("orders").deleteMany({});
  const view = done(await get("/analytics"));
  expect(view).toMatchObject({ returnRate: 0, returns: 0, byReason: [], products: [], refundedAmount: 0 });
  expect(view.series).toHaveLength(31);
  expect(view.series[0]).toMatchObject({ returns: 0, ordersPlaced: 0, byStatus: [] });
  for (const query of [
    "dateFrom=2025-01-01&dateTo=2026-01-03",
    "dateFrom=2026-02-01&dateTo=2026-01-01",
    "groupBy=year",
    "page=1",
  ])
    refused(await get(`/analytics?${query}`), 400, "VALIDATION_ERROR");
});
