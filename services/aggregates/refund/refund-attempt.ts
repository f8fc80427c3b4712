import { trusted } from "mongoose";
import { type PaymentDoc, Refund, type RefundAttempt, type RefundDoc } from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_STATUS } from "../../../utils/constants.js";
import { refundMachine } from "../../../utils/state-machines.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";
import { tryTransition } from "../../platform/transition.service.js";

/**
 * A refund is sent in attempts. The first has the receipt `REF-…`; after a definite failure the next has
 * `REF-…-2` and a new idempotency key. A report of the gateway applies only to the attempt that it belongs to.
 */

function newAttempt(refund: RefundDoc, number: number): RefundAttempt {
  return {
    at: now(),
    key: `${refund._id.toHexString()}-${number}`,
    receipt: number === 1 ? refund.refundNumber : `${refund.refundNumber}-${number}`,
    outcome: "sent",
    error: null,
  };
}

/** The attempt that is in flight, or the last one that was. */
export const lastAttempt = (refund: RefundDoc): RefundAttempt =>
  refund.attempts.at(-1) ?? newAttempt(refund, 1);

/** Part of the guard of every write about an attempt: no newer attempt has begun. */
export const noNewerAttempt = (refund: RefundDoc) => ({
  attempts: trusted({ $size: refund.attempts.length }),
});

/** Records the next attempt before the gateway is called. @returns null when the refund is no longer pending */
export async function beginAttempt(refund: RefundDoc): Promise<RefundDoc | null> {
  const begun = await tryTransition({
    machine: refundMachine,
    model: Refund,
    id: refund._id,
    from: REFUND_STATUS.PENDING,
    to: REFUND_STATUS.PROCESSING,
    guard: noNewerAttempt(refund),
    set: { gatewayRefundId: null, dueAt: null },
    push: { attempts: newAttempt(refund, refund.attempts.length + 1) },
    by: { type: "system" },
  });
  return begun.changed ? begun.document : null;
}

/** Why a refund at the gateway cannot be this one, although it has its receipt or id; null when it can. */
export function mismatchOf(
  refund: RefundDoc,
  payment: PaymentDoc | null,
  report: GatewayRefund,
): string | null {
  if (payment?.gatewayPaymentId !== report.paymentId) return "it is of another payment";
  if (report.amount !== refund.amount || report.currency !== payment.currency)
    return "it is of another amount";
  return null;
}

/** Which attempt a report of the gateway is about. `unknown`: no attempt of this refund has its receipt or id. */
export function attemptOf(refund: RefundDoc, report: GatewayRefund): "last" | "earlier" | "unknown" {
  const index = refund.attempts.findIndex(({ receipt }) => receipt === report.receipt);
  if (refund.gatewayRefundId === report.id || (index >= 0 && index === refund.attempts.length - 1))
    return "last";
  return index >= 0 ? "earlier" : "unknown";
}

/** The number of the refund that a receipt belongs to: `REF-2026-000001-2` is the second attempt of REF-2026-000001. */
export const refundNumberOf = (receipt: string | null): string | null =>
  /^(REF-\d{4}-\d{6,})(-\d+)?$/.exec(receipt ?? "")?.[1] ?? null;
