import type { PaymentNextStep } from "../../../utils/constants.js";

/**
 * What the customer can do after a failed attempt. The gateway's `reason` is the finest of its fields, but it may be
 * missing, "NA" or new; then its source decides, and at last its code.
 */
const BY_REASON: Record<string, PaymentNextStep> = {
  payment_cancelled: "try_again",
  payment_timed_out: "try_again",
  payment_collect_request_expired: "try_again",
  payment_session_expired: "try_again",
  authentication_failed: "try_again",

  incorrect_otp: "check_details",
  incorrect_pin: "check_details",
  incorrect_cvv: "check_details",
  incorrect_card_details: "check_details",
  incorrect_card_expiry_date: "check_details",
  invalid_vpa: "check_details",

  insufficient_funds: "other_method",
  card_expired: "other_method",
  bank_technical_error: "other_method",
  gateway_technical_error: "other_method",
  issuer_technical_error: "other_method",
  payment_risk_check_failed: "other_method",

  card_declined: "contact_bank",
  payment_declined: "contact_bank",
  transaction_limit_exceeded: "contact_bank",
  card_not_enrolled: "contact_bank",

  order_already_paid: "contact_support",
  order_amount_mismatch: "contact_support",
};

const BY_SOURCE: Record<string, PaymentNextStep> = {
  customer: "try_again",
  customer_psp: "other_method",
  gateway: "other_method",
  network: "other_method",
  bank: "contact_bank",
  issuer: "contact_bank",
  issuer_bank: "contact_bank",
  business: "contact_support",
};

const BY_CODE: Record<string, PaymentNextStep> = { GATEWAY_ERROR: "other_method" };

const stepIn = (table: Record<string, PaymentNextStep>, key: string | null): PaymentNextStep | undefined =>
  key !== null && Object.hasOwn(table, key) ? table[key] : undefined;

export interface RazorpayDecline {
  errorCode: string | null;
  errorReason: string | null;
  errorSource: string | null;
}

export const nextStepOf = ({ errorCode, errorReason, errorSource }: RazorpayDecline): PaymentNextStep =>
  stepIn(BY_REASON, errorReason) ??
  stepIn(BY_SOURCE, errorSource) ??
  stepIn(BY_CODE, errorCode) ??
  "try_again";
