import type Razorpay from "razorpay";
import { CURRENCY } from "../../../utils/constants.js";
import { type Result, success } from "../../../utils/result.js";
import type { GatewayOrder, NewGatewayOrder, PaymentGateway } from "../payment-gateway.js";
import type { Connection } from "./connection.js";
import { mapRazorpayCollection } from "./fields.js";
import { mapRazorpayOrder } from "./payment-entities.js";
import { LOOKUP_REFUSALS, NO_GATEWAY_REFUSALS, ORDER_REFUSALS } from "./refusals.js";
import {
  INVALID_AMOUNT,
  INVALID_ID,
  isId,
  notWhatWasAsked,
  PAGE_SIZE,
  toNotes,
  toReceipt,
} from "./requests.js";

/** After so many minutes, an authorisation that was not captured is refunded. */
const MANUAL_EXPIRY_MINUTES = 30;

type OrderCalls = Pick<
  PaymentGateway,
  "createGatewayOrder" | "findGatewayOrderByReceipt" | "getGatewayOrder"
>;

export function orderCalls({ options, ask, write }: Connection): OrderCalls {
  /** @param receiptRule `unique_receipt`: a repeated creation finds the first one's order */
  function send(request: NewGatewayOrder, receiptRule: object): Promise<Result<GatewayOrder>> {
    const { amount, notes = {}, capture = options.capture } = request;
    const payment =
      capture === "manual"
        ? { capture, capture_options: { manual_expiry_period: MANUAL_EXPIRY_MINUTES } }
        : { capture };
    const receipt = toReceipt(request.receipt);
    const body = { amount, currency: CURRENCY, receipt, notes: toNotes(notes), payment, ...receiptRule };
    // The SDK's types require every capture option; the gateway requires none.
    const typed = body as Parameters<Razorpay["orders"]["create"]>[0];
    return write({
      refusals: ORDER_REFUSALS,
      send: (sdk) => sdk.orders.create(typed),
      read: mapRazorpayOrder,
    });
  }

  return {
    async createGatewayOrder(request) {
      if (request.amount <= 0) return INVALID_AMOUNT;
      let result = await send(request, { unique_receipt: true });
      // Only newer documentation has `unique_receipt`. Where it is refused, the look-up by receipt replaces it.
      if (!result.success && result.code === "UNIQUE_RECEIPT_UNKNOWN") result = await send(request, {});
      if (!result.success) return result;
      const isAsAsked = result.data.amount === request.amount && result.data.currency === CURRENCY;
      return isAsAsked ? result : notWhatWasAsked("the gateway order has another amount or currency");
    },

    async findGatewayOrderByReceipt(wanted) {
      const receipt = toReceipt(wanted);
      const result = await ask({
        refusals: NO_GATEWAY_REFUSALS,
        send: (sdk) => sdk.orders.all({ receipt, count: PAGE_SIZE }),
        read: (answer) => mapRazorpayCollection(answer, mapRazorpayOrder),
      });
      if (!result.success) return result;
      const found = result.data.filter((order) => order.receipt === receipt);
      // Of several, the one with a payment attempt.
      return success(found.find((order) => order.status !== "created") ?? found[0] ?? null);
    },

    async getGatewayOrder(orderId) {
      if (!isId("order", orderId)) return INVALID_ID;
      return ask({
        refusals: LOOKUP_REFUSALS,
        send: (sdk) => sdk.orders.fetch(orderId),
        read: mapRazorpayOrder,
      });
    },
  };
}
