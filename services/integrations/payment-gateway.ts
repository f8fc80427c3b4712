import type Joi from "joi";
import type { PaymentGatewayName } from "../../utils/constants.js";
import type { Result } from "../../utils/result.js";
import type {
  GatewayDispute,
  GatewayDowntime,
  GatewayEvent,
  GatewayOrder,
  GatewayPayment,
  GatewayRefund,
  GatewaySettlement,
  SettlementRow,
} from "./payment-gateway/entities.js";
import type {
  CheckoutAnswer,
  CheckoutOptions,
  CheckoutOptionsRequest,
  ClaimedPayment,
  GatewayPage,
  ListRequest,
  NewGatewayOrder,
  NewGatewayRefund,
  PaymentCapture,
  WebhookHeaders,
  WebhookIdentity,
  WebhookVerifier,
} from "./payment-gateway/requests.js";

export * from "./payment-gateway/entities.js";
export * from "./payment-gateway/requests.js";

/**
 * What this service needs from a payment gateway, in the domain's terms. A second gateway is another implementation,
 * which has to pass `tests/contract/gateway/`. No call throws; amounts are paise, times are `Date`s.
 *
 * Codes of a refusal: `ALREADY_CAPTURED`, `CAPTURE_AMOUNT_MISMATCH`, `CAPTURE_CURRENCY_MISMATCH`,
 * `NOT_CAPTURABLE`, `NOT_VOIDABLE`, `FULLY_REFUNDED`, `REFUND_EXCEEDS_CAPTURE`, `NOT_REFUNDABLE`,
 * `INSUFFICIENT_BALANCE`, `INVALID_REQUEST`, `PAYMENT_DISPUTED`, `PAYMENT_TOO_OLD`, `DUPLICATE_RECEIPT`,
 * `AMOUNT_TOO_SMALL`, `AMOUNT_TOO_LARGE`, `INVALID_SPEED`, `NOT_FOUND` (look-ups only), `INVALID_ID`,
 * `INVALID_AMOUNT`, `INVALID_CURSOR`, `NOT_SUPPORTED` (see `capabilities`). Anything else that the gateway answers is
 * unknown or unavailable, and raises an alarm.
 */

/** What not every gateway can do. Without the capability the call is refused with `NOT_SUPPORTED` and sends nothing. */
export interface GatewayCapabilities {
  /** `voidAuthorization` */
  voids: boolean;
  /** `listDisputes`, `getDispute` */
  disputes: boolean;
  /** `settlementRows`, `getSettlement` */
  settlements: boolean;
}

export interface PaymentGateway {
  readonly name: PaymentGatewayName;
  readonly capabilities: GatewayCapabilities;

  /** An unknown outcome is looked up by receipt; the same receipt gives the same order where the gateway can. */
  createGatewayOrder(order: NewGatewayOrder): Promise<Result<GatewayOrder>>;
  /** Null: none with that receipt (yet: lists may lag). */
  findGatewayOrderByReceipt(receipt: string): Promise<Result<GatewayOrder | null>>;
  getGatewayOrder(orderId: string): Promise<Result<GatewayOrder>>;

  getGatewayPayment(paymentId: string): Promise<Result<GatewayPayment>>;
  /** Every attempt, failed ones too. One that cannot be read is left out with an alarm, unless it is the only one. */
  listPaymentsOfOrder(orderId: string): Promise<Result<GatewayPayment[]>>;
  /** By creation; may lag minutes behind `getGatewayPayment`. */
  listPayments(list: ListRequest): Promise<Result<GatewayPage<GatewayPayment>>>;
  /** A payment that is already captured is a success when amount and currency are right and nothing is refunded. */
  capturePayment(capture: PaymentCapture): Promise<Result<GatewayPayment>>;
  /** Gives up an authorisation, so that the customer's bank releases the amount. */
  voidAuthorization(paymentId: string): Promise<Result<GatewayPayment>>;

  createRefund(refund: NewGatewayRefund): Promise<Result<GatewayRefund>>;
  findRefundByReceipt(paymentId: string, receipt: string): Promise<Result<GatewayRefund | null>>;
  getRefund(refundId: string): Promise<Result<GatewayRefund>>;
  /** All refunds of a payment, including those made by the gateway itself. */
  listRefunds(paymentId: string): Promise<Result<GatewayRefund[]>>;
  /** Of all payments, by creation; may lag minutes behind `getRefund`. */
  listRefundsBetween(list: ListRequest): Promise<Result<GatewayPage<GatewayRefund>>>;

  /** By the time the dispute was opened. */
  listDisputes(list: ListRequest): Promise<Result<GatewayPage<GatewayDispute>>>;
  getDispute(disputeId: string): Promise<Result<GatewayDispute>>;
  /** By the time of the payout, in no promised order. A row without `settlementUtr` is not with the bank yet. */
  settlementRows(list: ListRequest): Promise<Result<GatewayPage<SettlementRow>>>;
  getSettlement(settlementId: string): Promise<Result<GatewaySettlement>>;
  /** Empty for a gateway that reports none. */
  listDowntimes(): Promise<Result<GatewayDowntime[]>>;

  /** Describe what `checkoutOptions` returns and what `readCheckoutAnswer` takes, for validation and OpenAPI. */
  readonly checkoutSchemas: { options: Joi.ObjectSchema; answer: Joi.ObjectSchema };
  checkoutOptions(request: CheckoutOptionsRequest): CheckoutOptions;
  /** @param answer valid by `checkoutSchemas.answer` */
  readCheckoutAnswer(answer: CheckoutAnswer): ClaimedPayment;
  /** @param gatewayOrderId from our own database, never from the client */
  isCheckoutAnswerGenuine(answer: CheckoutAnswer, gatewayOrderId: string): boolean;

  readonly webhookVerifier: WebhookVerifier;
  identifyWebhook(webhook: { headers: WebhookHeaders; payload: unknown }): WebhookIdentity;
  /** Null when the body is not an event. */
  parseWebhook(payload: unknown): GatewayEvent | null;
}
