import type { PaymentGateway } from "./payment-gateway.js";
import { browserPart } from "./razorpay/browser.js";
import { connect, type RazorpayOptions } from "./razorpay/connection.js";
import { orderCalls } from "./razorpay/orders.js";
import { paymentCalls } from "./razorpay/payments.js";
import { refundCalls } from "./razorpay/refunds.js";
import { reportCalls } from "./razorpay/reports.js";
import { webhookPart } from "./razorpay/webhook.js";

export type { RazorpayOptions } from "./razorpay/connection.js";

/**
 * `PaymentGateway` over the official SDK, with the transport of `razorpay/transport.ts`.
 * @throws Error when the keys are missing or do not fit the address
 */
export function createRazorpayGateway(options: RazorpayOptions): PaymentGateway {
  const connection = connect(options);
  return {
    name: "razorpay",
    capabilities: { voids: false, disputes: true, settlements: true },
    ...orderCalls(connection),
    ...paymentCalls(connection),
    ...refundCalls(connection),
    ...reportCalls(connection),
    ...browserPart(options),
    ...webhookPart(options),
  };
}
