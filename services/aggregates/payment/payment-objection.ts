import {
  CheckoutSession,
  type CheckoutSessionDoc,
  type PaymentDoc,
  type PaymentMismatch,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import { CURRENCY, type RefundSystemReason } from "../../../utils/constants.js";
import { type ExpectedPayment, findMismatch } from "../../calculations/payment-match.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/** Why a payment cannot pay for its checkout; its money goes back with this reason. */
export interface Objection {
  reason: RefundSystemReason;
  /** Set when the report does not match what was asked for. An operator is alerted. */
  mismatch: PaymentMismatch | null;
}

const because = (reason: RefundSystemReason): Objection => ({ reason, mismatch: null });

/** @returns why this payment, as the gateway reports it now, cannot pay for its checkout; null when it can. */
export async function findObjection(record: PaymentDoc, report: GatewayPayment): Promise<Objection | null> {
  if (record.supersededAt) return because("superseded");
  if (!record.checkoutSessionId) return because("surplus");
  const checkout = await CheckoutSession.findById(record.checkoutSessionId).lean<CheckoutSessionDoc>();
  if (!checkout) return because("surplus");
  // With manual capture, the report of the capture may arrive after the order.
  if (checkout.status === "completed") return record.accepted ? null : because("surplus");
  if (checkout.status === "failed" && checkout.failureReason !== "expired") return because("surplus");
  if (!checkout.frozen) return because("superseded");
  return findMismatchObjection({ amount: checkout.frozen.totals.amountDue, currency: CURRENCY }, report);
}

/** The part of `findObjection` that compares the report with what was asked for. */
export async function findMismatchObjection(
  expected: ExpectedPayment,
  report: GatewayPayment,
): Promise<Objection | null> {
  const first = findMismatch(expected, report);
  if (!first) return null;
  const offerId = first === "amount" ? await findOffer(report) : report.offerId;
  return {
    reason: "amount_mismatch",
    mismatch: {
      reason: findMismatch(expected, { ...report, offerId }) ?? first,
      expectedAmount: expected.amount,
      expectedCurrency: expected.currency,
      offerId,
      at: now(),
    },
  };
}

/** The offer may be on the gateway order alone. Its name helps the operator; without an answer it stays unknown. */
async function findOffer({ orderId }: GatewayPayment): Promise<string | null> {
  if (!orderId) return null;
  const order = await paymentGateway.getGatewayOrder(orderId);
  return order.success ? order.data.offerId : null;
}
