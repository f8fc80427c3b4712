import { Counter } from "prom-client";
import {
  BREAK_CLASSES,
  type BreakClass,
  PAYMENT_MISMATCH_REASONS,
  type PaymentMismatchReason,
} from "../../utils/constants.js";
import { metrics } from "./registry.js";

/**
 * Events of which each one needs a person. Known series start at 0, so that the first event is an increase that an
 * alert sees.
 */

const paymentMismatches = new Counter({
  name: "payment_mismatches_total",
  help: "Payments that did not match what was asked for, by reason; each one needs an operator",
  labelNames: ["reason"] as const,
  registers: [metrics],
});

for (const reason of PAYMENT_MISMATCH_REASONS) paymentMismatches.inc({ reason }, 0);

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

for (const kind of BREAK_CLASSES) reconciliationBreaks.inc({ class: kind }, 0);

export function countReconciliationBreaks(kind: BreakClass, count: number): void {
  reconciliationBreaks.inc({ class: kind }, count);
}
