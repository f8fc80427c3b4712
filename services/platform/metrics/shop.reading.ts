import { trusted } from "mongoose";
import { shopGauges } from "../../../config/metrics.config.js";
import {
  CartDay,
  type CartDayDoc,
  CheckoutDay,
  type CheckoutDayDoc,
  FUNNEL_STEPS,
  OrderDay,
  type OrderDayDoc,
  PaymentDay,
  type PaymentDayDoc,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { PAYMENT_METHODS } from "../../../utils/constants.js";
import { addPaise, toRupees } from "../../../utils/money.js";
import { dayNumberOf } from "../../../utils/periods.js";
import { QUERY_LIMIT, type Reading } from "./refresh-readings.js";

/**
 * The business, from the tallies that the job `analytics` makes every minute (docs/decisions/007): four queries for thirty
 * small documents each, instead of a count of orders and carts with every scrape.
 */
export const shopReading: Reading = {
  name: "shop",
  everyMs: 30_000,
  async read() {
    const today = dayNumberOf(now());
    const lastDays = { _id: trusted({ $gt: today - WINDOW_DAYS, $lte: today }) };
    const [carts, checkouts, orders, payments] = await Promise.all([
      CartDay.find(lastDays, { abandonedProducts: 0 }, QUERY_LIMIT).lean<CartDayDoc[]>(),
      CheckoutDay.find(lastDays, null, QUERY_LIMIT).lean<CheckoutDayDoc[]>(),
      OrderDay.find(lastDays, null, QUERY_LIMIT).lean<OrderDayDoc[]>(),
      PaymentDay.find(lastDays, null, QUERY_LIMIT).lean<PaymentDayDoc[]>(),
    ]);
    showAll("30d", { carts, checkouts, orders, payments });
    const ofToday = <Day extends { _id: number }>(days: Day[]) => days.filter(({ _id }) => _id === today);
    showAll("today", {
      ...{ carts: ofToday(carts), checkouts: ofToday(checkouts) },
      ...{ orders: ofToday(orders), payments: ofToday(payments) },
    });
  },
};

const WINDOW_DAYS = 30;

interface Days {
  carts: CartDayDoc[];
  checkouts: CheckoutDayDoc[];
  orders: OrderDayDoc[];
  payments: PaymentDayDoc[];
}

function showAll(window: "today" | "30d", { carts, checkouts, orders, payments }: Days): void {
  showCarts(window, carts);
  for (const step of FUNNEL_STEPS)
    shopGauges.checkouts.set(
      { window, step },
      sumOf(checkouts, (day) => day[step]),
    );
  showOrders(window, orders);
  showPayments(window, payments);
}

function sumOf<T>(rows: readonly T[], countOf: (row: T) => number): number {
  return rows.reduce((sum, row) => sum + countOf(row), 0);
}

function showCarts(window: string, days: CartDayDoc[]): void {
  const show = (outcome: string, count: (day: CartDayDoc) => number) =>
    shopGauges.carts.set({ window, outcome }, sumOf(days, count));
  show("abandoned", ({ abandoned }) => abandoned);
  show("converted", ({ converted }) => converted);
  show("open", ({ carts, abandoned, converted }) => carts - abandoned - converted);
}

function showOrders(window: string, days: OrderDayDoc[]): void {
  const show = (outcome: string, count: (day: OrderDayDoc) => number) =>
    shopGauges.orders.set({ window, outcome }, sumOf(days, count));
  show("cancelled", ({ cancelled }) => cancelled);
  show("returned", ({ returned }) => returned);
  show("kept", ({ orders, cancelled, returned }) => orders - cancelled - returned);
  shopGauges.revenue.set({ window }, toRupees(addPaise(...days.map(({ revenue }) => revenue))));
  shopGauges.refunded.set({ window }, toRupees(addPaise(...days.map(({ refunded }) => refunded))));
  const shipped = sumOf(days, (day) => day.shipped);
  const processingMs = sumOf(days, (day) => day.processingMs);
  shopGauges.processing.set({ window }, shipped === 0 ? 0 : processingMs / shipped / 1_000);
}

const PAYMENT_OUTCOMES = ["succeeded", "failed", "superseded", "surplus", "open"] as const;

function showPayments(window: string, days: PaymentDayDoc[]): void {
  const rows = days.flatMap(({ methods }) => methods);
  for (const method of [...PAYMENT_METHODS, null]) {
    const ofMethod = rows.filter((row) => row.method === method);
    for (const outcome of PAYMENT_OUTCOMES) {
      const count = sumOf(ofMethod, (row) => row[outcome]);
      shopGauges.payments.set({ window, method: method ?? "unknown", outcome }, count);
    }
  }
}
