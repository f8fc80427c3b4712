import { type Types, trusted } from "mongoose";
import { logger } from "../../config/logger.config.js";
import { countSettledPayment } from "../../config/metrics.config.js";
import { Payment, type PaymentDoc } from "../../models/index.js";
import { isPast } from "../../utils/clock.js";
import { PAYMENT_GATEWAY_STATUS } from "../../utils/constants.js";
import {
  type AppliedReport,
  applyReport,
  awaitsOrder,
  type ReportSource,
} from "../aggregates/payment/apply-report.js";
import { findOrAdoptPayment } from "../aggregates/payment/match-payment.js";
import type { GatewayPayment } from "../integrations/payment-gateway.js";

export interface SettledPayment extends AppliedReport {
  /** Whether the payment now waits for an order to be placed. */
  awaitsOrder: boolean;
}

/**
 * Applies the gateway's report about one payment: finds our record of it, and moves the record. The
 * client's callback, every webhook, the sweep and the placement all end here.
 * @returns null when the gateway order is unknown here (the caller keeps and flags the event)
 * @throws as `applyReport`
 */
export async function settlePayment(
  report: GatewayPayment,
  source: ReportSource,
): Promise<SettledPayment | null> {
  const record = await findOrAdoptPayment(report);
  if (!record) return null;
  const { payment, changed } = await applyReport({ record, report, source });
  if (changed) logChange(record, payment, source);
  if (changed) countOutcome(payment, source);
  return { payment, changed, awaitsOrder: awaitsOrder(payment) };
}

/** An authorisation is no outcome yet; one that the gateway returned is a failure. */
function countOutcome({ status, surplus, method }: PaymentDoc, reportedBy: ReportSource): void {
  const { PENDING, AUTHORIZED, CAPTURED } = PAYMENT_GATEWAY_STATUS;
  if (status === PENDING || status === AUTHORIZED) return;
  const outcome = status !== CAPTURED ? "failed" : surplus ? "surplus" : "succeeded";
  countSettledPayment({ method, outcome, reportedBy });
}

function logChange(before: PaymentDoc, after: PaymentDoc, source: ReportSource): void {
  logger.info(
    {
      paymentId: after._id.toHexString(),
      gatewayPaymentId: after.gatewayPaymentId,
      checkoutSessionId: after.checkoutSessionId?.toHexString() ?? null,
      ...{ from: before.status, to: after.status, source },
      ...{ accepted: after.accepted, surplus: after.surplus },
    },
    "> Payment changed by the gateway's report",
  );
}

/** The client and the webhook have this long to place the order before recovery does. */
const LEFT_TO_OTHERS_MS = 15_000;

/** Accepted payments without an order, oldest first: what recovery has to place or refund. */
export function findPaymentsAwaitingOrder(limit: number): Promise<{ checkoutSessionId: Types.ObjectId }[]> {
  return Payment.find(
    {
      accepted: true,
      orderId: null,
      surplus: false,
      status: trusted({ $in: [PAYMENT_GATEWAY_STATUS.AUTHORIZED, PAYMENT_GATEWAY_STATUS.CAPTURED] }),
      $expr: trusted(isPast("updatedAt", LEFT_TO_OTHERS_MS)),
    },
    { checkoutSessionId: 1 },
  )
    .sort({ updatedAt: 1 })
    .limit(limit)
    .lean<{ checkoutSessionId: Types.ObjectId }[]>();
}
