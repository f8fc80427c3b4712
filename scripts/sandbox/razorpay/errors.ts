import type { ErrorRequestHandler } from "express";

/** The gateway's refusals, with its own texts where they are known. */

interface ErrorFields {
  field?: string;
  source?: string | null;
  step?: string | null;
  reason?: string | null;
  metadata?: Record<string, string>;
}

interface ErrorEnvelope {
  error: { code: string; description: string; metadata: Record<string, string> } & ErrorFields;
}

export class GatewayError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    description: string,
    readonly fields: ErrorFields = {},
  ) {
    super(description);
    this.name = "GatewayError";
  }

  toEnvelope(): ErrorEnvelope {
    const { metadata = {}, source = "NA", step = "NA", reason = "NA", ...rest } = this.fields;
    return { error: { code: this.code, description: this.message, source, step, reason, metadata, ...rest } };
  }
}

const badRequest = (description: string, fields?: ErrorFields): GatewayError =>
  new GatewayError(400, "BAD_REQUEST_ERROR", description, fields);

export const invalidField = (description: string, field: string): GatewayError =>
  badRequest(description, {
    source: "business",
    step: "payment_initiation",
    reason: "input_validation_failed",
    field,
  });

export const amountTooLarge = (): GatewayError =>
  invalidField("Amount exceeds maximum amount allowed.", "amount");

export const authenticationFailed = (): GatewayError =>
  new GatewayError(401, "BAD_REQUEST_ERROR", "Authentication failed");

export const fieldRequired = (field: string): GatewayError =>
  invalidField(`The ${field} field is required.`, field);

export const extraField = (names: string): GatewayError =>
  badRequest(`${names} is/are not required and should not be sent`, { reason: "extra_field_sent" });

export const unknownId = (): GatewayError =>
  badRequest("The id provided does not exist", {
    source: "business",
    step: "payment_initiation",
    reason: "input_validation_failed",
  });

export const malformedId = (id: string): GatewayError => badRequest(`${id} is not a valid id`);

export const unknownUrl = (): GatewayError => badRequest("The requested URL was not found on the server.");

const malformedBody = (): GatewayError => badRequest("The request body is not valid JSON.");

export const operationInProgress = (): GatewayError =>
  badRequest("Request failed because another payment operation is in progress.");

const TROUBLE = "We are facing some trouble completing your request at the moment. Please try again shortly.";
export const serverError = (): GatewayError => new GatewayError(500, "SERVER_ERROR", TROUBLE);
export const serviceUnavailable = (): GatewayError => new GatewayError(503, "SERVICE_UNAVAILABLE", TROUBLE);
export const gatewayFault = (): GatewayError =>
  new GatewayError(502, "GATEWAY_ERROR", "Payment processing failed due to error at bank or wallet gateway", {
    source: "gateway",
    step: "payment_authorization",
    reason: "gateway_technical_error",
  });

export const orderAlreadyPaid = (orderId: string | null): GatewayError =>
  badRequest(
    "Your payment has been declined as the order is already paid. Please initiate the payment with a new order.",
    {
      source: "business",
      step: "payment_initiation",
      reason: "order_already_paid",
      metadata: orderId === null ? {} : { order_id: orderId },
    },
  );

export const orderAmountMismatch = (): GatewayError =>
  badRequest(
    "Your payment amount is different from your order amount. To pay successfully, please try using right amount.",
    {
      source: "business",
      step: "payment_initiation",
      reason: "order_amount_mismatch",
    },
  );

const aboutCapture = (description: string): GatewayError =>
  badRequest(description, { source: "business", step: "payment_capture", reason: "input_validation_failed" });

export const captureRefusals = {
  wrongAmount: () => aboutCapture("Capture amount must be equal to the amount authorized"),
  alreadyCaptured: () => aboutCapture("This payment has already been captured"),
  wrongStatus: () =>
    aboutCapture("Only payments which have been authorized and not yet captured can be captured"),
  exceedsOrder: () => aboutCapture("Payment amount is greater than the amount due for order."),
  wrongCurrency: () => aboutCapture("Capture request currency must be same as payment currency."),
};

export const refundRefusals = {
  exceedsCapture: () => invalidField("The refund amount provided is greater than amount captured", "amount"),
  exceedsRest: () => badRequest("The total refund amount is greater than the refund payment amount"),
  nothingLeft: () => badRequest("The payment has been fully refunded already"),
  notCaptured: () => badRequest("The payment status should be captured for action to be taken"),
  lowBalance: () =>
    badRequest(
      "Your account does not have enough balance to carry out the refund operation. You can add funds to your account from your Razorpay dashboard or capture new payments.",
    ),
  invalidRequest: () => badRequest("invalid request sent"),
  duplicateReceipt: () => badRequest("Duplicate receipt found for this refund request."),
  belowMinimum: () => invalidField("The amount must be at least INR 1.00", "amount"),
  blankAmount: () => badRequest("Amount cannot be blank."),
  badSpeed: () => invalidField("The selected speed is invalid.", "speed"),
  disputed: () => badRequest("The refund on this payment is blocked due to ongoing dispute investigation."),
  tooOld: () =>
    badRequest("Refund is not supported by the bank because the payment is more than 6 months old", {
      source: null,
      step: null,
      reason: null,
    }),
  badKey: () => badRequest("The idempotency key must be at least 10 characters of A-Z, a-z, 0-9, - and _."),
  keyReused: () =>
    new GatewayError(
      409,
      "BAD_REQUEST_ERROR",
      "Different request with the same idempotency key has already been processed.",
    ),
  keyInFlight: () =>
    new GatewayError(
      409,
      "BAD_REQUEST_ERROR",
      "Another request with the same idempotency key is still in progress.",
    ),
};

/** Malformed JSON is the caller's mistake; any other unexpected error is a server error of the gateway. */
function toGatewayError(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return error instanceof SyntaxError ? malformedBody() : serverError();
}

export const answerError: ErrorRequestHandler = (error: unknown, _request, response, next) => {
  if (response.headersSent) return next(error);
  const refusal = toGatewayError(error);
  response.status(refusal.status).json(refusal.toEnvelope());
};
