import { Counter, Gauge } from "prom-client";
import { metrics } from "./registry.js";

/**
 * The state of the database, read at most every 15 to 60 seconds by `services/platform/metrics/`. Every instance exports
 * the same values: queries take the largest of them.
 */

const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [metrics] });

const gaugeBy = <Label extends string>(labelNames: readonly Label[], name: string, help: string) =>
  new Gauge({ name, help, labelNames, registers: [metrics] });

export const outboxGauges = {
  messages: gaugeBy(
    ["state"],
    "outbox_messages",
    "Messages that are not delivered: pending; of these retrying, after five failed attempts; dead after the last attempt",
  ),
  lag: gauge("outbox_lag_seconds", "For how long the oldest due outbox message has been due"),
};

export const webhookGauges = {
  waiting: gauge("webhook_events_waiting", "Received webhook events that are not applied yet"),
  lag: gauge("webhook_lag_seconds", "For how long the oldest due webhook event has been due"),
  flagged: gaugeBy(
    ["source"],
    "webhook_events_flagged",
    "Webhook events of the last 24 hours that could not be applied and need a person",
  ),
};

export const invoiceGauges = {
  waiting: gauge("invoice_requests_waiting", "Invoices and credit notes that are to be issued"),
  failing: gauge(
    "invoice_requests_failing",
    "Of the waiting invoices and credit notes: those that could not be issued in four attempts",
  ),
  lag: gauge("invoice_lag_seconds", "For how long the oldest due invoice or credit note has been due"),
};

/** The label is `name`: Prometheus gives every target a label `job`. */
export const jobGauges = {
  lastSuccess: gaugeBy(
    ["name"],
    "job_last_success_timestamp_seconds",
    "When the last completed run of a job began; none: it has not completed within the retention of runs",
  ),
  interval: gaugeBy(["name"], "job_interval_seconds", "Time between two scheduled runs of a job"),
  lastFailed: gaugeBy(
    ["name"],
    "job_last_run_failed",
    "Whether the last finished run failed or was abandoned: 1 or 0",
  ),
  lastDuration: gaugeBy(["name"], "job_last_duration_seconds", "How long the last finished run took"),
  failedItems: gaugeBy(
    ["name"],
    "job_last_failed_items",
    "Items that failed in the last completed run; the run goes on without them",
  ),
};

export const moneyGauges = {
  payments: gauge(
    "money_without_order_payments",
    "Captured payments that have neither an order nor a refund yet",
  ),
  rupees: gauge("money_without_order_rupees", "Sum of the captured payments without order and refund"),
  age: gauge(
    "money_without_order_age_seconds",
    "Time since the oldest capture that has neither an order nor a refund; 0 without one",
  ),
  paymentsWithAttention: gauge("payments_with_attention", "Payments that a person has to look at"),
  openRefunds: gaugeBy(["status"], "refunds_open", "Refunds that are neither completed nor given up"),
  refundAge: gauge(
    "refunds_processing_age_seconds",
    "Time since the oldest refund in processing was asked for",
  ),
  refundsWithAttention: gauge("refunds_with_attention", "Refunds that a person has to look at"),
};

export const reconciliationGauges = {
  lastCompleted: gauge(
    "reconciliation_last_completed_timestamp_seconds",
    "When the last reconciliation was completed",
  ),
  breaksLeft: gaugeBy(
    ["class"],
    "reconciliation_breaks_left",
    "Breaks that the last reconciliation found and did not repair",
  ),
  amountAtRisk: gauge("reconciliation_amount_at_risk_rupees", "Sum of the breaks that were not repaired"),
};

const WINDOW = "of the last 30 days or of today, by the day on which they began";

/** What became of what began in a window: `today` or `30d`, in Indian days. */
export const shopGauges = {
  carts: gaugeBy(
    ["window", "outcome"],
    "shop_carts",
    `Carts with lines ${WINDOW}: open, abandoned, converted`,
  ),
  checkouts: gaugeBy(
    ["window", "step"],
    "shop_checkouts",
    `Checkouts ${WINDOW}, that reached a step: initiated, address_entered, payment_pending, completed`,
  ),
  orders: gaugeBy(["window", "outcome"], "shop_orders", `Orders ${WINDOW}: kept, cancelled, returned`),
  revenue: gaugeBy(
    ["window"],
    "shop_revenue_rupees",
    `Value of the kept orders ${WINDOW}, less what was cancelled of them`,
  ),
  refunded: gaugeBy(["window"], "shop_refunded_rupees", `Of the revenue ${WINDOW}: what was refunded`),
  processing: gaugeBy(
    ["window"],
    "shop_order_processing_seconds",
    `Average time from confirmation to shipment of orders ${WINDOW}`,
  ),
  payments: gaugeBy(
    ["window", "method", "outcome"],
    "shop_payments",
    `Payments ${WINDOW}: succeeded, failed, superseded, surplus, open`,
  ),
};

const lastReading = gaugeBy(
  ["reading"],
  "metrics_reading_last_success_timestamp_seconds",
  "When a part of the database's state was last read; older values are not current",
);

const failedReadings = new Counter({
  name: "metrics_reading_failures_total",
  help: "Readings of the database's state that failed or took too long",
  labelNames: ["reading"] as const,
  registers: [metrics],
});

/** Also shows the number of failures, so that the first failure is an increase. */
export function countReadingSuccess(reading: string): void {
  lastReading.setToCurrentTime({ reading });
  failedReadings.inc({ reading }, 0);
}

export const countReadingFailure = (reading: string): void => failedReadings.inc({ reading });
