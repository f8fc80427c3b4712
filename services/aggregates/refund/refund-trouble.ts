/** Why a refund needs a person: a code for the metric, and words for `failureReason`. */
export interface RefundTrouble {
  code: string;
  reason: string;
}

const trouble = (code: string, reason: string): RefundTrouble => ({ code, reason });

export const REFUND_TROUBLE = {
  FAILED_AT_BANK: trouble(
    "failed_at_bank",
    "The bank could not return the money; retry, or refund in another way",
  ),
  BLOCKED_BY_DISPUTE: trouble(
    "disputed",
    "The payment is disputed: refunds are blocked until the dispute ends",
  ),
  LOST_DISPUTE: trouble(
    "lost_dispute",
    "A lost dispute took back the payment, or a part of it, before this refund was sent",
  ),
  REFUNDED_ELSEWHERE: trouble("refunded_elsewhere", "The payment was refunded elsewhere"),
  NO_GATEWAY: trouble("no_gateway", "No gateway received this payment; refund in another way"),
  NO_ACCOUNT: trouble("no_account", "A guest has no store credit and no points; refund in another way"),
  MISSING_POINTS: trouble("missing_points", "Fewer points could be given back than the refund contains"),
} as const;

const LOW_BALANCE = trouble(
  "low_balance",
  "The balance of the gateway account is too low; add money to it, then retry",
);
const MAYBE_LOW_BALANCE = trouble(
  "low_balance",
  "The gateway refused the request; it does so when the balance of its account is too low",
);
const EXCEEDS_CAPTURE = trouble(
  "exceeds_capture",
  "The gateway has less left of the payment; compare its refunds with ours before retrying",
);

/** By the code of the gateway's refusal. Its own texts may quote personal data. */
const BY_REFUSAL: Readonly<Record<string, RefundTrouble>> = {
  INSUFFICIENT_BALANCE: LOW_BALANCE,
  INVALID_REQUEST: MAYBE_LOW_BALANCE,
  PAYMENT_DISPUTED: REFUND_TROUBLE.BLOCKED_BY_DISPUTE,
  PAYMENT_TOO_OLD: trouble(
    "too_old",
    "The payment is older than six months, so its bank takes no refund; refund in another way",
  ),
  FULLY_REFUNDED: EXCEEDS_CAPTURE,
  REFUND_EXCEEDS_CAPTURE: EXCEEDS_CAPTURE,
  NOT_REFUNDABLE: trouble("not_captured", "The gateway has not captured the payment"),
  AMOUNT_TOO_SMALL: trouble("too_small", "The gateway refunds at least ₹1; refund in another way"),
};

export const troubleOfRefusal = (code: string): RefundTrouble =>
  BY_REFUSAL[code] ?? trouble("refused", `The gateway refused the refund (${code})`);

/** A refund at the gateway carries our receipt and is not ours. */
export const troubleOfMismatch = (mismatch: string): RefundTrouble =>
  trouble("mismatch", `A refund at the gateway has this receipt, but ${mismatch}`);
