/**
 * The definite refusals of each call to Razorpay. The gateway answers nearly all of them with 400
 * `BAD_REQUEST_ERROR`, so only the description tells them apart. A 4xx that a call does not list here is a
 * fault between the services: it is never a reason to give up a refund or to undo an order.
 */
export interface GatewayRefusal {
  description: RegExp;
  code: string;
}

const AMOUNT_TOO_SMALL: GatewayRefusal = {
  description: /at least INR 1\.00|amount cannot be blank/i,
  code: "AMOUNT_TOO_SMALL",
};

/** The account's payment or order does not exist: an answer to a look-up, never to a write on a known payment. */
export const LOOKUP_REFUSALS: readonly GatewayRefusal[] = [
  { description: /id provided does not exist|is not a valid id/i, code: "NOT_FOUND" },
];

export const NO_GATEWAY_REFUSALS: readonly GatewayRefusal[] = [];

export const ORDER_REFUSALS: readonly GatewayRefusal[] = [
  AMOUNT_TOO_SMALL,
  { description: /exceeds (the )?maximum amount/i, code: "AMOUNT_TOO_LARGE" },
  { description: /unique_receipt is\/are not required/i, code: "UNIQUE_RECEIPT_UNKNOWN" },
];

export const CAPTURE_REFUSALS: readonly GatewayRefusal[] = [
  { description: /already been captured|order is already paid/i, code: "ALREADY_CAPTURED" },
  { description: /must be equal to the amount authorized/i, code: "CAPTURE_AMOUNT_MISMATCH" },
  { description: /greater than the amount due/i, code: "CAPTURE_AMOUNT_MISMATCH" },
  { description: /currency must be same as payment currency/i, code: "CAPTURE_CURRENCY_MISMATCH" },
  { description: /only payments which have been authorized/i, code: "NOT_CAPTURABLE" },
];

export const REFUND_REFUSALS: readonly GatewayRefusal[] = [
  { description: /fully refunded already/i, code: "FULLY_REFUNDED" },
  {
    description: /greater than (the )?(amount captured|refund payment amount)/i,
    code: "REFUND_EXCEEDS_CAPTURE",
  },
  { description: /status should be captured/i, code: "NOT_REFUNDABLE" },
  { description: /enough balance/i, code: "INSUFFICIENT_BALANCE" },
  // Another text of the gateway for a low balance.
  { description: /^invalid request sent/i, code: "INVALID_REQUEST" },
  { description: /ongoing dispute/i, code: "PAYMENT_DISPUTED" },
  { description: /more than 6 months old/i, code: "PAYMENT_TOO_OLD" },
  { description: /duplicate receipt/i, code: "DUPLICATE_RECEIPT" },
  { description: /selected speed is invalid/i, code: "INVALID_SPEED" },
  AMOUNT_TOO_SMALL,
];
