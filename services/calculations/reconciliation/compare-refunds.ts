import { type Paise, ZERO_PAISE } from "../../../utils/money.js";
import { type Finding, gapBetween } from "./finding.js";

/** Our record of a refund, as far as it is compared. */
export interface RecordedRefund {
  status: string;
  amount: Paise;
  /** `original`: by the gateway. An admin may choose another one after a failure. */
  destination: string;
}

/** Our record, and what the gateway's refund is to it. */
export interface MatchedRefund {
  refund: RecordedRefund;
  /** The attempt that the gateway's refund belongs to. Each attempt is sent only after the one before has failed. */
  attempt: "last" | "earlier" | "unknown";
  isOfAnotherPayment: boolean;
}

export interface GatewayRefundFacts {
  status: "pending" | "processed" | "failed";
  amount: Paise;
}

/**
 * Compares our record of a refund with the gateway's.
 * @returns null when they agree. Of several differences the first of: missing, amount, status
 */
export function compareRefund(
  local: MatchedRefund | null,
  gateway: GatewayRefundFacts | null,
): Finding | null {
  if (!gateway) return local && missingAtGateway(local.refund);
  if (!local) return missingLocally(gateway);
  const sides = describe(local.refund, gateway);
  const { refund, isOfAnotherPayment } = local;
  if (isOfAnotherPayment) {
    const note = "The gateway refunded another payment";
    return { ...sides, kind: "amount_mismatch", amountAtRisk: gateway.amount, note };
  }
  if (refund.amount !== gateway.amount) {
    const amountAtRisk = gapBetween(refund.amount, gateway.amount);
    return { ...sides, kind: "amount_mismatch", amountAtRisk, note: "The amount differs" };
  }
  const note = statusFault(local, gateway);
  return note === null ? null : { ...sides, kind: "status_mismatch", amountAtRisk: gateway.amount, note };
}

function describe(local: RecordedRefund | null, gateway: GatewayRefundFacts | null) {
  return {
    localStatus: local?.status ?? null,
    gatewayStatus: gateway?.status ?? null,
    localAmount: local?.amount ?? null,
    gatewayAmount: gateway?.amount ?? null,
  };
}

function missingAtGateway(refund: RecordedRefund): Finding {
  return {
    ...describe(refund, null),
    kind: "missing_at_gateway",
    // Nothing is owed on a failed or rejected refund.
    amountAtRisk:
      refund.status === "completed" || refund.status === "processing" ? refund.amount : ZERO_PAISE,
    note: "The gateway does not know this refund",
  };
}

function missingLocally(gateway: GatewayRefundFacts): Finding | null {
  if (gateway.status === "failed") return null;
  return {
    ...describe(null, gateway),
    kind: "missing_locally",
    amountAtRisk: gateway.amount,
    note: "There is no record of this refund",
  };
}

/** A refund made elsewhere is recorded as completed, although the bank may not have paid it yet. */
const EXPECTED = {
  pending: ["processing", "completed"],
  processed: ["completed"],
  failed: ["failed"],
} as const satisfies Record<GatewayRefundFacts["status"], readonly string[]>;

/** Why the statuses contradict each other; null when they do not. */
function statusFault({ refund, attempt }: MatchedRefund, { status }: GatewayRefundFacts): string | null {
  if (attempt === "earlier") {
    return status === "failed" ? null : "An attempt that had failed was refunded after all";
  }
  if (refund.destination !== "original") {
    return status === "failed" ? null : "Refunded at the gateway, and in another way here";
  }
  const expected: readonly string[] = EXPECTED[status];
  return expected.includes(refund.status) ? null : "The status differs";
}
