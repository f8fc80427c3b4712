import { CURRENCY } from "../../../utils/constants.js";
import type { Result } from "../../../utils/result.js";
import type { GatewayPayment, PaymentCapture, PaymentGateway } from "../payment-gateway.js";
import type { Connection } from "./connection.js";
import { mapRazorpayPage } from "./fields.js";
import { CAPTURE_REFUSALS, LOOKUP_REFUSALS, NO_GATEWAY_REFUSALS } from "./refusals.js";
import {
  INVALID_AMOUNT,
  INVALID_ID,
  isId,
  listByPages,
  notWhatWasAsked,
  readPage,
  refused,
  reportUnreadable,
} from "./requests.js";

type PaymentCalls = Pick<
  PaymentGateway,
  "getGatewayPayment" | "listPaymentsOfOrder" | "listPayments" | "capturePayment" | "voidAuthorization"
>;

const isCapturedAs = (payment: GatewayPayment, { amount }: PaymentCapture): boolean =>
  payment.status === "captured" &&
  payment.amount === amount &&
  payment.currency === CURRENCY &&
  payment.amountRefunded === 0;

/** Without it the gateway leaves out the card. The SDK would send `expand[expand]`, which the gateway does not know. */
const WITH_CARD = { "expand[]": "card" };

export function paymentCalls({ ask, write, readPayment }: Connection): PaymentCalls {
  async function getGatewayPayment(paymentId: string): Promise<Result<GatewayPayment>> {
    if (!isId("pay", paymentId)) return INVALID_ID;
    return ask({
      refusals: LOOKUP_REFUSALS,
      send: async (_sdk, http) =>
        (await http.get<unknown>(`/v1/payments/${paymentId}`, { params: WITH_CARD })).data,
      read: readPayment,
    });
  }

  return {
    getGatewayPayment,

    /** Without cards: the gateway documents no `expand[]` here, and refuses what it does not know. */
    async listPaymentsOfOrder(orderId) {
      if (!isId("order", orderId)) return INVALID_ID;
      return ask({
        refusals: LOOKUP_REFUSALS,
        send: (sdk) => sdk.orders.fetchPayments(orderId),
        read: (answer) => {
          const { items, unreadable } = mapRazorpayPage(answer, readPayment);
          if (items.length === 0 && unreadable.length > 0) throw new Error(unreadable.join("; "));
          reportUnreadable(unreadable);
          return items;
        },
      });
    },

    listPayments: (list) =>
      listByPages(list, (query) =>
        ask({
          refusals: NO_GATEWAY_REFUSALS,
          send: async (_sdk, http) => {
            const { from, to, count, skip } = query;
            const params = { from, to, count, skip, ...WITH_CARD };
            return (await http.get<unknown>("/v1/payments", { params })).data;
          },
          read: (answer) => readPage(answer, query.skip, readPayment),
        }),
      ),

    async capturePayment(request) {
      const { paymentId, amount } = request;
      if (!isId("pay", paymentId)) return INVALID_ID;
      if (amount <= 0) return INVALID_AMOUNT;
      const result = await write({
        refusals: CAPTURE_REFUSALS,
        send: (sdk) => sdk.payments.capture(paymentId, amount, CURRENCY),
        read: readPayment,
      });
      if (result.success && isCapturedAs(result.data, request)) return result;
      const failure = result.success ? notWhatWasAsked("captured something else") : result;
      if (failure.outcome === "unavailable") return failure;
      // Another call captured it, or the answer of this one was lost: the payment itself shows which.
      const current = await getGatewayPayment(paymentId);
      if (current.success) return isCapturedAs(current.data, request) ? current : failure;
      // Captured by another call, but the payment could not be read: not a reason to undo anything.
      return failure.code === "ALREADY_CAPTURED" ? { ...failure, outcome: "unknown" } : failure;
    },

    // One that is not captured returns to the customer by itself, when it expires.
    voidAuthorization: async () =>
      refused("NOT_SUPPORTED", "this gateway cannot void an authorisation before it expires"),
  };
}
