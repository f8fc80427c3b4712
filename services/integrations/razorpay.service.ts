import { CURRENCY } from "../../utils/constants.js";
import { sha256Hex } from "../../utils/helpers.js";
import type { Failure, Result } from "../../utils/result.js";
import { success } from "../../utils/result.js";
import { createCachedLookup } from "./cached-lookup.js";
import type {
  GatewayDowntime,
  GatewayOrder,
  GatewayPayment,
  GatewayRefund,
  NewGatewayOrder,
  NewGatewayRefund,
  Page,
  PaymentGateway,
} from "./payment-gateway.js";
import { mapRazorpayCollection } from "./razorpay/fields.js";
import {
  mapRazorpayDowntime,
  mapRazorpayRefund,
  mapRazorpaySettlementRow,
} from "./razorpay/other-entities.js";
import { mapRazorpayOrder, mapRazorpayPayment } from "./razorpay/payment-entities.js";
import { createTransport, type TransportCall, type TransportOptions } from "./razorpay/transport.js";
import { parseRazorpayWebhook } from "./razorpay/webhook.js";
import { isHmacValid } from "./signatures.js";

export interface RazorpayOptions extends TransportOptions {
  webhookSecrets: readonly string[];
  accountId?: string | undefined;
  capture: "automatic" | "manual";
  merchantName: string;
  downtimeCacheSeconds: number;
}

/** Minutes after which an authorisation that we did not capture goes back (D10). */
const MANUAL_EXPIRY_MINUTES = 30;
/** The gateway's largest page. */
const PAGE_SIZE = 100;
/** No payment has more refunds than ten pages of them. */
const MAX_REFUND_PAGES = 10;
const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{10,100}$/;

/** Ids go into paths unencoded (`razorpay.md` §1.2): anything else must not get that far. */
const isId = (prefix: "order" | "pay" | "rfnd", id: string) =>
  new RegExp(`^${prefix}_[A-Za-z0-9]{14}$`).test(id);

function refused(code: string, error: string): Failure {
  return { success: false, outcome: "refused", code, error, statusCode: 400, service: "razorpay" };
}

function notWhatWasAsked(error: string): Failure {
  return {
    success: false,
    outcome: "unknown",
    code: "BAD_RESPONSE",
    error,
    statusCode: 502,
    service: "razorpay",
  };
}

const invalidId = async (): Promise<Failure> => refused("INVALID_ID", "not an id of the gateway");
const toSeconds = (date: Date) => Math.floor(date.getTime() / 1_000);
const withoutEmpty = (fields: Record<string, string | null | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/** `PaymentGateway` over the official SDK. @throws Error when the keys are missing or do not fit the address */
export function createRazorpayGateway(options: RazorpayOptions): PaymentGateway {
  const { keyId, keySecret, webhookSecrets, capture, merchantName } = options;
  const transport = createTransport(options);
  const readPayment = (entity: unknown) => mapRazorpayPayment(entity, capture);
  const ask = <T>(call: Omit<TransportCall<T>, "isWrite">) => transport.call({ ...call, isWrite: false });
  const order = <T>(call: Omit<TransportCall<T>, "isWrite">) => transport.call({ ...call, isWrite: true });

  function sendOrder(request: NewGatewayOrder, isReceiptUnique: boolean): Promise<Result<GatewayOrder>> {
    const mode = request.capture ?? capture;
    const body = {
      amount: request.amount,
      currency: CURRENCY,
      receipt: request.receipt,
      notes: request.notes ?? {},
      payment:
        mode === "manual"
          ? { capture: mode, capture_options: { manual_expiry_period: MANUAL_EXPIRY_MINUTES } }
          : { capture: mode },
      // A repeated creation finds the first one's order (F30).
      ...(isReceiptUnique && { unique_receipt: true }),
    };
    // The SDK's types know neither field; its code sends the body as it is.
    return order({ send: (sdk) => sdk.orders.create(body as never), read: mapRazorpayOrder });
  }

  async function createGatewayOrder(request: NewGatewayOrder): Promise<Result<GatewayOrder>> {
    if (request.amount <= 0) return refused("INVALID_AMOUNT", "the amount must be positive");
    let result = await sendOrder(request, true);
    // Only newer documentation has `unique_receipt`: where it is refused the look-up by receipt must do.
    if (!result.success && result.outcome === "refused" && /unique_receipt/.test(result.error)) {
      result = await sendOrder(request, false);
    }
    if (!result.success) return result;
    const isAsAsked = result.data.amount === request.amount && result.data.currency === CURRENCY;
    return isAsAsked ? result : notWhatWasAsked("the gateway order has another amount or currency");
  }

  async function findGatewayOrderByReceipt(receipt: string): Promise<Result<GatewayOrder | null>> {
    const result = await ask({
      send: (sdk) => sdk.orders.all({ receipt, count: PAGE_SIZE }),
      read: (answer) => mapRazorpayCollection(answer, mapRazorpayOrder),
    });
    if (!result.success) return result;
    const found = result.data.filter((candidate) => candidate.receipt === receipt);
    // Of several, the one somebody has begun to pay.
    return success(found.find((candidate) => candidate.status !== "created") ?? found[0] ?? null);
  }

  function getGatewayPayment(paymentId: string): Promise<Result<GatewayPayment>> {
    if (!isId("pay", paymentId)) return invalidId();
    return ask({
      // The SDK would send `expand[expand]`, which the gateway does not know.
      send: async (_sdk, http) => {
        const response = await http.get<unknown>(`/v1/payments/${paymentId}`, {
          params: { "expand[]": "card" },
        });
        return response.data;
      },
      read: readPayment,
    });
  }

  async function capturePayment(request: {
    paymentId: string;
    amount: GatewayPayment["amount"];
  }): Promise<Result<GatewayPayment>> {
    const { paymentId, amount } = request;
    if (!isId("pay", paymentId)) return invalidId();
    if (amount <= 0) return refused("INVALID_AMOUNT", "the amount must be positive");
    const isDone = (payment: GatewayPayment) => payment.status === "captured" && payment.amount === amount;
    const result = await order({
      send: (sdk) => sdk.payments.capture(paymentId, amount, CURRENCY),
      read: readPayment,
    });
    if (result.success && isDone(result.data)) return result;
    const failure = result.success ? notWhatWasAsked("captured something else") : result;
    if (failure.outcome === "unavailable" || failure.code === "AUTHENTICATION") return failure;
    // Somebody else captured it, or our capture's answer was lost: the payment itself tells.
    const current = await getGatewayPayment(paymentId);
    return current.success && isDone(current.data) ? current : failure;
  }

  function sendRefund(request: NewGatewayRefund): Promise<Result<GatewayRefund>> {
    const { paymentId, amount, receipt, idempotencyKey, notes = {} } = request;
    const key = IDEMPOTENCY_KEY.test(idempotencyKey) ? idempotencyKey : sha256Hex(idempotencyKey);
    return order({
      // Past the SDK's method, which cannot send the header.
      send: async (_sdk, http) => {
        const response = await http.post<unknown>(
          `/v1/payments/${paymentId}/refund`,
          { amount, speed: "normal", receipt, notes },
          { headers: { "X-Refund-Idempotency": key } },
        );
        return response.data;
      },
      read: mapRazorpayRefund,
    });
  }

  async function createRefund(request: NewGatewayRefund): Promise<Result<GatewayRefund>> {
    const { paymentId, amount, receipt } = request;
    if (!isId("pay", paymentId)) return invalidId();
    if (amount <= 0) return refused("INVALID_AMOUNT", "the amount must be positive");
    const isAsAsked = (refund: GatewayRefund) => refund.paymentId === paymentId && refund.amount === amount;
    const result = await sendRefund(request);
    if (result.success) {
      return isAsAsked(result.data) ? result : notWhatWasAsked("the refund is of something else");
    }
    if (result.code !== "DUPLICATE_RECEIPT") return result;
    // Sent before, under a key the gateway has forgotten: that refund is ours.
    const earlier = await findRefundByReceipt(paymentId, receipt);
    return earlier.success && earlier.data && isAsAsked(earlier.data) ? success(earlier.data) : result;
  }

  function refundPage(paymentId: string, skip: number): Promise<Result<GatewayRefund[]>> {
    return ask({
      send: (sdk) => sdk.payments.fetchMultipleRefund(paymentId, { count: PAGE_SIZE, skip }),
      read: (answer) => mapRazorpayCollection(answer, mapRazorpayRefund),
    });
  }

  async function listRefunds(paymentId: string): Promise<Result<GatewayRefund[]>> {
    if (!isId("pay", paymentId)) return invalidId();
    const refunds = new Map<string, GatewayRefund>();
    for (let page = 0; page < MAX_REFUND_PAGES; page += 1) {
      const result = await refundPage(paymentId, page * PAGE_SIZE);
      if (!result.success) return result;
      // By id: a refund made meanwhile shifts the pages.
      for (const refund of result.data) refunds.set(refund.id, refund);
      if (result.data.length < PAGE_SIZE) break;
    }
    return success([...refunds.values()]);
  }

  async function findRefundByReceipt(
    paymentId: string,
    receipt: string,
  ): Promise<Result<GatewayRefund | null>> {
    const result = await listRefunds(paymentId);
    if (!result.success) return result;
    return success(result.data.find((refund) => refund.receipt === receipt) ?? null);
  }

  // Asked for with every list of payment methods, and it changes rarely.
  const downtimes = createCachedLookup<GatewayDowntime[]>({
    ttlSeconds: options.downtimeCacheSeconds,
    maxEntries: 1,
    load: () =>
      ask({
        send: (sdk) => sdk.payments.fetchPaymentDowntime(),
        read: (answer) => mapRazorpayCollection(answer, mapRazorpayDowntime),
      }),
  });

  return {
    name: "razorpay",
    webhookHeaders: { signature: "x-razorpay-signature", eventId: "x-razorpay-event-id" },
    createGatewayOrder,
    findGatewayOrderByReceipt,
    getGatewayOrder: (orderId) =>
      isId("order", orderId)
        ? ask({ send: (sdk) => sdk.orders.fetch(orderId), read: mapRazorpayOrder })
        : invalidId(),
    getGatewayPayment,
    listPaymentsOfOrder: (orderId) =>
      isId("order", orderId)
        ? ask({
            send: (sdk) => sdk.orders.fetchPayments(orderId),
            read: (answer) => mapRazorpayCollection(answer, readPayment),
          })
        : invalidId(),
    listPayments: ({ from, to, ...page }) =>
      ask({
        send: (sdk) => sdk.payments.all({ from: toSeconds(from), to: toSeconds(to), ...toPage(page) }),
        read: (answer) => mapRazorpayCollection(answer, readPayment),
      }),
    capturePayment,
    createRefund,
    findRefundByReceipt,
    getRefund: (refundId) =>
      isId("rfnd", refundId)
        ? ask({ send: (sdk) => sdk.refunds.fetch(refundId), read: mapRazorpayRefund })
        : invalidId(),
    listRefunds,
    listDowntimes: () => downtimes.get("all"),
    settlementRows: ({ year, month, day, ...page }) =>
      ask({
        send: (sdk) =>
          sdk.settlements.reports({ year, month, ...(day !== undefined && { day }), ...toPage(page) }),
        read: (answer) => mapRazorpayCollection(answer, mapRazorpaySettlementRow),
      }),
    verifyCheckoutSignature: ({ gatewayOrderId, gatewayPaymentId, signature }) =>
      isHmacValid(keySecret, `${gatewayOrderId}|${gatewayPaymentId}`, signature),
    verifyWebhookSignature: (raw, signature) =>
      webhookSecrets.some((secret) => isHmacValid(secret, raw, signature)),
    parseWebhook: (payload) => parseRazorpayWebhook(payload, { accountId: options.accountId, capture }),
    checkoutOptions: ({ gatewayOrderId, amount, prefill = {}, method = null }) => ({
      key: keyId,
      orderId: gatewayOrderId,
      amount,
      currency: CURRENCY,
      name: merchantName,
      prefill: withoutEmpty({ ...prefill, method }),
      method,
    }),
  };
}

function toPage({ skip = 0, count = PAGE_SIZE }: Page): { skip: number; count: number } {
  return { skip, count };
}
