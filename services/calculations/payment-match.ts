import type { PaymentMismatchReason } from "../../utils/constants.js";
import { type Paise, subtractPaise, ZERO_PAISE } from "../../utils/money.js";

/** What the customer was asked to pay. */
export interface ExpectedPayment {
  amount: Paise;
  currency: string;
}

/** What the gateway reports about a payment: the part that decides whether it counts as paid. */
export interface ReportedPayment {
  amount: Paise;
  currency: string;
  /** The gateway's status; only `refunded` makes a difference here. */
  status: string;
  /** What the gateway has refunded, or is refunding. */
  amountRefunded: Paise;
  refundStatus: "partial" | "full" | null;
  /** Null until captured. */
  fee: Paise | null;
  feeBearer: "customer" | "business" | null;
  /** The gateway's offer that was applied to this payment. */
  offerId: string | null;
}

/**
 * Decides what counts as paid: exactly the expected amount and currency, and nothing refunded. Only the
 * report at hand counts; earlier reports about the same payment do not matter.
 *
 * When the customer pays the gateway's fee, the payment includes it, and the amount minus the fee counts. The fee is
 * unknown before the capture, so with manual capture such an authorisation does not match.
 * @returns null when it counts as paid, otherwise the reason why not
 */
export function findMismatch(
  expected: ExpectedPayment,
  reported: ReportedPayment,
): PaymentMismatchReason | null {
  if (hasRefund(reported)) return isRefundedInFull(reported) ? "refunded" : "partly_refunded";
  if (reported.currency !== expected.currency) return "currency";
  if (amountThatCounts(reported) === expected.amount) return null;
  if (reported.feeBearer === "customer") return "fee";
  return reported.offerId !== null && reported.amount < expected.amount ? "offer" : "amount";
}

export const hasRefund = ({ status, amountRefunded, refundStatus }: ReportedPayment): boolean =>
  status === "refunded" || amountRefunded > 0 || refundStatus !== null;

const isRefundedInFull = ({ status, amountRefunded, refundStatus, amount }: ReportedPayment): boolean =>
  status === "refunded" || refundStatus === "full" || amountRefunded >= amount;

/** The amount, minus the fee when the customer pays it. */
export const amountThatCounts = ({ amount, fee, feeBearer }: ReportedPayment): Paise =>
  subtractPaise(amount, feeBearer === "customer" ? (fee ?? ZERO_PAISE) : ZERO_PAISE);
