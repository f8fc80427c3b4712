import { Types } from "mongoose";
import { done, refused, useRefunds } from "./refund-world.js";

/** The analysis against a plain count over random refunds. */
const { shop, get } = useRefunds();

interface Row {
  orderId: Types.ObjectId | null;
  status: string;
  destination: string;
  reason: string;
  systemReason: string | null;
  amount: number;
  processedAt: Date | null;
}

const DAY_MS = 86_400_000;
/** A Thursday: 1 January 2026, 00:00 in India. */
const START = Date.parse("2025-12-31T18:30:00Z");
const DAYS = 40;

const pick = <T>(values: readonly T[]): T => values[Math.floor(Math.random() * values.length)] as T;
const moment = () => new Date(START + Math.floor(Math.random() * DAYS * DAY_MS));

function randomRow(orders: readonly Types.ObjectId[]): Row {
  const isSystems = Math.random() < 0.2;
  const status = pick(["completed", "completed", "completed", "failed", "pending"]);
  return {
    ...{
      orderId: Math.random() < 0.1 ? null : pick(orders),
      status,
      amount: 1 + Math.floor(Math.random() * 1e6),
    },
    destination: pick(["original", "store_credit", "bank_transfer"]),
    reason: isSystems ? "other" : pick(["damaged", "other", "not_satisfied"]),
    systemReason: isSystems ? pick(["dashboard", "undo"]) : null,
    // One that completed and was retracted keeps its time.
    processedAt: status === "pending" ? null : moment(),
  };
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

function sums(rows: readonly Row[], keyOf: (row: Row) => string, name: string) {
  const keys = [...new Set(rows.map(keyOf))];
  const listed = keys.map((key) => ({ [name]: key, ...sumOf(rows.filter((row) => keyOf(row) === key)) }));
  return listed.sort((a, b) => b.amount - a.amount);
}

const sumOf = (rows: readonly Row[]) => ({
  refunds: rows.length,
  amount: rows.reduce((total, { amount }) => total + amount, 0) / 100,
});

function expected(rows: readonly Row[], placed: number) {
  const ofOrders = rows.filter(({ orderId }) => orderId);
  const ordersRefunded = new Set(ofOrders.map(({ orderId }) => String(orderId))).size;
  return {
    ...{ ordersPlaced: placed, ordersRefunded, ...sumOf(ofOrders) },
    refundRate: placed === 0 ? 0 : Math.round((ordersRefunded / placed) * 10_000) / 10_000,
    byDestination: sums(ofOrders, ({ destination }) => destination, "destination"),
    byReason: sums(ofOrders, ({ systemReason, reason }) => systemReason ?? reason, "reason"),
    withoutOrder: sumOf(rows.filter(({ orderId }) => !orderId)),
  };
}

test("When refunds completed over weeks, then rate, amounts and series are as counted by hand", async () => {
  const [refunds, orders] = [shop().db.collection("refunds"), shop().db.collection("orders")];
  await Promise.all([refunds.deleteMany({}), orders.deleteMany({})]);
  const placed = Array.from({ length: 60 }, () => ({ _id: new Types.ObjectId(), createdAt: moment() }));
  const rows = Array.from({ length: 150 }, () => randomRow(placed.map(({ _id }) => _id)));
  await orders.insertMany(placed.map((order) => ({ ...order, orderNumber: order._id.toHexString() })));
  await refunds.insertMany(rows.map((row, index) => ({ ...row, refundNumber: `REF-${index}` })));
  for (const groupBy of ["day", "week", "month"]) {
    const [dateFrom, dateTo] = ["2026-01-05", "2026-02-03"];
    const isWithin = (at: Date | null) => at !== null && dayOf(at) >= dateFrom && dayOf(at) <= dateTo;
    const completed = rows.filter(
      ({ status, processedAt }) => status === "completed" && isWithin(processedAt),
    );
    const inRange = placed.filter(({ createdAt }) => isWithin(createdAt));
    const view = done(await get(`/analytics?dateFrom=${dateFrom}&dateTo=${dateTo}&groupBy=${groupBy}`));
    const { series, ...whole } = view;
    expect(whole).toEqual(expected(completed, inRange.length));
    expect(completed.length).toBeGreaterThan(20);
    for (const { period, ...ofPeriod } of series) {
      const isOfPeriod = (at: Date | null) => at !== null && periodOf(at, groupBy) === period;
      const some = completed.filter(({ processedAt }) => isOfPeriod(processedAt));
      const ordersOfPeriod = inRange.filter(({ createdAt }) => isOfPeriod(createdAt)).length;
      expect([period, ofPeriod]).toEqual([period, expected(some, ordersOfPeriod)]);
    }
    expect(series).toHaveLength({ day: 30, week: 5, month: 2 }[groupBy] ?? 0);
  }
  await Promise.all([refunds.deleteMany({}), orders.deleteMany({})]);
});

test("When there is nothing, or the range is too long, then it says so", async () => {
  const view = done(await get("/analytics"));
  expect(view).toMatchObject({ refundRate: 0, refunds: 0, byReason: [] });
  expect(view.series).toHaveLength(31);
  refused(await get("/analytics?dateFrom=2025-01-01&dateTo=2026-01-03"), 400, "VALIDATION_ERROR");
});
