import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { BreakClass, PaymentMismatchReason } from "../utils/constants.js";

/** What Prometheus collects at GET /metrics. */
export const metrics = new Registry();

collectDefaultMetrics({ register: metrics });

/** By route pattern, not by path: one series per route. */
const requestDuration = new Histogram({
  name: "http_request_duration_seconds",
  help: "How long requests took, by method, route pattern and status",
  labelNames: ["method", "route", "status"] as const,
  // From a cached read to the longest placement that a client waits for.
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 5, 10, 30],
  registers: [metrics],
});

export interface ObservedRequest {
  method: string;
  route: string;
  status: number;
  seconds: number;
}

export function observeRequest({ method, route, status, seconds }: ObservedRequest): void {
  requestDuration.observe({ method, route, status }, seconds);
}

const contractFaults = new Counter({
  name: "upstream_contract_faults_total",
  help: "Responses outside a neighbour's contract: a wrong key, an unknown route, an unlisted 4xx. Alert on any increase",
  labelNames: ["service", "status"] as const,
  registers: [metrics],
});

export function countContractFault({ service, status }: { service: string; status: number }): void {
  contractFaults.inc({ service, status });
}

const paymentMismatches = new Counter({
  name: "payment_mismatches_total",
  help: "Payments that did not match what was asked for, by reason; each one needs an operator",
  labelNames: ["reason"] as const,
  registers: [metrics],
});

export const countPaymentMismatch = (reason: PaymentMismatchReason): void =>
  paymentMismatches.inc({ reason });

const refundTroubles = new Counter({
  name: "refunds_needing_attention_total",
  help: "Refunds that failed, wait for a dispute or contradict the gateway, by reason; each one needs a person",
  labelNames: ["reason"] as const,
  registers: [metrics],
});

export const countRefundTrouble = (reason: string): void => refundTroubles.inc({ reason });

const reconciliationBreaks = new Counter({
  name: "reconciliation_breaks_total",
  help: "Breaks that a reconciliation found and did not repair, by class. Alert on any increase",
  labelNames: ["class"] as const,
  registers: [metrics],
});

export function countReconciliationBreaks(kind: BreakClass, count: number): void {
  reconciliationBreaks.inc({ class: kind }, count);
}
