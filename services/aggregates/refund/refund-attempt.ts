import { trusted } from "mongoose";
import {
  type PaymentDoc,
  Refund,
  type RefundAttempt,
  type RefundAttemptOutcome,
  type RefundDoc,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { REFUND_DESTINATION, REFUND_SOURCE, REFUND_STATUS } from "../../../utils/constants.js";
import type { GatewayRefund } from "../../integrations/payment-gateway.js";

/**
 * A refund is sent to the gateway in attempts. The first has the receipt `REF-…`; after a definite failure the next has
 * `REF-…-2` and a new idempotency key. A report of the gateway applies only to the attempt that it belongs to.
 */

/** Whether a gateway returns it; every other refund is store credit, points or a bank transfer. */
export const isByGateway = ({ source, destination }: Pick<RefundDoc, "source" | "destination">): boolean =>
  source === REFUND_SOURCE.PAYMENT && destination === REFUND_DESTINATION.ORIGINAL;

/**
 * Whether a `processing` refund may be at the gateway, and is looked up before anything is sent. Otherwise no attempt has
 * begun, or the last one has failed for certain.
 */
export function isInFlight({ attempts, gatewayRefundId }: RefundDoc): boolean {
  const last = attempts.at(-1);
  return last ? last.outcome !== "refused" : gatewayRefundId !== null;
}

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
export function lastAttempt({ attempts, refundNumber }: RefundDoc): RefundAttempt {
  const last = attempts.at(-1);
  if (!last) throw new Error(`refund ${refundNumber} has no attempt`);
  return last;
}

/** Part of the guard of every write about an attempt: no newer attempt has begun. */
export const noNewerAttempt = (refund: RefundDoc) => ({
  attempts: trusted({ $size: refund.attempts.length }),
});

/** Part of an update: how the last attempt ended, if there is one. Without an error, the known one stays. */
export function outcomeOf(
  { attempts }: RefundDoc,
  outcome: RefundAttemptOutcome,
  error?: string | null,
): Record<`${string}.${string}`, unknown> {
  if (attempts.length === 0) return {};
  const last = `attempts.${attempts.length - 1}`;
  return { [`${last}.outcome`]: outcome, ...(error === undefined ? {} : { [`${last}.error`]: error }) };
}

/**
 * Records the next attempt before the gateway is called. What an earlier attempt left does not apply to it.
 * @returns null when another call has begun one, or the refund is not to be sent any more
 */
export function beginAttempt(refund: RefundDoc): Promise<RefundDoc | null> {
  const number = refund.attempts.length + 1;
  const { destination, source } = refund;
  return Refund.findOneAndUpdate(
    { _id: refund._id, status: REFUND_STATUS.PROCESSING, destination, source, ...noNewerAttempt(refund) },
    {
      $set: {
        ...{ gatewayRefundId: null, speed: null },
        ...{ dueAt: null, attention: false, failureReason: null },
      },
      $push: { attempts: newAttempt(refund, number) },
    },
    { returnDocument: "after" },
  ).lean<RefundDoc>();
}

/** For support: the answer to the attempt was lost, or said nothing about its effect. */
export async function markUnknown(refund: RefundDoc, error: string): Promise<void> {
  await Refund.updateOne(
    { _id: refund._id, status: REFUND_STATUS.PROCESSING, ...noNewerAttempt(refund) },
    { $set: outcomeOf(refund, "unknown", error) },
  );
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
