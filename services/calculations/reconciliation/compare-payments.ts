import { type Paise, paise, ZERO_PAISE } from "../../../utils/money.js";
import { amountThatCounts, type ReportedPayment } from "../payment-match.js";
import { type Finding, gapBetween, largerOf } from "./finding.js";

/** Our record of a payment, as far as it is compared. */
export interface RecordedPayment {
  status: string;
  currency: string;
  capturedAmount: Paise;
  refundedAmount: Paise;
  refundReserved: Paise;
  orderId: object | null;
  capturedAt: Date | null;
}

export interface GatewayPaymentFacts extends ReportedPayment {
  captured: boolean;
}

/** Both sides of one payment. Null: that side does not know it. */
export interface PaymentSides {
  local: RecordedPayment | null;
  gateway: GatewayPaymentFacts | null;
  /** A capture that is newer may still become an order or a refund. */
  settledBefore: Date;
}

/**
 * Compares our record of a payment with the gateway's. Refunds are compared one by one elsewhere, because a
 * failed refund may stay in the payment's `amountRefunded`.
 * @returns null when they agree. Of several differences the first of: missing, status, amount, unlinked
 */
export function comparePayment({ local, gateway, settledBefore }: PaymentSides): Finding | null {
  if (!gateway) return local && missingAtGateway(local);
  if (!local) return missingLocally(gateway);
  const sides = describe(local, gateway);
  if (!isExpectedStatus(local.status, gateway)) {
    const amountAtRisk = largerOf(heldAtGateway(gateway), leftOf(local));
    return { ...sides, kind: "status_mismatch", amountAtRisk, note: "The status differs" };
  }
  if (local.status !== "captured") return null;
  return compareAmounts(local, gateway) ?? unlinked(local, gateway, settledBefore);
}

function describe(local: RecordedPayment | null, gateway: GatewayPaymentFacts | null) {
  return {
    localStatus: local?.status ?? null,
    gatewayStatus: gateway?.status ?? null,
    localAmount: local?.capturedAmount ?? null,
    gatewayAmount: gateway?.amount ?? null,
  };
}

function missingAtGateway(local: RecordedPayment): Finding {
  return {
    ...describe(local, null),
    kind: "missing_at_gateway",
    amountAtRisk: leftOf(local),
    note: "The gateway does not know this payment",
  };
}

/** An unfinished attempt is not worth a record. */
function missingLocally(gateway: GatewayPaymentFacts): Finding | null {
  if (gateway.status === "created") return null;
  return {
    ...describe(null, gateway),
    kind: "missing_locally",
    amountAtRisk: heldAtGateway(gateway),
    note: "There is no record of this payment",
  };
}

/** The statuses that a record may have when the gateway reports this one. */
function isExpectedStatus(status: string, gateway: GatewayPaymentFacts): boolean {
  switch (gateway.status) {
    // A record whose checkout has ended is failed, although the customer's attempt was never finished.
    case "created":
      return status === "pending" || status === "failed";
    // A refund never changes the status of a captured payment here.
    case "refunded":
      return status === (gateway.captured ? "captured" : "refunded");
    default:
      return status === gateway.status;
  }
}

/** A capture that was rejected is recorded with the fee that the customer paid, an accepted one without it. */
function compareAmounts(local: RecordedPayment, gateway: GatewayPaymentFacts): Finding | null {
  const counts = amountThatCounts(gateway);
  const isSame = local.capturedAmount === gateway.amount || local.capturedAmount === counts;
  if (isSame && local.currency === gateway.currency) return null;
  const isCurrency = local.currency !== gateway.currency;
  return {
    ...describe(local, gateway),
    kind: "amount_mismatch",
    amountAtRisk: isCurrency
      ? largerOf(counts, local.capturedAmount)
      : gapBetween(local.capturedAmount, counts),
    note: isCurrency
      ? `The currency differs: ${local.currency} here, ${gateway.currency}`
      : "The amount differs",
  };
}

function unlinked(local: RecordedPayment, gateway: GatewayPaymentFacts, before: Date): Finding | null {
  const left = leftOf(local);
  if (local.orderId || left === 0 || (local.capturedAt && local.capturedAt > before)) return null;
  return {
    ...describe(local, gateway),
    kind: "unlinked_capture",
    amountAtRisk: left,
    note: "Captured, but it has neither an order nor a refund",
  };
}

/** What we received and have not returned. */
const leftOf = (local: RecordedPayment): Paise =>
  paise(Math.max(0, local.capturedAmount - local.refundedAmount - local.refundReserved));

/** What the gateway received and has not returned. */
function heldAtGateway({ captured, status, amount, amountRefunded }: GatewayPaymentFacts): Paise {
  if (!captured && status !== "captured") return ZERO_PAISE;
  return paise(Math.max(0, amount - amountRefunded));
}
