import { Counter, Histogram } from "prom-client";
import { ONLINE_PAYMENT_METHODS, type OrderSource, type PaymentMethod } from "../../utils/constants.js";
import { type Paise, toRupees } from "../../utils/money.js";
import { allMachines } from "../../utils/state-machines.js";
import { metrics } from "./registry.js";

/**
 * Business events of this instance, counted once they are committed: for alerts on the last minutes or hours. Known
 * series start at 0, so that the first event is an increase.
 */

const statusChanges = new Counter({
  name: "status_changes_total",
  help: "Committed moves of carts, checkouts, payments, orders, shipments, refunds and returns to another status",
  labelNames: ["lifecycle", "to"] as const,
  registers: [metrics],
});

const labelOf = (lifecycle: string): string => lifecycle.toLowerCase().replaceAll(" ", "_");

for (const { name, next } of allMachines)
  for (const to of Object.keys(next)) statusChanges.inc({ lifecycle: labelOf(name), to }, 0);

export function countStatusChange({ lifecycle, to }: { lifecycle: string; to: string }): void {
  statusChanges.inc({ lifecycle: labelOf(lifecycle), to });
}

const orderValue = new Histogram({
  name: "order_value_rupees",
  help: "Grand totals of placed orders, by source and payment method; the method none: nothing was due",
  labelNames: ["source", "method"] as const,
  buckets: [250, 500, 1_000, 2_000, 5_000, 10_000, 25_000, 50_000],
  registers: [metrics],
});

export interface PlacedOrder {
  source: OrderSource;
  paymentMethod: PaymentMethod | null;
  grandTotal: Paise;
}

export function countOrder({ source, paymentMethod, grandTotal }: PlacedOrder): void {
  orderValue.observe({ source, method: paymentMethod ?? "none" }, toRupees(grandTotal));
}

const settledPayments = new Counter({
  name: "payments_settled_total",
  help: "Online payments that reached an outcome, by method and by what reported it. succeeded: pays for its checkout; failed; surplus: captured, but refunded because it pays for no order",
  labelNames: ["method", "outcome", "reported_by"] as const,
  registers: [metrics],
});

const OUTCOMES = ["succeeded", "failed", "surplus"] as const;

for (const method of ONLINE_PAYMENT_METHODS)
  for (const outcome of OUTCOMES)
    for (const reported_by of ["callback", "webhook", "sweep"])
      settledPayments.inc({ method, outcome, reported_by }, 0);

export interface SettledOutcome {
  method: PaymentMethod | null;
  outcome: (typeof OUTCOMES)[number];
  reportedBy: string;
}

export function countSettledPayment({ method, outcome, reportedBy }: SettledOutcome): void {
  settledPayments.inc({ method: method ?? "unknown", outcome, reported_by: reportedBy });
}
