import type Razorpay from "razorpay";
import { CURRENCY } from "../../utils/constants.js";
import { sha256Hex } from "../../utils/helpers.js";
import type { Result } from "../../utils/result.js";
import { success } from "../../utils/result.js";
import { type CachedLookup, createCachedLookup } from "./cached-lookup.js";
import type {
  CheckoutClaim,
  CheckoutOptions,
  CheckoutOptionsRequest,
  GatewayDowntime,
  GatewayEvent,
  GatewayOrder,
  GatewayPayment,
  GatewayRefund,
  GatewaySettlement,
  NewGatewayOrder,
  NewGatewayRefund,
  Page,
  PaymentCapture,
  PaymentGateway,
  PaymentPage,
  RefundPage,
  SettlementPeriod,
  SettlementRow,
} from "./payment-gateway.js";
import { mapRazorpayCollection, mapRazorpayPage } from "./razorpay/fields.js";
import {
  mapRazorpayDowntime,
  mapRazorpayRefund,
  mapRazorpaySettlement,
  mapRazorpaySettlementRow,
} from "./razorpay/other-entities.js";
import { mapRazorpayOrder, mapRazorpayPayment } from "./razorpay/payment-entities.js";
import {
  CAPTURE_REFUSALS,
  LOOKUP_REFUSALS,
  NO_GATEWAY_REFUSALS,
  ORDER_REFUSALS,
  REFUND_REFUSALS,
} from "./razorpay/refusals.js";
import {
  INVALID_ID,
  isId,
  notWhatWasAsked,
  PAGE_SIZE,
  refused,
  reportUnreadable,
  toPage,
  toSeconds,
  withoutEmpty,
} from "./razorpay/requests.js";
import {
  createTransport,
  type Transport,
  type TransportCall,
  type TransportOptions,
} from "./razorpay/transport.js";
import { parseRazorpayWebhook } from "./razorpay/webhook.js";
import { isHmacValid } from "./signatures.js";

export interface RazorpayOptions extends TransportOptions {
  webhookSecrets: readonly string[];
  accountId?: string | undefined;
  capture: "automatic" | "manual";
  merchantName: string;
  downtimeCacheSeconds: number;
}

/** After so many minutes, an authorisation that was not captured is refunded. */
const MANUAL_EXPIRY_MINUTES = 30;
/** No payment has more refunds than ten pages of them. */
const MAX_REFUND_PAGES = 10;
const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{10,100}$/;

type Call<T> = Omit<TransportCall<T>, "isWrite">;

/** `PaymentGateway` over the official SDK, with the transport of `razorpay/transport.ts`. */
class RazorpayGateway implements PaymentGateway {
  readonly name = "razorpay";
  readonly webhookHeaders = { signature: "x-razorpay-signature", eventId: "x-razorpay-event-id" };
  readonly #options: RazorpayOptions;
  readonly #transport: Transport;
  readonly #downtimes: CachedLookup<GatewayDowntime[]>;

  constructor(options: RazorpayOptions) {
    this.#options = options;
    this.#transport = createTransport(options);
    // Needed for every list of payment methods, and rarely changes.
    this.#downtimes = createCachedLookup({
      ttlSeconds: options.downtimeCacheSeconds,
      maxEntries: 1,
      load: () =>
        this.#ask({
          refusals: NO_GATEWAY_REFUSALS,
          send: (sdk) => sdk.payments.fetchPaymentDowntime(),
          read: (answer) => mapRazorpayCollection(answer, mapRazorpayDowntime),
        }),
    });
  }

  #ask<T>(call: Call<T>): Promise<Result<T>> {
    return this.#transport.call({ ...call, isWrite: false });
  }

  #write<T>(call: Call<T>): Promise<Result<T>> {
    return this.#transport.call({ ...call, isWrite: true });
  }

  readonly #readPayment = (entity: unknown): GatewayPayment =>
    mapRazorpayPayment(entity, this.#options.capture);

  async createGatewayOrder(request: NewGatewayOrder): Promise<Result<GatewayOrder>> {
    if (request.amount <= 0) return refused("INVALID_AMOUNT", "the amount must be positive");
    let result = await this.#sendOrder(request, { unique_receipt: true });
    // Only newer documentation has `unique_receipt`. Where it is refused, the look-up by receipt replaces it.
    if (!result.success && result.code === "UNIQUE_RECEIPT_UNKNOWN") {
      result = await this.#sendOrder(request, {});
    }
    if (!result.success) return result;
    const isAsAsked = result.data.amount === request.amount && result.data.currency === CURRENCY;
    return isAsAsked ? result : notWhatWasAsked("the gateway order has another amount or currency");
  }

  /** @param receiptRule `unique_receipt`: a repeated creation finds the first one's order */
  #sendOrder(request: NewGatewayOrder, receiptRule: object): Promise<Result<GatewayOrder>> {
    const { amount, receipt, notes = {}, capture = this.#options.capture } = request;
    const payment =
      capture === "manual"
        ? { capture, capture_options: { manual_expiry_period: MANUAL_EXPIRY_MINUTES } }
        : { capture };
    const body = { amount, currency: CURRENCY, receipt, notes, payment, ...receiptRule };
    // The SDK's types require every capture option; the gateway requires none.
    const typed = body as Parameters<Razorpay["orders"]["create"]>[0];
    return this.#write({
      refusals: ORDER_REFUSALS,
      send: (sdk) => sdk.orders.create(typed),
      read: mapRazorpayOrder,
    });
  }

  async findGatewayOrderByReceipt(receipt: string): Promise<Result<GatewayOrder | null>> {
    const result = await this.#ask({
      refusals: NO_GATEWAY_REFUSALS,
      send: (sdk) => sdk.orders.all({ receipt, count: PAGE_SIZE }),
      read: (answer) => mapRazorpayCollection(answer, mapRazorpayOrder),
    });
    if (!result.success) return result;
    const found = result.data.filter((order) => order.receipt === receipt);
    // Of several, the one with a payment attempt.
    return success(found.find((order) => order.status !== "created") ?? found[0] ?? null);
  }

  async getGatewayOrder(orderId: string): Promise<Result<GatewayOrder>> {
    if (!isId("order", orderId)) return INVALID_ID;
    return this.#ask({
      refusals: LOOKUP_REFUSALS,
      send: (sdk) => sdk.orders.fetch(orderId),
      read: mapRazorpayOrder,
    });
  }

  async getGatewayPayment(paymentId: string): Promise<Result<GatewayPayment>> {
    if (!isId("pay", paymentId)) return INVALID_ID;
    return this.#ask({
      refusals: LOOKUP_REFUSALS,
      // The SDK would send `expand[expand]`, which the gateway does not know.
      send: async (_sdk, http) => {
        const params = { "expand[]": "card" };
        return (await http.get<unknown>(`/v1/payments/${paymentId}`, { params })).data;
      },
      read: this.#readPayment,
    });
  }

  async listPaymentsOfOrder(orderId: string): Promise<Result<GatewayPayment[]>> {
    if (!isId("order", orderId)) return INVALID_ID;
    return this.#ask({
      refusals: LOOKUP_REFUSALS,
      send: (sdk) => sdk.orders.fetchPayments(orderId),
      read: (answer) => {
        const { items, unreadable } = mapRazorpayPage(answer, this.#readPayment);
        if (items.length === 0 && unreadable.length > 0) throw new Error(unreadable.join("; "));
        reportUnreadable(unreadable);
        return items;
      },
    });
  }

  listPayments({ from, to, ...page }: { from: Date; to: Date } & Page): Promise<Result<PaymentPage>> {
    return this.#ask({
      refusals: NO_GATEWAY_REFUSALS,
      send: (sdk) => sdk.payments.all({ from: toSeconds(from), to: toSeconds(to), ...toPage(page) }),
      read: (answer) => {
        const { items, unreadable } = mapRazorpayPage(answer, this.#readPayment);
        reportUnreadable(unreadable);
        return { payments: items, count: items.length + unreadable.length };
      },
    });
  }

  async capturePayment(request: PaymentCapture): Promise<Result<GatewayPayment>> {
    const { paymentId, amount } = request;
    if (!isId("pay", paymentId)) return INVALID_ID;
    if (amount <= 0) return refused("INVALID_AMOUNT", "the amount must be positive");
    const isDone = (payment: GatewayPayment) =>
      payment.status === "captured" &&
      payment.amount === amount &&
      payment.currency === CURRENCY &&
      payment.amountRefunded === 0;
    const result = await this.#write({
      refusals: CAPTURE_REFUSALS,
      send: (sdk) => sdk.payments.capture(paymentId, amount, CURRENCY),
      read: this.#readPayment,
    });
    if (result.success && isDone(result.data)) return result;
    const failure = result.success ? notWhatWasAsked("captured something else") : result;
    if (failure.outcome === "unavailable") return failure;
    // Another call captured it, or the answer of this one was lost: the payment itself shows which.
    const current = await this.getGatewayPayment(paymentId);
    if (current.success) return isDone(current.data) ? current : failure;
    // Captured by another call, but the payment could not be read: not a reason to undo anything.
    return failure.code === "ALREADY_CAPTURED" ? { ...failure, outcome: "unknown" } : failure;
  }

  async createRefund(request: NewGatewayRefund): Promise<Result<GatewayRefund>> {
    const { paymentId, amount, receipt } = request;
    if (!isId("pay", paymentId)) return INVALID_ID;
    if (amount <= 0) return refused("INVALID_AMOUNT", "the amount must be positive");
    const isAsAsked = (refund: GatewayRefund) => refund.paymentId === paymentId && refund.amount === amount;
    const result = await this.#sendRefund(request);
    if (result.success) {
      return isAsAsked(result.data) ? result : notWhatWasAsked("the refund is of something else");
    }
    if (result.code !== "DUPLICATE_RECEIPT") return result;
    // Sent earlier under a key that the gateway no longer stores: that refund is ours.
    const earlier = await this.findRefundByReceipt(paymentId, receipt);
    // It exists, but the list does not show it yet: look it up again, never send it again.
    if (!earlier.success || !earlier.data) return { ...result, outcome: "unknown" };
    return isAsAsked(earlier.data) ? success(earlier.data) : result;
  }

  #sendRefund(request: NewGatewayRefund): Promise<Result<GatewayRefund>> {
    const { paymentId, amount, receipt, idempotencyKey, notes = {} } = request;
    const key = IDEMPOTENCY_KEY.test(idempotencyKey) ? idempotencyKey : sha256Hex(idempotencyKey);
    const body = { amount, speed: "normal", receipt, notes };
    return this.#write({
      refusals: REFUND_REFUSALS,
      // Not through the SDK's method, which cannot send the header.
      send: async (_sdk, http) => {
        const headers = { "X-Refund-Idempotency": key };
        return (await http.post<unknown>(`/v1/payments/${paymentId}/refund`, body, { headers })).data;
      },
      read: mapRazorpayRefund,
    });
  }

  async findRefundByReceipt(paymentId: string, receipt: string): Promise<Result<GatewayRefund | null>> {
    const result = await this.listRefunds(paymentId);
    if (!result.success) return result;
    return success(result.data.find((refund) => refund.receipt === receipt) ?? null);
  }

  async getRefund(refundId: string): Promise<Result<GatewayRefund>> {
    if (!isId("rfnd", refundId)) return INVALID_ID;
    return this.#ask({
      refusals: LOOKUP_REFUSALS,
      send: (sdk) => sdk.refunds.fetch(refundId),
      read: mapRazorpayRefund,
    });
  }

  async listRefunds(paymentId: string): Promise<Result<GatewayRefund[]>> {
    if (!isId("pay", paymentId)) return INVALID_ID;
    const refunds = new Map<string, GatewayRefund>();
    for (let page = 0; page < MAX_REFUND_PAGES; page += 1) {
      const result = await this.#ask({
        refusals: LOOKUP_REFUSALS,
        send: (sdk) => sdk.payments.fetchMultipleRefund(paymentId, toPage({ skip: page * PAGE_SIZE })),
        read: (answer) => mapRazorpayCollection(answer, mapRazorpayRefund),
      });
      if (!result.success) return result;
      // By id: a refund made in the meantime shifts the pages.
      for (const refund of result.data) refunds.set(refund.id, refund);
      if (result.data.length < PAGE_SIZE) break;
    }
    return success([...refunds.values()]);
  }

  listRefundsBetween({ from, to, ...page }: { from: Date; to: Date } & Page): Promise<Result<RefundPage>> {
    return this.#ask({
      refusals: NO_GATEWAY_REFUSALS,
      send: (sdk) => sdk.refunds.all({ from: toSeconds(from), to: toSeconds(to), ...toPage(page) }),
      read: (answer) => {
        const { items, unreadable } = mapRazorpayPage(answer, mapRazorpayRefund);
        reportUnreadable(unreadable);
        return { refunds: items, count: items.length + unreadable.length };
      },
    });
  }

  listDowntimes(): Promise<Result<GatewayDowntime[]>> {
    return this.#downtimes.get("all");
  }

  settlementRows({ year, month, day, ...page }: SettlementPeriod & Page): Promise<Result<SettlementRow[]>> {
    const period = { year, month, ...(day !== undefined && { day }) };
    return this.#ask({
      refusals: NO_GATEWAY_REFUSALS,
      send: (sdk) => sdk.settlements.reports({ ...period, ...toPage(page) }),
      read: (answer) => mapRazorpayCollection(answer, mapRazorpaySettlementRow),
    });
  }

  async getSettlement(settlementId: string): Promise<Result<GatewaySettlement>> {
    if (!isId("setl", settlementId)) return INVALID_ID;
    return this.#ask({
      refusals: LOOKUP_REFUSALS,
      send: (sdk) => sdk.settlements.fetch(settlementId),
      read: mapRazorpaySettlement,
    });
  }

  verifyCheckoutSignature({ gatewayOrderId, gatewayPaymentId, signature }: CheckoutClaim): boolean {
    return isHmacValid(this.#options.keySecret, `${gatewayOrderId}|${gatewayPaymentId}`, signature);
  }

  verifyWebhookSignature(raw: Buffer, signature: string | undefined): boolean {
    return this.#options.webhookSecrets.some((secret) => isHmacValid(secret, raw, signature));
  }

  parseWebhook(payload: unknown): GatewayEvent | null {
    return parseRazorpayWebhook(payload, this.#options);
  }

  checkoutOptions(request: CheckoutOptionsRequest): CheckoutOptions {
    const { gatewayOrderId, amount, prefill = {}, method = null } = request;
    return {
      key: this.#options.keyId,
      orderId: gatewayOrderId,
      amount,
      currency: CURRENCY,
      name: this.#options.merchantName,
      prefill: withoutEmpty({ ...prefill, method }),
      method,
    };
  }
}

/** @throws Error when the keys are missing or do not fit the address */
export function createRazorpayGateway(options: RazorpayOptions): PaymentGateway {
  return new RazorpayGateway(options);
}
