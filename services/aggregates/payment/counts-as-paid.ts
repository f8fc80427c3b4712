import {
  CheckoutSession,
  type CheckoutSessionDoc,
  type PaymentDoc,
  type PaymentMismatch,
} from "../../../models/index.js";
import { now } from "../../../utils/clock.js";
import {
  CHECKOUT_FAILURE,
  CHECKOUT_STATUS,
  CURRENCY,
  type RefundSystemReason,
} from "../../../utils/constants.js";
import { type ExpectedPayment, findMismatch } from "../../calculations/payment-match.js";
import type { GatewayPayment } from "../../integrations/payment-gateway.js";
import { paymentGateway } from "../../integrations/payment-gateway.service.js";

/** Why a payment cannot pay for its checkout: the reason of its refund. */
export interface Objection {
  reason: RefundSystemReason;
  /** Set when the report does not match what was asked for. An operator is alerted. */
  mismatch: PaymentMismatch | null;
}

const because = (reason: RefundSystemReason): Objection => ({ reason, mismatch: null });

/**
 * Decides whether a payment, as the gateway reports it now, pays for its checkout: it is not superseded, the checkout
 * can still become an order, and the report matches what was frozen.
 * @returns null when it pays, otherwise why not
 */
export async function findObjection(record: PaymentDoc, report: GatewayPayment): Promise<Objection | null> {
  if (record.supersededAt) return because("superseded");
  if (!record.checkoutSessionId) return because("surplus");
  const checkout = await CheckoutSession.findById(record.checkoutSessionId).lean<CheckoutSessionDoc>();
  if (!checkout) return because("surplus");
  // With manual capture, the report of the capture may arrive after the order.
  if (checkout.status === CHECKOUT_STATUS.COMPLETED) return record.accepted ? null : because("surplus");
  if (checkout.status === CHECKOUT_STATUS.FAILED && checkout.failureReason !== CHECKOUT_FAILURE.EXPIRED)
    return because("surplus");
  if (!checkout.frozen) return because("superseded");
  return findMismatchObjection({ amount: checkout.frozen.totals.amountDue, currency: CURRENCY }, report);
}

/** The part of `findObjection` that compares the report with the expected amount and currency. */
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

/** Only the gateway order may carry the offer. Its id helps the operator; without an answer it stays unknown. */
async function findOffer({ orderId }: GatewayPayment): Promise<string | null> {
  if (!orderId) return null;
  const order = await paymentGateway.getGatewayOrder(orderId);
  return order.success ? order.data.offerId : null;
}
