/**
 * Every code that a client can get: the statuses it comes with, and what it means to the caller. OpenAPI, the
 * generated client and docs/rules/errors.md repeat this table; tests compare them.
 *
 * A code with 400 and 409 is a refusal on one route and a lost race on another: 409 means that an order could not be
 * placed although it was paid for, and the money goes back.
 */
export const ERROR_CODES = {
  // The request itself
  VALIDATION_ERROR: {
    statuses: [400],
    meaning: "A field is missing, unknown or not valid. `details` lists each: `in`, `path`, `message`.",
  },
  MALFORMED_JSON: { statuses: [400], meaning: "The body is not JSON." },
  IDEMPOTENCY_KEY_REQUIRED: {
    statuses: [400],
    meaning: "The operation needs an `Idempotency-Key`, so that repeating it has no second effect.",
  },
  IDEMPOTENCY_KEY_INVALID: {
    statuses: [400],
    meaning: "The `Idempotency-Key` does not have 8 to 255 printable characters.",
  },
  IDEMPOTENCY_KEY_REUSED: {
    statuses: [422],
    meaning: "The `Idempotency-Key` was used with a different body. Send a new key.",
  },
  PAYLOAD_TOO_LARGE: { statuses: [413], meaning: "The body or a file is too large." },
  UNSUPPORTED_MEDIA_TYPE: {
    statuses: [415],
    meaning: "The body is neither JSON nor an accepted form, or a file is not of an accepted type.",
  },

  // The caller
  UNAUTHENTICATED: {
    statuses: [401],
    meaning: "The token, guest id or signature is missing, expired or not valid.",
  },
  FORBIDDEN: { statuses: [403], meaning: "The caller is known, but may not do this." },
  SAME_APPROVER: {
    statuses: [403],
    meaning: "The administrator who started the refund cannot approve it. Another one has to.",
  },
  RATE_LIMITED: {
    statuses: [429],
    meaning: "Too many requests. Wait as many seconds as `Retry-After` says.",
  },

  // Something that does not exist, or belongs to another caller
  NOT_FOUND: { statuses: [404], meaning: "There is no such route or document." },
  CART_NOT_FOUND: { statuses: [404], meaning: "There is no such cart." },
  CART_ITEM_NOT_FOUND: { statuses: [404], meaning: "The cart has no such item." },
  SAVED_ITEM_NOT_FOUND: { statuses: [404], meaning: "There is no such saved item." },
  PRODUCT_NOT_FOUND: { statuses: [404], meaning: "The catalog does not sell this product or variant." },
  CHECKOUT_NOT_FOUND: { statuses: [404], meaning: "There is no such checkout, or it is another caller's." },
  ORDER_NOT_FOUND: { statuses: [404], meaning: "There is no such order, or it is another caller's." },
  PAYMENT_NOT_FOUND: { statuses: [404], meaning: "There is no such payment, or it is another caller's." },
  REFUND_NOT_FOUND: { statuses: [404], meaning: "There is no such refund, or it is another caller's." },
  RETURN_NOT_FOUND: { statuses: [404], meaning: "There is no such return, or it is another caller's." },
  INVOICE_NOT_FOUND: { statuses: [404], meaning: "There is no such invoice, or it is another caller's." },
  INVOICE_NOT_READY: {
    statuses: [404],
    meaning: "The order's invoice is not issued yet. Try again after `Retry-After`.",
  },
  SELLER_ORDER_NOT_FOUND: { statuses: [404], meaning: "The order has no items of this seller." },
  JOB_NOT_FOUND: { statuses: [404], meaning: "There is no job or download with this name or id." },
  FILE_NOT_FOUND: { statuses: [404], meaning: "The link is not valid or has expired. Ask for a new one." },

  // The cart
  OUT_OF_STOCK: {
    statuses: [400, 409],
    meaning:
      "There is not enough stock; `details.available` says how much is left, or `details.items` for each item of a manual order. With 409, the stock was lost after the payment, which is refunded.",
  },
  CART_LIMIT: {
    statuses: [400],
    meaning: "The cart would have too many items, or too many units of one. `details` has the limit.",
  },
  FREE_GIFT_LOCKED: { statuses: [400], meaning: "A free gift cannot be changed or removed by itself." },
  COUPON_INVALID: {
    statuses: [400, 409],
    meaning:
      "The coupon cannot be used; `details.reason` says why. With 409, it was lost after the payment, which is refunded.",
  },

  // The checkout
  CART_EMPTY: { statuses: [400], meaning: "Nothing in the cart can be bought." },
  CART_CHANGED: {
    statuses: [400],
    meaning: "Prices or stock have changed; see `details.notices`. Show the cart again before continuing.",
  },
  CHECKOUT_EXPIRED: { statuses: [410], meaning: "The checkout has expired. Resume it or start another." },
  CHECKOUT_INCOMPLETE: {
    statuses: [400],
    meaning: "A step of the checkout is missing; `details.missing` lists the fields.",
  },
  CHECKOUT_FAILED: {
    statuses: [409],
    meaning: "No order could be placed from this checkout. Money that was paid is refunded.",
  },
  PINCODE_NOT_SERVICEABLE: { statuses: [400], meaning: "Nothing is delivered to this pincode." },
  INVALID_GSTIN: {
    statuses: [400],
    meaning: "The GSTIN is not valid, or belongs to another state than the billing address.",
  },
  SHIPPING_METHOD_UNAVAILABLE: {
    statuses: [400],
    meaning: "The shipping method is not offered for this address. List the methods again.",
  },
  COD_UNAVAILABLE: {
    statuses: [400],
    meaning: "Cash on delivery is not available for this order; `details.reason` says why.",
  },
  METHOD_UNAVAILABLE: {
    statuses: [400],
    meaning: "The payment method cannot be used here; `details.reason` says why. Offer another one.",
  },
  AMOUNT_BELOW_MINIMUM: { statuses: [400], meaning: "The gateway does not take less than ₹1." },
  INSUFFICIENT_POINTS: {
    statuses: [400, 409],
    meaning:
      "The customer has fewer loyalty points; `details.available` says how many. With 409, they were used elsewhere after the payment, which is refunded.",
  },
  INSUFFICIENT_CREDIT: {
    statuses: [400, 409],
    meaning:
      "The customer has less store credit; `details.available` says how much. With 409, it was used elsewhere after the payment, which is refunded.",
  },

  // Payment and placing
  TERMS_NOT_ACCEPTED: { statuses: [400], meaning: "Send `termsAccepted: true` to place the order." },
  PAYMENT_REQUIRED: { statuses: [400], meaning: "The checkout is not paid yet." },
  PAYMENT_NOT_FAILED: { statuses: [400], meaning: "Only a failed payment can be tried again." },
  PAYMENT_SUPERSEDED: {
    statuses: [400, 409],
    meaning: "The checkout changed after this payment began. It pays for nothing and is refunded.",
  },
  PAYMENT_DISPUTED: {
    statuses: [400],
    meaning: "The customer's bank disputes the payment. It can be refunded once the dispute has ended.",
  },
  SIGNATURE_INVALID: {
    statuses: [400],
    meaning: "The signature does not belong to this payment. Send what the gateway gave to the browser.",
  },
  AMOUNT_MISMATCH: {
    statuses: [400],
    meaning: "The amount or currency is not what was asked for. A payment with this fault is refunded.",
  },
  PLACEMENT_IN_PROGRESS: {
    statuses: [409],
    meaning: "An order is being placed. Repeat the request after `Retry-After`.",
  },

  // Orders
  INVALID_STATUS_TRANSITION: {
    statuses: [400],
    meaning: "The status cannot change this way; `details` has `from`, `to` and what is `allowed`.",
  },
  ORDER_NOT_CANCELLABLE: {
    statuses: [400],
    meaning: "The order, or some of its items, cannot be cancelled any more; `details.reason` says why.",
  },
  ORDER_NOT_EDITABLE: { statuses: [400], meaning: "The order has left the warehouse or is closed." },
  ORDER_NOT_SHIPPABLE: {
    statuses: [400],
    meaning: "There is nothing to ship, or it may not be shipped; `details.reason` says why.",
  },
  SHIPMENT_REFUSED: {
    statuses: [400],
    meaning: "The shipping service does not accept the parcel; `details.reason` is its code.",
  },

  // Invoices
  ORDER_NOT_INVOICEABLE: {
    statuses: [400],
    meaning: "The order cannot have this document, for example because it was cancelled before its invoice.",
  },
  CREDIT_EXCEEDS_INVOICE: { statuses: [400], meaning: "A credit note cannot exceed what was invoiced." },
  REFUND_NOT_COMPLETED: { statuses: [400], meaning: "Only a completed refund is credited." },

  // Refunds
  NOT_REFUNDABLE: {
    statuses: [400],
    meaning: "The order or item cannot be refunded; `details.reason` says why.",
  },
  REFUND_EXCEEDS_PAID: {
    statuses: [400],
    meaning: "The refund exceeds what was paid and not refunded; `details.left` says what is left.",
  },
  BANK_ACCOUNT_REQUIRED: { statuses: [400], meaning: "Send the bank account that the money goes to." },

  // Returns
  RETURN_WINDOW_CLOSED: { statuses: [400], meaning: "The item can no longer be returned." },
  NOT_RETURNABLE: { statuses: [400], meaning: "This item cannot be returned; `details` says why." },
  QUANTITY_NOT_RETURNABLE: {
    statuses: [400],
    meaning: "Fewer units can be returned than were asked for; `details` says how many.",
  },
  RETURN_NOT_INSPECTED: { statuses: [400], meaning: "Inspect the goods before refunding them." },
  RETURN_INSPECTED: { statuses: [400], meaning: "The return has been inspected already." },
  RETURN_NOT_OPEN: {
    statuses: [400],
    meaning: "The return is closed or inspected. It takes no more photos.",
  },
  PICKUP_NOT_POSSIBLE: {
    statuses: [400],
    meaning: "The goods cannot be picked up; `details.reason` says why.",
  },
  INVALID_IMAGE: { statuses: [400], meaning: "A photo is damaged or too large. Send another one." },
  TOO_MANY_IMAGES: { statuses: [400], meaning: "The return has as many photos as it can have." },

  // Concurrency
  VERSION_CONFLICT: {
    statuses: [409],
    meaning:
      "Another request changed the document first: `details.current` is its present version or, for a payment, refund or return, its status. Read it again and decide anew.",
  },
  REQUEST_IN_PROGRESS: {
    statuses: [409],
    meaning:
      "The same request, or another change of the same document, is still running. Repeat it after `Retry-After`.",
  },

  // Trouble
  INTERNAL_ERROR: {
    statuses: [500],
    meaning: "The service has a fault. Report the `X-Request-Id` of the answer.",
  },
  UPSTREAM_BAD_RESPONSE: {
    statuses: [502],
    meaning: "A service that the request needs answered incorrectly. Try again.",
  },
  UPSTREAM_UNAVAILABLE: {
    statuses: [503],
    meaning: "A service that the request needs is down. Try again after `Retry-After`.",
  },
  OVERLOADED: { statuses: [503], meaning: "The service is too busy. Try again after `Retry-After`." },
  OUTCOME_UNKNOWN: {
    statuses: [503],
    meaning:
      "It may have been done. Repeat the same request, with the same `Idempotency-Key`, to find out; never send another one instead.",
  },
  UPSTREAM_TIMEOUT: {
    statuses: [504],
    meaning: "A service that the request needs did not answer in time. Try again.",
  },
} as const satisfies Record<string, ErrorMeaning>;

interface ErrorMeaning {
  statuses: readonly number[];
  /** One or two sentences: what happened, and what to do next. Markdown. */
  meaning: string;
}

export type ErrorCode = keyof typeof ERROR_CODES;

/** The codes that can come with the status. */
type CodeWith<Status extends number> = {
  [Code in ErrorCode]: Status extends (typeof ERROR_CODES)[Code]["statuses"][number] ? Code : never;
}[ErrorCode];

/** Business-rule refusals. */
export type RuleCode = Exclude<CodeWith<400>, "VALIDATION_ERROR" | "MALFORMED_JSON">;
export type NotFoundCode = Exclude<CodeWith<404>, "INVOICE_NOT_READY">;
export type ConflictCode = CodeWith<409>;

/** The statuses of a code. */
export const statusesOf = (code: ErrorCode): readonly number[] => ERROR_CODES[code].statuses;

const comesWith = (code: string, status: number): boolean =>
  Object.hasOwn(ERROR_CODES, code) && statusesOf(code as ErrorCode).includes(status);

export const isRuleCode = (code: string): code is RuleCode =>
  comesWith(code, 400) && code !== "VALIDATION_ERROR" && code !== "MALFORMED_JSON";

export const isNotFoundCode = (code: string): code is NotFoundCode =>
  comesWith(code, 404) && code !== "INVOICE_NOT_READY";
