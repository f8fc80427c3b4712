import { sha256Hex } from "../../../utils/helpers.js";
import { type Result, success } from "../../../utils/result.js";
import type { GatewayRefund, NewGatewayRefund, PaymentGateway } from "../payment-gateway.js";
import type { Connection } from "./connection.js";
import { mapRazorpayCollection } from "./fields.js";
import { mapRazorpayRefund } from "./other-entities.js";
import { LOOKUP_REFUSALS, NO_GATEWAY_REFUSALS, REFUND_REFUSALS } from "./refusals.js";
import {
  INVALID_AMOUNT,
  INVALID_ID,
  isId,
  listByPages,
  notWhatWasAsked,
  PAGE_SIZE,
  readPage,
  toNotes,
  toReceipt,
} from "./requests.js";

/** No payment has more refunds than ten pages of them. */
const MAX_REFUND_PAGES = 10;
const IDEMPOTENCY_KEY = /^[A-Za-z0-9_-]{10,100}$/;

type RefundCalls = Pick<
  PaymentGateway,
  "createRefund" | "findRefundByReceipt" | "getRefund" | "listRefunds" | "listRefundsBetween"
>;

export function refundCalls({ ask, write }: Connection): RefundCalls {
  async function send(request: NewGatewayRefund): Promise<Result<GatewayRefund>> {
    const sent = await post(request);
    // The account has no instant refunds: nothing was done, and the key may be used again.
    const isTooFast = !sent.success && sent.code === "INVALID_SPEED" && request.speed === "optimum";
    return isTooFast ? post({ ...request, speed: "normal" }) : sent;
  }

  function post(request: NewGatewayRefund): Promise<Result<GatewayRefund>> {
    const { paymentId, amount, receipt, idempotencyKey, speed = "normal", notes = {} } = request;
    const key = IDEMPOTENCY_KEY.test(idempotencyKey) ? idempotencyKey : sha256Hex(idempotencyKey);
    const body = { amount, speed, receipt: toReceipt(receipt), notes: toNotes(notes) };
    return write({
      refusals: REFUND_REFUSALS,
      // Not through the SDK's method, which cannot send the header.
      send: async (_sdk, http) => {
        const headers = { "X-Refund-Idempotency": key };
        return (await http.post<unknown>(`/v1/payments/${paymentId}/refund`, body, { headers })).data;
      },
      read: mapRazorpayRefund,
    });
  }

  const readRefunds = (paymentId: string, skip: number) =>
    ask({
      refusals: LOOKUP_REFUSALS,
      send: (sdk) => sdk.payments.fetchMultipleRefund(paymentId, { skip, count: PAGE_SIZE }),
      read: (answer) => mapRazorpayCollection(answer, mapRazorpayRefund),
    });

  async function listRefunds(paymentId: string): Promise<Result<GatewayRefund[]>> {
    if (!isId("pay", paymentId)) return INVALID_ID;
    const refunds = new Map<string, GatewayRefund>();
    for (let page = 0; page < MAX_REFUND_PAGES; page += 1) {
      const result = await readRefunds(paymentId, page * PAGE_SIZE);
      if (!result.success) return result;
      // By id: a refund made in the meantime shifts the pages.
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
    return success(result.data.find((refund) => refund.receipt === toReceipt(receipt)) ?? null);
  }

  return {
    listRefunds,
    findRefundByReceipt,

    async createRefund(request) {
      const { paymentId, amount, receipt } = request;
      if (!isId("pay", paymentId)) return INVALID_ID;
      if (amount <= 0) return INVALID_AMOUNT;
      const isAsAsked = (refund: GatewayRefund) => refund.paymentId === paymentId && refund.amount === amount;
      const result = await send(request);
      if (result.success) {
        return isAsAsked(result.data) ? result : notWhatWasAsked("the refund is of something else");
      }
      if (result.code !== "DUPLICATE_RECEIPT") return result;
      // Sent earlier under a key that the gateway no longer stores: that refund is ours.
      const earlier = await findRefundByReceipt(paymentId, receipt);
      // It exists, but the list does not show it yet: look it up again, never send it again.
      if (!earlier.success || !earlier.data) return { ...result, outcome: "unknown" };
      return isAsAsked(earlier.data) ? success(earlier.data) : result;
    },

    listRefundsBetween: (list) =>
      listByPages(list, (query) =>
        ask({
          refusals: NO_GATEWAY_REFUSALS,
          send: (sdk) => sdk.refunds.all(query),
          read: (answer) => readPage(answer, query.skip, mapRazorpayRefund),
        }),
      ),

    async getRefund(refundId) {
      if (!isId("rfnd", refundId)) return INVALID_ID;
      return ask({
        refusals: LOOKUP_REFUSALS,
        send: (sdk) => sdk.refunds.fetch(refundId),
        read: mapRazorpayRefund,
      });
    },
  };
}
